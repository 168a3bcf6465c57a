#include "sqlite/import/decisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sqlite/import/base_merge.h"
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
  form_base INTEGER, text_base TEXT, characters_base INTEGER,
  PRIMARY KEY (record, column)
) WITHOUT ROWID)sql";

constexpr const char* kKeepChange = "INSERT OR IGNORE INTO {changes} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr const char* kChangesOfRecord = R"sql(
SELECT *
FROM (
  SELECT column, form_before, text_before, characters_before, form_after, text_after, characters_after,
    form_base, text_base, characters_base
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

// How a change is found in rows that name the file's row s and the target's row t.
struct Gathered {
  std::string record;                 // an expression over the rows
  std::string rows;                   // FROM
  const char* of_file = "s.{}";       // what the file holds of a column
  const StagedTable* base = nullptr;  // the base's row b is told, too; it and t may be missing
};

// Writes change_N: what a column holds before, after, and in the base.
class ChangeWriter {
 public:
  ChangeWriter(Connection& connection, const StagedTable& table)
      : table_(table), insert_(connection.prepare(table_sql(table, kKeepChange))) {}

  void write(std::int64_t record, std::size_t column, const Cell& before, const Cell& after,
             const std::optional<Cell>& base) {
    const bool masked = table_.is_masked(table_.columns[column].name);
    const outcome::ShownValue old_value = shown_value(table_, before, masked);
    const outcome::ShownValue new_value = shown_value(table_, after, masked);
    const outcome::ShownValue base_value = base ? shown_value(table_, *base, masked) : outcome::ShownValue{};
    insert_.bind_integer(1, record);
    insert_.bind_integer(2, static_cast<std::int64_t>(column));
    bind(insert_, 3, old_value);
    bind(insert_, 6, new_value);
    if (base) {
      bind(insert_, 9, base_value);
    } else {
      for (const int parameter : {9, 10, 11}) insert_.bind_null(parameter);
    }
    insert_.execute();
    insert_.reset();
  }

 private:
  const StagedTable& table_;
  Statement insert_;
};

void gather(Connection& connection, const StagedTable& table, const Gathered& gathered) {
  ChangeWriter writer(connection, table);
  const bool based = gathered.base != nullptr;
  for (std::size_t first = 0; first < table.columns.size(); first += kColumnsAtOnce) {
    const std::size_t last = std::min(table.columns.size(), first + kColumnsAtOnce);
    std::vector<std::string> list{gathered.record};
    if (based)
      list.push_back(fmt::format("t.{} IS NOT NULL, b.{} IS NOT NULL", quote_name(table.plan.identity.front()),
                                 gathered.base->record));
    for (std::size_t i = first; i < last; ++i) {
      const std::string& column = table.columns[i].quoted;
      list.push_back("t." + column + ", " + fmt::format(fmt::runtime(gathered.of_file), column));
      if (based) list.push_back(gathered.base->has_columns({table.columns[i].name}) ? "b." + column : "NULL");
    }
    Statement values = connection.prepare(fmt::format("SELECT {}\nFROM {}", join(list, ", "), gathered.rows));
    while (values.next()) {
      const bool is_there = !based || values.integer(1) != 0;
      const bool has_base = based && values.integer(2) != 0;
      for (std::size_t i = first; i < last; ++i) {
        const int at = static_cast<int>(based ? 3 * (i - first) + 3 : 2 * (i - first) + 1);
        const Cell before = values.cell(at);
        const Cell after = values.cell(at + 1);
        std::optional<Cell> base;
        if (has_base && gathered.base->has_columns({table.columns[i].name})) base = values.cell(at + 2);
        // Of a row that is gone the target has no value.
        if (is_there ? same(before, after) : !base || same(*base, after)) continue;
        writer.write(values.integer(0), i, before, after, base);
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
  if (which == engine::Decisions::kLeftOut) return sql + "\nWHERE r.verdict IN ('c', 'x', '=')" + kOrder;
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
    if (changes.cell(7).storage != StorageClass::kNull) all.back().base = stored_value(changes, 7);
  }
  return all;
}

// A row that the file lacks was gathered as changes to nothing: makes values of what it holds, NULL where a column has
// no change.
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
  if (!table.plan.identity.empty()) gather(connection, table, {"v.record", table_sql(table, kUpdates)});
  if (table.missing > 0)
    gather(connection, table,
           {"d.record", table_sql(table, kMissing, fmt::arg("deleted", deleted_row(table, "d", "t"))), "NULL"});
  if (table.rejected_rows == 0) return;
  for (const std::string& rows : conflicts_with_holders(table)) gather(connection, table, {"r.record", rows});
  if (table.base != nullptr && !table.plan.identity.empty())
    gather(connection, table, {"r.record", conflicts_with_base(table), "s.{}", table.base});
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
