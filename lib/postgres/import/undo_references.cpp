// UndoJudge's question who refers to the rows that are to go, and would be left without them.
#include <fmt/format.h>

#include <algorithm>

#include "postgres/import/row_marks.h"
#include "postgres/import/undo_judge.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// What is left of those who refer has its place in the statement as c, or as m.
constexpr const char* kReferred = R"sql(
{into}
SELECT DISTINCT ON (d.record) {first}d.record, 'c', d.key,
       pg_catalog.convert_to({reason} || {child} || ' refers to it', 'UTF8'),
       pg_catalog.convert_to({constraint}, 'UTF8'), pg_catalog.convert_to({child}, 'UTF8'), {place}
FROM {deletes} d
JOIN {target} t ON t.tableoid = d.target_table AND t.ctid = d.target_row
JOIN {referring}
  AND d.state = 'd')sql";

constexpr const char* kKeepRejected = R"sql(
UPDATE pg_temp.deletion d SET state = 'k'
FROM {rejects} r
WHERE d.plan = {number} AND d.record = r.record AND d.state = 'd')sql";

// Conditions on the row c, which refers to the row t.
constexpr const char* kOfOnePartition = R"sql(
  AND t.tableoid = ANY (ARRAY(
    SELECT x.relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree({parent}::pg_catalog.regclass) x)))sql";
constexpr const char* kOfAnother = "\n  AND NOT (c.tableoid = t.tableoid AND c.ctid = t.ctid)";
constexpr const char* kStays = R"sql(
  AND NOT EXISTS (
    SELECT FROM pg_temp.deletion x WHERE x.state = 'd' AND x.target_table = c.tableoid AND x.target_row = c.ctid))sql";
constexpr const char* kKeepsItsParent = R"sql(
  AND NOT EXISTS (
    SELECT FROM {updates} AND {same} AND ({refers}) IS NOT TRUE))sql";

// Rows that come to refer to the row t, by what the file says of them.
constexpr const char* kComing = R"sql((
    SELECT m.*
    FROM {staged} m
    JOIN {verdicts} v ON v.record = m.{record}) m ON {refers}{one_partition})sql";

// The rows m that an update gives other values: by what their marks say, or by their verdicts.
constexpr const char* kMarkedUpdates = "{marked} m WHERE {letter} = 'u'";
constexpr const char* kJudgedUpdates = "{staged} m JOIN {verdicts} v ON v.record = m.{record} WHERE v.verdict = 'u'";

// The merge writes it. What the file lacks stays as it is.
bool is_brought(const StagedTable& table, const std::string& name) {
  const auto column = std::ranges::find(table.columns, name, &StagedColumn::name);
  return column != table.columns.end() && !table.is_kept(*column);
}

}  // namespace

std::uint64_t UndoJudge::reject_referred() { return is_any() ? reject_referred(Spared::kByVerdicts) : 0; }

// Until nothing is found: a row that is kept may refer to others.
std::uint64_t UndoJudge::reject_referred(Spared spared) {
  std::uint64_t all = 0;
  for (std::uint64_t found = 1; found > 0;) {
    found = 0;
    for (std::size_t i = tables_.size(); i-- > 0;) {
      for (const Referrer& referrer : referrers_) {
        if (referrer.parent == tables_[i].details.oid) found += reject_referred(i, referrer, spared);
      }
    }
    all += found;
  }
  return all;
}

std::uint64_t UndoJudge::reject_referred(std::size_t number, const Referrer& referrer, Spared spared) {
  StagedTable& table = tables_[number];
  if (table.may_be_deleted == 0) return 0;
  std::uint64_t found =
      reject_referred(table, referrer, referring_rows(table, referrer, spared), name_of_child(table, referrer, "c"));
  const StagedTable* child = staged(referrer.child);
  // An undo makes no row refer to one that the import brought.
  if (table.deletes_missing() && spared == Spared::kByVerdicts && child != nullptr && child->may_be_written > 0 &&
      child->has_columns(referrer.columns)) {
    const bool named = child->has_columns(referrer.child_key);
    found += reject_referred(table, referrer, coming_rows(referrer),
                             named ? name_of_child(table, referrer, "m")
                                   : quote_literal("a row of " + referrer.child_table + " in the file"));
  }
  return found;
}

std::uint64_t UndoJudge::reject_referred(StagedTable& table, const Referrer& referrer, const std::string& referring,
                                         const std::string& child) {
  const std::uint64_t found = connection_.execute(fmt::format(
      kReferred, fmt::arg("into", table.reject_part.into(kRejectColumns)), fmt::arg("first", table.reject_part.first()),
      fmt::arg("reason", quote_literal(referrer.name + ": ")), fmt::arg("child", child),
      fmt::arg("constraint", quote_literal(referrer.name)), fmt::arg("place", place_of(table)),
      fmt::arg("deletes", table.deletes), fmt::arg("target", table.target_rows), fmt::arg("referring", referring)));
  if (found == 0) return 0;
  table.rejected_rows += found;
  table.rejected_deletes += found;
  return keep_rejected(table);
}

// Of a missing row, where it is itself: for its digest and its values.
std::string UndoJudge::place_of(const StagedTable& table) const {
  return table.deletes_missing() ? "d.target_table, d.target_row" : "NULL, NULL";
}

std::uint64_t UndoJudge::keep_rejected(StagedTable& table) {
  return connection_.execute(
      fmt::format(kKeepRejected, fmt::arg("rejects", table.rejects), fmt::arg("number", table.plan_number)));
}

std::string UndoJudge::one_partition(const Referrer& referrer) {
  return referrer.one_partition ? fmt::format(kOfOnePartition, fmt::arg("parent", referrer.parent_itself))
                                : std::string{};
}

// "child c ON …": the rows that refer to the row t and stay as they are.
std::string UndoJudge::referring_rows(const StagedTable& table, const Referrer& referrer, Spared spared) const {
  const StagedTable* child = staged(referrer.child);
  std::vector<std::string> refers;
  std::vector<std::string> still_refers;
  for (std::size_t i = 0; i < referrer.columns.size(); ++i) {
    const std::string parent = "t." + quote_name(referrer.parent_columns[i]);
    const std::string column = quote_name(referrer.columns[i]);
    const bool comes = child != nullptr && is_brought(*child, referrer.columns[i]);
    refers.push_back(referrer.equality[i].of(parent, "c." + column));
    still_refers.push_back(referrer.equality[i].of(parent, (comes ? "m." : "c.") + column));
  }
  std::string sql = referrer.child_rows + " c ON " + join(refers, " AND ") + one_partition(referrer);
  if (referrer.child == table.details.oid) sql += kOfAnother;
  if (child == nullptr || spared == Spared::kNone) return sql;
  sql += kStays;
  if (child->plan.identity.empty() || spared == Spared::kGoing) return sql;
  const std::string updates =
      spared == Spared::kByMarks
          ? fmt::format(kMarkedUpdates, fmt::arg("marked", child->marked_rows()),
                        fmt::arg("letter", letter_of("m." + child->mark)))
          : fmt::format(kJudgedUpdates, fmt::arg("staged", child->typed_rows()), fmt::arg("verdicts", child->verdicts),
                        fmt::arg("record", child->record));
  return sql + fmt::format(kKeepsItsParent, fmt::arg("updates", updates),
                           fmt::arg("same", child->same_identity("m", "c")),
                           fmt::arg("refers", join(still_refers, " AND ")));
}

// The same, as m, of rows that the import inserts or updates.
std::string UndoJudge::coming_rows(const Referrer& referrer) const {
  const StagedTable& child = *staged(referrer.child);
  std::vector<std::string> refers;
  for (std::size_t i = 0; i < referrer.columns.size(); ++i)
    refers.push_back(
        referrer.equality[i].of("t." + quote_name(referrer.parent_columns[i]), "m." + quote_name(referrer.columns[i])));
  return fmt::format(kComing, fmt::arg("staged", child.typed_rows()), fmt::arg("verdicts", child.verdicts),
                     fmt::arg("record", child.record), fmt::arg("refers", join(refers, " AND ")),
                     fmt::arg("one_partition", one_partition(referrer)));
}

// Text expression: "orders id=7" of the row that refers.
std::string UndoJudge::name_of_child(const StagedTable& table, const Referrer& referrer,
                                     const std::string& alias) const {
  const catalog::TableName name{referrer.child_schema, referrer.child_table};
  std::vector<std::string> parts;
  for (const std::string& column : referrer.child_key) {
    const auto at = std::ranges::find(referrer.columns, column);
    const bool hidden =
        (table.plan.hides && table.plan.hides(name, column)) ||
        (at != referrer.columns.end() &&
         table.is_masked(referrer.parent_columns[static_cast<std::size_t>(at - referrer.columns.begin())]));
    const std::string shown = fmt::format("pg_catalog.left({}, 100)", text_of_any(alias + "." + quote_name(column)));
    parts.push_back(fmt::format("{} || {}", quote_literal(column + "="), hidden ? "'(masked)'" : shown));
  }
  if (parts.empty()) return quote_literal("a row of " + referrer.child_table);
  return fmt::format("({} || {})", quote_literal(referrer.child_table + " "), join(parts, " || ', ' || "));
}

}  // namespace postgres
