#include "base/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace base {
namespace {

constexpr const char* kHint = "set TMPDIR to a folder with enough room, or save the input as a file and name that";

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

Spool::Spool() : folder_("/tmp") {
  const char* chosen = std::getenv("TMPDIR");
  if (chosen != nullptr && *chosen != '\0') {
    file_ = open_without_name(chosen);
    if (file_.is_open()) folder_ = chosen;
  }
  if (!file_.is_open()) file_ = open_without_name(folder_);
  if (!file_.is_open())
    throw system_error(ErrorKind::kInputOutput, "cannot create a temporary file in", folder_, errno, kHint);
}

void Spool::write(std::string_view bytes) {
  const int error = write_all(file_.get(), bytes);
  if (error != 0)
    throw system_error(ErrorKind::kInputOutput, "cannot write a temporary file in", folder_, error, kHint);
}

InputFile Spool::finish(std::string name) {
  if (::lseek(file_.get(), 0, SEEK_SET) != 0)
    throw system_error(ErrorKind::kInputOutput, "cannot read a temporary file in", folder_, errno, kHint);
  return InputFile::from_descriptor(std::move(file_), std::move(name));
}

InputFile Spool::again(std::string name) const {
  const std::string path = "/proc/self/fd/" + std::to_string(file_.get());
  Descriptor file = open_descriptor(path, O_RDONLY);
  if (!file.is_open())
    throw system_error(ErrorKind::kInputOutput, "cannot read a temporary file in", folder_, errno, kHint);
  return InputFile::from_descriptor(std::move(file), std::move(name));
}

}  // namespace base
