#include "postgres/import/effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "postgres/catalog/depend_sql.h"
#include "postgres/import/column_ranges.h"
#include "postgres/import/sequences.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

std::uint64_t number(Connection& connection, const std::string& sql) {
  return connection.query_value(sql).as<std::uint64_t>();
}

// Bits of pg_trigger.tgtype.
constexpr int kForEachRow = 1;
constexpr int kBefore = 2;
constexpr int kOnInsert = 4;
constexpr int kOnDelete = 8;
constexpr int kOnUpdate = 16;
constexpr int kInsteadOf = 64;

constexpr const char* kOfVerdict = "SELECT pg_catalog.count(*) FROM {verdicts} v WHERE v.verdict = '{verdict}'";

// Those of its partitions, too.
constexpr const char* kTriggers = R"sql(
SELECT DISTINCT t.tgname, t.tgtype, n.nspname || '.' || p.proname AS function
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE {fired_trigger} AND COALESCE(pg_catalog.pg_partition_root(t.tgrelid), t.tgrelid)::pg_catalog.oid = {table}
ORDER BY t.tgname)sql";

std::vector<outcome::Trigger> fired_triggers(Connection& connection, const StagedTable& table) {
  const auto written = [&](Verdict verdict) {
    return number(connection, table_sql(table, kOfVerdict, fmt::arg("verdict", verdict_letter(verdict)))) > 0;
  };
  const int events = (written(Verdict::kInsert) ? kOnInsert : 0) | (written(Verdict::kUpdate) ? kOnUpdate : 0) |
                     (table.may_be_deleted > 0 ? kOnDelete : 0);
  std::vector<outcome::Trigger> triggers;
  if (events == 0 || table.details.triggers.empty()) return triggers;
  for (const auto& row : connection.query(fmt::format(kTriggers, fmt::arg("fired_trigger", fired_trigger("t")),
                                                      fmt::arg("table", table.details.oid)))) {
    const int type = row["tgtype"].as<int>();
    if ((type & events) == 0) continue;
    std::string when = (type & kInsteadOf) != 0 ? "instead of" : (type & kBefore) != 0 ? "before" : "after";
    if ((type & kOnInsert & events) != 0) when += " insert";
    if ((type & kOnUpdate & events) != 0) when += (type & kOnInsert & events) != 0 ? " or update" : " update";
    if ((type & kOnDelete & events) != 0) when += (type & ~kOnDelete & events) != 0 ? " or delete" : " delete";
    triggers.push_back({row["tgname"].c_str(), when + ((type & kForEachRow) != 0 ? ", for each row" : ", once"),
                        row["function"].c_str()});
  }
  return triggers;
}

constexpr const char* kFilled = R"sql(
SELECT pg_catalog.count(*)
FROM {staged} s
JOIN {verdicts} v ON v.record = s.{record}
WHERE {filled})sql";

std::vector<outcome::OutsideReference> outside_references(Connection& connection,
                                                          const std::vector<StagedTable>& tables,
                                                          const StagedTable& table) {
  std::vector<outcome::OutsideReference> references;
  for (std::size_t i = 0; i < table.details.table.foreign_keys.size(); ++i) {
    const catalog::ForeignKey& key = table.details.table.foreign_keys[i];
    const bool inside = std::any_of(tables.begin(), tables.end(),
                                    [&](const StagedTable& other) { return other.details.table.name == key.parent; });
    if (inside || !table.has_columns(key.columns) || table.details.parent_rules[i] == ParentRule::kNone) continue;
    std::vector<std::string> filled;
    for (const std::string& column : key.columns)
      filled.push_back("s." + quote_name(column) + " IS DISTINCT FROM NULL");
    const std::uint64_t rows = number(connection, table_sql(table, kFilled, fmt::arg("filled", join(filled, " AND "))));
    if (rows > 0) references.push_back({key.name, key.parent.schema + "." + key.parent.name, rows});
  }
  return references;
}

}  // namespace

outcome::TableEffects effects_of(Connection& connection, const std::vector<StagedTable>& tables,
                                 const StagedTable& table, const std::vector<CascadeEffect>& cascades) {
  outcome::TableEffects effects;
  effects.rows_before = number(connection, "SELECT pg_catalog.count(*) FROM " + table.target_rows);
  effects.identity = table.plan.identity;
  effects.match = table.plan.match;
  effects.remapped = table.remapped;
  ChangedColumns changed = count_changed_columns(connection, table);
  effects.changed_columns = std::move(changed.columns);
  effects.newer_rows = changed.newer_rows;
  effects.triggers = fired_triggers(connection, table);
  for (const CascadeEffect& effect : cascades) {
    if (&tables[effect.table] == &table) effects.cascades.push_back(cascade_of(effect));
  }
  effects.sequences = predict_sequences(connection, table);
  effects.outside_references = outside_references(connection, tables, table);
  return effects;
}

outcome::Cascade cascade_of(const CascadeEffect& effect) {
  return {effect.child_table, effect.foreign_key, effect.action,  effect.columns,
          effect.updates,     effect.rows,        effect.outside, effect.digest};
}

}  // namespace postgres
