#include "catalog/ledger.h"

#include <algorithm>
#include <array>

namespace catalog {
namespace {

constexpr std::string_view kOwnLedger = "migrations";

constexpr std::array<std::string_view, 9> kNames{"_prisma_migrations", "schema_migrations",    "ar_internal_metadata",
                                                 "django_migrations",  "alembic_version",      "flyway_schema_history",
                                                 "knex_migrations",    "knex_migrations_lock", "__EFMigrationsHistory"};

}  // namespace

const std::vector<Ledger>& known_ledgers() {
  static const std::vector<Ledger> ledgers = {
      {"_prisma_migrations",
       {"finished_at", "migration_name"},
       "SELECT migration_name FROM %s WHERE finished_at IS NOT NULL ORDER BY finished_at DESC, migration_name DESC "
       "LIMIT 1"},
      {kOwnLedger, {"applied_at", "checksum", "name"}, "SELECT name FROM %s ORDER BY name DESC LIMIT 1"},
      {"schema_migrations", {"version"}, "SELECT CAST(version AS text) FROM %s ORDER BY version DESC LIMIT 1"},
      {"alembic_version", {"version_num"}, "SELECT version_num FROM %s ORDER BY version_num DESC LIMIT 1"},
      {"django_migrations", {"app", "id", "name"}, "SELECT app || '.' || name FROM %s ORDER BY id DESC LIMIT 1"},
      {"flyway_schema_history",
       {"installed_rank", "script"},
       "SELECT script FROM %s ORDER BY installed_rank DESC LIMIT 1"},
  };
  return ledgers;
}

// db-migrate's own ledger has an everyday name, so its columns must fit as well.
bool is_ledger(std::string_view table, const std::vector<std::string>& columns) {
  if (std::find(kNames.begin(), kNames.end(), table) != kNames.end()) return true;
  if (table != kOwnLedger) return false;
  const std::vector<std::string>& wanted = known_ledgers()[1].columns;
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& column) {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  });
}

}  // namespace catalog
