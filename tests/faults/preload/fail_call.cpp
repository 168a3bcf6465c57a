// Loaded into a program with LD_PRELOAD: lets the N-th call of one kind fail, and passes on every other one. Counts
// from main() on, so that what the C library does before is spared. By the environment:
//   FAIL_CALL    write, short_write, sync, rename, close, open, read, allocate
//   FAIL_NTH     which call fails; 0: none, only count
//   FAIL_ERRNO   with what (a number; not for short_write)
//   FAIL_ON      "and-after": so do all that follow; "kill": the process is killed in its place
//   FAIL_NAMELESS "yes": files without a name (O_TMPFILE) cannot be had, as on network file systems
//   FAIL_REPORT  a file to write "calls failures" into when main() has returned
// Only regular files beyond the standard streams count; sockets are the wire proxy's matter.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
}

namespace {

enum class Kind { kNone, kWrite, kShortWrite, kSync, kRename, kClose, kOpen, kRead, kAllocate };

std::atomic<bool> armed = false;
std::atomic<long> calls = 0;
std::atomic<long> failures = 0;
Kind kind = Kind::kNone;
long nth = 0;
int error_number = 0;
bool and_after = false;
bool kills = false;
bool nameless_fail = false;

int (*real_main)(int, char**, char**) = nullptr;

const char* variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Kind kind_of(const char* name) {
  const struct {
    const char* name;
    Kind kind;
  } kinds[] = {{"write", Kind::kWrite}, {"short_write", Kind::kShortWrite},
               {"sync", Kind::kSync},   {"rename", Kind::kRename},
               {"close", Kind::kClose}, {"open", Kind::kOpen},
               {"read", Kind::kRead},   {"allocate", Kind::kAllocate}};
  for (const auto& known : kinds) {
    if (std::strcmp(known.name, name) == 0) return known.kind;
  }
  return Kind::kNone;
}

bool fails(Kind called) {
  if (!armed || called != kind) return false;
  const long number = ++calls;
  if (nth == 0 || number < nth || (number > nth && !and_after)) return false;
  if (kills) ::raise(SIGKILL);
  ++failures;
  errno = error_number;
  return true;
}

bool counts(int fd) {
  if (!armed || fd <= 2) return false;
  struct stat found {};
  const int kept = errno;
  const bool regular = ::fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
  errno = kept;
  return regular;
}

bool is_of_the_kernel(const char* path) {
  return std::strncmp(path, "/proc/", 6) == 0 || std::strncmp(path, "/sys/", 5) == 0 ||
         std::strncmp(path, "/dev/", 5) == 0;
}

void report() {
  char text[64];
  const int bytes = std::snprintf(text, sizeof text, "%ld %ld\n", calls.load(), failures.load());
  const auto fd =
      ::syscall(SYS_openat, AT_FDCWD, variable("FAIL_REPORT"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  ::syscall(SYS_write, fd, text, bytes);
  ::syscall(SYS_close, fd);
}

int counted_main(int argc, char** argv, char** environment) {
  kind = kind_of(variable("FAIL_CALL"));
  nth = std::atol(variable("FAIL_NTH"));
  error_number = std::atoi(variable("FAIL_ERRNO"));
  and_after = std::strcmp(variable("FAIL_ON"), "and-after") == 0;
  kills = std::strcmp(variable("FAIL_ON"), "kill") == 0;
  nameless_fail = std::strcmp(variable("FAIL_NAMELESS"), "yes") == 0;
  armed = true;
  const int status = real_main(argc, argv, environment);
  armed = false;
  report();
  return status;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

// How many bytes of a write are let through: fewer than asked for where it is cut short, -1 where it fails.
ssize_t admitted(int fd, size_t bytes) {
  if (!counts(fd)) return static_cast<ssize_t>(bytes);
  if (fails(Kind::kWrite)) return -1;
  return fails(Kind::kShortWrite) && bytes > 1 ? static_cast<ssize_t>(bytes / 2) : static_cast<ssize_t>(bytes);
}

}  // namespace

extern "C" {

int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv, void (*init)(), void (*fini)(),
                      void (*rtld_fini)(), void* stack_end) {
  real_main = main;
  const auto start = next<decltype(&__libc_start_main)>("__libc_start_main");
  return start(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}

ssize_t write(int fd, const void* from, size_t bytes) {
  const ssize_t some = admitted(fd, bytes);
  return some < 0 ? -1 : ::syscall(SYS_write, fd, from, some);
}

ssize_t pwrite64(int fd, const void* from, size_t bytes, off64_t offset) {
  const ssize_t some = admitted(fd, bytes);
  return some < 0 ? -1 : ::syscall(SYS_pwrite64, fd, from, some, offset);
}

ssize_t pwrite(int fd, const void* from, size_t bytes, off_t offset) { return pwrite64(fd, from, bytes, offset); }

ssize_t read(int fd, void* to, size_t bytes) {
  if (counts(fd) && fails(Kind::kRead)) return -1;
  static const auto real = next<decltype(&read)>("read");
  return real(fd, to, bytes);
}

ssize_t pread64(int fd, void* to, size_t bytes, off64_t offset) {
  if (counts(fd) && fails(Kind::kRead)) return -1;
  return ::syscall(SYS_pread64, fd, to, bytes, offset);
}

ssize_t pread(int fd, void* to, size_t bytes, off_t offset) { return pread64(fd, to, bytes, offset); }

int fsync(int fd) { return fails(Kind::kSync) ? -1 : static_cast<int>(::syscall(SYS_fsync, fd)); }

int fdatasync(int fd) { return fails(Kind::kSync) ? -1 : static_cast<int>(::syscall(SYS_fdatasync, fd)); }

int rename(const char* from, const char* to) noexcept {
  return fails(Kind::kRename) ? -1 : static_cast<int>(::syscall(SYS_rename, from, to));
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  return fails(Kind::kRename) ? -1
                              : static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

int link(const char* from, const char* to) noexcept {
  return fails(Kind::kRename) ? -1 : static_cast<int>(::syscall(SYS_link, from, to));
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
  return fails(Kind::kRename) ? -1 : static_cast<int>(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
}

// The descriptor is gone even where close fails, as on Linux.
int close(int fd) {
  const bool failing = counts(fd) && fails(Kind::kClose);
  const int status = static_cast<int>(::syscall(SYS_close, fd));
  if (!failing) return status;
  errno = error_number;
  return -1;
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, unsigned) : 0;
  va_end(rest);
  if (nameless_fail && (flags & O_TMPFILE) == O_TMPFILE) {
    errno = EOPNOTSUPP;
    return -1;
  }
  if (!is_of_the_kernel(path) && fails(Kind::kOpen)) return -1;
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, unsigned) : 0;
  va_end(rest);
  return open(path, flags, mode);
}

void* malloc(size_t bytes) { return fails(Kind::kAllocate) ? nullptr : __libc_malloc(bytes); }

void* calloc(size_t count, size_t bytes) { return fails(Kind::kAllocate) ? nullptr : __libc_calloc(count, bytes); }

void* realloc(void* old, size_t bytes) { return fails(Kind::kAllocate) ? nullptr : __libc_realloc(old, bytes); }

int posix_memalign(void** to, size_t alignment, size_t bytes) {
  void* block = fails(Kind::kAllocate) ? nullptr : __libc_memalign(alignment, bytes);
  if (block == nullptr) return ENOMEM;
  *to = block;
  return 0;
}

void* aligned_alloc(size_t alignment, size_t bytes) {
  return fails(Kind::kAllocate) ? nullptr : __libc_memalign(alignment, bytes);
}

}  // extern "C"
