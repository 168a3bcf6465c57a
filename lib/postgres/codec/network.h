// inet, cidr, macaddr: JSON strings, PostgreSQL's own text. Private to the codecs.
#pragma once

#include "postgres/codec/codec.h"

namespace postgres {

extern const CodecFunctions kInetFunctions;
extern const CodecFunctions kCidrFunctions;
extern const CodecFunctions kMacaddrFunctions;

}  // namespace postgres
