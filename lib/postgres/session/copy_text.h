// What COPY … TO STDOUT in text says of one row. PostgreSQL's documentation, COPY, "Text Format". Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postgres {

class CopyFields {
 public:
  // Of one line, with or without its newline; the text is to outlive the object.
  explicit CopyFields(std::string_view line) : rest_(line) {
    if (rest_.ends_with('\n')) rest_.remove_suffix(1);
  }

  // The next one, good until the next call; nothing for NULL. After the last one: NULL.
  std::optional<std::string_view> next();

 private:
  std::string_view rest_;
  std::string text_;  // of a field that something was escaped in
};

// Bytes of their hexadecimal digits, as encode(…, 'hex') writes them.
std::string from_hex(std::string_view digits);

}  // namespace postgres
