#include "sqlite/import/multiset.h"

#include <fmt/format.h>

#include "engine/base_mark.h"
#include "sqlite/import/base_merge.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// {image}: all values of a row, in bytes. {base}, {of_base}: nothing, or what the base adds to the join and to its
// condition.
constexpr const char* kLacking = R"sql(
SELECT s.record
FROM (
  SELECT y.*, row_number() OVER (PARTITION BY y.image ORDER BY y.record) AS n
  FROM (
    SELECT x.{record} AS record, {image} AS image
    FROM {stage} x
    WHERE {lacks_identity} AND x.{record} NOT IN (SELECT record FROM {rejects}{but_gone})) y) s
LEFT JOIN (
  SELECT y.image, row_number() OVER (PARTITION BY y.image) AS n
  FROM (SELECT {image} AS image FROM {target} x WHERE {lacks_identity}) y) t
ON t.image = s.image AND t.n = s.n{base}
WHERE t.n IS NULL{of_base})sql";

constexpr const char* kBase = R"sql(
LEFT JOIN (
  SELECT y.image, row_number() OVER (PARTITION BY y.image){less} AS n
  FROM (SELECT {image} AS image{left_out} FROM {base} x WHERE {lacks_identity}) y) b
ON b.image = s.image AND b.n = s.n)sql";

// Of the base's rows and those that were left out of it, as many are numbered from 1 on as the base has more of.
constexpr const char* kLess = " - 2 * sum(y.left_out) OVER (PARTITION BY y.image)";

std::string base_numbers(const StagedTable& table, const std::string& image, const std::string& lacks_identity) {
  const bool less = table.base->has_marks();
  return fmt::format(
      kBase, fmt::arg("image", image), fmt::arg("base", table.base->stage), fmt::arg("lacks_identity", lacks_identity),
      fmt::arg("less", less ? kLess : ""),
      fmt::arg("left_out", less ? fmt::format(", x.{} = '{}' AS left_out", table.base->mark, engine::kCarriesNone)
                                : std::string{}));
}

// Those that are gone since the base keep their number among equal ones.
constexpr const char* kButGone = " WHERE verdict <> '='";

std::string missing_rows(const StagedTable& table, const char* of_base) {
  std::vector<std::string> columns;
  for (const StagedColumn& column : table.columns) {
    if (!table.is_ignored(column.name)) columns.push_back("x." + column.quoted);
  }
  const bool tells = base_tells_equal_rows(table);
  const std::string image = image_call(columns);
  const std::string lacks_identity = table.plan.identity.empty() ? "1" : table.lacks_identity("x");
  const std::string base = tells ? base_numbers(table, image, lacks_identity) : std::string{};
  return table_sql(table, kLacking, fmt::arg("image", image), fmt::arg("lacks_identity", lacks_identity),
                   fmt::arg("but_gone", tells ? kButGone : ""), fmt::arg("base", base),
                   fmt::arg("of_base", tells ? of_base : ""));
}

}  // namespace

std::string lacking_rows(const StagedTable& table) { return missing_rows(table, " AND b.n IS NULL"); }

std::string gone_rows(const StagedTable& table) { return missing_rows(table, " AND b.n IS NOT NULL"); }

}  // namespace sqlite
