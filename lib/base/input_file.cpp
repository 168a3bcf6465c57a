#include "base/input_file.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "base/stop.h"
#include "base/terminal.h"

namespace base {
namespace {

// How soon a wait for a pipe notices a stop.
constexpr int kGlanceMilliseconds = 100;

Error open_error(const std::string& path, int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return {ErrorKind::kUsage, "there is no file " + printable(path), "check the path"};
    case ELOOP:
      return {ErrorKind::kInputOutput, printable(path) + " is a loop of symbolic links", "name the file itself"};
    case EACCES:
    case EPERM:
      return {ErrorKind::kInputOutput, printable(path) + " may not be read: permission denied",
              "ask its owner for the right to read it"};
    default:
      return system_error(ErrorKind::kInputOutput, "cannot open", path, error_number);
  }
}

void refuse_other_types(const std::string& path, mode_t mode) {
  const char* type = nullptr;
  if (S_ISDIR(mode)) type = "a folder";
  if (S_ISCHR(mode)) type = "a character device";
  if (S_ISBLK(mode)) type = "a block device";
  if (S_ISSOCK(mode)) type = "a socket";
  if (type != nullptr)
    throw Error(ErrorKind::kInputOutput, printable(path) + " is " + type + ", not a file",
                "name a file, or - for standard input");
}

}  // namespace

InputFile InputFile::open(const std::string& path, std::stop_token stop) {
  if (path == "-") {
    Descriptor copy(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!copy.is_open())
      throw system_error(ErrorKind::kInputOutput, "cannot read", "standard input", errno,
                         "give it a file or a pipe to read");
    InputFile file = from_descriptor(std::move(copy), "standard input");
    file.stop_ = std::move(stop);
    return file;
  }
  if (path.empty() || path.find('\0') != std::string::npos)
    throw Error(ErrorKind::kUsage, "\"" + printable(path) + "\" is not the name of a file", "name a file to read");
  // Asked before opening, because opening a device can do something, and once more of what was opened.
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) throw open_error(path, errno);
  refuse_other_types(path, found.st_mode);
  // O_NONBLOCK: the writer of a FIFO is waited for in read(), where a stop can end it.
  Descriptor file = open_descriptor(path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
  if (!file.is_open()) throw open_error(path, errno);
  if (::fstat(file.get(), &found) != 0) throw open_error(path, errno);
  refuse_other_types(path, found.st_mode);
  InputFile opened = from_descriptor(std::move(file), path);
  opened.stop_ = std::move(stop);
  return opened;
}

InputFile InputFile::open_settings(const std::string& path) {
  try {
    return open(path);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInputOutput) throw;
    throw Error(ErrorKind::kUsage, error.what(), error.hint());
  }
}

InputFile InputFile::from_descriptor(Descriptor file, std::string name) {
  struct stat found {};
  if (::fstat(file.get(), &found) != 0) throw open_error(name, errno);
  if (S_ISDIR(found.st_mode)) refuse_other_types(name, found.st_mode);
  return {std::move(file), std::move(name), found};
}

InputFile::InputFile(Descriptor file, std::string name, const struct ::stat& at_open)
    : file_(std::move(file)), name_(std::move(name)), at_open_(at_open) {
  if (!seekable()) return;
  const off_t stands = ::lseek(file_.get(), 0, SEEK_CUR);
  if (stands > 0) start_ = static_cast<std::uint64_t>(stands);
  ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

std::size_t InputFile::read(char* to, std::size_t bytes) {
  ssize_t got = 0;
  do {
    if (!seekable()) wait_until_readable();
    // pread: the offset of standard input is shared with other processes, ours is not.
    got = seekable() ? ::pread(file_.get(), to, bytes, static_cast<off_t>(start_ + position_))
                     : ::read(file_.get(), to, bytes);
  } while (got < 0 && (errno == EINTR || errno == EAGAIN));
  if (got < 0) throw system_error(ErrorKind::kInputOutput, "cannot read", name_, errno);
  position_ += static_cast<std::size_t>(got);
  return static_cast<std::size_t>(got);
}

// What cannot be waited for is readable: read(2) says what it is.
void InputFile::wait_until_readable() const {
  pollfd watched{file_.get(), POLLIN, 0};
  int ready = 0;
  while (ready == 0 || (ready < 0 && errno == EINTR)) {
    throw_if_stopped(stop_);
    ready = ::poll(&watched, 1, stop_.stop_possible() ? kGlanceMilliseconds : -1);
  }
}

void InputFile::seek(std::uint64_t offset) {
  if (!seekable()) throw Error(ErrorKind::kInternal, "cannot go back in " + printable(name_) + ": it is a pipe");
  position_ = offset;
}

std::uint64_t InputFile::size() const {
  if (!seekable()) return 0;
  const auto whole = static_cast<std::uint64_t>(at_open_.st_size);
  return whole > start_ ? whole - start_ : 0;
}

bool InputFile::seekable() const { return S_ISREG(at_open_.st_mode); }

unsigned InputFile::permissions() const { return seekable() ? at_open_.st_mode & 07777U : 0; }

void InputFile::check_unchanged() const {
  if (!seekable()) return;
  const auto same_time = [](const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
  };
  struct stat now {};
  if (::fstat(file_.get(), &now) != 0) throw system_error(ErrorKind::kInputOutput, "cannot read", name_, errno);
  const bool same = now.st_dev == at_open_.st_dev && now.st_ino == at_open_.st_ino && now.st_size == at_open_.st_size &&
                    same_time(now.st_mtim, at_open_.st_mtim) && same_time(now.st_ctim, at_open_.st_ctim);
  if (same) return;
  throw Error(ErrorKind::kFile, printable(name_) + " changed while it was read",
              "run again when nothing writes to it any more, or copy it first");
}

}  // namespace base
