#include "postgres/first_load.h"

#include <algorithm>

#include "postgres/sql_text.h"
#include "postgres/stage.h"

namespace postgres {
namespace {

std::string oids_of(const std::vector<StagedTable>& tables) {
  std::vector<std::string> oids;
  for (const StagedTable& table : tables) oids.push_back(std::to_string(table.details.oid));
  return join(oids, ",");
}

// From here on an index is made faster than kept.
constexpr std::uint64_t kManyRows = 500;

// Of the tables that get many rows; 0 is the OID of none.
std::string large_oids_of(const std::vector<StagedTable>& tables) {
  std::string oids = "0";
  for (const StagedTable& table : tables) {
    if (table.plan.rows >= kManyRows) oids += "," + std::to_string(table.details.oid);
  }
  return oids;
}

void make_again(std::vector<std::string>& statements, const std::string& table, const std::string& name,
                const std::string& definition) {
  statements.push_back("ALTER TABLE " + table + " ADD CONSTRAINT " + name + " " + definition);
}

void comment(std::vector<std::string>& statements, const std::string& what, const pqxx::field& text) {
  if (!text.is_null()) statements.push_back("COMMENT ON " + what + " IS " + quote_literal(text.c_str()));
}

// All values of a record can go by binary COPY into the table itself.
bool goes_straight(const StagedTable& table) {
  return !table.columns.empty() &&
         std::all_of(table.columns.begin(), table.columns.end(), [&](const StagedColumn& column) {
           return transport_of(table.details.details_of(column.name).type) == Transport::kBinary;
         });
}

}  // namespace

bool FirstLoad::begin(const std::string& search_path) {
  if (tables_.empty() || !conditions_hold()) return false;
  connection_.execute("SAVEPOINT first_load");
  if (!lock()) return false;
  own_search_path_ = connection_.query("SELECT pg_catalog.current_setting('search_path')")[0][0].c_str();
  drop_foreign_keys();
  drop_indexes();
  connection_.execute("SELECT pg_catalog.set_config('search_path', " + quote_literal(search_path) + ", true)");
  return true;
}

// Triggers and rules would see other rows than with INSERT, or see them in another order; event triggers would see us
// drop and create.
bool FirstLoad::conditions_hold() {
  const bool any_new = std::all_of(tables_.begin(), tables_.end(), [](const StagedTable& table) {
    return table.plan.mode != engine::Mode::kUpdate && table.plan.match.empty();
  });
  if (!any_new) return false;
  const std::string oids = oids_of(tables_);
  const pqxx::result answer = connection_.query(
      "SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid IN (" + oids +
      ") AND (NOT pg_catalog.pg_has_role(c.relowner, 'USAGE') OR c.relhasrules OR c.relhassubclass AND c.relkind <> "
      "'p' "
      "OR c.relrowsecurity)) AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal AND "
      "t.tgenabled <> 'D' AND COALESCE(pg_catalog.pg_partition_root(t.tgrelid), t.tgrelid)::pg_catalog.oid IN (" +
      oids +
      ")) AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid WHERE "
      "NOT c.relispartition AND c.oid IN (" +
      oids +
      ")) AND NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger e WHERE e.evtenabled <> 'D') AND NOT EXISTS (SELECT "
      "FROM pg_catalog.pg_stat_activity a WHERE a.datname = pg_catalog.current_database() AND a.pid <> "
      // Of other roles' sessions the kind is hidden: then they count.
      "pg_catalog.pg_backend_pid() AND COALESCE(a.backend_type, 'client backend') = 'client backend')");
  if (!answer[0][0].as<bool>()) return false;
  return std::all_of(tables_.begin(), tables_.end(), [&](const StagedTable& table) {
    return connection_.query("SELECT FROM " + table.target_rows + " LIMIT 1").empty();
  });
}

bool FirstLoad::lock() {
  std::vector<std::string> names;
  for (const StagedTable& table : tables_) names.push_back(table.target);
  try {
    connection_.execute("LOCK TABLE " + join(names, ", ") + " IN ACCESS EXCLUSIVE MODE NOWAIT");
  } catch (const ServerError& error) {
    if (error.fields().sqlstate != "55P03") throw;
    connection_.execute("ROLLBACK TO SAVEPOINT first_load; RELEASE SAVEPOINT first_load");
    return false;
  }
  return true;
}

// Only what can be made again exactly by its own definition and comment: valid, enabled foreign keys between loaded
// tables. Those of two small tables stay, unless the parent is loaded behind the child.
void FirstLoad::drop_foreign_keys() {
  const std::string oids = oids_of(tables_);
  const std::string large = large_oids_of(tables_);
  const std::string order = "ARRAY[" + oids + "]::pg_catalog.oid[]";
  for (
      const auto& row : connection_.query(
          "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.relname), "
          "pg_catalog.quote_ident(f.conname), pg_catalog.pg_get_constraintdef(f.oid), "
          "pg_catalog.obj_description(f.oid, 'pg_constraint') FROM pg_catalog.pg_constraint f JOIN "
          "pg_catalog.pg_class t ON t.oid = f.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace JOIN "
          "pg_catalog.pg_class p ON p.oid = f.confrelid WHERE f.contype = 'f' AND f.convalidated AND f.conparentid = 0 "
          "AND t.relkind = 'r' AND p.relkind = 'r' AND f.conrelid IN (" +
          oids + ") AND f.confrelid IN (" + oids + ") AND (f.conrelid IN (" + large + ") OR f.confrelid IN (" + large +
          ") OR pg_catalog.array_position(" + order + ", f.confrelid) > pg_catalog.array_position(" + order +
          ", f.conrelid)) "
          "AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgconstraint = f.oid AND g.tgenabled <> 'O') "
          "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = f.oid AND d.deptype IN ('e', 'i')) ORDER "
          "BY f.oid")) {
    drop_constraint(row[0].c_str(), row[1].c_str());
    make_again(foreign_keys_, row[0].c_str(), row[1].c_str(), row[2].c_str());
    comment(foreign_keys_, std::string("CONSTRAINT ") + row[1].c_str() + " ON " + row[0].c_str(), row[3]);
  }
}

// Of the large tables, the indexes and unique keys that nothing else builds on (a foreign key that stayed, a view that
// groups by the primary key), no replica identity, in the usual place, without settings of their own. Partitioned
// tables keep theirs: names of partitions' indexes would change.
void FirstLoad::drop_indexes() {
  for (const auto& row : connection_.query(
           "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.relname), "
           "pg_catalog.quote_ident(k.conname), COALESCE(pg_catalog.pg_get_constraintdef(k.oid), "
           "pg_catalog.pg_get_indexdef(i.indexrelid)), pg_catalog.quote_ident(n.nspname) || '.' || "
           "pg_catalog.quote_ident(c.relname), pg_catalog.obj_description(c.oid, 'pg_class'), "
           "pg_catalog.obj_description(k.oid, 'pg_constraint') FROM "
           "pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON "
           "n.oid = c.relnamespace JOIN pg_catalog.pg_class t ON t.oid = i.indrelid LEFT JOIN pg_catalog.pg_constraint "
           "k ON k.conindid = c.oid AND k.conrelid = t.oid AND k.contype IN ('p', 'u') WHERE t.relkind = 'r' AND "
           "i.indisvalid AND i.indisready AND NOT i.indisreplident AND NOT i.indisclustered AND "
           "NOT i.indisexclusion AND c.reltablespace = 0 AND i.indrelid IN (" +
           large_oids_of(tables_) +
           // Of a key, the index hangs on the constraint; nothing else may.
           ") AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.refobjid = c.oid OR (d.refobjid = k.oid AND "
           "d.objid <> c.oid) OR (d.objid = c.oid AND d.refobjid IS DISTINCT FROM k.oid AND d.deptype IN ('i', 'e', "
           "'P', 'S')) OR (d.objid = k.oid AND d.deptype IN ('i', 'e', 'P', 'S'))) AND NOT EXISTS (SELECT FROM "
           "pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0) ORDER BY c.oid")) {
    const std::string table = row[0].c_str();
    const std::string index = row[3].c_str();
    if (row[1].is_null()) {
      connection_.execute("DROP INDEX " + index);
      indexes_.emplace_back(row[2].c_str());
    } else {
      drop_constraint(table, row[1].c_str());
      make_again(indexes_, table, row[1].c_str(), row[2].c_str());
      comment(indexes_, std::string("CONSTRAINT ") + row[1].c_str() + " ON " + table, row[5]);
    }
    comment(indexes_, "INDEX " + index, row[4]);
  }
}

void FirstLoad::drop_constraint(const std::string& table, const std::string& name) {
  connection_.execute("ALTER TABLE " + table + " DROP CONSTRAINT " + name);
}

bool FirstLoad::load(StagedTable& table, format::TableReader& records, base::Progress& progress) {
  Stager stager(connection_, table, progress);
  if (goes_straight(table)) return stager.load(records);
  if (!table.has_rows()) return true;
  temporary_.create_stage(table);
  stager.stage(records);
  if (table.rejected_rows > 0) return false;
  connection_.execute(table.insert_sql());
  return true;
}

void FirstLoad::finish(base::Progress& progress) {
  for (StagedTable& table : tables_) {
    progress.table(table.details.table.name.name);
    table.loaded = true;
  }
  for (const std::string& index : indexes_) connection_.execute(index);
  for (const std::string& key : foreign_keys_) connection_.execute(key);
  // A deferred key or trigger speaks now, where its word can still send us back.
  connection_.execute("SET CONSTRAINTS ALL IMMEDIATE");
  connection_.execute("SELECT pg_catalog.set_config('search_path', " + quote_literal(own_search_path_) +
                      ", true); RELEASE SAVEPOINT first_load");
}

void FirstLoad::abandon() {
  connection_.execute("ROLLBACK TO SAVEPOINT first_load; RELEASE SAVEPOINT first_load");
  temporary_.forget();
  for (StagedTable& table : tables_) {
    table.counts = {};
    table.staged_rows = 0;
    table.rejected_rows = 0;
    table.loaded = false;
  }
}

std::string FirstLoad::notice() const {
  const auto made = [](const std::vector<std::string>& statements) {
    return std::to_string(std::count_if(statements.begin(), statements.end(), [](const std::string& statement) {
      return !statement.starts_with("COMMENT");
    }));
  };
  std::string notice =
      "first load: the tables were empty and nobody else was connected, so rows went straight into them";
  if (indexes_.empty() && foreign_keys_.empty()) return notice;
  return notice + "; " + made(indexes_) + " indexes and keys and " + made(foreign_keys_) +
         " foreign keys were dropped and made again";
}

}  // namespace postgres
