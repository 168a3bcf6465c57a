#include "join/json_form.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "format/container_scanner.h"
#include "format/json_string.h"
#include "format/json_text.h"

namespace join {
namespace {

constexpr std::string_view kSpace = " \n\r\t";

// Reads one value after the other; false: the text is not what it should be.
class Spelling {
 public:
  Spelling(base::ByteBuffer& out, std::string_view text, JsonSpelling spelling)
      : out_(out), text_(text), spelling_(spelling) {}

  bool write_all() {
    if (!write_value(0)) return false;
    skip_space();
    return text_.empty();
  }

 private:
  void skip_space() { text_.remove_prefix(std::min(text_.find_first_not_of(kSpace), text_.size())); }
  bool take(char wanted) {
    skip_space();
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool take_string(base::ByteBuffer& unescaped) {
    if (!take('"')) return false;
    const std::size_t end = format::find_closing_quote(text_);
    if (end == std::string_view::npos || !format::append_unescaped(unescaped, text_.substr(0, end))) return false;
    text_.remove_prefix(end + 1);
    return true;
  }

  bool write_value(int depth) {
    skip_space();
    if (text_.empty() || depth > static_cast<int>(format::ContainerScanner::kMaxDepth)) return false;
    if (text_.front() == '{') return write_object(depth);
    if (text_.front() == '[') return write_array(depth);
    if (text_.front() == '"') {
      base::ByteBuffer string;
      if (!take_string(string)) return false;
      format::append_json_string(out_, string.view());
      return true;
    }
    const std::size_t end = std::min(text_.find_first_of(",]} \n\r\t"), text_.size());
    write_scalar(text_.substr(0, end));
    text_.remove_prefix(end);
    return true;
  }

  void write_scalar(std::string_view token) {
    const bool minus_zero =
        token.starts_with('-') && token.find_first_not_of("-0.") == std::string_view::npos && token.size() > 1;
    out_.append(spelling_ == JsonSpelling::kJsonb && minus_zero ? token.substr(1) : token);
  }

  bool write_array(int depth) {
    text_.remove_prefix(1);
    out_.append('[');
    for (bool first = true; !take(']'); first = false) {
      if (!first && !take(',')) return false;
      if (!first) out_.append(',');
      if (!write_value(depth + 1)) return false;
    }
    out_.append(']');
    return true;
  }

  struct Member {
    std::string key;
    std::string text;  // key and value
  };

  bool write_object(int depth) {
    text_.remove_prefix(1);
    const std::size_t begin = out_.size();
    std::vector<Member> members;
    out_.append('{');
    for (bool first = true; !take('}'); first = false) {
      if (!first && !take(',')) return false;
      const std::size_t member = out_.size();
      base::ByteBuffer key;
      if (!take_string(key) || !take(':')) return false;
      if (!first && spelling_ == JsonSpelling::kCompact) out_.append(',');
      format::append_json_string(out_, key.view());
      out_.append(':');
      if (!write_value(depth + 1)) return false;
      if (spelling_ == JsonSpelling::kCompact) continue;
      members.push_back({std::string(key.view()), std::string(out_.view().substr(member))});
      out_.truncate(member);
    }
    if (spelling_ == JsonSpelling::kJsonb) write_members(members, begin);
    out_.append('}');
    return true;
  }

  void write_members(std::vector<Member>& members, std::size_t begin) {
    std::ranges::stable_sort(members, [](const Member& a, const Member& b) {
      return a.key.size() != b.key.size() ? a.key.size() < b.key.size() : a.key < b.key;
    });
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i + 1 < members.size() && members[i].key == members[i + 1].key) continue;
      if (out_.size() > begin + 1) out_.append(',');
      out_.append(members[i].text);
    }
  }

  base::ByteBuffer& out_;
  std::string_view text_;
  const JsonSpelling spelling_;
};

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

// Where a sound value ends that the text begins with.
std::size_t end_of_value(std::string_view text) {
  if (text.starts_with('"')) return format::find_closing_quote(text.substr(1)) + 2;
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    if (byte == '"') {
      const std::size_t end = format::find_closing_quote(text.substr(at + 1));
      if (end == std::string_view::npos) return text.size();
      at += end + 1;
    } else if (byte == '{' || byte == '[') {
      ++depth;
    } else if (byte == '}' || byte == ']') {
      if (depth <= 1) return depth == 0 ? at : at + 1;
      --depth;
    } else if (byte == ',' && depth == 0) {
      return at;
    }
  }
  return text.size();
}

}  // namespace

void append_json(base::ByteBuffer& out, std::string_view text, JsonSpelling spelling) {
  const std::size_t begin = out.size();
  if (Spelling(out, text, spelling).write_all()) return;
  out.truncate(begin);
  out.append(text);
}

WrappedDocument unwrap_document(std::string_view object) {
  std::string_view rest = trimmed(object);
  if (!rest.starts_with('{') || !rest.ends_with('}')) return {};
  rest = trimmed(rest.substr(1, rest.size() - 2));
  for (const std::string_view key : {std::string_view("\"$json\""), std::string_view("\"$json_text\"")}) {
    if (!rest.starts_with(key)) continue;
    const std::string_view after = trimmed(rest.substr(key.size()));
    if (!after.starts_with(':')) return {};
    const std::string_view value = trimmed(after.substr(1));
    if (trimmed(value.substr(0, end_of_value(value))).size() != value.size()) return {};
    return {key.substr(1, key.size() - 2), value};
  }
  return {};
}

}  // namespace join
