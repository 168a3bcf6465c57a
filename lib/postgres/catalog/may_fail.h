// Whether an expression of the catalog could fail for some row, told by its text. Pure text.
#pragma once

#include <string_view>

namespace postgres {

enum class Fails { kNever, kForLongTexts, kPerhaps };

// `expression` as pg_get_expr words it with an empty search_path. kNever: nothing but comparisons, logic, constants and
// a few functions that take all there is. kForLongTexts: beside these, full-text search, which minds a megabyte.
Fails fails(std::string_view expression);

}  // namespace postgres
