// numeric: a JSON string that keeps the display scale ("12.50"), "NaN", "Infinity", "-Infinity".
// Encoding takes numbers and strings of any spelling (1.5e3) and never rounds: digits that numeric(p,s) would cut
// off are refused unless they are zeros; a shorter fraction is filled up, as the server fills it.
// Private to the codecs.
#pragma once

#include "postgres/codec/codec.h"

namespace postgres {

extern const CodecFunctions kNumericFunctions;

}  // namespace postgres
