#include "base/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/unnamed_file.h"

namespace base {
namespace {

constexpr const char* kHint = "set TMPDIR to a folder with enough room, or save the input as a file and name that";

}  // namespace

Spool::Spool() : file_(open_unnamed_file(folder_)) {
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
