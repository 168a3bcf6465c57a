#include "base/temporary_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace base {
namespace {

struct List {
  std::mutex mutex;
  std::vector<std::string> paths;
};

// Never destroyed: the signal thread may still use it while the program's statics are taken down. Not on the heap: it
// is also asked for when there is no memory left.
List& list() {
  alignas(List) static std::byte place[sizeof(List)];
  static List& only = *new (place) List;
  return only;
}

}  // namespace

Descriptor create_temporary_file(const std::string& path) {
  List& files = list();
  const std::lock_guard lock(files.mutex);
  files.paths.reserve(files.paths.size() + 1);
  std::string remembered = path;
  Descriptor file = open_descriptor(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!file.is_open()) return file;
  // Under a umask like 0277 open(2) alone would give less than 0600.
  if (::fchmod(file.get(), 0600) != 0) {
    const int error = errno;
    ::unlink(path.c_str());
    file.close();
    errno = error;
    return file;
  }
  files.paths.push_back(std::move(remembered));
  return file;
}

int name_temporary_file(const std::string& file, const std::string& path) {
  List& files = list();
  const std::lock_guard lock(files.mutex);
  files.paths.reserve(files.paths.size() + 1);
  std::string remembered = path;
  if (::linkat(AT_FDCWD, file.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) return errno;
  files.paths.push_back(std::move(remembered));
  return 0;
}

void forget_temporary_file(const std::string& path) {
  List& files = list();
  const std::lock_guard lock(files.mutex);
  const auto found = std::find(files.paths.begin(), files.paths.end(), path);
  if (found != files.paths.end()) files.paths.erase(found);
}

void remove_temporary_files_and_close_the_list() {
  List& files = list();
  files.mutex.lock();  // for good: whoever wants to create a file waits here until the process ends
  for (const std::string& path : files.paths) ::unlink(path.c_str());
}

}  // namespace base
