#include "base/unnamed_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace base {
namespace {

Descriptor open_without_name(const std::string& folder) {
  // O_EXCL: the file can never be given a name.
  Descriptor file = open_descriptor(folder, O_TMPFILE | O_EXCL | O_RDWR, 0600);
  if (file.is_open() || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return file;
  // File systems without O_TMPFILE (overlay, NFS): a name for a moment.
  std::string name = folder + "/db-transfer-XXXXXX";
  file = Descriptor(::mkostemp(name.data(), O_CLOEXEC));
  if (file.is_open()) ::unlink(name.c_str());
  return file;
}

}  // namespace

Descriptor open_unnamed_file(std::string& folder) {
  const char* chosen = std::getenv("TMPDIR");
  if (chosen != nullptr && *chosen != '\0') {
    Descriptor file = open_without_name(chosen);
    if (file.is_open()) {
      folder = chosen;
      return file;
    }
  }
  folder = "/tmp";
  return open_without_name(folder);
}

}  // namespace base
