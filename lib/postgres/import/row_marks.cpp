#include "postgres/import/row_marks.h"

#include <fmt/format.h>

#include <vector>

#include "engine/undo_mark.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// %L tells NULL from an empty text. No type of the user's is compared or hashed by code of its own.
std::string value_state(const std::string& value) {
  return fmt::format(R"sql(pg_catalog.hashtext(pg_catalog.format('%L', {}) COLLATE pg_catalog."C"))sql", value);
}

}  // namespace

std::string row_state(const std::vector<std::string>& columns, const std::string& alias) {
  std::vector<std::string> values;
  for (const std::string& column : columns) values.push_back(alias + "." + column);
  // SQL_ASCII: the bytes as they are, whatever the database's encoding.
  return fmt::format(
      "pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.format('%s', "
      "ROW({values})), 'SQL_ASCII')), 'hex'), {characters})",
      fmt::arg("values", join(values, ", ")), fmt::arg("characters", engine::kDigestCharacters));
}

std::string row_mark(const std::vector<std::string>& columns, char letter, const std::string& alias) {
  std::vector<std::string> states;
  for (const std::string& column : columns) states.push_back(value_state(alias + "." + column));
  return fmt::format(
      "'{letter}' || {row} || ' ' || pg_catalog.array_to_string(ARRAY[{states}]::pg_catalog.int4[], ' ')",
      fmt::arg("letter", letter), fmt::arg("row", row_state(columns, alias)), fmt::arg("states", join(states, ", ")));
}

std::vector<std::string> marked_columns(const StagedTable& table) {
  std::vector<std::string> columns;
  for (const StagedColumn& column : table.columns) columns.push_back(column.quoted);
  return columns;
}

std::string letter_of(const std::string& mark) { return "pg_catalog.left(" + mark + ", 1)"; }

std::string state_of(const std::string& mark) {
  return fmt::format("pg_catalog.substr({}, 2, {})", mark, engine::kDigestCharacters);
}

std::string changed_since(const StagedTable& table, const std::string& mark, const std::string& alias) {
  std::vector<std::string> columns;
  for (const StagedColumn& column : table.columns) {
    const std::string value = alias + "." + column.quoted;
    columns.push_back(fmt::format("({}, {} || COALESCE(pg_catalog.left({}, 100), 'null'), {})", columns.size() + 1,
                                  quote_literal(column.name + "="), table.column_text(column.name, alias),
                                  value_state(value)));
  }
  if (columns.empty()) return "NULL::pg_catalog.text";
  return fmt::format(
      R"sql((
  SELECT pg_catalog.string_agg(c.shown, ', ' ORDER BY c.place)
  FROM (VALUES {columns}) AS c(place, shown, state)
  WHERE c.state::pg_catalog.text IS DISTINCT FROM
    (pg_catalog.string_to_array(pg_catalog.substr({mark}, {behind}), ' '))[c.place]
))sql",
      fmt::arg("columns", join(columns, ", ")), fmt::arg("mark", mark),
      fmt::arg("behind", engine::kDigestCharacters + 3));
}

}  // namespace postgres
