#include "postgres/parents.h"

#include <algorithm>

#include "postgres/sql_text.h"

namespace postgres {
namespace {

constexpr std::uint64_t kWorthIt = 1000;  // rows; below, a trigger a row costs less than the joins

std::string lock_sql(const StagedTable& table, std::size_t number, const std::string& parent) {
  const catalog::ForeignKey& key = table.details.table.foreign_keys[number];
  std::vector<std::string> same;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    same.push_back(table.details.foreign_key_equality[number][i].of("p." + quote_name(key.parent_columns[i]),
                                                                    "s." + quote_name(key.columns[i])));
  }
  return "SELECT pg_catalog.count(*) FROM (SELECT FROM " + parent + " p WHERE EXISTS (SELECT FROM " +
         table.typed_rows() + " s JOIN " + table.verdicts + " v ON v.record = s." + table.record +
         " WHERE v.verdict = 'i' AND " + join(same, " AND ") + ") FOR KEY SHARE OF p) x";
}

}  // namespace

bool ParentLocks::begin(const StagedTable& table, std::uint64_t rows) {
  const std::vector<catalog::ForeignKey>& keys = table.details.table.foreign_keys;
  if (rows < kWorthIt || keys.empty()) return false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    // Keys that classify did not judge: a default fills them, or only some partitions have them.
    if (!table.has_columns(keys[i].columns) || table.details.foreign_key_equality[i].empty()) return false;
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

// Triggers and rules of the user's would rest as well, and so would keys that are checked later than at once. A trigger
// anywhere in the import may have undone what classify saw.
bool ParentLocks::may_rest() {
  if (may_rest_) return *may_rest_;
  std::vector<std::string> oids;
  for (const StagedTable& table : tables_) oids.push_back(std::to_string(table.details.oid));
  const std::string among = " IN (" + join(oids, ",") + ")";
  const std::string permitted = connection_.server_version() >= 150000
                                    ? "pg_catalog.has_parameter_privilege('session_replication_role', 'SET')"
                                    : "(SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)";
  may_rest_ =
      connection_
          .query("SELECT " + permitted +
                 " AND pg_catalog.current_setting('session_replication_role') = 'origin' AND NOT EXISTS (SELECT FROM "
                 "pg_catalog.pg_trigger t WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND "
                 "COALESCE(pg_catalog.pg_partition_root(t.tgrelid), t.tgrelid)::pg_catalog.oid" +
                 among + ") AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relhasrules AND c.oid" + among +
                 ") AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE NOT i.indimmediate AND i.indrelid" + among +
                 ")")[0][0]
          .as<bool>();
  return *may_rest_;
}

}  // namespace postgres
