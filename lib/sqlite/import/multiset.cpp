#include "sqlite/import/multiset.h"

#include "sqlite/import/table_sql.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr const char* kLacking = R"sql(
SELECT s.record
FROM (
  SELECT y.*, row_number() OVER (PARTITION BY y.image ORDER BY y.record) AS n
  FROM (
    SELECT x.{record} AS record, {image} AS image
    FROM {stage} x
    WHERE {lacks_identity} AND x.{record} NOT IN (SELECT record FROM {rejects})) y) s
LEFT JOIN (
  SELECT y.image, row_number() OVER (PARTITION BY y.image) AS n
  FROM (SELECT {image} AS image FROM {target} x WHERE {lacks_identity}) y) t
ON t.image = s.image AND t.n = s.n
WHERE t.n IS NULL)sql";

}  // namespace

std::string lacking_rows(const StagedTable& table) {
  std::vector<std::string> columns;
  for (const StagedColumn& column : table.columns) {
    if (!table.is_ignored(column.name)) columns.push_back("x." + column.quoted);
  }
  return table_sql(table, kLacking, fmt::arg("image", image_call(columns)),
                   fmt::arg("lacks_identity", table.plan.identity.empty() ? "1" : table.lacks_identity("x")));
}

}  // namespace sqlite
