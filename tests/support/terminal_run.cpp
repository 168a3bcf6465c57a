#include "support/terminal_run.h"

#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace support {

TerminalRun::TerminalRun(const std::vector<std::string>& arguments, const RunOptions& options) {
  const std::vector<std::string> environment = environment_for(options);
  std::vector<char*> words;
  for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  std::vector<char*> variables;
  for (const std::string& variable : environment) variables.push_back(const_cast<char*>(variable.c_str()));
  variables.push_back(nullptr);
  winsize size{50, 120, 0, 0};
  process_ = forkpty(&terminal_, nullptr, nullptr, &size);
  if (process_ < 0) throw std::runtime_error(std::string("forkpty: ") + std::strerror(errno));
  if (process_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) ::signal(signal, SIG_DFL);
  if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) _exit(127);
  execvpe(words[0], words.data(), variables.data());
  _exit(127);
}

TerminalRun::~TerminalRun() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  ::close(terminal_);
}

// A terminal whose last user is gone answers EIO.
bool TerminalRun::read_more() {
  std::array<char, 4096> chunk{};
  ssize_t bytes = 0;
  do bytes = ::read(terminal_, chunk.data(), chunk.size());
  while (bytes < 0 && errno == EINTR);
  if (bytes <= 0) return false;
  for (ssize_t i = 0; i < bytes; ++i) {
    if (chunk.at(static_cast<std::size_t>(i)) != '\r') seen_ += chunk.at(static_cast<std::size_t>(i));
  }
  return true;
}

bool TerminalRun::sees(const std::string& text) {
  while (seen_.find(text) == std::string::npos) {
    if (!read_more()) return false;
  }
  return true;
}

void TerminalRun::types(const std::string& text) {
  if (::write(terminal_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("nothing can be typed");
}

Run TerminalRun::finish() {
  while (read_more()) {
  }
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  Run run;
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  run.out = seen_;
  return run;
}

}  // namespace support
