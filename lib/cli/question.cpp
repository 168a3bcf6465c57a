#include "cli/question.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/descriptor.h"
#include "base/stop.h"
#include "base/terminal.h"

namespace cli {
namespace {

constexpr std::size_t kLongestAnswer = 1000;

base::Descriptor open_terminal() { return base::open_descriptor("/dev/tty", O_RDWR | O_NOCTTY); }

std::string without_blanks(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

bool somebody_is_there() {
  if (!base::is_terminal(STDERR_FILENO)) return false;
  const base::Descriptor terminal = open_terminal();
  return terminal.is_open() && ::tcgetpgrp(terminal.get()) == ::getpgrp();
}

std::optional<std::string> ask(const std::string& question, const std::stop_token& stop) {
  const base::Descriptor terminal = open_terminal();
  if (!terminal.is_open() || base::write_all(terminal.get(), question) != 0) return std::nullopt;
  std::string line;
  while (line.find('\n') == std::string::npos && line.size() < kLongestAnswer) {
    base::throw_if_stopped(stop);
    pollfd waiting{terminal.get(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, 100);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    std::array<char, 256> chunk{};
    const ssize_t bytes = ready < 0 ? -1 : ::read(terminal.get(), chunk.data(), chunk.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) return std::nullopt;
    line.append(chunk.data(), static_cast<std::size_t>(bytes));
  }
  return without_blanks(line);
}

}  // namespace cli
