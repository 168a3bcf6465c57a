// What other users of the machine see of a command line (ps) while the program runs.
#pragma once

namespace cli {

// Writes stars over what follows the scheme of PostgreSQL URLs, which may hold a password. Call it when the
// arguments have been read: it changes the process's own.
void hide_urls(int argc, char** argv);

}  // namespace cli
