#include "postgres/catalog/ledger.h"

#include <fmt/format.h>

#include "catalog/ledger.h"
#include "postgres/catalog/introspect.h"
#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

std::string quoted(const std::vector<std::string>& texts) {
  std::vector<std::string> literals;
  for (const std::string& text : texts) literals.push_back(quote_literal(text));
  return join(literals, ", ");
}

constexpr const char* kHasColumns = R"sql({number} = (
    SELECT pg_catalog.count(*)
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attname IN ({names}) AND NOT a.attisdropped AND a.atttypid < 16384))sql";

// The first schema that has it.
constexpr const char* kSchema = R"sql(
(SELECT {place} AS place, n.nspname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relname = {name} AND {chosen}
  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
  AND NOT pg_catalog.row_security_active(c.oid)
  AND {has_columns}
ORDER BY n.nspname
LIMIT 1))sql";

// The condition that the pg_class row c has all of these columns, of the server's own types: a ledger is only a name,
// and what is read of it must not run what somebody made for a type of his own.
std::string has_columns(const std::vector<std::string>& columns) {
  return fmt::format(kHasColumns, fmt::arg("number", columns.size()), fmt::arg("names", quoted(columns)));
}

std::optional<engine::LastMigration> last_migration_of(Connection& connection,
                                                       const std::vector<std::string>& schemas) {
  const std::vector<catalog::Ledger>& ledgers = catalog::known_ledgers();
  std::vector<std::string> questions;
  for (const catalog::Ledger& ledger : ledgers)
    questions.push_back(fmt::format(
        kSchema, fmt::arg("place", questions.size()), fmt::arg("name", quote_literal(std::string(ledger.table))),
        fmt::arg("chosen", schema_filter(schemas)), fmt::arg("has_columns", has_columns(ledger.columns))));
  const pqxx::result found = connection.query(join(questions, "\nUNION ALL") + "\nORDER BY place\nLIMIT 1");
  if (found.empty()) return std::nullopt;
  const catalog::Ledger& ledger = ledgers.at(found[0]["place"].as<std::size_t>());
  const std::string name(ledger.table);
  std::string sql(ledger.newest);
  sql.replace(sql.find("%s"), 2, quote_name(catalog::TableName{found[0]["nspname"].c_str(), name}));
  return engine::LastMigration{name, catalog::last_entry(connection.query_list(sql))};
}

}  // namespace

std::optional<engine::LastMigration> find_last_migration(Connection& connection,
                                                         const std::vector<std::string>& schemas) {
  return with_empty_path(connection, [&] { return last_migration_of(connection, schemas); });
}

}  // namespace postgres
