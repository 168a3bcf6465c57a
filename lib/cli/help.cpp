#include <fmt/format.h>

#include <algorithm>

#include "cli/page.h"

namespace cli {
namespace {

constexpr std::size_t kPageWidth = 80;
constexpr std::size_t kNamesWidth = 30;

// Breaks `text` into lines that fit after `indent` columns; all but the first are indented.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string lines;
  std::size_t room = kPageWidth - indent;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::size_t length = end - at;
    if (!lines.empty() && length + 1 > room) {
      lines += "\n" + std::string(indent, ' ');
      room = kPageWidth - indent;
    } else if (!lines.empty()) {
      lines += ' ';
      --room;
    }
    lines.append(text, at, length);
    room -= std::min(room, length);
    at = end + 1;
  }
  return lines;
}

std::string line(const PageOption& option) {
  std::string names = "  ";
  if (option.is_argument) {
    names += option.long_name;
  } else {
    names += option.short_name.empty() ? "    " : "-" + option.short_name + ", ";
    names += "--" + option.long_name + (option.value_name.empty() ? "" : " " + option.value_name);
  }
  const bool fits = names.size() + 2 <= kNamesWidth;
  names += fits ? std::string(kNamesWidth - names.size(), ' ') : "\n" + std::string(kNamesWidth, ' ');
  return names + wrapped(option.description, kNamesWidth) + "\n";
}

std::string examples(const std::vector<Example>& all) {
  std::string text = "\nExamples:\n";
  for (const Example& example : all) text += "  " + example.command + "\n      " + wrapped(example.meaning, 6) + "\n";
  return text;
}

}  // namespace

std::string help_text(const Description& description) {
  const Page& page = description.page;
  std::string text = wrapped(page.purpose, 0) + "\n\nUsage: " + page.usage + "\n";
  std::string group;
  for (const PageOption& option : description.options) {
    if (option.group != group) text += "\n" + option.group + ":\n";
    group = option.group;
    text += line(option);
  }
  text += examples(page.examples);
  for (const std::string& note : page.notes) text += "\n" + wrapped(note, 0) + "\n";
  text += "\nExit status:\n";
  for (const ExitStatus& status : page.statuses)
    text += fmt::format("{:>5}  {}\n", status.number, wrapped(status.meaning, 7));
  if (!page.closing.empty()) text += "  " + wrapped(page.closing, 2) + "\n";
  return text;
}

}  // namespace cli
