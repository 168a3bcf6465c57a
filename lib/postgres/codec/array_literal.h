// PostgreSQL's text of an array, "[0:1]={a,\"b c\",NULL}": how arrays with unusual lower bounds are written in the
// file. Private to the codecs.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "postgres/codec/codec.h"

namespace postgres {

// Appends the literal of a binary array; bounds only when one of the lower ones is not 1. In the file elements are
// parted by commas, whatever the type says.
void print_array_literal(const Codec& codec, base::ByteBuffer& out, std::string_view field, char delimiter);

// Appends the binary field of a literal; false and a reason when it is not one of this column's type.
bool scan_array_literal(const Codec& codec, base::ByteBuffer& out, std::string_view literal, std::string& reason);

}  // namespace postgres
