// The command line of both programs: words → options → job → report → exit status. The only place that knows CLI11, the
// only one that picks an engine by URL, and the only one that prints errors.
#pragma once

namespace cli {

// Each returns the exit status of its program. Never throws.
int run_export_program(int argc, char** argv);
int run_import_program(int argc, char** argv);

}  // namespace cli
