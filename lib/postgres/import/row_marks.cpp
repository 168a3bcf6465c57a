#include "postgres/import/row_marks.h"

#include <fmt/format.h>

#include <vector>

#include "postgres/catalog/value_sql.h"
#include "postgres/import/fingerprints.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// By value only where a value outlives its type, dropped and created once more: an enum's values are numbers of the
// catalog. %L tells NULL from an empty text. No type of the user's is compared or hashed by code of its own.
std::string value_state(const StagedTable& table, const MarkedValue& value) {
  const ColumnDetails& column = table.details.details_of(value.column);
  const bool by_value = table.hashes_records && is_builtin(column.type);
  const std::string hashed = by_value ? hashed_value(column, value.value) : std::string{};
  if (!hashed.empty()) return fmt::format("pg_catalog.hash_record_extended(ROW({}), 1::pg_catalog.int8)", hashed);
  return fmt::format(
      R"sql(pg_catalog.hashtextextended(pg_catalog.format('%L', {}) COLLATE pg_catalog."C", 1::pg_catalog.int8))sql",
      value.value);
}

// With a blank between them.
std::string listed_states(const std::vector<std::string>& states) {
  constexpr std::size_t kMostArguments = 99;  // of a function, and the blank
  if (states.empty() || states.size() > kMostArguments)
    return fmt::format("pg_catalog.array_to_string(ARRAY[{}]::pg_catalog.int8[], ' ')", join(states, ", "));
  return fmt::format("pg_catalog.concat_ws(' ', {})", join(states, ", "));
}

}  // namespace

std::vector<MarkedValue> marked_values(const StagedTable& table, const std::string& alias) {
  std::vector<MarkedValue> values;
  for (const StagedColumn& column : table.columns) values.push_back({column.name, alias + "." + column.quoted});
  return values;
}

std::string row_state(const StagedTable& table, const std::vector<MarkedValue>& values) {
  std::vector<std::string> states;
  for (const MarkedValue& value : values) states.push_back(value_state(table, value));
  return listed_states(states);
}

std::string row_mark(const StagedTable& table, const std::vector<MarkedValue>& values, char letter) {
  return fmt::format("'{}' || {}", letter, row_state(table, values));
}

std::string letter_of(const std::string& mark) { return fmt::format("pg_catalog.left({}, 1)", mark); }

std::string state_of(const std::string& mark) { return fmt::format("pg_catalog.substr({}, 2)", mark); }

std::string changed_since(const StagedTable& table, const std::string& mark, const std::string& alias) {
  std::vector<std::string> columns;
  for (const StagedColumn& column : table.columns) {
    columns.push_back(fmt::format("({}, {} || COALESCE(pg_catalog.left({}, 100), 'null'), {})", columns.size() + 1,
                                  quote_literal(column.name + "="), table.column_text(column.name, alias),
                                  value_state(table, {column.name, alias + "." + column.quoted})));
  }
  if (columns.empty()) return "NULL::pg_catalog.text";
  return fmt::format(
      R"sql((
  SELECT pg_catalog.string_agg(c.shown, ', ' ORDER BY c.place)
  FROM (VALUES {columns}) AS c(place, shown, state)
  WHERE c.state::pg_catalog.text IS DISTINCT FROM
    (pg_catalog.string_to_array({state}, ' '))[c.place]
))sql",
      fmt::arg("columns", join(columns, ", ")), fmt::arg("state", state_of(mark)));
}

}  // namespace postgres
