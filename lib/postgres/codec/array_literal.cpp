#include "postgres/codec/array_literal.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "postgres/codec/array_wire.h"
#include "postgres/codec/wire.h"

namespace postgres {

namespace {

using format::Value;
using format::ValueKind;

bool is_array_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

bool is_null_word(std::string_view text) {
  return std::ranges::equal(text, std::string_view("NULL"),
                            [](char left, char right) { return (left & ~0x20) == right; });
}

bool needs_quotes(std::string_view text, char delimiter) {
  return text.empty() || is_null_word(text) || std::ranges::any_of(text, [delimiter](char byte) {
           return byte == delimiter || std::string_view("{},\"\\").find(byte) != std::string_view::npos ||
                  is_array_space(byte);
         });
}

void append_element(base::ByteBuffer& out, std::string_view text, char delimiter) {
  if (!needs_quotes(text, delimiter)) return out.append(text);
  out.append('"');
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') out.append('\\');
    out.append(byte);
  }
  out.append('"');
}

void print_level(const Codec& codec, base::ByteBuffer& out, FieldReader& reader, const ArrayShape& shape, int level,
                 char delimiter) {
  base::ByteBuffer text;
  out.append('{');
  for (std::int32_t i = 0; i < shape.lengths[level]; ++i) {
    if (i != 0) out.append(delimiter);
    std::string_view element;
    if (level + 1 < shape.dimensions) {
      print_level(codec, out, reader, shape, level + 1, delimiter);
    } else if (take_element(codec, reader, element)) {
      text.clear();
      codec.element().functions().print(codec.element(), text, element);
      append_element(out, text.view(), delimiter);
    } else {
      out.append("NULL");
    }
  }
  out.append('}');
}

// Walks a literal once, appending elements as it meets them.
class LiteralScanner {
 public:
  LiteralScanner(const Codec& codec, base::ByteBuffer& out, std::string_view literal, std::string& reason)
      : codec_(codec), out_(out), literal_(literal), rest_(literal), reason_(reason) {}

  bool scan() {
    ArrayShape bounds;
    if (!take_bounds(bounds)) return refuse_literal();
    const auto dimensions = static_cast<int>(std::min(rest_.find_first_not_of('{'), rest_.size()));
    if (dimensions == 0 || dimensions > kMaximumDimensions) return refuse_literal();
    if (bounds.dimensions != 0 && bounds.dimensions != dimensions) return refuse_literal();
    ArrayBuilder builder(codec_, out_, dimensions);
    if (bounds.dimensions != 0) builder.shape() = bounds;
    if (!scan_level(builder, 0)) return false;
    if (!rest_.empty()) return refuse_literal();
    return builder.finish(reason_);
  }

 private:
  bool refuse_literal() { return refuse_syntax(codec_, literal_, reason_); }

  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool take_integer(std::int32_t& value) {
    const char* const begin = rest_.data();
    const auto [end, error] = std::from_chars(begin, begin + rest_.size(), value);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - begin));
    return true;
  }

  // Nothing, or "[lower:upper]…=".
  bool take_bounds(ArrayShape& bounds) {
    while (take('[')) {
      std::int32_t lower = 0;
      std::int32_t upper = 0;
      if (bounds.dimensions == kMaximumDimensions || !take_integer(lower) || !take(':') || !take_integer(upper) ||
          !take(']')) {
        return false;
      }
      const std::int64_t length = std::int64_t{upper} - lower + 1;
      if (length < 1 || length > std::numeric_limits<std::int32_t>::max()) return false;
      bounds.lower_bounds[bounds.dimensions] = lower;
      bounds.lengths[bounds.dimensions] = static_cast<std::int32_t>(length);
      ++bounds.dimensions;
    }
    return bounds.dimensions == 0 || take('=');
  }

  void skip_space() {
    while (!rest_.empty() && is_array_space(rest_.front())) rest_.remove_prefix(1);
  }

  bool scan_level(ArrayBuilder& builder, int level) {
    if (!take('{')) return refuse_literal();
    skip_space();
    std::int64_t length = 0;
    if (!take('}')) {
      do {
        skip_space();
        const bool nested = level + 1 < builder.shape().dimensions;
        if (!(nested ? scan_level(builder, level + 1) : scan_element(builder))) return false;
        ++length;
        skip_space();
      } while (take(','));
      if (!take('}')) return refuse_literal();
    }
    return builder.end_level(level, length, reason_);
  }

  bool scan_element(ArrayBuilder& builder) {
    text_.clear();
    const bool quoted = take('"');
    if (!(quoted ? take_quoted() : take_plain())) return refuse_literal();
    if (!quoted && is_null_word(text_)) return builder.add_null(), true;
    const Codec& element = codec_.element();
    const auto scan = element.functions().scan;
    return builder.added(scan != nullptr ? scan(element, out_, text_, reason_)
                                         : element.encode(out_, {ValueKind::kString, text_}, reason_),
                         reason_);
  }

  bool take_quoted() {
    while (!rest_.empty()) {
      char byte = rest_.front();
      rest_.remove_prefix(1);
      if (byte == '"') return true;
      if (byte == '\\') {
        if (rest_.empty()) return false;
        byte = rest_.front();
        rest_.remove_prefix(1);
      }
      text_ += byte;
    }
    return false;
  }

  bool take_plain() {
    const std::size_t end = std::min(rest_.find_first_of("{},\"\\"), rest_.size());
    text_ = rest_.substr(0, end);
    rest_.remove_prefix(end);
    while (!text_.empty() && is_array_space(text_.back())) text_.pop_back();
    return !text_.empty() && !rest_.empty() && (rest_.front() == ',' || rest_.front() == '}');
  }

  const Codec& codec_;
  base::ByteBuffer& out_;
  const std::string_view literal_;
  std::string_view rest_;
  std::string text_;
  std::string& reason_;
};

}  // namespace

void print_array_literal(const Codec& codec, base::ByteBuffer& out, std::string_view field, char delimiter) {
  FieldReader reader(codec, field);
  const ArrayShape shape = take_array_shape(codec, reader);
  if (shape.dimensions == 0) return out.append("{}");
  if (!shape.has_plain_bounds()) {
    for (int i = 0; i < shape.dimensions; ++i) {
      const std::int64_t lower = shape.lower_bounds[i];
      out.append(fmt::format("[{}:{}]", lower, lower + shape.lengths[i] - 1));
    }
    out.append('=');
  }
  print_level(codec, out, reader, shape, 0, delimiter);
  if (!reader.rest().empty()) throw_malformed(codec);
}

bool scan_array_literal(const Codec& codec, base::ByteBuffer& out, std::string_view literal, std::string& reason) {
  return LiteralScanner(codec, out, literal, reason).scan();
}

}  // namespace postgres
