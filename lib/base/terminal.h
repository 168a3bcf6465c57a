// What may be sent to a terminal and how much room it takes there. Pure functions, independent of the locale.
#pragma once

#include <string>
#include <string_view>

namespace base {

bool is_terminal(int fd);

// Columns of the terminal; 80 where it has none or does not say.
int terminal_width(int fd);

// Makes a name from a database or a file safe to print: control characters (C0, DEL, C1), characters that turn the
// direction of text, line separators and bytes that are not UTF-8 come out as \x1b or \u202e.
std::string printable(std::string_view text);

// Columns that UTF-8 text takes: 2 for wide East Asian characters and emoji, 0 for combining and invisible ones, 1 for
// all others and for every byte that is not UTF-8. Meant for text that went through printable().
int display_width(std::string_view utf8);

enum class Color { kNever, kAlways };
enum class ColorChoice { kAuto, kAlways, kNever };

// kAuto: only on a terminal, not with NO_COLOR set (to anything but nothing), not with TERM=dumb.
Color choose_color(ColorChoice choice, int fd);

// `text` painted, or as it is with kNever. Does not escape: paint what is printable already.
std::string red(std::string_view text, Color color);
std::string yellow(std::string_view text, Color color);
std::string green(std::string_view text, Color color);
std::string dim(std::string_view text, Color color);
std::string bold(std::string_view text, Color color);

}  // namespace base
