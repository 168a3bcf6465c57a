#include "base/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "temporary_folder.h"

namespace base {
namespace {

TEST(Descriptor, ClosesItsFileOnce) {
  Descriptor file = open_descriptor("/dev/null", O_RDONLY);
  ASSERT_TRUE(file.is_open());
  const int fd = file.get();

  Descriptor other = std::move(file);
  EXPECT_EQ(other.close(), 0);

  EXPECT_FALSE(other.is_open());
  EXPECT_EQ(::fcntl(fd, F_GETFD), -1);
}

TEST(Descriptor, IsNotLeftToChildProcesses) {
  const Descriptor file = open_descriptor("/dev/null", O_RDONLY);

  EXPECT_EQ(::fcntl(file.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(WriteAll, GoesOnAfterShortWritesToANonBlockingPipe) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  Descriptor out(pipe[1]);
  ASSERT_EQ(::fcntl(out.get(), F_SETFL, O_NONBLOCK), 0);
  const std::string sent(1'000'000, 'x');  // many times what a pipe holds

  std::string received;
  std::thread reader([&, in = pipe[0]] {
    std::array<char, 4096> chunk{};
    for (ssize_t bytes = 0; (bytes = ::read(in, chunk.data(), chunk.size())) > 0;)
      received.append(chunk.data(), static_cast<std::size_t>(bytes));
    ::close(in);
  });
  const int error = write_all(out.get(), sent);
  out.close();
  reader.join();

  EXPECT_EQ(error, 0);
  EXPECT_EQ(received, sent);
}

TEST(WriteAll, ReturnsWhatStoppedIt) {
  const Descriptor full = open_descriptor("/dev/full", O_WRONLY);

  EXPECT_EQ(write_all(full.get(), "x"), ENOSPC);
  EXPECT_EQ(write_all(-1, "x"), EBADF);
}

TEST(SystemError, EscapesThePath) {
  const Error error = system_error(ErrorKind::kInputOutput, "cannot write", "a\x1b[31mb", ENOSPC);

  EXPECT_STREQ(error.what(), "cannot write a\\x1b[31mb: No space left on device");
}

}  // namespace
}  // namespace base
