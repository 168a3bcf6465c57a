// The program db-diff: words → two files or databases → what differs → exit status. See command_line.h.
#pragma once

namespace cli {

// Returns the exit status. Never throws.
int run_diff_program(int argc, char** argv);

}  // namespace cli
