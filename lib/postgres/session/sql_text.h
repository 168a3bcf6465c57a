// Writing SQL text: names and literals quoted exactly, whatever they hold. No connection needed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/table.h"

namespace postgres {

// "a""b": always quoted, so that case, spaces, keywords and quotes need no thought.
std::string quote_name(std::string_view name);
std::string quote_name(const catalog::TableName& table);  // "schema"."table"

// E'…' with quotes and backslashes doubled: means the same whatever standard_conforming_strings says.
std::string quote_literal(std::string_view text);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace postgres
