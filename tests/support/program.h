// Runs a program as a user would, without a shell, for tests: arguments, environment, standard input in; exit status
// and both streams out. Variables that would lead a test to a real database (DATABASE_URL, PG*) are taken out of the
// environment unless given here. What it prints is caught in memory, so a long output never blocks it; it sees a file
// there, not a pipe and not a terminal.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace support {

struct Run {
  int status = 0;  // exit status; 128 + signal if a signal ended it; 127 if it could not be started
  std::string out;
  std::string err;
};

// Every member has a default, so that a call names only what it needs: {.input = text}.
struct RunOptions {
  // NAME=VALUE, added or replaced; and names to remove.
  std::vector<std::string> environment = {};
  std::vector<std::string> without = {};
  // What standard input brings, through a pipe; or the file that it is.
  std::string input = {};
  std::string input_file = {};
  // Where standard output goes instead of into Run::out: an existing file or device (/dev/full).
  std::string output_file = {};
  // The working folder; empty for the test's own.
  std::string folder = {};
  // Runs in the child, for setrlimit or umask; async-signal-safe calls only.
  std::function<void()> before_exec = nullptr;
};

// NAME=VALUE of all that such a program sees.
std::vector<std::string> environment_for(const RunOptions& options);

// A program that is running, to send it signals or look at its output meanwhile. Killed if it is not finished when this
// object goes, or when the thread that started it ends.
class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments, const RunOptions& options = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t process() const { return process_; }
  void signal(int number) const;
  std::string out_so_far() const;
  std::string err_so_far() const;
  // Whether it has ended; what came of it is left for finish().
  bool ended() const;
  // Waits for its end.
  Run finish();
  // The same, but not for ever: nothing if it is still running then (the watchdog of tests that it must not hang in).
  std::optional<Run> finish_within(std::chrono::milliseconds time);

 private:
  int wait();

  pid_t process_ = -1;
  int out_ = -1;  // files in memory
  int err_ = -1;
  std::thread feeder_;
};

// arguments[0] is the program: a path, or a name to be found in PATH.
Run run_program(const std::vector<std::string>& arguments, const RunOptions& options = {});

}  // namespace support
