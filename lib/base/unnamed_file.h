// A temporary file that no other process could open by a name, and that is gone with its last descriptor, however the
// program ends. The inside of this room: Spool and ScratchFile. Any thread.
#pragma once

#include <string>

#include "base/descriptor.h"

namespace base {

// In $TMPDIR, or in /tmp where that is not set or cannot be written; `folder` is then which. Not open on failure: errno
// says why.
Descriptor open_unnamed_file(std::string& folder);

}  // namespace base
