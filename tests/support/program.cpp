#include "support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace support {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

std::string name_of(const std::string& variable) { return variable.substr(0, variable.find('=')); }

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const auto& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

}  // namespace

std::vector<std::string> environment_for(const RunOptions& options) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name = name_of(*entry);
    const auto is_given = [&](const std::string& variable) { return name_of(variable) == name; };
    if (name == "DATABASE_URL" || name.starts_with("PG")) continue;
    if (std::ranges::count(options.without, name) > 0 || std::ranges::any_of(options.environment, is_given)) continue;
    variables.emplace_back(*entry);
  }
  variables.insert(variables.end(), options.environment.begin(), options.environment.end());
  return variables;
}

namespace {

std::string content(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0) fail("fstat");
  std::string text(static_cast<size_t>(status.st_size), '\0');
  size_t done = 0;
  while (done < text.size()) {
    const auto count = pread(file, text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<size_t>(count);
  }
  text.resize(done);
  return text;
}

// On a thread of its own: the program may stop reading when it likes, and the test may be waiting for it already.
void feed(int pipe, const std::string& text) {
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  size_t done = 0;
  while (done < text.size()) {
    const auto count = write(pipe, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    done += static_cast<size_t>(count);
  }
  ::close(pipe);
}

struct Streams {
  int in = -1;
  int out = -1;
  int err = -1;
};

// In the forked child, where only async-signal-safe calls are allowed.
[[noreturn]] void become(const std::vector<char*>& arguments, const std::vector<char*>& environment,
                         const Streams& streams, const RunOptions& options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // A test that is killed leaves nothing running.
  dup2(streams.in, STDIN_FILENO);
  dup2(streams.out, STDOUT_FILENO);
  dup2(streams.err, STDERR_FILENO);
  if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) _exit(127);
  // A test run in the background may have been told to ignore some of them.
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) ::signal(signal, SIG_DFL);
  if (options.before_exec) options.before_exec();
  execvpe(arguments[0], arguments.data(), environment.data());
  constexpr char kMessage[] = "the program could not be started\n";
  [[maybe_unused]] const auto ignored = write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  _exit(127);
}

int open_or_fail(const std::string& path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) fail(path);
  return file;
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments, const RunOptions& options) {
  // Everything that allocates happens before the fork.
  const auto environment = environment_for(options);
  const auto environment_pointers = pointers(environment);
  const auto argument_pointers = pointers(arguments);
  out_ = memfd_create("out", MFD_CLOEXEC);
  err_ = memfd_create("err", MFD_CLOEXEC);
  if (out_ < 0 || err_ < 0) fail("memfd_create");

  Streams streams{-1, out_, err_};
  std::array<int, 2> pipe{-1, -1};
  if (!options.input_file.empty()) {
    streams.in = open_or_fail(options.input_file, O_RDONLY);
  } else {
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) fail("pipe2");
    streams.in = pipe[0];
  }
  if (!options.output_file.empty()) streams.out = open_or_fail(options.output_file, O_WRONLY);

  process_ = fork();
  if (process_ == 0) become(argument_pointers, environment_pointers, streams, options);
  if (process_ < 0) fail("fork");
  ::close(streams.in);
  if (streams.out != out_) ::close(streams.out);
  if (pipe[1] >= 0) feeder_ = std::thread([to = pipe[1], text = options.input] { feed(to, text); });
}

Program::~Program() {
  if (process_ > 0) {
    signal(SIGKILL);
    wait();
  }
  ::close(out_);
  ::close(err_);
}

void Program::signal(int number) const {
  if (process_ > 0) kill(process_, number);
}

std::string Program::out_so_far() const { return content(out_); }
std::string Program::err_so_far() const { return content(err_); }

int Program::wait() {
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  if (feeder_.joinable()) feeder_.join();
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Run Program::finish() {
  if (process_ <= 0) throw std::logic_error("Program::finish() was called twice");
  const int status = wait();
  return {status, out_so_far(), err_so_far()};
}

bool Program::ended() const {
  siginfo_t ended{};
  // WNOWAIT: the status is left for finish() to collect.
  return waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0;
}

std::optional<Run> Program::finish_within(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!ended()) {
    if (std::chrono::steady_clock::now() > end) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return finish();
}

Run run_program(const std::vector<std::string>& arguments, const RunOptions& options) {
  return Program(arguments, options).finish();
}

}  // namespace support
