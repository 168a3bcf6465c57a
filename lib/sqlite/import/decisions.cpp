#include "sqlite/import/decisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sqlite/import/fingerprints.h"
#include "sqlite/import/index_key.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/undo_judge.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// A result has at most 2000 columns; each column of a table occurs twice.
constexpr std::size_t kColumnsAtOnce = 500;

constexpr const char* kCreateChanges = R"sql(
CREATE TABLE {changes} (
  record INTEGER, column INTEGER,
  form_before INTEGER, text_before TEXT, characters_before INTEGER,
  form_after INTEGER, text_after TEXT, characters_after INTEGER,
  PRIMARY KEY (record, column)
) WITHOUT ROWID)sql";

constexpr const char* kKeepChange = "INSERT OR IGNORE INTO {changes} VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

constexpr const char* kChangesOfRecord = R"sql(
SELECT *
FROM (
  SELECT column, form_before, text_before, characters_before, form_after, text_after, characters_after
  FROM {changes}
  WHERE record = ?
  ORDER BY column
))sql";

constexpr const char* kRejected = R"sql(
SELECT r.record, r.verdict, r.key, r.reason, r."constraint", r.holder, r.newer
FROM {rejects} r)sql";

constexpr const char* kAccepted = R"sql(
UNION ALL
SELECT v.record, v.verdict, {key}, NULL, NULL, NULL, v.newer
FROM {accepted})sql";

constexpr const char* kDeleted = R"sql(
UNION ALL
SELECT d.record, 'd', d.key, NULL, NULL, NULL, 0
FROM {deletes} d
WHERE d.state <> 'k')sql";

// The row t of the target that holds what the rejected row s claims.
constexpr const char* kWithHolder = R"sql({rejects} r
CROSS JOIN {stage} s ON s.{record} = r.record
CROSS JOIN {target} t ON {same_key}
WHERE r.holder IS NOT NULL AND r."constraint" = {constraint})sql";

constexpr const char* kUpdates = R"sql({accepted}
CROSS JOIN {target} t ON {same}
WHERE v.verdict = 'u')sql";

bool begins_character(char c) { return (c & 0xC0) != 0x80; }

outcome::ShownValue shown_value(const StagedTable& table, const Cell& cell, bool masked) {
  using Form = outcome::ShownValue::Form;
  if (cell.storage == StorageClass::kNull) return {};
  outcome::ShownValue value{Form::kWhole, shown(cell), 0};
  value.characters = static_cast<std::uint64_t>(std::count_if(value.text.begin(), value.text.end(), begins_character));
  if (masked) {
    value.form = Form::kMasked;
    value.text = masked_digest(table.plan.digest_key, value.text);
  } else if (value.characters > outcome::kShownCharacters) {
    std::size_t bytes = 0;
    for (std::uint64_t seen = 0; bytes < value.text.size(); ++bytes) {
      if (begins_character(value.text[bytes]) && ++seen > outcome::kShownCharacters) break;
    }
    value.form = Form::kCut;
    value.text.resize(bytes);
  }
  return value;
}

void bind(Statement& insert, int parameter, const outcome::ShownValue& value) {
  insert.bind_integer(parameter, static_cast<std::int64_t>(value.form));
  insert.bind_text(parameter + 1, value.text);
  insert.bind_integer(parameter + 2, static_cast<std::int64_t>(value.characters));
}

outcome::ShownValue stored_value(const Statement& row, int column) {
  return {static_cast<outcome::ShownValue::Form>(row.integer(column)), row.text(column + 1),
          static_cast<std::uint64_t>(row.integer(column + 2))};
}

constexpr const char* kMissing = R"sql({deletes} d
CROSS JOIN {target} t ON {deleted})sql";

// `rows` is FROM with the file's rows called s and the target's called t; `record` an expression over it, `of_file`
// what the file holds of a column.
void gather(Connection& connection, const StagedTable& table, const std::string& record, const std::string& rows,
            const char* of_file = "s.{}") {
  Statement insert = connection.prepare(table_sql(table, kKeepChange));
  for (std::size_t first = 0; first < table.columns.size(); first += kColumnsAtOnce) {
    const std::size_t last = std::min(table.columns.size(), first + kColumnsAtOnce);
    std::vector<std::string> list{record};
    for (std::size_t i = first; i < last; ++i)
      list.push_back("t." + table.columns[i].quoted + ", " +
                     fmt::format(fmt::runtime(of_file), table.columns[i].quoted));
    Statement pairs = connection.prepare(fmt::format("SELECT {}\nFROM {}", join(list, ", "), rows));
    while (pairs.next()) {
      for (std::size_t i = first; i < last; ++i) {
        const int at = static_cast<int>(2 * (i - first) + 1);
        const Cell before = pairs.cell(at);
        const Cell after = pairs.cell(at + 1);
        if (same(before, after)) continue;
        const bool masked = table.is_masked(table.columns[i].name);
        const outcome::ShownValue old_value = shown_value(table, before, masked);
        const outcome::ShownValue new_value = shown_value(table, after, masked);
        insert.bind_integer(1, pairs.integer(0));
        insert.bind_integer(2, static_cast<std::int64_t>(i));
        bind(insert, 3, old_value);
        bind(insert, 6, new_value);
        insert.execute();
        insert.reset();
      }
    }
  }
}

// What goes in with one record, in the order of the file's columns.
std::vector<outcome::ColumnValue> values_of(const StagedTable& table, Statement& row, std::int64_t record) {
  std::vector<outcome::ColumnValue> values;
  row.bind_integer(1, record);
  if (row.next()) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const std::string& name = table.columns[i].name;
      values.push_back({name, shown_value(table, row.cell(static_cast<int>(i)), table.is_masked(name))});
    }
  }
  row.reset();
  return values;
}

std::string values_sql(const StagedTable& table) {
  std::vector<std::string> names;
  for (const StagedColumn& column : table.columns) names.push_back("s." + column.quoted);
  return table_sql(table, "SELECT {names} FROM {stage} s WHERE s.{record} = ?", fmt::arg("names", join(names, ", ")));
}

std::string decisions_sql(const StagedTable& table, engine::Decisions which) {
  constexpr const char* kOrder = "\nORDER BY 1";
  std::string sql = table_sql(table, kRejected);
  if (which == engine::Decisions::kLeftOut) return sql + "\nWHERE r.verdict IN ('c', 'x')" + kOrder;
  sql += table_sql(table, kAccepted, fmt::arg("key", table.key_text("s")));
  if (table.may_be_deleted > 0) sql += table_sql(table, kDeleted);
  return sql + kOrder;
}

std::vector<outcome::ColumnChange> changes_of(const StagedTable& table, Statement& changes, std::int64_t record) {
  std::vector<outcome::ColumnChange> all;
  changes.bind_integer(1, record);
  while (changes.next()) {  // by position: for each decision
    all.push_back({table.columns[static_cast<std::size_t>(changes.integer(0))].name, stored_value(changes, 1),
                   stored_value(changes, 4)});
  }
  return all;
}

// Of a row that the file lacks: what it holds, NULL where nothing differs from that.
void turn_into_values(const StagedTable& table, outcome::Decision& decision) {
  for (const StagedColumn& column : table.columns) {
    const auto held = std::ranges::find(decision.changes, column.name, &outcome::ColumnChange::column);
    decision.values.push_back({column.name, held == decision.changes.end() ? outcome::ShownValue{} : held->before});
  }
  decision.changes.clear();
}

}  // namespace

std::vector<std::string> conflicts_with_holders(const StagedTable& table) {
  std::vector<std::string> all;
  const auto add = [&](const std::string& constraint, const std::string& same_key) {
    all.push_back(table_sql(table, kWithHolder, fmt::arg("same_key", same_key),
                            fmt::arg("constraint", quote_literal(constraint))));
  };
  for (const UniqueIndex& index : table.details.unique_indexes) {
    if (!table.has_columns(index.columns) || !index.plain) continue;
    std::vector<std::string> same;
    for (std::size_t i = 0; i < index.columns.size(); ++i) {
      same.push_back(
          fmt::format("s.{0} = t.{0} COLLATE {1}", quote_name(index.columns[i]), quote_name(index.collations[i])));
    }
    add(index.name, join(same, " AND "));
  }
  if (!table.plan.match.empty() && !table.plan.identity.empty())
    add(join(table.plan.identity, ", "), table.same_identity("s", "t"));
  return all;
}

void create_changes(Connection& connection, const StagedTable& table) {
  connection.execute(table_sql(table, kCreateChanges));
}

void gather_changes(Connection& connection, const StagedTable& table) {
  if (!table.plan.identity.empty()) gather(connection, table, "v.record", table_sql(table, kUpdates));
  if (table.missing > 0)
    gather(connection, table, "d.record", table_sql(table, kMissing, fmt::arg("deleted", deleted_row(table, "d", "t"))),
           "NULL");
  if (table.rejected_rows == 0) return;
  for (const std::string& rows : conflicts_with_holders(table)) gather(connection, table, "r.record", rows);
}

void read_decisions(Connection& connection, const StagedTable& table, engine::Decisions which, engine::Detail detail,
                    const std::function<bool(const outcome::Decision&)>& take) {
  std::optional<Statement> changes;
  std::optional<Statement> remap;
  std::optional<KeptDigests> digests;
  std::optional<Statement> values;
  if (detail != engine::Detail::kCounts && has_digests(table)) digests.emplace(connection, table);
  if (detail == engine::Detail::kFull) changes.emplace(connection.prepare(table_sql(table, kChangesOfRecord)));
  if (detail == engine::Detail::kFull && which == engine::Decisions::kAll && !table.columns.empty())
    values.emplace(connection.prepare(values_sql(table)));
  if (!table.plan.match.empty() && !table.plan.identity.empty())
    remap.emplace(connection.prepare(table_sql(table, "SELECT old_key FROM {remaps} WHERE record = ?")));
  Statement rows = connection.prepare(decisions_sql(table, which));
  while (rows.next()) {  // by position: as many as there are decisions
    const std::int64_t record = rows.integer(0);
    outcome::Decision decision;
    decision.record = static_cast<std::uint64_t>(record);
    decision.verdict = static_cast<outcome::Verdict>(rows.text(1).front());
    decision.key = rows.text(2);
    decision.reason = rows.text(3);
    decision.constraint = rows.text(4);
    decision.holder = rows.text(5);
    decision.target_is_newer = rows.integer(6) != 0;
    if (values && decision.verdict == outcome::Verdict::kInsert) decision.values = values_of(table, *values, record);
    decision.missing = table.deletes_missing() && decision.record > table.plan.rows;
    if (changes) decision.changes = changes_of(table, *changes, record);
    if (changes && decision.missing) turn_into_values(table, decision);
    if (digests) {
      if (outcome::may_have_digest(decision.verdict)) decision.digest = digests->digest(record);
      decision.rewritten = digests->rewritten(record);
    }
    if (remap) {
      remap->bind_integer(1, record);
      if (remap->next()) decision.file_key = remap->text(0);
      remap->reset();
    }
    if (!take(decision)) break;
  }
}

}  // namespace sqlite
