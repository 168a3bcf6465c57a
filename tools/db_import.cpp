// db-import: see cli/command_line.h.
#include "cli/command_line.h"

int main(int argc, char** argv) { return cli::run_import_program(argc, argv); }
