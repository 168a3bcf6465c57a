// db-diff: see cli/diff_program.h.
#include "cli/diff_program.h"

int main(int argc, char** argv) { return cli::run_diff_program(argc, argv); }
