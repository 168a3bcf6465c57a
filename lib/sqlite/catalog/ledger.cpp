#include "sqlite/catalog/ledger.h"

#include <fmt/format.h>

#include "catalog/ledger.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr const char* kCountColumns = R"sql(
SELECT count(*)
FROM pragma_table_list l
JOIN pragma_table_info(l.name, 'main') c
WHERE l.schema = 'main' AND l.type = 'table' AND l.name = {table} AND c.name IN ({columns}))sql";

}  // namespace

std::optional<engine::LastMigration> find_last_migration(Connection& connection) {
  for (const catalog::Ledger& ledger : catalog::known_ledgers()) {
    const std::string name(ledger.table);
    std::vector<std::string> columns;
    for (const std::string& column : ledger.columns) columns.push_back(quote_literal(column));
    const std::uint64_t found = connection.number(fmt::format(
        fmt::runtime(kCountColumns), fmt::arg("table", quote_literal(name)), fmt::arg("columns", join(columns, ", "))));
    if (found != columns.size()) continue;
    std::string sql(ledger.newest);
    sql.replace(sql.find("%s"), 2, "main." + quote_name(name));
    std::vector<std::string> entries;
    Statement rows = connection.prepare(sql);
    while (rows.next()) entries.push_back(rows.text(0));
    return engine::LastMigration{name, catalog::last_entry(entries)};
  }
  return std::nullopt;
}

}  // namespace sqlite
