// Arrays of any type with a binary codec: JSON arrays, nested for more dimensions, null for a NULL element. An array
// whose lower bounds are not all 1 is PostgreSQL's own literal as a string ("[0:1]={a,b}"); the encoder takes any
// literal. Private to the codecs.
#pragma once

#include "postgres/codec/codec.h"

namespace postgres {

extern const CodecFunctions kArrayFunctions;

}  // namespace postgres
