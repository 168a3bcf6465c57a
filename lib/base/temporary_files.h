// The temporary files that exist right now, so that a program that must end at once can remove them.
// Callable from every thread. Only for AtomicFile, which creates them, and StopSignals, which may have to remove them.
#pragma once

#include <string>

#include "base/descriptor.h"

namespace base {

// Creates `path` (it must not exist; never follows a symbolic link; mode 0600 whatever the umask) and remembers it,
// in one step. Not open on failure: errno says why.
Descriptor create_temporary_file(const std::string& path);

// Gives a file without a name (O_TMPFILE) the name `path` and remembers it, in one step. `file` is a name of it under
// /proc/self/fd. 0, or the errno of linkat(2).
int name_temporary_file(const std::string& file, const std::string& path);

// `path` has been removed or has got its final name.
void forget_temporary_file(const std::string& path);

// Removes every remembered file and lets no further one be created: the caller must end the process next.
void remove_temporary_files_and_close_the_list();

}  // namespace base
