// db-migrate: see cli/migrate_program.h.
#include "cli/migrate_program.h"

int main(int argc, char** argv) { return cli::run_migrate_program(argc, argv); }
