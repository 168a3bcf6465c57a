// json and jsonb: the value itself, nested, verbatim. Two wrappers keep apart what could not be told apart otherwise.
//   {"$json": VALUE}: JSON null (SQL NULL is null); an object whose only key is "$json" or "$json_text"; as element of
//   an array column also a JSON array (a bare one is a dimension).
//   {"$json_text": "TEXT"}: the value's text as a string, where embedding it would lose or break something: json with
//   white space around the value, a json string written with \/ or \u escapes, a lone surrogate escape (\ud800), more
//   than 900 levels of nesting, or where a reader with doubles would change a number of it.
// The encoder takes away exactly one layer. Whether the text is JSON at all, the server judges. Private to the codecs.
#pragma once

#include "postgres/codec/codec.h"

namespace postgres {

extern const CodecFunctions kJsonFunctions;
extern const CodecFunctions kJsonbFunctions;
extern const CodecFunctions kJsonElementFunctions;   // of arrays
extern const CodecFunctions kJsonbElementFunctions;  // of arrays

}  // namespace postgres
