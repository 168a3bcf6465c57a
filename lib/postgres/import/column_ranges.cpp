#include "postgres/import/column_ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>

#include "postgres/catalog/value_sql.h"
#include "postgres/import/changed_columns.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// A statement has at most 1664 results: seven a column, and three of the rows below it.
constexpr std::size_t kMostColumns = 200;

// A sum of these cannot fail.
bool is_exact_number(const ColumnType& type) { return is_one_of(type, {"int2", "int4", "int8", "numeric"}); }

bool is_ordered(const ColumnType& type) {
  return is_exact_number(type) || is_one_of(type, {"float4", "float8", "date", "timestamp", "timestamptz"});
}

bool has_range(const StagedTable& table, const StagedColumn& column) {
  return !table.is_masked(column.name) && is_ordered(table.details.details_of(column.name).type);
}

// Of one column, by its place: what the rows below hold of it, and what becomes of these.
struct Parts {
  std::vector<std::string> rows;
  std::vector<std::string> results;
};

void add(const StagedTable& table, const StagedColumn& column, std::size_t place, Parts& parts) {
  parts.rows.push_back(fmt::format("{} AS d{}", table.column_differs(column, "t", "s"), place));
  parts.results.push_back(fmt::format("pg_catalog.count(*) FILTER (WHERE x.d{})", place));
  if (!has_range(table, column)) return;
  const ColumnDetails& details = table.details.details_of(column.name);
  for (const char* side : {"t", "s"})
    parts.rows.push_back(fmt::format("{}.{}{} AS {}{}", side, column.quoted, details.comparison_cast(), side, place));
  for (const char* function : {"sum", "min", "max"}) {
    for (const char* side : {"t", "s"}) {
      const bool none = std::string_view(function) == "sum" && !is_exact_number(details.type);
      parts.results.push_back(
          none ? "NULL::pg_catalog.text"
               : fmt::format("(pg_catalog.{}(x.{}{place}) FILTER (WHERE x.d{place}))::pg_catalog.text", function, side,
                             fmt::arg("place", place)));
    }
  }
}

// OFFSET 0: whether a column differs is asked once a row.
constexpr const char* kCount = R"sql(
SELECT {results}
FROM (SELECT {rows} FROM {updates} OFFSET 0) x)sql";

std::string text_of(const pqxx::field& field) { return field.is_null() ? std::string{} : std::string(field.c_str()); }

void count(Connection& connection, const StagedTable& table, std::span<const StagedColumn* const> columns,
           ChangedColumns& counted) {
  Parts parts{{table.target_is_newer() + " AS newer"}, {"pg_catalog.count(*) FILTER (WHERE x.newer)"}};
  for (std::size_t i = 0; i < columns.size(); ++i) add(table, *columns[i], i, parts);
  const pqxx::result found = connection.query(
      fmt::format(kCount, fmt::arg("results", join(parts.results, ",\n       ")),
                  fmt::arg("rows", join(parts.rows, ", ")), fmt::arg("updates", classified_updates(table))));
  pqxx::row::size_type at = 0;
  const auto next = [&] { return text_of(found[0][at++]); };
  counted.newer_rows = std::stoull(next());
  for (const StagedColumn* column : columns) {
    outcome::ChangedColumn changed{column->name, std::stoull(next())};
    if (has_range(table, *column)) {
      for (std::string* value : {&changed.sum_before, &changed.sum_after, &changed.least_before, &changed.least_after,
                                 &changed.greatest_before, &changed.greatest_after})
        *value = next();
    }
    if (changed.rows > 0) counted.columns.push_back(std::move(changed));
  }
}

}  // namespace

ChangedColumns count_changed_columns(Connection& connection, const StagedTable& table) {
  ChangedColumns counted;
  if (table.plan.identity.empty() || table.may_be_written == 0) return counted;
  std::vector<const StagedColumn*> columns;
  for (const StagedColumn& column : table.columns) {
    if (!table.is_kept(column)) columns.push_back(&column);
  }
  const std::span<const StagedColumn* const> all = columns;
  for (std::size_t first = 0; first < all.size(); first += kMostColumns)
    count(connection, table, all.subspan(first, std::min(kMostColumns, all.size() - first)), counted);
  std::ranges::stable_sort(counted.columns, [](const outcome::ChangedColumn& a, const outcome::ChangedColumn& b) {
    return a.rows != b.rows ? a.rows > b.rows : a.name < b.name;
  });
  return counted;
}

}  // namespace postgres
