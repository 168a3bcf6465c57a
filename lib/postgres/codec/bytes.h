// bytea ("\x…" hex), uuid, bit and varbit ("0101"): JSON strings. A uuid may be written in each of PostgreSQL's
// spellings: upper case, in braces, hyphens after any four digits or none. Private to the codecs.
#pragma once

#include "postgres/codec/codec.h"

namespace postgres {

extern const CodecFunctions kByteaFunctions;
extern const CodecFunctions kUuidFunctions;
extern const CodecFunctions kBitFunctions;     // bit(n): exactly n
extern const CodecFunctions kVarbitFunctions;  // varbit(n): at most n

// The value of a hex digit; 16 or more for any other character.
unsigned hex_value(char digit);
// Puts two lower-case hex digits a byte at `at` and returns the place after them.
char* put_hex(char* at, std::string_view bytes);

}  // namespace postgres
