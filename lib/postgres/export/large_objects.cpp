#include "postgres/export/large_objects.h"

#include <fmt/format.h>

#include "postgres/catalog/code_of_others.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kCount = R"sql(
SELECT pg_catalog.count(*) FROM {rows} t
WHERE EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata m WHERE m.oid OPERATOR(pg_catalog.=) t.{column}{cast})
)sql";

}  // namespace

std::vector<engine::LargeObjects> find_large_objects(Connection& connection,
                                                     const std::vector<const TableDetails*>& tables) {
  constexpr std::uint32_t kOid = 26;
  std::vector<engine::LargeObjects> found;
  bool known = false;
  for (const TableDetails* table : tables) {
    for (std::size_t i = 0; i < table->columns.size(); ++i) {
      const catalog::Column& column = table->table.columns[i];
      if (table->columns[i].type.oid != kOid || column.generated) continue;
      // Mostly there are none at all, and then no table is read for them.
      if (!known && connection.query("SELECT FROM pg_catalog.pg_largeobject_metadata LIMIT 1").empty()) return {};
      known = true;
      demand_plannable(*table);
      const std::string sql = fmt::format(
          kCount, fmt::arg("rows", (table->partitioned ? "" : "ONLY ") + quote_name(table->table.name)),
          fmt::arg("column", quote_name(column.name)), fmt::arg("cast", table->columns[i].comparison_cast()));
      const auto rows = connection.query_value(sql).as<std::uint64_t>();
      if (rows > 0) found.push_back({table->table.name, column.name, rows});
    }
  }
  return found;
}

}  // namespace postgres
