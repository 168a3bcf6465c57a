// Whether what an expression of the catalog says of a row may depend on settings of the session that evaluates it
// (TimeZone, DateStyle, IntervalStyle, bytea_output, extra_float_digits, search_path), told by its text. Pure text.
#pragma once

#include <string_view>
#include <vector>

#include "postgres/codec/codec.h"

namespace postgres {

// `expression` as pg_get_expr words it with an empty search_path, one that fails() for no value: others are taken to
// depend on anything. `columns`: the types of those that it reads.
bool reads_settings(std::string_view expression, const std::vector<ColumnType>& columns);

}  // namespace postgres
