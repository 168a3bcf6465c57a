#include "location/env_expansion.h"

#include <algorithm>

#include "base/error.h"
#include "base/terminal.h"

namespace location {
namespace {

constexpr std::size_t kLongestValueBytes = std::size_t{1} << 20;
constexpr const char* kDollarHint = "to mean the character $ itself write %24 in a URL, or \\$";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_character(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

// How many characters of `text` are a name.
std::size_t name_length(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return 0;
  const auto end = std::find_if_not(text.begin(), text.end(), is_name_character);
  return static_cast<std::size_t>(end - text.begin());
}

// After the } that closes the { at `at`; npos where none does.
std::size_t after_braces(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at + 1;
  }
  return std::string_view::npos;
}

}  // namespace

// A chain on the stack, from the innermost outwards.
struct EnvExpansion::Names {
  const std::string* name;
  const Names* outer;

  bool hold(std::string_view other) const { return *name == other || (outer != nullptr && outer->hold(other)); }
};

EnvExpansion::EnvExpansion(const EnvFile& file, std::string_view path, EnvironmentLookup environment, FirstWord first)
    : file_(file), path_(path), environment_(std::move(environment)), first_(first) {}

std::optional<std::string> EnvExpansion::value(const std::string& name) const {
  const auto found = file_.values.find(name);
  if (found == file_.values.end()) return std::nullopt;
  return expanded(found->second, file_.quote_of(name), Names{&name, nullptr});
}

void EnvExpansion::fail_undefined(std::string_view name, const Names& within) const {
  throw base::Error(
      base::ErrorKind::kUsage,
      *within.name + " of " + base::printable(path_) + " needs " + base::printable(name) + ", which nothing defines",
      "define it in the file or in the environment; " + std::string(kDollarHint));
}

std::optional<std::string> EnvExpansion::meaning(const std::string& name, const Names& within) const {
  const auto in_file = file_.values.find(name);
  const bool itself = within.name != nullptr && *within.name == name;
  // "PATH=$PATH:x": what the name means outside.
  const bool file_first = first_ == FirstWord::kFile && in_file != file_.values.end() && !itself;
  if (!file_first) {
    if (auto outside = environment_(name)) return outside;
  }
  if (in_file == file_.values.end() || itself) return std::nullopt;
  if (within.hold(name))
    throw base::Error(
        base::ErrorKind::kUsage,
        *within.name + " of " + base::printable(path_) + " needs " + base::printable(name) + ", which needs it in turn",
        "write one of them out");
  return expanded(in_file->second, file_.quote_of(name), Names{&name, &within});
}

// NAME, NAME:-default, NAME-default, NAME:+other, NAME+other.
std::string EnvExpansion::braces(std::string_view inside, Quote quote, const Names& within) const {
  const std::size_t length = name_length(inside);
  const std::string name(inside.substr(0, length));
  std::string_view rest = inside.substr(length);
  const bool counts_empty = rest.starts_with(':');
  if (counts_empty) rest.remove_prefix(1);
  const char operation = rest.empty() ? '\0' : rest.front();
  if (length == 0 || (operation == '\0' && counts_empty) || (operation != '\0' && operation != '-' && operation != '+'))
    throw base::Error(base::ErrorKind::kUsage,
                      *within.name + " of " + base::printable(path_) + " holds a ${…} that is none",
                      "write ${NAME} or ${NAME:-default}; " + std::string(kDollarHint));
  const std::optional<std::string> found = meaning(name, within);
  if (operation == '\0') {
    if (!found) fail_undefined(name, within);
    return *found;
  }
  const bool is_set = found && !(counts_empty && found->empty());
  const std::string_view word = rest.substr(1);
  if (operation == '+') return is_set ? expanded(word, quote, within) : std::string{};
  return is_set ? *found : expanded(word, quote, within);
}

std::string EnvExpansion::expanded(std::string_view text, Quote quote, const Names& within) const {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (out.size() > kLongestValueBytes)
      throw base::Error(base::ErrorKind::kUsage,
                        *within.name + " of " + base::printable(path_) + " is longer than 1 MiB when expanded",
                        "write it out");
    const char c = text[at];
    const std::string_view after = text.substr(at + 1);
    if (c == '\\' && after.starts_with('$')) {
      out += '$';
      at += 2;
      continue;
    }
    if (c != '$') {
      out += c;
      ++at;
      continue;
    }
    if (after.starts_with('{')) {
      const std::size_t end = after_braces(text, at + 1);
      if (end != std::string_view::npos) {
        out += braces(text.substr(at + 2, end - at - 3), quote, within);
        at = end;
        continue;
      }
    }
    // Single quotes are where people put a password with a $: there only braces ask for more.
    const std::size_t length = quote == Quote::kSingle ? 0 : name_length(after);
    if (length == 0) {
      out += c;
      ++at;
      continue;
    }
    const std::string name(after.substr(0, length));
    const std::optional<std::string> found = meaning(name, within);
    if (!found) fail_undefined(name, within);
    out += *found;
    at += 1 + length;
  }
  return out;
}

}  // namespace location
