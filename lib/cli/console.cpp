#include "cli/console.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/atomic_file.h"
#include "report/json.h"

namespace cli {
namespace {

// The lines of a message (a server's may have several), each made printable, all but the first indented.
std::string printable_lines(std::string_view text) {
  std::string lines;
  while (true) {
    const std::size_t end = text.find('\n');
    lines += base::printable(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    lines += "\n  ";
    text.remove_prefix(std::min(text.find_first_not_of(" \t", end + 1), text.size()));
  }
}

const char* kind_of(int exit_status) {
  using base::ErrorKind;
  switch (static_cast<ErrorKind>(exit_status)) {
    case ErrorKind::kInternal:
      return "internal";
    case ErrorKind::kUsage:
      return "usage";
    case ErrorKind::kConnection:
      return "connection";
    case ErrorKind::kFile:
      return "file";
    case ErrorKind::kSchema:
      return "schema";
    case ErrorKind::kPrivilege:
      return "privilege";
    case ErrorKind::kLock:
      return "lock";
    case ErrorKind::kInputOutput:
      return "input-output";
    case ErrorKind::kCommitUnknown:
      return "commit-unknown";
    case ErrorKind::kInterrupted:
      break;
  }
  return "interrupted";
}

}  // namespace

void occupy_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one, for those below are taken.
    const int taken = ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (taken < 0) return;
  }
}

void Console::use_color(base::ColorChoice choice) {
  result_color_ = base::choose_color(choice, STDOUT_FILENO);
  message_color_ = base::choose_color(choice, STDERR_FILENO);
}

void Console::say(std::string_view line) const { print_beside_result(program_ + ": " + printable_lines(line) + "\n"); }

void Console::warn(std::string_view line) const {
  print_beside_result(program_ + ": " + base::yellow("warning:", message_color_) + " " + printable_lines(line) + "\n");
}

void Console::print_error(const std::string& message, const std::string& hint, int exit_status) const {
  std::string text = program_ + ": ";
  if (message_color_ == base::Color::kAlways) text += base::red("error:", message_color_) + " ";
  text += printable_lines(message) + "\n";
  if (!hint.empty()) text += "  " + printable_lines(hint) + "\n";
  print_beside_result(text);
  if (!errors_as_json_ || has_printed_) return;
  try {
    print_result(report::error_json(program_, {kind_of(exit_status), message, hint, exit_status}));
  } catch (const std::exception&) {
    // The message is on standard error, and the exit status tells.
  }
}

void Console::print_result(std::string_view text) const {
  has_printed_ = true;
  base::DescriptorSink(STDOUT_FILENO, "standard output").write(text);
}

void Console::print_beside_result(std::string_view text) const {
  try {
    base::DescriptorSink(STDERR_FILENO, "standard error").write(text);
  } catch (const base::Error&) {
    // There is nowhere left to say it; the exit status still tells.
  }
}

}  // namespace cli
