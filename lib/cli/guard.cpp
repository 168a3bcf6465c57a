#include "cli/guard.h"

#include <unistd.h>

#include "base/descriptor.h"
#include "base/temporary_files.h"

namespace cli {

void end_at_once() noexcept {
  base::remove_temporary_files_and_close_the_list();
  base::write_all(STDERR_FILENO, "ended at once: out of memory, or an internal error (please report that)\n");
  ::_exit(static_cast<int>(base::ErrorKind::kInternal));
}

}  // namespace cli
