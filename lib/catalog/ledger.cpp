#include "catalog/ledger.h"

#include <algorithm>
#include <tuple>

namespace catalog {
namespace {

constexpr std::string_view kOwnLedger = "migrations";

// The digits that a name begins with, so that the longer number is the greater one.
std::string_view number_of(std::string_view name) {
  const std::string_view digits = name.substr(0, std::min(name.find_first_not_of("0123456789"), name.size()));
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

}  // namespace

const std::vector<Ledger>& known_ledgers() {
  static const std::vector<Ledger> ledgers = {
      {"_prisma_migrations",
       {"finished_at", "migration_name"},
       "SELECT migration_name FROM %s WHERE finished_at IS NOT NULL ORDER BY finished_at DESC, migration_name DESC "
       "LIMIT 1"},
      {kOwnLedger, {"applied_at", "checksum", "name"}, "SELECT name FROM %s"},
      {"schema_migrations", {"version"}, "SELECT CAST(version AS text) FROM %s ORDER BY version DESC LIMIT 1"},
      {"alembic_version", {"version_num"}, "SELECT version_num FROM %s ORDER BY version_num DESC LIMIT 1"},
      {"django_migrations", {"app", "id", "name"}, "SELECT app || '.' || name FROM %s ORDER BY id DESC LIMIT 1"},
      {"flyway_schema_history",
       {"installed_rank", "script"},
       "SELECT script FROM %s ORDER BY installed_rank DESC LIMIT 1"},
  };
  return ledgers;
}

const Ledger& own_ledger() {
  return *std::find_if(known_ledgers().begin(), known_ledgers().end(),
                       [](const Ledger& ledger) { return ledger.table == kOwnLedger; });
}

std::string last_entry(const std::vector<std::string>& entries) {
  const auto last = std::max_element(entries.begin(), entries.end(), [](const std::string& a, const std::string& b) {
    const std::string_view x = number_of(a);
    const std::string_view y = number_of(b);
    return std::tuple(x.size(), x, std::string_view(a)) < std::tuple(y.size(), y, std::string_view(b));
  });
  return last == entries.end() ? std::string{} : *last;
}

const std::vector<std::string>& ledger_names() {
  static const std::vector<std::string> names{"_prisma_migrations", "schema_migrations",    "ar_internal_metadata",
                                              "django_migrations",  "alembic_version",      "flyway_schema_history",
                                              "knex_migrations",    "knex_migrations_lock", "__EFMigrationsHistory"};
  return names;
}

// db-migrate's own ledger has an everyday name, so its columns must fit as well.
bool is_ledger(std::string_view table, const std::vector<std::string>& columns) {
  const std::vector<std::string>& names = ledger_names();
  if (std::find(names.begin(), names.end(), table) != names.end()) return true;
  if (table != kOwnLedger) return false;
  const std::vector<std::string>& wanted = own_ledger().columns;
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& column) {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  });
}

}  // namespace catalog
