// The program db-migrate: words → folder and database → run → report → exit status.
#pragma once

namespace cli {

// Returns the exit status. Never throws.
int run_migrate_program(int argc, char** argv);

}  // namespace cli
