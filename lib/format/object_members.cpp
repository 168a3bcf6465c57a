#include "format/object_members.h"

#include "base/error.h"
#include "format/container_scanner.h"
#include "format/json_string.h"

namespace format {
namespace {

constexpr std::string_view kSpace = " \n\r\t";

[[noreturn]] void fail() { throw base::Error(base::ErrorKind::kFile, "a record is no sound JSON object"); }

std::size_t string_bytes(std::string_view text) {
  const std::size_t quote = find_closing_quote(text.substr(1));
  if (quote == std::string_view::npos) fail();
  return quote + 2;
}

std::size_t container_bytes(std::string_view text) {
  ContainerScanner scanner;
  scanner.start();
  std::size_t bytes = scanner.scan(text.data(), text.size());
  if (scanner.state() == ContainerScanner::State::kOpen)
    bytes += scanner.scan_rest(text.data() + bytes, text.size() - bytes);
  if (scanner.state() != ContainerScanner::State::kClosed) fail();
  return bytes;
}

std::size_t value_bytes(std::string_view text) {
  switch (text.front()) {
    case '"':
      return string_bytes(text);
    case '{':
    case '[':
      return container_bytes(text);
    default: {
      const std::size_t end = text.find_first_of(",} \n\r\t");
      if (end == 0 || end == std::string_view::npos) fail();
      return end;
    }
  }
}

}  // namespace

char ObjectMembers::at_space_end() {
  at_ = object_.find_first_not_of(kSpace, at_);
  if (at_ == std::string_view::npos) fail();
  return object_[at_];
}

void ObjectMembers::expect(char wanted) {
  if (at_space_end() != wanted) fail();
  ++at_;
}

bool ObjectMembers::next(ObjectMember& member) {
  const bool first = at_ == 0;
  if (first) expect('{');
  if (at_space_end() == '}') return false;
  if (!first) expect(',');
  if (at_space_end() != '"') fail();
  const std::size_t start = at_;
  const std::size_t key_bytes = string_bytes(object_.substr(at_));
  member.key = object_.substr(at_ + 1, key_bytes - 2);
  at_ += key_bytes;
  expect(':');
  at_space_end();
  const std::size_t bytes = value_bytes(object_.substr(at_));
  member.value = object_.substr(at_, bytes);
  at_ += bytes;
  member.text = object_.substr(start, at_ - start);
  return true;
}

}  // namespace format
