// Fields of COPY … (FORMAT text), which the server reads with the input functions of the columns' types: for values
// that have no binary codec. Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "base/byte_buffer.h"
#include "postgres/codec/codec.h"

namespace postgres {

// The text of one binary COPY field, its length included; false for NULL.
bool print_field(const Codec& codec, std::string_view field, base::ByteBuffer& text);

// With backslashes before what ends a field or a row.
void append_copy_text(base::ByteBuffer& out, std::string_view text);

// A field that is a row of two values.
void append_copy_pair(base::ByteBuffer& out, std::string_view first, std::optional<std::string_view> second);

}  // namespace postgres
