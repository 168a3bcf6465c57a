#include "base/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/descriptor.h"
#include "base/error.h"

extern char** environ;

namespace base {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
constexpr std::size_t kMostWords = std::size_t{1} << 20;  // of each stream that are kept

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw Error(ErrorKind::kInternal, std::string("cannot make a pipe: ") + std::strerror(errno));
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
  }
  Descriptor read;
  Descriptor write;
};

struct Streams {
  Pipe in;
  Pipe out;
  Pipe err;
};

// Signals as a shell would give them, whatever this program does with them. Returns the errno of the attempt.
int spawn(const std::vector<std::string>& arguments, const Streams& streams, pid_t& child) {
  std::vector<char*> words;
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, streams.in.read.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.out.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.err.write.get(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int error = ::posix_spawnp(&child, words.front(), &actions, &attributes, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

// Gives and takes as the child is ready for it, until it has closed both its streams.
class Conversation {
 public:
  Conversation(Streams& streams, const ReadInput& input, ChildResult& result)
      : streams_(streams), input_(input), result_(result) {}

  void run() {
    ::fcntl(streams_.in.write.get(), F_SETFL, O_NONBLOCK);
    while (streams_.out.read.is_open() || streams_.err.read.is_open()) {
      std::array<pollfd, 3> watched = {{{streams_.in.write.get(), POLLOUT, 0},
                                        {streams_.out.read.get(), POLLIN, 0},
                                        {streams_.err.read.get(), POLLIN, 0}}};
      if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
      if (watched[0].revents != 0) give();
      if (watched[1].revents != 0) take(streams_.out.read, result_.out);
      if (watched[2].revents != 0) take(streams_.err.read, result_.err);
    }
  }

 private:
  void give() {
    if (given_ == text_.size()) {
      text_.resize(kChunkBytes);
      text_.resize(input_ ? input_(text_.data(), text_.size()) : 0);
      given_ = 0;
    }
    if (text_.empty()) return streams_.in.write.close(), void();
    const ssize_t bytes = ::write(streams_.in.write.get(), text_.data() + given_, text_.size() - given_);
    if (bytes > 0) given_ += static_cast<std::size_t>(bytes);
    if (bytes < 0 && errno != EAGAIN && errno != EINTR) streams_.in.write.close();  // it wants no more
  }

  static void take(Descriptor& stream, std::string& words) {
    std::array<char, 4096> chunk{};
    const ssize_t bytes = ::read(stream.get(), chunk.data(), chunk.size());
    if (bytes > 0 && words.size() < kMostWords) words.append(chunk.data(), static_cast<std::size_t>(bytes));
    if (bytes == 0 || (bytes < 0 && errno != EINTR)) stream.close();
  }

  Streams& streams_;
  const ReadInput& input_;
  ChildResult& result_;
  std::string text_;
  std::size_t given_ = 0;
};

}  // namespace

ChildResult run_child(const std::vector<std::string>& arguments, const ReadInput& input) {
  ChildResult result;
  Streams streams;
  pid_t child = 0;
  if (spawn(arguments, streams, child) != 0) return result;
  result.started = true;
  streams.in.read.close();
  streams.out.write.close();
  streams.err.write.close();
  try {
    Conversation(streams, input, result).run();
  } catch (...) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    throw;
  }
  streams.in.write.close();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) result.status = WEXITSTATUS(status);
  return result;
}

}  // namespace base
