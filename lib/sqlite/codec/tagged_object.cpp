#include "sqlite/codec/tagged_object.h"

#include "base/byte_buffer.h"
#include "format/json_string.h"

namespace sqlite {
namespace {

void skip_space(std::string_view& text) {
  const std::size_t at = text.find_first_not_of(" \n\r\t");
  text.remove_prefix(at == std::string_view::npos ? text.size() : at);
}

// Takes the string at the front off, quotes included; empty: there is none.
std::string_view take_string(std::string_view& text) {
  if (!text.starts_with('"')) return {};
  const std::size_t close = format::find_closing_quote(text.substr(1));
  if (close == std::string_view::npos) return {};
  const std::string_view whole = text.substr(0, close + 2);
  text.remove_prefix(whole.size());
  return whole;
}

// Takes one value off, up to the comma or bracket that ends it.
std::string_view take_value(std::string_view& text) {
  const std::string_view begin = text;
  int depth = 0;
  while (!text.empty()) {
    const char c = text.front();
    if (c == '"') {
      if (take_string(text).empty()) break;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) break;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    text.remove_prefix(1);
  }
  const std::string_view value = begin.substr(0, begin.size() - text.size());
  return value.substr(0, value.find_last_not_of(" \n\r\t") + 1);
}

}  // namespace

bool read_tagged_object(std::string_view object, TaggedObject& tagged) {
  object.remove_prefix(1);
  skip_space(object);
  if (!object.starts_with("\"$")) return false;
  const std::string_view key = take_string(object);
  if (key.empty() || key.find('\\') != std::string_view::npos) return false;
  skip_space(object);
  if (!object.starts_with(':')) return false;
  object.remove_prefix(1);
  skip_space(object);
  tagged.content = take_value(object);
  skip_space(object);
  tagged.tag = key.substr(1, key.size() - 2);
  return object == "}";
}

bool read_string(std::string_view text, std::string& content) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  base::ByteBuffer plain;
  if (!format::append_unescaped(plain, text.substr(1, text.size() - 2))) return false;
  content = plain.view();
  return true;
}

}  // namespace sqlite
