#include "base/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>

#include "base/temporary_files.h"
#include "base/terminal.h"

namespace base {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string hint_for(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return "make room on that disk, or name a file on another one";
    case EFBIG:
      return "the file size limit is reached: raise it with ulimit -f, or write a compressed file";
    case EACCES:
    case EPERM:
    case EROFS:
      return "name a file in a folder that you may write to";
    case ENOENT:
    case ENOTDIR:
      return "make the folder first, or name a file in one that is there";
    default:
      return {};
  }
}

Error output_error(std::string_view what, const std::string& path, int error_number) {
  return system_error(ErrorKind::kInputOutput, what, path, error_number, hint_for(error_number));
}

std::string path_of(const Descriptor& file) { return "/proc/self/fd/" + std::to_string(file.get()); }

Error exists_error(const std::string& path) {
  return {ErrorKind::kUsage, printable(path) + " exists already",
          "name another file, or replace this one with --force"};
}

}  // namespace

AtomicFile::AtomicFile(std::string path, Overwrite overwrite) : AtomicFile(std::move(path), overwrite, {}) {}

AtomicFile::AtomicFile(std::string path, MayReplace may_replace)
    : AtomicFile(std::move(path), Overwrite::kReplace, std::move(may_replace)) {}

AtomicFile::AtomicFile(std::string path, Overwrite overwrite, MayReplace may_replace)
    : path_(std::move(path)),
      folder_path_(folder_of(path_)),
      overwrite_(overwrite),
      may_replace_(std::move(may_replace)) {
  check_target();
  folder_ = open_descriptor(folder_path_, O_RDONLY | O_DIRECTORY);
  if (!folder_.is_open()) throw output_error("cannot open the folder", folder_path_, errno);
  create();
}

AtomicFile::~AtomicFile() { abandon(); }

// Whether there is a file to be replaced.
bool AtomicFile::check_target() const {
  if (path_.empty() || path_.find('\0') != std::string::npos || path_.back() == '/')
    throw Error(ErrorKind::kUsage, "\"" + printable(path_) + "\" is not the name of a file", "name a file to write to");
  struct stat target {};
  if (::lstat(path_.c_str(), &target) != 0) {
    if (errno == ENOENT) return false;
    throw output_error("cannot write", path_, errno);
  }
  if (S_ISLNK(target.st_mode))
    throw Error(ErrorKind::kUsage, printable(path_) + " is a symbolic link", "name the file that it points to");
  if (S_ISDIR(target.st_mode))
    throw Error(ErrorKind::kUsage, printable(path_) + " is a folder", "name a file in that folder");
  if (!S_ISREG(target.st_mode))
    throw Error(ErrorKind::kUsage, printable(path_) + " is not a regular file", "write to standard output (-) instead");
  if (overwrite_ == Overwrite::kRefuse) throw exists_error(path_);
  if (may_replace_) may_replace_(path_);
  return true;
}

void AtomicFile::create() {
  if (create_nameless()) return;
  const int error = make_temporary([&](const std::string& path) {
    file_ = create_temporary_file(path);
    return file_.is_open() ? 0 : errno;
  });
  if (error != 0) throw output_error("cannot create a file in", folder_path_, error);
}

// Not every file system has such files, and without /proc they never get a name.
bool AtomicFile::create_nameless() {
  file_ = open_descriptor(folder_path_, O_TMPFILE | O_WRONLY, 0600);
  if (!file_.is_open()) return false;
  nameless_ = open_descriptor(path_of(file_), O_PATH);
  if (nameless_.is_open() && ::fchmod(file_.get(), 0600) == 0) return true;  // whatever the umask has left of it
  nameless_.close();
  file_.close();
  return false;
}

// 0, or the errno that `make` returned last; it is given a path that it may find taken (EEXIST).
template <typename Make>
int AtomicFile::make_temporary(const Make& make) {
  constexpr int kAttempts = 100;
  std::random_device random;
  const std::string folder = folder_path_ == "/" ? "" : folder_path_;
  int error = EEXIST;
  for (int attempt = 0; attempt < kAttempts && error == EEXIST; ++attempt) {
    // Short and independent of the target's name, which may already be as long as a name may be.
    std::string candidate = fmt::format("{}/.db-transfer-{:08x}{:08x}.part", folder, random(), random());
    error = make(candidate);
    if (error == 0) temporary_path_ = std::move(candidate);  // a copy could fail, and nobody would remove the file
  }
  return error;
}

void AtomicFile::write(std::string_view bytes) {
  const int error = file_.is_open() ? write_all(file_.get(), bytes) : EBADF;
  if (error == 0) {
    written_bytes_ += bytes.size();
    write_behind();
    return;
  }
  abandon();
  throw output_error("cannot write", path_, error);
}

// The disk begins while the rest is still being made, so that finish() has little to wait for. A mere hint: what goes
// wrong here, fsync tells.
void AtomicFile::write_behind() noexcept {
  constexpr std::uint64_t kStretchBytes = std::uint64_t{8} << 20;
  const std::uint64_t bytes = written_bytes_ - behind_bytes_;
  if (bytes < kStretchBytes) return;
  ::sync_file_range(file_.get(), static_cast<off64_t>(behind_bytes_), static_cast<off64_t>(bytes),
                    SYNC_FILE_RANGE_WRITE);
  behind_bytes_ = written_bytes_;
}

void AtomicFile::finish() {
  int error = ::fsync(file_.get()) == 0 ? 0 : errno;
  if (error == 0) error = file_.close();
  if (error != 0) {
    abandon();
    throw output_error("cannot write", path_, error);
  }
  error = publish();
  if (error != 0) {
    abandon();
    if (error == EEXIST) throw exists_error(path_);
    throw output_error("cannot give the finished file its name", path_, error);
  }
  forget_temporary_file(temporary_path_);
  temporary_path_.clear();
  nameless_.close();
  // Some file systems cannot sync a folder and say EINVAL; they have nothing to sync.
  if (::fsync(folder_.get()) != 0 && errno != EINVAL)
    throw output_error("the file is complete, but may not survive a power cut: cannot sync", folder_path_, errno);
}

int AtomicFile::publish() {
  const char* to = path_.c_str();
  // A file that appears after this question is nobody's to replace.
  const Overwrite overwrite = may_replace_ && !check_target() ? Overwrite::kRefuse : overwrite_;
  if (nameless_.is_open()) {
    const std::string file = path_of(nameless_);
    if (overwrite == Overwrite::kRefuse)
      return ::linkat(AT_FDCWD, file.c_str(), AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
    // A link does not replace; a file gets a name of its own first.
    const int error = make_temporary([&](const std::string& path) { return name_temporary_file(file, path); });
    if (error != 0) return error;
  }
  const char* from = temporary_path_.c_str();
  if (overwrite == Overwrite::kReplace) return ::rename(from, to) == 0 ? 0 : errno;
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // File systems without RENAME_NOREPLACE (some network ones): link(2) does not replace either.
  if (::link(from, to) != 0) return errno;
  ::unlink(from);
  return 0;
}

void AtomicFile::abandon() noexcept {
  file_.close();
  nameless_.close();
  if (temporary_path_.empty()) return;
  ::unlink(temporary_path_.c_str());
  forget_temporary_file(temporary_path_);
  temporary_path_.clear();
}

DescriptorSink::DescriptorSink(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

void DescriptorSink::write(std::string_view bytes) {
  const int error = write_all(fd_, bytes);
  if (error == 0) return;
  if (error == EPIPE)
    throw Error(ErrorKind::kInputOutput, name_ + " was closed", "its reader ended before everything was written");
  throw output_error("cannot write to", name_, error);
}

void DescriptorSink::finish() {
  struct stat target {};
  if (::fstat(fd_, &target) != 0) throw output_error("cannot write to", name_, errno);
  if (S_ISREG(target.st_mode) && ::fsync(fd_) != 0 && errno != EINVAL)
    throw output_error("cannot write to", name_, errno);
}

void make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return;
  const int error = errno;
  struct stat found {};
  if (error == EEXIST && ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return;
  throw output_error("cannot make the folder", path, error);
}

}  // namespace base
