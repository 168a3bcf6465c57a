// What COPY sends, message by message, in a temporary file of this side, to be read as often as wanted. One thread,
// that of the connection.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/input_file.h"
#include "postgres/session/connection.h"

namespace postgres {

class CopySpool {
 public:
  // Runs it to its end: COPY … TO STDOUT.
  CopySpool(Connection& connection, const std::string& sql);

  // As Connection::next_chunk: a row each, empty after the last one. Views memory of this until the next call.
  std::string_view next_chunk();
  // The next one is the first again.
  void rewind();

 private:
  bool fill(std::size_t bytes);

  std::optional<base::InputFile> file_;
  std::string buffer_;
  std::size_t used_ = 0;
};

}  // namespace postgres
