#include "postgres/import/multiset.h"

#include <fmt/format.h>

#include "postgres/import/rejects.h"

namespace postgres {

std::string lacking_rows(const StagedTable& table) {
  return fmt::format(R"sql(
SELECT s.number AS record
FROM (SELECT x.*, pg_catalog.row_number() OVER (PARTITION BY x.image ORDER BY x.number) AS n
      FROM (SELECT s.{record} AS number, {image}::pg_catalog.text COLLATE pg_catalog."C" AS image
            FROM {staged} s WHERE {not_rejected}) x) s
LEFT JOIN (SELECT x.*, pg_catalog.row_number() OVER (PARTITION BY x.image) AS n
           FROM (SELECT {image}::pg_catalog.text COLLATE pg_catalog."C" AS image FROM {target} s) x) t
  ON t.image = s.image AND t.n = s.n
WHERE t.n IS NULL)sql",
                     fmt::arg("record", table.record), fmt::arg("image", table.image("s")),
                     fmt::arg("staged", table.typed_rows()), fmt::arg("not_rejected", not_rejected(table, "s")),
                     fmt::arg("target", table.target_rows));
}

}  // namespace postgres
