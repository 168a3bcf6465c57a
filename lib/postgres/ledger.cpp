#include "postgres/ledger.h"

#include "postgres/introspect.h"
#include "postgres/sql_text.h"

namespace postgres {
namespace {

std::string text_of(const pqxx::field& field) {
  return field.is_null() ? std::string{} : std::string(field.c_str(), field.size());
}

struct Ledger {
  const char* table;
  const char* columns;  // that must be there, comma separated, sorted
  const char* newest;   // SELECT list and order, from the ledger
};

constexpr Ledger kKnownLedgers[] = {
    {"_prisma_migrations", "finished_at,migration_name",
     "SELECT migration_name FROM %s WHERE finished_at IS NOT NULL ORDER BY finished_at DESC, migration_name DESC LIMIT "
     "1"},
    {"migrations", "applied_at,checksum,name", "SELECT name FROM %s ORDER BY name DESC LIMIT 1"},
    {"schema_migrations", "version", "SELECT version::text FROM %s ORDER BY version DESC LIMIT 1"},
    {"alembic_version", "version_num", "SELECT version_num FROM %s ORDER BY version_num DESC LIMIT 1"},
    {"django_migrations", "app,id,name", "SELECT app || '.' || name FROM %s ORDER BY id DESC LIMIT 1"},
    {"flyway_schema_history", "installed_rank,script", "SELECT script FROM %s ORDER BY installed_rank DESC LIMIT 1"},
};

}  // namespace

std::optional<engine::LastMigration> find_last_migration(Connection& connection,
                                                         const std::vector<std::string>& schemas) {
  for (const Ledger& ledger : kKnownLedgers) {
    std::vector<std::string> columns;
    std::string column;
    for (const char* c = ledger.columns;; ++c) {
      if (*c != ',' && *c != '\0') {
        column += *c;
        continue;
      }
      columns.push_back(quote_literal(column));
      column.clear();
      if (*c == '\0') break;
    }
    const pqxx::result found = connection.query(
        "SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind = 'r' AND c.relname = " +
        quote_literal(ledger.table) + " AND " + schema_filter(schemas) +
        " AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') "
        "AND " +
        std::to_string(columns.size()) +
        " = (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid "
        "AND a.attname IN (" +
        join(columns, ", ") + ") AND NOT a.attisdropped) ORDER BY n.nspname LIMIT 1");
    if (found.empty()) continue;
    std::string sql = ledger.newest;
    sql.replace(sql.find("%s"), 2, quote_name(catalog::TableName{text_of(found[0][0]), ledger.table}));
    const pqxx::result newest = connection.query(sql);
    return engine::LastMigration{ledger.table, newest.empty() ? std::string{} : text_of(newest[0][0])};
  }
  return std::nullopt;
}

}  // namespace postgres
