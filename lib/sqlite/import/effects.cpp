#include "sqlite/import/effects.h"

#include <algorithm>

#include "sqlite/import/needed_keys.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr const char* kChangedColumns = R"sql(
SELECT x.column AS number, count(*) AS rows
FROM {changes} x
JOIN {verdicts} v ON v.record = x.record
WHERE v.verdict = 'u'
GROUP BY x.column)sql";

// What AUTOINCREMENT gave last, and the largest number that the import inserts.
constexpr const char* kSequence = R"sql(
SELECT COALESCE((SELECT q.seq FROM main.sqlite_sequence q WHERE q.name = {name}), 0) AS before,
       COALESCE(max(s.{column}), 0) AS most
FROM {accepted}
WHERE v.verdict = 'i')sql";

constexpr const char* kStartSequence = R"sql(
INSERT INTO main.sqlite_sequence (name, seq)
SELECT {name}, 0
WHERE NOT EXISTS (SELECT 1 FROM main.sqlite_sequence q WHERE q.name = {name}))sql";

constexpr const char* kRaiseSequence = R"sql(
UPDATE main.sqlite_sequence SET seq = {value}
WHERE name = {name} AND seq < {value})sql";

std::uint64_t written(Connection& connection, const StagedTable& table, Verdict verdict) {
  return connection.number(table_sql(table, "SELECT count(*) FROM {verdicts} WHERE verdict = '{verdict}'",
                                     fmt::arg("verdict", verdict_letter(verdict))));
}

std::vector<outcome::ChangedColumn> changed_columns(Connection& connection, const StagedTable& table) {
  std::vector<outcome::ChangedColumn> columns;
  Statement rows = connection.prepare(table_sql(table, kChangedColumns));
  while (rows.next()) {
    columns.push_back({table.columns[static_cast<std::size_t>(rows.integer("number"))].name,
                       static_cast<std::uint64_t>(rows.integer("rows"))});
  }
  std::sort(columns.begin(), columns.end(),
            [](const auto& a, const auto& b) { return a.rows != b.rows ? a.rows > b.rows : a.name < b.name; });
  return columns;
}

std::vector<outcome::Trigger> fired_triggers(Connection& connection, const StagedTable& table) {
  std::vector<outcome::Trigger> fired;
  if (table.details.triggers.empty()) return fired;
  const bool inserts = written(connection, table, Verdict::kInsert) > 0;
  const bool updates = written(connection, table, Verdict::kUpdate) > 0;
  for (const TableTrigger& trigger : table.details.triggers) {
    const auto fires = [&](TriggerEvent::Kind kind, bool happens, const char* event) {
      if (trigger.event.kind == kind && happens)
        fired.push_back({trigger.name, trigger.event.time + event + ", for each row", {}});
    };
    fires(TriggerEvent::Kind::kInsert, inserts, " insert");
    fires(TriggerEvent::Kind::kUpdate, updates, " update");
    fires(TriggerEvent::Kind::kDelete, table.may_be_deleted > 0, " delete");
  }
  return fired;
}

std::vector<outcome::OutsideReference> outside_references(Connection& connection,
                                                          const std::vector<StagedTable>& tables,
                                                          const StagedTable& table) {
  std::vector<outcome::OutsideReference> references;
  for (const catalog::ForeignKey& key : table.details.table.foreign_keys) {
    if (find_staged(tables, key.parent) != nullptr || !table.has_columns(key.columns)) continue;
    std::vector<std::string> filled;
    for (const std::string& column : key.columns) filled.push_back(fmt::format("s.{} IS NOT NULL", quote_name(column)));
    const std::uint64_t rows = connection.number(
        table_sql(table, "SELECT count(*) FROM {accepted}\nWHERE {filled}", fmt::arg("filled", join(filled, " AND "))));
    if (rows > 0) references.push_back({key.name, key.parent.name, rows});
  }
  return references;
}

}  // namespace

outcome::TableEffects effects_of(Connection& connection, const std::vector<StagedTable>& tables,
                                 const std::vector<TableDetails>& details, const StagedTable& table) {
  outcome::TableEffects effects;
  effects.rows_before = connection.number("SELECT count(*) FROM " + table.target);
  effects.identity = table.plan.identity;
  effects.match = table.plan.match;
  if (!table.plan.match.empty() && !table.plan.identity.empty())
    effects.remapped = connection.number("SELECT count(*) FROM " + table.remaps);
  effects.changed_columns = changed_columns(connection, table);
  effects.newer_rows =
      connection.number(table_sql(table, "SELECT count(*) FROM {verdicts} WHERE verdict = 'u' AND newer"));
  effects.triggers = fired_triggers(connection, table);
  effects.cascades = cascades_of(connection, tables, table, details);
  effects.sequences = predict_sequences(connection, table);
  effects.outside_references = outside_references(connection, tables, table);
  return effects;
}

std::vector<outcome::SequenceChange> predict_sequences(Connection& connection, const StagedTable& table) {
  const std::string& column = table.details.rowid_column;
  if (!table.details.autoincrement || !table.has_columns({column})) return {};
  const std::string& name = table.details.table.name.name;
  Statement row = connection.prepare(
      table_sql(table, kSequence, fmt::arg("name", quote_literal(name)), fmt::arg("column", quote_name(column))));
  if (!row.next()) return {};
  outcome::SequenceChange change{name, row.integer("before"), std::max(row.integer("before"), row.integer("most"))};
  for (const engine::SourceSequence& source : table.plan.sequences) {
    if (source.column == column) change.after = std::max(change.after, catalog::given_by(source.sequence).value_or(0));
  }
  if (change.after == change.before) return {};
  return {change};
}

void raise_sequences(Connection& connection, const std::vector<outcome::SequenceChange>& predicted) {
  for (const outcome::SequenceChange& change : predicted) {
    for (const char* statement : {kStartSequence, kRaiseSequence})
      connection.execute(fmt::format(fmt::runtime(statement), fmt::arg("name", quote_literal(change.sequence)),
                                     fmt::arg("value", change.after)));
  }
}

}  // namespace sqlite
