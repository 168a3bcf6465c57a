#include "sqlite/import/undo_judge.h"

#include <algorithm>

#include "base/terminal.h"
#include "engine/undo_mark.h"
#include "sqlite/import/added_columns.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr std::size_t kNamedColumns = 500;  // an expression of SQLite may not be deeper than 1000

std::vector<std::string> marked_columns(const StagedTable& table) {
  std::vector<std::string> columns;
  for (const StagedColumn& column : table.columns) columns.push_back(column.quoted);
  return columns;
}

std::vector<std::string> with_alias(const std::vector<std::string>& columns, const std::string& alias) {
  std::vector<std::string> values;
  for (const std::string& column : columns) values.push_back(alias + "." + column);
  return values;
}

std::string row_state(const std::vector<std::string>& columns, const std::string& alias) {
  return fmt::format("db_transfer_row_digest('', {})", image_call(with_alias(columns, alias)));
}

std::string row_number_of(const StagedTable& table, const std::string& alias) {
  return table.details.row_number.empty() ? "NULL" : alias + "." + table.details.row_number;
}

std::string id_column(std::size_t i) { return fmt::format("\"db-transfer id {}\"", i + 1); }

std::string lacks_identity(const StagedTable& table, const std::string& alias) {
  if (table.plan.identity.empty()) return "1";
  return table.identity_may_be_null() ? table.lacks_identity(alias) : "0";
}

// Statements about what the records of an undo file say (engine/undo_mark.h). Beside the places of table_sql: {letter}
// and {state} of a staged row s, {now}, the state of the target's row t, {lacks}, whether s has no identity.
template <typename... Places>
std::string undo_sql(const StagedTable& table, const char* text, const Places&... places) {
  return table_sql(table, text, fmt::arg("letter", fmt::format("substr(s.{}, 1, 1)", table.mark)),
                   fmt::arg("state", fmt::format("substr(s.{}, 2, {})", table.mark, engine::kDigestCharacters)),
                   fmt::arg("mark", table.mark), fmt::arg("now", row_state(marked_columns(table), "t")),
                   fmt::arg("lacks", lacks_identity(table, "s")), places...);
}

// FROM: records whose mark does not say what to do with the row.
constexpr const char* kUnknown = R"sql({stage} s
WHERE NOT CASE
  WHEN {lacks} THEN {letter} IN ('d', 'i') AND substr(s.{mark}, 2) GLOB '[0-9]*' AND length(s.{mark}) < 18
  ELSE {letter} IN ('u', 'd', 'i')
END)sql";

constexpr const char* kRejectedDeletes = R"sql(
SELECT count(*)
FROM {stage} s
WHERE {letter} = 'd' AND s.{record} IN (SELECT record FROM {rejects}))sql";

constexpr const char* kDeletesWithoutKey = R"sql(
SELECT count(*)
FROM {stage} s
WHERE {letter} = 'd' AND {lacks} AND s.{record} NOT IN (SELECT record FROM {rejects}))sql";

// Fills delete_N with the rows that are as the import left them.
constexpr const char* kFind = R"sql(
INSERT INTO {deletes}
SELECT s.{record}, {row}, {key}, 'd', NULL{ids}
FROM {stage} s
CROSS JOIN {target} t ON {same}
WHERE {letter} = 'd' AND s.{record} NOT IN (SELECT record FROM {rejects}) AND {state} = {now}{untouched})sql";

// FROM: records of rows that are to go and are not as the import left them.
constexpr const char* kChangedSince = R"sql({stage} s
CROSS JOIN {target} t ON {same}
WHERE {letter} = 'd' AND s.{record} NOT IN (SELECT record FROM {rejects}) AND ({state} <> {now}{touched}))sql";

// FROM: the records of rows without a key that are to go, the n-th of their equals. `rank`: the place of such a row
// among the rows that were equal to it after the import; so there were `last` of them then, and `first` - 1 before it.
constexpr const char* kEqualRecords = R"sql((
  SELECT z.*, min(z.rank) OVER (PARTITION BY z.image) AS first, max(z.rank) OVER (PARTITION BY z.image) AS last
  FROM (
    SELECT y.*, row_number() OVER (PARTITION BY y.image ORDER BY y.rank) AS n,
           count(*) OVER (PARTITION BY y.image) AS rows
    FROM (
      SELECT x.{record} AS record, {key} AS key, CAST(substr(x.{mark}, 2) AS INTEGER) AS rank, {image} AS image
      FROM {stage} x
      WHERE substr(x.{mark}, 1, 1) = 'd' AND {lacks_key}
        AND x.{record} NOT IN (SELECT record FROM {rejects})) y) z))sql";

// FROM: the target's rows without a key, the n-th of `rows` equal ones.
constexpr const char* kEqualRows = R"sql((
  SELECT y.*, row_number() OVER (PARTITION BY y.image) AS n, count(*) OVER (PARTITION BY y.image) AS rows
  FROM (SELECT {row} AS row, {image} AS image FROM {target} x WHERE {lacks_key}{untouched}) y))sql";

constexpr const char* kFindEqual = R"sql(
INSERT INTO {deletes}
SELECT s.record, t.row, s.key, 'd', t.rows - t.n + 1{ids}
FROM {records} s
JOIN {there} t ON t.image = s.image AND t.n = s.n AND t.rows = s.last)sql";

// Neither as many as came with the import, nor as many as before it.
constexpr const char* kCountedOtherwise = R"sql({records} e
JOIN {stage} s ON s.{record} = e.record
LEFT JOIN (SELECT y.image, count(*) AS rows FROM {there} y GROUP BY y.image) c ON c.image = e.image
WHERE coalesce(c.rows, 0) NOT IN (e.last, e.first - 1))sql";

// ", name=value" where a value of the target's row t is not as the record says.
constexpr const char* kChangedValue = R"sql(
CASE WHEN substr(s.{mark}, {at}, {digits}) <> substr(db_transfer_states({value}), 2)
  THEN ', ' || {label} || substr({shown}, 1, 100) ELSE '' END)sql";

constexpr const char* kWritten = R"sql({accepted}
CROSS JOIN {target} t ON {same}
WHERE v.verdict = 'u' AND {letter} = )sql";

// Inserts as many as are missing of the rows that were equal then.
constexpr const char* kMissing = R"sql(
INSERT INTO {verdicts}
SELECT s.record, 'i', 0
FROM (
  SELECT x.{record} AS record, CAST(substr(x.{mark}, 2) AS INTEGER) AS rank, {image} AS image
  FROM {stage} x
  WHERE {lacks_key} AND x.{record} NOT IN (SELECT record FROM {rejects})) s
LEFT JOIN (
  SELECT y.image, count(*) AS rows
  FROM (SELECT {image} AS image FROM {target} x WHERE {lacks_key}) y
  GROUP BY y.image) t
ON t.image = s.image
WHERE coalesce(t.rows, 0) < s.rank)sql";

// "NULL" for each column that create_deletes adds for the identity.
std::string without_ids(const StagedTable& table) {
  std::string ids;
  for (std::size_t i = 0; table.details.row_number.empty() && i < table.plan.identity.size(); ++i) ids += ", NULL";
  return ids;
}

}  // namespace

std::string row_mark(const std::vector<std::string>& columns, const std::string& alias) {
  return fmt::format("{} || {}", row_state(columns, alias), states_call(with_alias(columns, alias)));
}

void create_deletes(Connection& connection, const StagedTable& table) {
  if (table.details.row_number.empty() && table.plan.identity.empty())
    throw base::Error(base::ErrorKind::kSchema,
                      base::printable(table.details.table.name.name) +
                          " has a key and no row numbers now, and had no key at the import: its rows cannot be found",
                      "leave the table out with -T");
  std::vector<std::string> ids;
  for (std::size_t i = 0; table.details.row_number.empty() && i < table.plan.identity.size(); ++i)
    ids.push_back(id_column(i));
  const std::string list = join(ids, ", ");
  connection.execute(table_sql(
      table,
      "CREATE TABLE {deletes} (record INTEGER PRIMARY KEY, row INTEGER, key TEXT, state TEXT, equal_rows INTEGER{ids})",
      fmt::arg("ids", list.empty() ? "" : ", " + list)));
  connection.execute(fmt::format("CREATE INDEX temp.{name}_by_row ON {name} ({columns})",
                                 fmt::arg("name", unqualified(table.deletes)),
                                 fmt::arg("columns", list.empty() ? "row" : list)));
}

std::string deleted_row(const StagedTable& table, const std::string& entry, const std::string& alias) {
  if (!table.details.row_number.empty()) return fmt::format("{}.row = {}", entry, row_number_of(table, alias));
  const std::vector<std::string> identity = table.collated_identity(alias);
  std::vector<std::string> same;
  for (std::size_t i = 0; i < identity.size(); ++i)
    same.push_back(fmt::format("{}.{} = {}", entry, id_column(i), identity[i]));
  return join(same, " AND ");
}

std::string is_among_deletes(const StagedTable& table, const std::string& alias, char state) {
  // Its own name hides no row of the statement around it.
  return table_sql(table,
                   "EXISTS (SELECT 1 FROM {deletes} among_deletes WHERE among_deletes.state = '{state}' AND {deleted})",
                   fmt::arg("state", state), fmt::arg("deleted", deleted_row(table, "among_deletes", alias)));
}

bool UndoJudge::is_any() const {
  return std::ranges::any_of(tables_, [](const StagedTable& table) { return table.may_lose_rows(); });
}

bool UndoJudge::is_undo() const {
  return std::ranges::any_of(tables_, [](const StagedTable& table) { return table.has_marks(); });
}

void UndoJudge::take_deletes() {
  for (StagedTable& table : tables_) {
    if (table.has_marks() && table.plan.rows > 0) take_deletes(table);
  }
  reject_referred(Spared::kByMarks);
}

void UndoJudge::take_deletes(StagedTable& table) {
  const std::uint64_t before = table.rejected_rows;
  reject(connection_, table,
         reject_sql(table, "s." + table.record,
                    {.verdict = Verdict::kInvalid,
                     .reason = "'the record does not say what taking the import back does to its row'"},
                    undo_sql(table, kUnknown)));
  table.rejected_marks = table.rejected_rows - before;
  if (!table.plan.identity.empty()) find_by_identity(table);
  const std::uint64_t by_identity = table.may_be_deleted;
  if (lacks_identity(table, "s") != "0") find_equal_rows(table);
  table.rejected_deletes = connection_.number(undo_sql(table, kRejectedDeletes));
  const std::uint64_t without = connection_.number(undo_sql(table, kDeletesWithoutKey));
  table.delete_records = connection_.execute(undo_sql(table, "DELETE FROM {stage} AS s WHERE {letter} = 'd'"));
  table.staged_rows -= table.delete_records;
  table.gone = table.delete_records - table.rejected_deletes - table.may_be_deleted;
  const std::uint64_t missing = without - (table.may_be_deleted - by_identity);
  if (missing > 0)
    notices_.push_back(fmt::format(
        "{}: {} rows that were inserted, which have no key, are not in the target any more: gone, or changed since "
        "and left as they are",
        table.details.table.name.name, missing));
}

void UndoJudge::find_by_identity(StagedTable& table) {
  std::string ids;
  for (std::size_t i = 0; table.details.row_number.empty() && i < table.plan.identity.size(); ++i)
    ids += ", t." + quote_name(table.plan.identity[i]);
  const AddedColumns added = added_columns(connection_, table, "t");
  const auto if_any = [&](const char* before) { return added.changed.empty() ? "" : before + added.changed; };
  table.may_be_deleted = connection_.execute(undo_sql(table, kFind, fmt::arg("row", row_number_of(table, "t")),
                                                      fmt::arg("key", table.key_text("t")), fmt::arg("ids", ids),
                                                      fmt::arg("untouched", if_any(" AND NOT "))));
  const std::string reason = "'changed since the import inserted it: ' || " + changed_since(table, added.shown);
  reject(connection_, table,
         reject_sql(table, "s." + table.record,
                    {.verdict = Verdict::kConflict, .reason = reason, .holder = table.key_text("t")},
                    undo_sql(table, kChangedSince, fmt::arg("touched", if_any(" OR ")))));
}

// Of equal rows as many go as came with the import, whichever they are, where as many are equal as there were then.
// Where there are neither that many nor as many as before the import, they were changed since.
void UndoJudge::find_equal_rows(StagedTable& table) {
  const std::string changed = added_columns(connection_, table, "x").changed;
  const std::string image = image_call(with_alias(marked_columns(table), "x"));
  const std::string lacks_key = lacks_identity(table, "x");
  const std::string records = undo_sql(table, kEqualRecords, fmt::arg("key", table.key_text("x")),
                                       fmt::arg("image", image), fmt::arg("lacks_key", lacks_key));
  const std::string there =
      undo_sql(table, kEqualRows, fmt::arg("row", row_number_of(table, "x")), fmt::arg("image", image),
               fmt::arg("lacks_key", lacks_key), fmt::arg("untouched", changed.empty() ? "" : " AND NOT " + changed));
  table.may_be_deleted += connection_.execute(undo_sql(table, kFindEqual, fmt::arg("ids", without_ids(table)),
                                                       fmt::arg("records", records), fmt::arg("there", there)));
  constexpr const char* kReason =
      "'changed since the import: ' || coalesce(c.rows, 0) || ' rows are equal to it, ' || e.last || ' were then'";
  reject(connection_, table,
         reject_sql(table, "s." + table.record, {.verdict = Verdict::kConflict, .reason = kReason},
                    undo_sql(table, kCountedOtherwise, fmt::arg("records", records), fmt::arg("there", there))));
}

std::string UndoJudge::changed_since(const StagedTable& table, std::vector<std::string> parts) const {
  const std::size_t first = 2 + engine::kDigestCharacters;  // of the first value's blank, counted from 1
  for (std::size_t i = 0; i < std::min(table.columns.size(), kNamedColumns); ++i) {
    const std::string value = "t." + table.columns[i].quoted;
    const std::string& name = table.columns[i].name;
    parts.push_back(fmt::format(fmt::runtime(kChangedValue), fmt::arg("mark", table.mark),
                                fmt::arg("at", first + 1 + i * (kStateDigits + 1)), fmt::arg("digits", kStateDigits),
                                fmt::arg("value", value), fmt::arg("label", quote_literal(name + "=")),
                                fmt::arg("shown", table.readable(value, {name}))));
  }
  if (parts.empty()) return "''";
  return fmt::format("coalesce(nullif(substr({}, 3), ''), 'its values')", join(parts, " || "));
}

void UndoJudge::judge_written(StagedTable& table) {
  if (!table.has_marks() || table.plan.identity.empty()) return;
  const auto conflict = [&](const std::string& reason, const std::string& holder, const std::string& rows) {
    reject(connection_, table,
           reject_sql(table, "v.record", {.verdict = Verdict::kConflict, .reason = reason, .holder = holder}, rows));
  };
  conflict("'gone: somebody deleted it since the import'", {},
           undo_sql(table, "{accepted}\nWHERE v.verdict = 'i' AND {letter} = 'u'"));
  const std::string written = undo_sql(table, kWritten);
  conflict("'changed since the import: ' || " + changed_since(table), table.key_text("t"),
           written + undo_sql(table, "'u' AND {state} <> {now}"));
  conflict("'there again: somebody inserted a row of this key since'", table.key_text("t"), written + "'i'");
}

std::uint64_t UndoJudge::find_missing(StagedTable& table) {
  return connection_.execute(undo_sql(table, kMissing,
                                      fmt::arg("image", image_call(with_alias(marked_columns(table), "x"))),
                                      fmt::arg("lacks_key", lacks_identity(table, "x"))));
}

bool UndoJudge::any_to_go() const {
  return std::ranges::any_of(tables_, [&](const StagedTable& table) { return to_go(table) > 0; });
}

std::uint64_t UndoJudge::to_go(const StagedTable& table) const {
  if (table.may_be_deleted == 0) return 0;
  return connection_.number(table_sql(table, "SELECT count(*) FROM {deletes} WHERE state = 'd'"));
}

}  // namespace sqlite
