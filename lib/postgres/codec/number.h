// bool, int2, int4, int8, oid, float4, float8. An int8 beyond ±(2^53−1) is a JSON string; so are NaN and ±Infinity.
// Floats: the fewest digits that read back as the same value, laid out as PostgreSQL lays them out (100000, 1e+15);
// -0 stays -0. Encoding takes numbers and strings alike; an integer may be written 1e3 or 5.0.
// Private to the codecs.
#pragma once

#include "postgres/codec/codec.h"

namespace postgres {

extern const CodecFunctions kBoolFunctions;
extern const CodecFunctions kInt2Functions;
extern const CodecFunctions kInt4Functions;
extern const CodecFunctions kInt8Functions;
extern const CodecFunctions kOidFunctions;
extern const CodecFunctions kFloat4Functions;
extern const CodecFunctions kFloat8Functions;

}  // namespace postgres
