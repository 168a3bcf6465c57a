#include "postgres/codec/array_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace postgres {

namespace {

constexpr std::size_t header_bytes(int dimensions) { return 12 + 8 * static_cast<std::size_t>(dimensions); }

}  // namespace

ArrayShape::ArrayShape(int count) : dimensions(count) {
  std::ranges::fill(lengths, kUnknownLength);
  std::ranges::fill(lower_bounds, 1);
}

bool ArrayShape::has_plain_bounds() const {
  return std::all_of(lower_bounds, lower_bounds + dimensions, [](std::int32_t bound) { return bound == 1; });
}

ArrayShape take_array_shape(const Codec& codec, FieldReader& reader) {
  const auto dimensions = reader.take<std::int32_t>();
  reader.take<std::int32_t>();   // whether any element is NULL
  reader.take<std::uint32_t>();  // the element's type: the codec knows
  if (dimensions < 0 || dimensions > kMaximumDimensions) throw_malformed(codec);
  ArrayShape shape(dimensions);
  for (int i = 0; i < dimensions; ++i) {
    shape.lengths[i] = reader.take<std::int32_t>();
    shape.lower_bounds[i] = reader.take<std::int32_t>();
    if (shape.lengths[i] < 1) throw_malformed(codec);
  }
  return shape;
}

bool take_element(const Codec& codec, FieldReader& reader, std::string_view& element) {
  const auto bytes = reader.take<std::int32_t>();
  if (bytes < -1) throw_malformed(codec);
  if (bytes == -1) return false;
  element = reader.take(static_cast<std::size_t>(bytes));
  return true;
}

ArrayBuilder::ArrayBuilder(const Codec& codec, base::ByteBuffer& out, int dimensions)
    : codec_(codec), out_(out), opened_(open_field(out)), shape_(dimensions) {
  out_.room(header_bytes(dimensions));
  out_.advance(header_bytes(dimensions));
}

void ArrayBuilder::add_null() {
  store(out_.room(4), std::int32_t{-1});
  out_.advance(4);
  has_null_ = 1;
  ++elements_;
}

bool ArrayBuilder::added(bool accepted, std::string& reason) {
  ++elements_;
  return accepted || refuse(reason, fmt::format("element {}: {}", elements_, reason));
}

bool ArrayBuilder::end_level(int level, std::int64_t length, std::string& reason) {
  std::int32_t& known = shape_.lengths[level];
  if (length == 0 && level > 0)
    return refuse(reason, fmt::format("an empty array inside an array of {}", codec_.name()));
  if (length > std::numeric_limits<std::int32_t>::max()) return refuse(reason, "too many elements");
  if (known == kUnknownLength) known = static_cast<std::int32_t>(length);
  if (known == length) return true;
  return refuse(reason, fmt::format("nested arrays of different lengths ({} and {}) where {} is expected", known,
                                    length, codec_.name()));
}

bool ArrayBuilder::finish(std::string& reason) {
  if (elements_ == 0) {
    shape_.dimensions = 0;
    out_.truncate(opened_ + header_bytes(0));
  }
  char* at = store(out_.data() + opened_, static_cast<std::int32_t>(shape_.dimensions));
  at = store(store(at, has_null_), codec_.element_oid());
  for (int i = 0; i < shape_.dimensions; ++i) at = store(store(at, shape_.lengths[i]), shape_.lower_bounds[i]);
  return close_field(codec_, out_, opened_, reason);
}

}  // namespace postgres
