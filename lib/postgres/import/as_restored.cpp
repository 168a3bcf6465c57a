#include "postgres/import/as_restored.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/terminal.h"
#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Returns the constraints of a table that are NOT VALID. Dropping one also drops those that heirs and partitions have
// of it, and creating it creates them, unless they were created there themselves (not `alone`). Where a valid foreign
// key says the same (`has_valid_twin`), rows are judged by that one.
constexpr const char* kNotValid = R"sql(
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.relname) AS relation, k.conname, k.contype = 'f' AS foreign_key,
       pg_catalog.pg_get_constraintdef(k.oid) AS definition,
       COALESCE(pg_catalog.obj_description(k.oid, 'pg_constraint'), '') AS comment,
       pg_catalog.pg_has_role(t.relowner, 'USAGE')
         AND (k.confrelid = 0 OR pg_catalog.has_table_privilege(k.confrelid, 'REFERENCES')) AS may_put_aside,
       k.coninhcount = 0 AND k.conparentid = 0
         AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_inherits i
           LEFT JOIN pg_catalog.pg_constraint h ON h.conrelid = i.inhrelid AND h.conname = k.conname
           WHERE i.inhparent = k.conrelid AND (t.relkind <> 'p' OR h.conislocal))
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgconstraint = k.oid AND g.tgenabled <> 'O') AS alone,
       EXISTS (
         SELECT FROM pg_catalog.pg_constraint o
         WHERE k.contype = 'f' AND o.contype = 'f' AND o.conrelid = k.conrelid AND o.oid <> k.oid
           AND o.confrelid = k.confrelid AND o.conkey = k.conkey AND o.confkey = k.confkey AND o.convalidated) AS has_valid_twin
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class t ON t.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
WHERE k.conrelid = {oid} AND NOT k.convalidated AND k.contype IN ('c', 'f', 'n') AND {enforced}
ORDER BY k.oid
)sql";

void forget(TableDetails& table, bool foreign_key, const std::string& name) {
  if (!foreign_key) std::erase_if(table.checks, [&](const CheckConstraint& check) { return check.name == name; });
  for (std::size_t i = 0; foreign_key && i < table.table.foreign_keys.size(); ++i) {
    if (table.table.foreign_keys[i].name == name) table.parent_rules[i] = ParentRule::kNone;
  }
}

}  // namespace

void AsRestored::put_aside(TableDetails& table) {
  const std::string enforced = connection_.server_version() >= 180000 ? "k.conenforced" : "true";
  const pqxx::result found =
      connection_.query(fmt::format(kNotValid, fmt::arg("oid", table.oid), fmt::arg("enforced", enforced)));
  if (found.empty()) return;
  const std::string rows = (table.partitioned ? "" : "ONLY ") + quote_name(table.table.name);
  const bool empty = connection_.query("SELECT FROM " + rows + " LIMIT 1").empty();
  for (const auto& row : found) {
    const std::string name = row["conname"].c_str();
    const std::string what = table.table.name.name + ": " + name + " (NOT VALID) ";
    if (!empty || !row["alone"].as<bool>()) {
      notices_.push_back(
          what +
          (empty ? "belongs to heirs or partitions of its own" : "was not put aside, for the table is not empty") +
          ": rows are held against it");
      continue;
    }
    if (!row["may_put_aside"].as<bool>()) {
      throw base::Error(base::ErrorKind::kPrivilege,
                        base::printable("--as-restored: " + what) + "cannot be put aside by this role",
                        "import as the table's owner, with REFERENCES on the parent, or leave --as-restored out");
    }
    constraints_.push_back(
        {row["relation"].c_str(), quote_name(name), row["definition"].c_str(), row["comment"].c_str()});
    if (!row["has_valid_twin"].as<bool>()) forget(table, row["foreign_key"].as<bool>(), name);
    notices_.push_back(what + "is put aside while rows go in, and NOT VALID again after them: they may violate it");
  }
}

void AsRestored::drop() {
  for (const Constraint& one : constraints_)
    connection_.execute(fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", one.table, one.name));
}

// Definitions name what is the server's own without its schema.
void AsRestored::make_again() {
  if (constraints_.empty()) return;
  const std::string path = connection_.query_value("SELECT pg_catalog.current_setting('search_path')").c_str();
  connection_.execute("SET LOCAL search_path = ''");
  for (const Constraint& one : constraints_) {
    connection_.execute(fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", one.table, one.name, one.definition));
    if (!one.comment.empty())
      connection_.execute(
          fmt::format("COMMENT ON CONSTRAINT {} ON {} IS {}", one.name, one.table, quote_literal(one.comment)));
  }
  set_search_path(connection_, path);
}

}  // namespace postgres
