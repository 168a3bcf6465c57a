#include "postgres/import/multiset.h"

#include <fmt/format.h>

#include "engine/base_mark.h"
#include "postgres/import/base_merge.h"
#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"

namespace postgres {
namespace {

constexpr const char* kMissing = R"sql(
SELECT s.number AS record
FROM (SELECT x.*, pg_catalog.row_number() OVER (PARTITION BY x.image ORDER BY x.number) AS n
      FROM (SELECT s.{record} AS number, {image}::pg_catalog.text COLLATE pg_catalog."C" AS image
            FROM {staged} s WHERE {not_rejected}) x) s
LEFT JOIN (SELECT x.*, pg_catalog.row_number() OVER (PARTITION BY x.image) AS n
           FROM (SELECT {image}::pg_catalog.text COLLATE pg_catalog."C" AS image FROM {target} s) x) t
  ON t.image = s.image AND t.n = s.n{base}
WHERE t.n IS NULL{of_base})sql";

constexpr const char* kBase = R"sql(
LEFT JOIN (SELECT x.*, pg_catalog.row_number() OVER (PARTITION BY x.image){less} AS n
           FROM (SELECT {image}::pg_catalog.text COLLATE pg_catalog."C" AS image{left_out} FROM {base} s) x) b
  ON b.image = s.image AND b.n = s.n)sql";

// Of the base's rows and those that were left out of it, as many are numbered from 1 on as the base has more of.
constexpr const char* kLess = R"sql(
             - 2 * pg_catalog.count(*) FILTER (WHERE x.left_out) OVER (PARTITION BY x.image))sql";

std::string base_numbers(const StagedTable& table, const std::string& image) {
  const bool less = table.base->has_marks();
  return fmt::format(
      kBase, fmt::arg("image", image), fmt::arg("base", base_rows(table)), fmt::arg("less", less ? kLess : ""),
      fmt::arg("left_out", less ? fmt::format(", s.{} = '{}' AS left_out", table.base->mark, engine::kCarriesNone)
                                : std::string{}));
}

// Those that are gone since the base keep their number among equal ones.
constexpr const char* kNotLeftOut =
    "NOT EXISTS (SELECT FROM {rejects} r WHERE r.record = s.{record} AND r.verdict <> '=')";

std::string missing_rows(const StagedTable& table, const char* of_base) {
  const bool tells = base_tells_equal_rows(table);
  const std::string image = table.image("s");
  return fmt::format(
      kMissing, fmt::arg("record", table.record), fmt::arg("image", image), fmt::arg("staged", table.typed_rows()),
      fmt::arg("not_rejected", tells ? table_sql(table, kNotLeftOut) : not_rejected(table, "s")),
      fmt::arg("target", table.target_rows), fmt::arg("base", tells ? base_numbers(table, image) : std::string{}),
      fmt::arg("of_base", tells ? of_base : ""));
}

}  // namespace

std::string lacking_rows(const StagedTable& table) { return missing_rows(table, " AND b.n IS NULL"); }

std::string gone_rows(const StagedTable& table) { return missing_rows(table, " AND b.n IS NOT NULL"); }

}  // namespace postgres
