#include "base/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/utf8.h"

namespace base {
namespace {

constexpr int kUsualWidth = 80;

bool is_hidden(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool turns_direction =
      c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  const bool separates_lines = c == 0x2028 || c == 0x2029;
  return control || turns_direction || separates_lines || c == 0xFEFF;
}

std::string painted(std::string_view code, std::string_view text, Color color) {
  if (color == Color::kNever || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

}  // namespace

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

int terminal_width(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsualWidth;
  return size.ws_col;
}

std::string printable(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const CodePoint first = first_code_point(text);
    const std::size_t bytes = first.bytes == 0 ? 1 : first.bytes;
    if (first.bytes == 0 || (first.value < 0x80 && is_hidden(first.value))) {
      safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
    } else if (is_hidden(first.value)) {
      safe += fmt::format("\\u{:04x}", static_cast<unsigned>(first.value));
    } else {
      safe += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return safe;
}

Color choose_color(ColorChoice choice, int fd) {
  if (choice == ColorChoice::kAlways) return Color::kAlways;
  if (choice == ColorChoice::kNever) return Color::kNever;
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org
  if (no_color != nullptr && *no_color != '\0') return Color::kNever;
  const char* term = std::getenv("TERM");
  if (term != nullptr && std::string_view(term) == "dumb") return Color::kNever;
  return is_terminal(fd) ? Color::kAlways : Color::kNever;
}

std::string red(std::string_view text, Color color) { return painted("31", text, color); }
std::string yellow(std::string_view text, Color color) { return painted("33", text, color); }
std::string green(std::string_view text, Color color) { return painted("32", text, color); }
std::string dim(std::string_view text, Color color) { return painted("2", text, color); }
std::string bold(std::string_view text, Color color) { return painted("1", text, color); }

}  // namespace base
