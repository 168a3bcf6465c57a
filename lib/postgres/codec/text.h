// text, varchar, bpchar, citext, name, "char", enums: JSON strings. Also the text that stands for a type without a
// binary codec. A "char" holds one byte: "" is byte 0, a byte beyond ASCII is "\ooo" (octal, as PostgreSQL 16 writes
// it). Limits count characters and are never met by cutting. Private to the codecs.
#pragma once

#include "postgres/codec/codec.h"

namespace postgres {

extern const CodecFunctions kTextFunctions;     // no limit
extern const CodecFunctions kLimitedFunctions;  // varchar(n), bpchar(n)
extern const CodecFunctions kNameFunctions;
extern const CodecFunctions kCharFunctions;
extern const CodecFunctions kEnumFunctions;

}  // namespace postgres
