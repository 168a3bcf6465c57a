// Values that nobody uses, to be in a key for the time between two statements of the merge: for each type families
// of values that are counted through, made by the server's own functions only. Pure text; asks no server.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/catalog/introspect.h"

namespace postgres {

struct ValueFamily {
  std::string value;   // an expression over n, a bigint that counts from 0, of the column's base type
  std::uint64_t size;  // n is less than this
};

// A type of an extension (citext) that is text, so that the server makes one of the other without any function.
enum class IsText { kNo, kYes };

// In the order in which they are to be tried; none for a type without a value to spare.
std::vector<ValueFamily> value_families(const ColumnDetails& column, IsText is_text);

}  // namespace postgres
