#include "postgres/session/text_array.h"

#include "base/error.h"

namespace postgres {
namespace {

[[noreturn]] void fail(std::string_view text) {
  throw base::Error(base::ErrorKind::kInternal, "the server printed no array of text: " + std::string(text),
                    "please report this");
}

// In front of the element; after it afterwards. Quotes are where anything could be misread, "NULL" among it.
std::optional<std::string> read_element(std::string_view text, std::size_t& at) {
  std::string element;
  if (text[at] != '"') {
    const std::size_t end = text.find_first_of(",}", at);
    if (end == std::string_view::npos) fail(text);
    element = text.substr(at, end - at);
    at = end;
    return element == "NULL" ? std::nullopt : std::optional(element);
  }
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
    if (at < text.size()) element += text[at];
  }
  if (at >= text.size()) fail(text);
  ++at;
  return element;
}

}  // namespace

std::vector<std::optional<std::string>> read_text_array(std::string_view text) {
  std::vector<std::optional<std::string>> elements;
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') fail(text);
  if (text == "{}") return elements;
  std::size_t at = 1;
  while (true) {
    elements.push_back(read_element(text, at));
    if (at >= text.size() || (text[at] != ',' && text[at] != '}')) fail(text);
    if (text[at] == '}') break;
    ++at;
  }
  if (at + 1 != text.size()) fail(text);
  return elements;
}

std::vector<std::string> read_names(std::string_view text) {
  std::vector<std::string> names;
  for (std::optional<std::string>& element : read_text_array(text)) {
    if (!element) fail(text);
    names.push_back(*std::move(element));
  }
  return names;
}

}  // namespace postgres
