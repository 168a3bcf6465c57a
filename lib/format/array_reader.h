// Hands out the elements of a JSON array (the text of a Value of kind kArray) one by one, for codecs of SQL arrays.
// A nested array comes as kArray text again, for another reader: no recursion; each level is scanned once, in linear
// time. Views the text; a string that had escapes is good until the next call. One thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/byte_buffer.h"
#include "format/value.h"

namespace format {

class ArrayReader {
 public:
  // `array` begins with `[`, ends with `]`.
  explicit ArrayReader(std::string_view array);

  // False: there are no more. Throws Error(kFile) for text that is not an array; the caller knows where it is.
  bool next(Value& element);

 private:
  void skip_space();
  void read_string(Value& element);
  void read_container(Value& element);
  void read_scalar(Value& element);

  std::string_view text_;
  std::size_t at_ = 0;
  bool first_ = true;
  base::ByteBuffer unescaped_;
};

}  // namespace format
