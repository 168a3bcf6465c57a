#include "format/array_reader.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "format/container_scanner.h"
#include "format/json_check.h"
#include "format/json_string.h"

namespace format {
namespace {

[[noreturn]] void fail(const char* what) {
  throw base::Error(base::ErrorKind::kFile, std::string("damaged array: ") + what);
}

}  // namespace

ArrayReader::ArrayReader(std::string_view array) : text_(array) {
  if (text_.size() < 2 || text_.front() != '[' || text_.back() != ']') fail("it is not in brackets");
  text_ = text_.substr(1, text_.size() - 2);
}

bool ArrayReader::next(Value& element) {
  skip_space();
  if (at_ == text_.size()) return false;
  if (!first_) {
    if (text_[at_] != ',') fail("a comma is missing");
    ++at_;
    skip_space();
  }
  first_ = false;
  if (at_ == text_.size()) fail("an element is missing");
  switch (text_[at_]) {
    case '"':
      read_string(element);
      break;
    case '[':
    case '{':
      read_container(element);
      break;
    default:
      read_scalar(element);
      break;
  }
  return true;
}

void ArrayReader::skip_space() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
    ++at_;
}

void ArrayReader::read_string(Value& element) {
  const std::string_view rest = text_.substr(at_ + 1);
  const std::size_t bytes = find_closing_quote(rest);
  if (bytes == std::string_view::npos) fail("a string does not end");
  element = {ValueKind::kString, rest.substr(0, bytes)};
  at_ += bytes + 2;
  if (element.text.find('\\') == std::string_view::npos) return;
  unescaped_.clear();
  if (!append_unescaped(unescaped_, element.text)) fail("a string holds an invalid escape");
  element.text = unescaped_.view();
}

void ArrayReader::read_container(Value& element) {
  ContainerScanner scanner;
  scanner.start();
  const std::string_view rest = text_.substr(at_);
  std::size_t bytes = scanner.scan(rest.data(), rest.size());
  if (scanner.state() == ContainerScanner::State::kOpen)
    bytes += scanner.scan_rest(rest.data() + bytes, rest.size() - bytes);
  if (scanner.state() != ContainerScanner::State::kClosed) fail("the brackets of an element do not match");
  element = {rest.front() == '[' ? ValueKind::kArray : ValueKind::kObject, rest.substr(0, bytes)};
  at_ += bytes;
}

void ArrayReader::read_scalar(Value& element) {
  const std::size_t end = std::min(text_.find_first_of(", \n\r\t", at_), text_.size());
  const std::string_view token = text_.substr(at_, end - at_);
  at_ = end;
  if (token == "null") {
    element = {ValueKind::kNull, token};
  } else if (is_json_literal(token)) {
    element = {ValueKind::kBoolean, token};
  } else if (is_json_number(token)) {
    element = {ValueKind::kNumber, token};
  } else {
    fail("an element is no JSON value");
  }
}

}  // namespace format
