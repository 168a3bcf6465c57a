#include "format/json_check.h"

#include <bitset>

#include <simdjson.h>

#include "format/container_scanner.h"
#include "format/json_string.h"

namespace format {
namespace {

bool is_space(char byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }
bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool ends_scalar(char byte) {
  return is_space(byte) || byte == ',' || byte == '}' || byte == ']' || byte == ':' || byte == '"';
}

// Walks the text once. What must come next is all the state there is, beside one bit a level: object or array.
class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  std::optional<JsonFault> check() {
    while (what_ == nullptr && expected_ != Expected::kEnd) step();
    if (what_ == nullptr) {
      skip_space();
      if (at_ != text_.size()) fail("something after the value");
    }
    if (what_ == nullptr) return std::nullopt;
    return JsonFault{at_, what_};
  }

 private:
  enum class Expected { kValue, kValueOrClose, kKey, kKeyOrClose, kCommaOrClose, kEnd };

  void step() {
    skip_space();
    if (at_ == text_.size()) return fail("it ends too early");
    switch (expected_) {
      case Expected::kKeyOrClose:
        if (text_[at_] == '}') return close();
        [[fallthrough]];
      case Expected::kKey:
        return key();
      case Expected::kValueOrClose:
        if (text_[at_] == ']') return close();
        [[fallthrough]];
      case Expected::kValue:
        return value();
      case Expected::kCommaOrClose:
        return comma_or_close();
      case Expected::kEnd:
        return;
    }
  }

  void value() {
    switch (text_[at_]) {
      case '{':
      case '[':
        return open();
      case '"':
        string();
        break;
      default:
        scalar();
        break;
    }
    if (what_ == nullptr) after_value();
  }

  void open() {
    if (depth_ == ContainerScanner::kMaxDepth) return fail("nested too deeply");
    const bool object = text_[at_++] == '{';
    objects_[depth_++] = object;
    expected_ = object ? Expected::kKeyOrClose : Expected::kValueOrClose;
  }

  void close() {
    ++at_;
    --depth_;
    after_value();
  }

  void after_value() { expected_ = depth_ == 0 ? Expected::kEnd : Expected::kCommaOrClose; }

  void comma_or_close() {
    const bool object = objects_[depth_ - 1];
    if (text_[at_] == (object ? '}' : ']')) return close();
    if (text_[at_] != ',') return fail("a comma or the end of the object or array is missing");
    ++at_;
    expected_ = object ? Expected::kKey : Expected::kValue;
  }

  void key() {
    if (text_[at_] != '"') return fail("a key is missing");
    string();
    if (what_ != nullptr) return;
    skip_space();
    if (at_ == text_.size() || text_[at_] != ':') return fail("a colon is missing");
    ++at_;
    expected_ = Expected::kValue;
  }

  void string() {
    for (++at_; at_ < text_.size(); ++at_) {
      const char byte = text_[at_];
      if (byte == '"') {
        ++at_;
        return;
      }
      if (static_cast<unsigned char>(byte) < 0x20) return fail("a raw control character in a string");
      if (byte != '\\') continue;
      char32_t code_point = 0;
      const std::size_t bytes = read_escape(text_.substr(at_), code_point);
      if (bytes == 0) return fail("an invalid escape or a lone surrogate");
      at_ += bytes - 1;
    }
    fail("a string without its closing quote");
  }

  void scalar() {
    std::size_t end = at_;
    while (end < text_.size() && !ends_scalar(text_[end])) ++end;
    const std::string_view token = text_.substr(at_, end - at_);
    if (!is_json_literal(token) && !is_json_number(token)) return fail("this is no JSON value");
    at_ = end;
  }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  void fail(const char* what) { what_ = what; }

  std::string_view text_;
  std::size_t at_ = 0;
  Expected expected_ = Expected::kValue;
  const char* what_ = nullptr;
  std::size_t depth_ = 0;
  std::bitset<ContainerScanner::kMaxDepth> objects_;
};

// The longest prefix that is valid, found by halving: only messages need it.
std::size_t valid_utf8_bytes(std::string_view text) {
  std::size_t valid = 0;
  std::size_t invalid = text.size();
  while (invalid - valid > 1) {
    const std::size_t middle = valid + (invalid - valid) / 2;
    std::size_t end = middle;
    while (end > valid && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not inside a character
    if (end == valid) return valid;
    if (simdjson::validate_utf8(text.data(), end)) {
      valid = end;
    } else {
      invalid = end;
    }
  }
  return valid;
}

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) return JsonFault{valid_utf8_bytes(text), "invalid UTF-8"};
  return Checker(text).check();
}

bool is_json_literal(std::string_view token) { return token == "true" || token == "false" || token == "null"; }

bool is_json_number(std::string_view token) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < token.size() && is_digit(token[at])) ++at;
    return at - from;
  };
  if (at < token.size() && token[at] == '-') ++at;
  const std::size_t first_digit = at;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && token[first_digit] == '0')) return false;
  if (at < token.size() && token[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    if (digits() == 0) return false;
  }
  return at == token.size();
}

}  // namespace format
