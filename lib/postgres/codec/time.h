// date, time, timetz, timestamp, timestamptz: JSON strings. Timestamps AD with a T, timestamptz always UTC with a Z,
// the fraction only as long as it must be; infinity and everything BC is PostgreSQL's own text ("0044-03-15 12:00:00+00
// BC"). Encoding takes both spellings, and for timestamptz any offset but none. Digits beyond timestamp(n) are refused.
// Private to the codecs.
#pragma once

#include "postgres/codec/codec.h"

namespace postgres {

extern const CodecFunctions kDateFunctions;
extern const CodecFunctions kTimeFunctions;
extern const CodecFunctions kTimetzFunctions;
extern const CodecFunctions kTimestampFunctions;
extern const CodecFunctions kTimestamptzFunctions;

}  // namespace postgres
