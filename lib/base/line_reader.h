// Lines of a file that can be sought, between two offsets, in constant memory. Several may read one file in turn. One
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/input_file.h"

namespace base {

class LineReader {
 public:
  // The lines from offset `begin` up to `end`. `file` is to outlive the reader.
  LineReader(InputFile& file, std::uint64_t begin, std::uint64_t end) : file_(&file), at_(begin), end_(end) {}

  // Without its newline; good until the next call. False after the last one, and for a last one without its newline.
  bool next(std::string_view& line);

 private:
  InputFile* file_;
  std::uint64_t at_;  // of the next byte to read
  std::uint64_t end_;
  std::string buffer_;
  std::size_t used_ = 0;
};

}  // namespace base
