#include "postgres/import/added_columns.h"

#include <fmt/format.h>

#include <vector>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// With the text of the default where that is a plain value, for which nothing has to be called.
constexpr const char* kColumns = R"sql(
SELECT a.attname AS name,
  CASE WHEN d.expression OPERATOR(pg_catalog.~) '^''.*''::[^'']+$'
         THEN pg_catalog.replace(pg_catalog.substring(d.expression, '^''(.*)''::[^'']+$'), '''''', '''')
       WHEN d.expression OPERATOR(pg_catalog.~) '^-?[0-9.]+$' THEN d.expression
       WHEN d.expression IN ('true', 'false') THEN pg_catalog.left(d.expression, 1) END AS value
FROM pg_catalog.pg_attribute a
LEFT JOIN (SELECT e.adrelid, e.adnum, pg_catalog.pg_get_expr(e.adbin, e.adrelid) AS expression
           FROM pg_catalog.pg_attrdef e) d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = {table} AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum)sql";

// The server keeps what a new column holds in the rows that were there, for each partition. Where it does, no such row
// held NULL.
constexpr const char* kChanged = R"sql((
  CASE WHEN {value} IS DISTINCT FROM NULL
       THEN {text} IS DISTINCT FROM {default} AND {text} IS DISTINCT FROM (
         SELECT (m.attmissingval::pg_catalog.text::pg_catalog.text[])[1] FROM pg_catalog.pg_attribute m
         WHERE m.attrelid = {alias}.tableoid AND m.attname = {name} AND m.atthasmissing)
       ELSE EXISTS (
         SELECT FROM pg_catalog.pg_attribute m
         WHERE m.attrelid = {alias}.tableoid AND m.attname = {name} AND m.atthasmissing) END))sql";

constexpr const char* kText = R"sql(pg_catalog.format('%s', {value}) COLLATE pg_catalog."C")sql";

constexpr const char* kShown = "CASE WHEN {changed} THEN {label} || pg_catalog.left({text}, 100) END";

constexpr const char* kAllShown = R"sql(NULLIF(pg_catalog.array_to_string(ARRAY[
    {shown}]::pg_catalog.text[], ', '), ''))sql";

}  // namespace

AddedColumns added_columns(Connection& connection, const StagedTable& table, const std::string& alias) {
  std::vector<std::string> changed;
  std::vector<std::string> shown;
  for (const auto& row : connection.query(fmt::format(kColumns, fmt::arg("table", table.details.oid)))) {
    const std::string name = row["name"].c_str();
    if (table.has_columns({name})) continue;
    const std::string value = alias + "." + quote_name(name);
    changed.push_back(
        fmt::format(kChanged, fmt::arg("value", value), fmt::arg("text", fmt::format(kText, fmt::arg("value", value))),
                    fmt::arg("default", row["value"].is_null() ? "NULL" : quote_literal(row["value"].c_str())),
                    fmt::arg("alias", alias), fmt::arg("name", quote_literal(name))));
    shown.push_back(fmt::format(kShown, fmt::arg("changed", changed.back()),
                                fmt::arg("label", quote_literal(name + "=")),
                                fmt::arg("text", table.column_text(name, alias))));
  }
  if (changed.empty()) return {};
  return {fmt::format("({})", join(changed, " OR ")),
          fmt::format(kAllShown, fmt::arg("shown", join(shown, ",\n    ")))};
}

}  // namespace postgres
