#include "postgres/import/column_ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "postgres/import/changed_columns.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// A statement has at most 1664 results; six a column.
constexpr std::size_t kMostColumns = 200;
constexpr std::size_t kResults = 6;

bool is_one_of(const ColumnType& type, const auto& names) {
  return type.type_schema == "pg_catalog" && std::ranges::find(names, type.type_name) != names.end();
}

// A sum of these cannot fail.
bool is_exact_number(const ColumnType& type) {
  constexpr std::array<std::string_view, 4> kNames = {"int2", "int4", "int8", "numeric"};
  return is_one_of(type, kNames);
}

bool is_ordered(const ColumnType& type) {
  constexpr std::array<std::string_view, 5> kNames = {"float4", "float8", "date", "timestamp", "timestamptz"};
  return is_exact_number(type) || is_one_of(type, kNames);
}

// "pg_catalog.min(t.a) FILTER (WHERE …)::text"
std::string results(const StagedTable& table, const StagedColumn& column) {
  const ColumnDetails& details = table.details.details_of(column.name);
  std::vector<std::string> all;
  for (const char* function : {"sum", "min", "max"}) {
    for (const char* side : {"t.", "s."}) {
      if (std::string_view(function) == "sum" && !is_exact_number(details.type)) {
        all.emplace_back("NULL::pg_catalog.text");
        continue;
      }
      all.push_back(fmt::format("(pg_catalog.{}({}{}{}) FILTER (WHERE {}))::pg_catalog.text", function, side,
                                column.quoted, details.comparison_cast(), table.column_differs(column, "t", "s")));
    }
  }
  return join(all, ", ");
}

std::string text_of(const pqxx::field& field) { return field.is_null() ? std::string{} : std::string(field.c_str()); }

}  // namespace

void add_ranges(Connection& connection, const StagedTable& table, std::vector<outcome::ChangedColumn>& columns) {
  std::vector<outcome::ChangedColumn*> counted;
  std::vector<std::string> list;
  for (outcome::ChangedColumn& changed : columns) {
    const auto column = std::ranges::find(table.columns, changed.name, &StagedColumn::name);
    if (column == table.columns.end() || table.is_masked(changed.name) || counted.size() == kMostColumns ||
        !is_ordered(table.details.details_of(changed.name).type))
      continue;
    counted.push_back(&changed);
    list.push_back(results(table, *column));
  }
  if (counted.empty()) return;
  const auto rows =
      connection.query(fmt::format("SELECT {} FROM {}", join(list, ",\n       "), accepted_updates(table)));
  for (std::size_t i = 0; i < counted.size(); ++i) {
    const auto at = [&](std::size_t result) {
      return text_of(rows[0][static_cast<pqxx::row::size_type>(i * kResults + result)]);
    };
    outcome::ChangedColumn& column = *counted[i];
    column.sum_before = at(0);
    column.sum_after = at(1);
    column.least_before = at(2);
    column.least_after = at(3);
    column.greatest_before = at(4);
    column.greatest_after = at(5);
  }
}

}  // namespace postgres
