#include "postgres/import/parent_locks.h"

#include <algorithm>

#include "postgres/catalog/quiet_tables.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr std::uint64_t kWorthIt = 1000;  // rows; below, a trigger a row costs less than the joins

constexpr const char* kLock = R"sql(
SELECT pg_catalog.count(*)
FROM (SELECT
      FROM (SELECT DISTINCT {keys}
            FROM {staged} s
            JOIN {verdicts} v ON v.record = s.{record}
            WHERE v.verdict = 'i') s
      JOIN {parents} p ON {same_key}
      FOR KEY SHARE OF p) x)sql";

constexpr const char* kMayRest = R"sql(
SELECT {may_be_set}
  AND pg_catalog.current_setting('session_replication_role') OPERATOR(pg_catalog.=) 'origin'::pg_catalog.text)sql";

std::string lock_sql(const StagedTable& table, std::size_t number, const std::string& parent) {
  const catalog::ForeignKey& key = table.details.table.foreign_keys[number];
  std::vector<std::string> keys;
  std::vector<std::string> same;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    keys.push_back("s." + quote_name(key.columns[i]));
    same.push_back(table.details.foreign_key_equality[number][i].of("p." + quote_name(key.parent_columns[i]),
                                                                    "s." + quote_name(key.columns[i])));
  }
  return table_sql(table, kLock, fmt::arg("keys", join(keys, ", ")), fmt::arg("parents", parent),
                   fmt::arg("same_key", join(same, " AND ")));
}

}  // namespace

bool ParentLocks::begin(const StagedTable& table, std::uint64_t rows) {
  const std::vector<catalog::ForeignKey>& keys = table.details.table.foreign_keys;
  if (rows < kWorthIt || keys.empty()) return false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    // Keys that classify did not judge: a default fills them, or only some partitions have them.
    if (!table.has_columns(keys[i].columns) || table.details.foreign_key_equality[i].empty() ||
        table.details.parent_rules[i] != ParentRule::kEqual)
      return false;
  }
  if (!may_rest()) return false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto staged = std::find_if(tables_.begin(), tables_.end(), [&](const StagedTable& other) {
      return other.details.table.name == keys[i].parent;
    });
    connection_.query(lock_sql(table, i, staged == tables_.end() ? quote_name(keys[i].parent) : staged->target_rows));
  }
  connection_.execute("SET LOCAL session_replication_role = replica");
  return true;
}

void ParentLocks::end() { connection_.execute("SET LOCAL session_replication_role = origin"); }

// Whatever the import's own statements call may have undone what classify saw, so all of its tables are asked.
bool ParentLocks::may_rest() {
  if (may_rest_) return *may_rest_;
  const char* may_be_set = connection_.server_version() >= 150000
                               ? "pg_catalog.has_parameter_privilege('session_replication_role', 'SET')"
                               : "(SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)";
  may_rest_ = connection_.query_value(fmt::format(kMayRest, fmt::arg("may_be_set", may_be_set))).as<bool>() &&
              are_quiet(connection_, written_tables(tables_));
  return *may_rest_;
}

}  // namespace postgres
