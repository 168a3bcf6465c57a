// The binary form of an SQL array: dimensions, a flag for NULLs, the element's type, length and lower bound of each
// dimension, then the elements as fields. Private to the codecs.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "postgres/codec/wire.h"

namespace postgres {

inline constexpr int kMaximumDimensions = 6;
inline constexpr std::int32_t kUnknownLength = -1;

struct ArrayShape {
  int dimensions = 0;  // 0: an empty array
  std::int32_t lengths[kMaximumDimensions];
  std::int32_t lower_bounds[kMaximumDimensions];

  explicit ArrayShape(int count = 0);  // lengths unknown, lower bounds 1
  bool has_plain_bounds() const;       // every lower bound is 1
};

// Takes the header off the front of `reader`. What is left holds as many fields as the shape says, unless malformed.
ArrayShape take_array_shape(const Codec& codec, FieldReader& reader);

// One element off the front; false for NULL.
bool take_element(const Codec& codec, FieldReader& reader, std::string_view& element);

// Builds the field of one array: elements are appended to `out` between construction and finish. The elements may come
// nested; the first run of each level sets its length, every other must have the same.
class ArrayBuilder {
 public:
  // `dimensions` >= 1.
  ArrayBuilder(const Codec& codec, base::ByteBuffer& out, int dimensions);

  ArrayShape& shape() { return shape_; }
  void add_null();
  // Counts an element that was appended; false (with the reason prefixed) when it was refused.
  bool added(bool accepted, std::string& reason);
  // All elements of one run of `level` are there; false when the array is not rectangular.
  bool end_level(int level, std::int64_t length, std::string& reason);
  bool finish(std::string& reason);

 private:
  const Codec& codec_;
  base::ByteBuffer& out_;
  std::size_t opened_;
  ArrayShape shape_;
  std::int32_t has_null_ = 0;
  std::int64_t elements_ = 0;
};

}  // namespace postgres
