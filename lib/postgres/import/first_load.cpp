#include "postgres/import/first_load.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/catalog/depend_sql.h"
#include "postgres/catalog/schema_print.h"
#include "postgres/import/sequence_room.h"
#include "postgres/import/stage.h"
#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

std::vector<std::string> oids_of(const std::vector<StagedTable>& tables) {
  std::vector<std::string> oids;
  for (const StagedTable& table : tables) oids.push_back(std::to_string(table.details.oid));
  return oids;
}

// From here on an index is made faster than kept.
constexpr std::uint64_t kManyRows = 500;

std::vector<std::string> large_oids_of(const std::vector<StagedTable>& tables) {
  std::vector<std::string> oids;
  for (const StagedTable& table : tables) {
    if (table.plan.rows >= kManyRows) oids.push_back(std::to_string(table.details.oid));
  }
  return oids;
}

// Whether triggers, rules, children, event triggers and other sessions are absent. Of other roles' sessions the kind is
// hidden: then they count.
constexpr const char* kNobodyNotices = R"sql(
SELECT NOT EXISTS (
         SELECT
         FROM pg_catalog.pg_class c
         WHERE c.oid IN ({tables})
           AND (NOT pg_catalog.pg_has_role(c.relowner, 'USAGE') OR c.relhasrules
                OR c.relhassubclass AND c.relkind <> 'p' OR c.relrowsecurity))
   AND NOT EXISTS (
         SELECT
         FROM pg_catalog.pg_trigger t
         WHERE {users_trigger} AND t.tgenabled <> 'D'
           AND COALESCE(pg_catalog.pg_partition_root(t.tgrelid), t.tgrelid)::pg_catalog.oid IN ({tables}))
   AND NOT EXISTS (
         SELECT
         FROM pg_catalog.pg_inherits i
         JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
         WHERE NOT c.relispartition AND c.oid IN ({tables}))
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_event_trigger e WHERE e.evtenabled <> 'D')
   AND NOT EXISTS (
         SELECT
         FROM pg_catalog.pg_stat_activity a
         WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
           AND COALESCE(a.backend_type, 'client backend') = 'client backend'))sql";

// All values of a record can go by binary COPY into the table itself.
bool goes_straight(const StagedTable& table) {
  return !table.columns.empty() &&
         std::all_of(table.columns.begin(), table.columns.end(), [&](const StagedColumn& column) {
           return transport_of(table.details.details_of(column.name).type) == Transport::kBinary;
         });
}

}  // namespace

bool FirstLoad::begin(const SessionSettings& session) {
  if (tables_.empty() || !conditions_hold()) return false;
  start_.emplace(connection_, "first_load");
  if (!lock()) return false;
  schema_ = schema_print(connection_, oids_of(tables_));
  for (Droppable& key : droppable_foreign_keys(connection_, oids_of(tables_), large_oids_of(tables_))) {
    connection_.execute(key.drop);
    foreign_keys_.push_back(std::move(key));
  }
  for (Droppable& index : droppable_indexes(connection_, large_oids_of(tables_))) {
    connection_.execute(index.drop);
    indexes_.push_back(std::move(index));
  }
  use_session_settings(connection_, session);
  return true;
}

// Triggers and rules would see other rows than with INSERT, or see them in another order; event triggers would see us
// drop and create.
bool FirstLoad::conditions_hold() {
  const bool any_new = std::all_of(tables_.begin(), tables_.end(), [](const StagedTable& table) {
    return table.plan.mode != engine::Mode::kUpdate && table.plan.match.empty() && !table.may_lose_rows() &&
           table.failing_defaults.empty();
  });
  if (!any_new) return false;
  const pqxx::field nobody = connection_.query_value(fmt::format(
      kNobodyNotices, fmt::arg("tables", join(oids_of(tables_), ",")), fmt::arg("users_trigger", users_trigger("t"))));
  if (!nobody.as<bool>()) return false;
  const bool all_empty = std::all_of(tables_.begin(), tables_.end(), [&](const StagedTable& table) {
    return connection_.query("SELECT FROM " + table.target_rows + " LIMIT 1").empty();
  });
  // What is drawn from a sequence in vain stays drawn.
  const auto lacks = [](const std::vector<SequenceRoom>& rooms) { return !rooms.empty(); };
  return all_empty &&
         std::ranges::none_of(
             sequences_near_end(connection_, tables_, [](const StagedTable& table) { return table.plan.rows; }), lacks);
}

bool FirstLoad::lock() {
  std::vector<std::string> names;
  for (const StagedTable& table : tables_) names.push_back(table.target);
  try {
    connection_.execute("LOCK TABLE " + join(names, ", ") + " IN ACCESS EXCLUSIVE MODE NOWAIT");
  } catch (const ServerError& error) {
    if (!error.lock_is_held()) throw;
    start_->end_without();
    return false;
  }
  return true;
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

// The server computes them when they are read, and then it is too late for a row that makes one fail.
void FirstLoad::compute_virtual_columns() {
  for (const StagedTable& table : tables_) {
    std::vector<std::string> values;
    for (const Evaluated& one : table.may_fail) {
      if (one.columns.size() == 1 && one.columns.front() != kLeaf &&
          table.details.details_of(one.columns.front()).made.is_virtual)
        values.push_back(one.expression);
    }
    if (values.empty()) continue;
    connection_.execute(fmt::format("SELECT pg_catalog.count(*) FROM {} WHERE {} OPERATOR(pg_catalog.<) 0",
                                    table.target_rows, join(values, " OPERATOR(pg_catalog.+) ")));
  }
}

bool FirstLoad::finish(base::Progress& progress) {
  compute_virtual_columns();
  for (StagedTable& table : tables_) {
    progress.table(table.details.table.name.name);
    table.loaded = true;
  }
  // Definitions name what is the server's own without its schema. A role's or a database's default would move indexes.
  use_own_settings(connection_);
  connection_.execute("SET LOCAL default_tablespace = ''");
  for (const std::vector<Droppable>* dropped : {&indexes_, &foreign_keys_}) {
    for (const Droppable& one : *dropped) {
      for (const std::string& statement : one.make) connection_.execute(statement);
    }
  }
  // Deferred keys and triggers are checked here, where a refusal can still be undone by abandon().
  connection_.execute("SET CONSTRAINTS ALL IMMEDIATE");
  if (schema_print(connection_, oids_of(tables_)) != schema_) return false;
  start_->end();
  return true;
}

void FirstLoad::abandon() {
  start_->end_without();
  temporary_.forget();
  for (StagedTable& table : tables_) {
    table.counts = {};
    table.staged_rows = 0;
    table.rejected_rows = 0;
    table.loaded = false;
  }
}

std::string FirstLoad::notice() const {
  std::string notice =
      "first load: the tables were empty and nobody else was connected, so rows went straight into them";
  if (indexes_.empty() && foreign_keys_.empty()) return notice;
  return notice + "; " + std::to_string(indexes_.size()) + " indexes and keys and " +
         std::to_string(foreign_keys_.size()) + " foreign keys were dropped and created again";
}

}  // namespace postgres
