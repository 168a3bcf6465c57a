#include "postgres/catalog/reads_settings.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "postgres/catalog/value_sql.h"

namespace postgres {
namespace {

// The text of their values is the same under all settings.
bool has_one_text(const ColumnType& type) {
  return type.kind == 'e' || is_one_of(type, {"bool", "bpchar", "char", "int2", "int4", "int8", "json", "jsonb", "name",
                                              "numeric", "text", "uuid", "varchar"});
}

// Of these two different ones are compared by the session's time zone, or by its date.
constexpr std::array<std::string_view, 3> kTimes = {"date", "timestamp", "timestamptz"};
// As constants name them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kConstants = {
    {{"::date", "date"}, {"::timestamp without", "timestamp"}, {"::timestamp with ", "timestamptz"}}};
constexpr std::array<std::string_view, 7> kWords = {"CURRENT_DATE", "CURRENT_TIME", "CURRENT_SCHEMA", "LOCALTIME",
                                                    "date_trunc(",  "::timestamp(", " AT TIME ZONE "};

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

bool reads_settings(std::string_view expression, const std::vector<ColumnType>& columns) {
  if (std::ranges::any_of(kWords, [&](std::string_view word) { return contains(expression, word); })) return true;
  std::set<std::string_view> times;
  for (const ColumnType& type : columns) {
    const auto time = std::ranges::find(kTimes, std::string_view(type.type_name));
    if (is_builtin(type) && time != kTimes.end()) times.insert(*time);
  }
  for (const auto& [words, type] : kConstants)
    if (contains(expression, words)) times.insert(type);
  if (times.size() > 1) return true;
  const bool makes_texts = contains(expression, "::text") || contains(expression, "::character") ||
                           contains(expression, "::bpchar") || contains(expression, "::varchar") ||
                           contains(expression, "::name") || contains(expression, "||");
  return makes_texts && !std::ranges::all_of(columns, has_one_text);
}

}  // namespace postgres
