#include "base/scratch_file.h"

#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>

#include "base/unnamed_file.h"

namespace base {

ScratchFile::ScratchFile() : file_(open_unnamed_file(folder_)) {
  if (!file_.is_open()) throw Unusable();
}

bool ScratchFile::has_room(std::uint64_t bytes) const {
  struct ::statfs found {};
  if (::fstatfs(file_.get(), &found) != 0) return false;
  if (found.f_type == TMPFS_MAGIC || found.f_type == RAMFS_MAGIC) return false;
  return static_cast<std::uint64_t>(found.f_bavail) >= bytes / static_cast<std::uint64_t>(found.f_bsize);
}

std::uint64_t ScratchFile::append(std::string_view bytes) {
  const std::uint64_t place = end_;
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(end_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw Unusable();
    end_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return place;
}

std::size_t ScratchFile::read(std::uint64_t place, char* to, std::size_t bytes) const {
  std::size_t got = 0;
  while (got < bytes) {
    const ssize_t more = ::pread(file_.get(), to + got, bytes - got, static_cast<off_t>(place + got));
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) throw Unusable();
    if (more == 0) break;
    got += static_cast<std::size_t>(more);
  }
  return got;
}

}  // namespace base
