#include "postgres/codec/array.h"

#include <fmt/format.h>

#include "format/array_reader.h"
#include "format/json_text.h"
#include "postgres/codec/array_literal.h"
#include "postgres/codec/array_wire.h"
#include "postgres/codec/wire.h"

namespace postgres {

namespace {

using format::Value;
using format::ValueKind;

void decode_level(const Codec& codec, base::ByteBuffer& out, FieldReader& reader, const ArrayShape& shape, int level) {
  out.append('[');
  for (std::int32_t i = 0; i < shape.lengths[level]; ++i) {
    if (i != 0) out.append(',');
    std::string_view element;
    if (level + 1 < shape.dimensions) {
      decode_level(codec, out, reader, shape, level + 1);
    } else if (take_element(codec, reader, element)) {
      codec.element().decode(out, element);
    } else {
      out.append("null");
    }
  }
  out.append(']');
}

void decode_array(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  FieldReader reader(codec, field);
  const ArrayShape shape = take_array_shape(codec, reader);
  if (!shape.has_plain_bounds()) {
    base::ByteBuffer literal;
    print_array_literal(codec, literal, field, ',');
    return format::append_json_string(out, literal.view());
  }
  if (shape.dimensions == 0) return out.append("[]");
  decode_level(codec, out, reader, shape, 0);
  if (!reader.rest().empty()) throw_malformed(codec);
}

// The brackets in front of the first element: a JSON array among the elements of json[] is wrapped, so they are
// dimensions.
int count_dimensions(std::string_view text) {
  int count = 0;
  for (const char byte : text) {
    if (byte == '[') {
      ++count;
    } else if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t') {
      break;
    }
  }
  return count;
}

bool encode_level(const Codec& codec, base::ByteBuffer& out, ArrayBuilder& builder, std::string_view text, int level,
                  std::string& reason) {
  format::ArrayReader reader(text);
  const bool innermost = level + 1 == builder.shape().dimensions;
  std::int64_t length = 0;
  for (Value element; reader.next(element); ++length) {
    if (!innermost) {
      if (element.kind != ValueKind::kArray) {
        return refuse(reason, fmt::format("arrays and single values side by side where {} is expected", codec.name()));
      }
      if (!encode_level(codec, out, builder, element.text, level + 1, reason)) return false;
    } else if (element.kind == ValueKind::kNull) {
      builder.add_null();
    } else if (element.kind == ValueKind::kArray) {
      return refuse(reason, fmt::format("arrays and single values side by side where {} is expected", codec.name()));
    } else if (!builder.added(codec.element().encode(out, element, reason), reason)) {
      return false;
    }
  }
  return builder.end_level(level, length, reason);
}

bool scan_array(const Codec& codec, base::ByteBuffer& out, std::string_view text, std::string& reason) {
  return scan_array_literal(codec, out, text, reason);
}

void print_array(const Codec& codec, base::ByteBuffer& out, std::string_view field) {
  print_array_literal(codec, out, field, codec.element_delimiter());
}

bool encode_array(const Codec& codec, base::ByteBuffer& out, const Value& value, std::string& reason) {
  const base::ByteBuffer::Copying elements(out);  // an unescaped one lasts until the next
  if (value.kind == ValueKind::kString) return scan_array_literal(codec, out, value.text, reason);
  if (value.kind != ValueKind::kArray) return refuse_kind(codec, value, reason);
  const int dimensions = count_dimensions(value.text);
  if (dimensions > kMaximumDimensions) {
    return refuse(reason, fmt::format("{} levels of arrays, PostgreSQL takes {}", dimensions, kMaximumDimensions));
  }
  ArrayBuilder builder(codec, out, dimensions);
  return encode_level(codec, out, builder, value.text, 0, reason) && builder.finish(reason);
}

}  // namespace

constinit const CodecFunctions kArrayFunctions = {decode_array, encode_array, print_array, scan_array};

}  // namespace postgres
