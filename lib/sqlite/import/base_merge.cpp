#include "sqlite/import/base_merge.h"

#include <algorithm>
#include <span>

#include "base/error.h"
#include "base/terminal.h"
#include "engine/base_mark.h"
#include "engine/reasons.h"
#include "sqlite/import/multiset.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

namespace reasons = engine::reasons;
using Names = std::vector<std::string>;

// A result has at most 2000 columns.
constexpr std::size_t kColumnsAtOnce = 500;
constexpr std::size_t kMostColumns = 2000;  // of a table

// What of a staged row counts as changed.
struct Judged {
  explicit Judged(const StagedTable& table) {
    for (const StagedColumn& column : table.columns) {
      if (table.is_ignored(column.name) || column.name == table.plan.changed_at) continue;
      (table.base->has_columns({column.name}) ? shared : lacking).push_back(column.name);
    }
    all = shared;
    all.insert(all.end(), lacking.begin(), lacking.end());
  }
  Names shared;   // columns that the base has, too
  Names lacking;  // that it has not
  Names all;
};

// "a OR b OR …" with parentheses, no deeper than need be: SQLite takes 1000 levels.
std::string balanced(std::span<const std::string> parts, const std::string& between, const std::string& none) {
  if (parts.empty()) return none;
  if (parts.size() == 1) return parts.front();
  const std::size_t half = parts.size() / 2;
  return "(" + balanced(parts.first(half), between, none) + between + balanced(parts.subspan(half), between, none) +
         ")";
}

std::string any_of(const Names& conditions) { return balanced(conditions, "\n  OR ", "0"); }

// Condition on the rows s, b and t: both sides changed the column, and not to the same.
std::string both_changed(const StagedTable& table, const std::string& column) {
  std::string others = table.differs("s", "t", {column});
  if (!table.base->has_columns({column})) return others;
  return fmt::format("({} AND {} AND {})", table.differs("s", "b", {column}), table.differs("t", "b", {column}),
                     others);
}

// Text expression: `what` and the columns of which `condition` holds.
template <typename Condition>
std::string naming(const char* what, const Names& columns, const Condition& condition) {
  Names named;
  for (const std::string& column : columns)
    named.push_back(fmt::format("CASE WHEN {} THEN {} ELSE '' END", condition(column), quote_literal(", " + column)));
  return fmt::format("{} || substr({}, 3)", quote_literal(what), balanced(named, " || ", "''"));
}

reasons::BaseWords words_of_base(const StagedTable& table) { return reasons::base_words(table.plan.base->settled); }

// "b."db-transfer mark" IN ('b', 'c')".
std::string marked(const StagedTable& base, const std::string& alias, const std::string& letters) {
  Names list;
  for (const char letter : letters) list.push_back(fmt::format("'{}'", letter));
  return fmt::format("{}.{} IN ({})", alias, base.mark, join(list, ", "));
}

// Condition: the base says that the row s is not new, or that it is not asked.
std::string is_known(const StagedTable& table) {
  std::string same = table.same_identity("s", "b");
  if (!table.base->has_marks()) return same;
  return same + " AND " + marked(*table.base, "b", {engine::kOfBase, engine::kCarried, engine::kNotJudged});
}

// Condition on s: its record carries nothing, and no base speaks for it.
std::string is_not_judged(const StagedTable& table) {
  if (!table.base->has_marks()) return "0";
  return fmt::format("EXISTS (SELECT 1 FROM {} p WHERE {} AND {})", table.base->stage, table.same_identity("s", "p"),
                     marked(*table.base, "p", {engine::kNotJudged}));
}

// Beside the places of table_sql: {base}, {same_base} and {is_known} of s and b.
template <typename... Places>
std::string base_sql(const StagedTable& table, const char* text, const Places&... places) {
  return table_sql(table, text, fmt::arg("base", table.base->stage), fmt::arg("same_base", same_base(table)),
                   fmt::arg("is_known", is_known(table)), places...);
}

constexpr const char* kIndex = "CREATE INDEX temp.{name}_key ON {name} ({identity})";

// Drops rows of the base that share an identity: a key of the target need not have been one there.
constexpr const char* kForgetRepeated = R"sql(
DELETE FROM {stage}
WHERE {record} IN (
  SELECT s.{record}
  FROM (SELECT {identity} FROM {stage} k GROUP BY {collated} HAVING count(*) > 1) d
  CROSS JOIN {stage} s ON {repeated}))sql";

// Of what a record carries, the base's own file is not asked.
constexpr const char* kForgetSpokenFor = R"sql(
DELETE FROM {stage}
WHERE {record} IN (
  SELECT s.{record}
  FROM {stage} c
  CROSS JOIN {stage} s ON {same_key}
  WHERE {carried} AND {of_base}))sql";

// FROM: updates of rows that the base has.
constexpr const char* kOfBoth = R"sql({accepted}
CROSS JOIN {target} t ON {same}
CROSS JOIN {base} b ON {same_base}
WHERE v.verdict = 'u' AND {differ} AND {condition})sql";

// FROM: updates of rows that the base has not: both sides have added them.
constexpr const char* kNewInBoth = R"sql({accepted}
CROSS JOIN {target} t ON {same}
WHERE v.verdict = 'u' AND {differ}
  AND NOT EXISTS (SELECT 1 FROM {base} b WHERE {is_known}))sql";

// FROM: inserts of rows that the base has: they are gone from the target.
constexpr const char* kGone = R"sql({accepted}
CROSS JOIN {base} b ON {same_base}
WHERE v.verdict = 'i' AND {condition})sql";

// Gives staged rows their merged values. Of a row without a base all but the time is as in the target, or it is left
// out.
constexpr const char* kTakeFromTarget = R"sql(
UPDATE {stage} AS k SET {assignments}
FROM (
  SELECT s.{record} AS number,
    {values}
  FROM {accepted}
  CROSS JOIN {target} t ON {same}
  LEFT JOIN {base} b ON {same_base}
  WHERE v.verdict = 'u' AND {moved}) x
WHERE k.{record} = x.number)sql";

constexpr const char* kForgetEqual = R"sql(
DELETE FROM {verdicts}
WHERE record IN (
  SELECT v.record
  FROM {accepted}
  CROSS JOIN {target} t ON {same}
  WHERE v.verdict = 'u' AND NOT {differs}))sql";

constexpr const char* kWithBase = R"sql({rejects} r
CROSS JOIN {stage} s ON s.{record} = r.record
LEFT JOIN {target} t ON {same}
LEFT JOIN {base} b ON {same_base}
WHERE r.verdict = 'c' AND r."constraint" = '{constraint}')sql";

std::string has_base(const StagedTable& table) { return fmt::format("b.{} IS NOT NULL", table.base->record); }

// The merged time of the last change: the later of both where another cell is written; else that of the file where the
// file alone changed it; else that of the target.
std::string changed_at(const StagedTable& table, const StagedColumn& column, const Judged& judged) {
  Names written;
  for (const std::string& name : judged.shared)
    written.push_back(fmt::format("({} AND {})", table.differs("s", "b", {name}), table.differs("s", "t", {name})));
  std::string by_file = "0";
  if (table.base->has_columns({column.name}))
    by_file = fmt::format("{} AND NOT {} AND {}", has_base(table), table.differs("t", "b", {column.name}),
                          table.differs("s", "b", {column.name}));
  return fmt::format(
      R"sql(CASE WHEN {has_base} AND {written}
         THEN CASE WHEN s.{column} IS NULL OR {newer} THEN t.{column} ELSE s.{column} END
         WHEN {by_file} THEN s.{column}
         ELSE t.{column} END)sql",
      fmt::arg("has_base", has_base(table)), fmt::arg("written", any_of(written)),
      fmt::arg("newer", table.target_is_newer()), fmt::arg("by_file", by_file), fmt::arg("column", column.quoted));
}

// What becomes of the file's value of a row that the base has.
std::string merged_value(const StagedTable& table, const StagedColumn& column) {
  std::string stays = table.differs("s", "b", {column.name});
  // An ignored column makes no conflict: where both sides changed it, it stays as the target has it.
  if (table.is_ignored(column.name)) stays += " AND NOT " + table.differs("t", "b", {column.name});
  return fmt::format("CASE WHEN NOT ({has_base}) OR {stays} THEN s.{column} ELSE t.{column} END",
                     fmt::arg("has_base", has_base(table)), fmt::arg("stays", stays),
                     fmt::arg("column", column.quoted));
}

}  // namespace

engine::TablePlan plan_of_base(const engine::TablePlan& plan) {
  engine::TablePlan of_base = plan;
  of_base.target_column = plan.base->target_column;
  of_base.file_type = plan.base->file_type;
  of_base.rows = plan.base->rows;
  of_base.mark = plan.base->mark;
  if (of_base.mark && plan.target.columns.size() >= kMostColumns)
    throw base::Error(base::ErrorKind::kSchema,
                      base::printable(plan.target.name.name) +
                          " has too many columns for what its records say of the target: a table of SQLite has 2,000",
                      "leave the table out with -T");
  of_base.base.reset();
  of_base.match.clear();
  of_base.missing_rows = engine::MissingRows::kStay;
  return of_base;
}

bool base_tells_equal_rows(const StagedTable& table) {
  return table.base != nullptr && table.base->staged_rows > 0 &&
         std::ranges::all_of(table.columns, [&](const StagedColumn& column) {
           return table.is_ignored(column.name) || table.base->has_columns({column.name});
         });
}

std::string same_base(const StagedTable& table) {
  std::string same = table.same_identity("s", "b");
  if (!table.base->has_marks()) return same;
  return same + " AND " + marked(*table.base, "b", {engine::kOfBase, engine::kCarried});
}

std::string conflicts_with_base(const StagedTable& table) {
  return base_sql(table, kWithBase, fmt::arg("constraint", words_of_base(table).constraint));
}

// Rows of the base that share an identity are as good as none.
void BaseMerge::take_bases(std::vector<std::string>& notices) {
  for (StagedTable& table : tables_) {
    if (table.base == nullptr) continue;
    StagedTable& base = *table.base;
    std::uint64_t lost = base.rejected_rows;
    if (!table.plan.identity.empty()) {
      Names names;
      for (const std::string& column : table.plan.identity) names.push_back("k." + quote_name(column));
      connection_.execute(fmt::format(kIndex, fmt::arg("name", unqualified(base.stage)),
                                      fmt::arg("identity", join(base.collated_identity(""), ", "))));
      if (base.has_marks()) settle_marks(table);
      lost += connection_.execute(table_sql(base, kForgetRepeated, fmt::arg("identity", join(names, ", ")),
                                            fmt::arg("collated", join(base.collated_identity("k"), ", ")),
                                            fmt::arg("repeated", base.same_identity("d", "s"))));
    }
    if (lost > 0)
      notices.push_back(
          fmt::format("{}: {} of the base cannot be held by the target, or claim one key; the merge does without them, "
                      "so what the target deleted of them since goes in again",
                      table.details.table.name.name, lost == 1 ? "a record" : fmt::format("{} records", lost)));
  }
}

void BaseMerge::settle_marks(StagedTable& table) {
  const StagedTable& base = *table.base;
  const auto forget = [&](char mark, const std::string& but) {
    connection_.execute(table_sql(base, "DELETE FROM {stage} AS k WHERE k.{mark} = '{letter}'{but}",
                                  fmt::arg("mark", base.mark), fmt::arg("letter", mark), fmt::arg("but", but)));
  };
  forget(engine::kSaysNothing, "");
  if (!table.plan.base->has_file) return;
  connection_.execute(table_sql(base, kForgetSpokenFor, fmt::arg("same_key", base.same_identity("c", "s")),
                                fmt::arg("carried", marked(base, "c", {engine::kCarried, engine::kCarriesNone})),
                                fmt::arg("of_base", marked(base, "s", {engine::kOfBase}))));
  forget(engine::kCarriesNone, base.identity_may_be_null() ? " AND NOT " + base.lacks_identity("k") : "");
}

// What is left out keeps its verdict until it has taken what the target changed: so it shows what would be written.
void BaseMerge::merge(StagedTable& table) {
  if (table.base == nullptr || table.plan.identity.empty() || table.staged_rows == 0) return;
  list_both_changed(table);
  list_both_new(table);
  list_gone(table);
  count_kept(table);
  take_from_target(table);
  forget_rejected(connection_, table);
  forget_equal(table);
}

void BaseMerge::list(StagedTable& table, const std::string& sql) { table.rejected_rows += connection_.execute(sql); }

void BaseMerge::list_both_changed(StagedTable& table) {
  const Judged judged(table);
  const reasons::BaseWords words = words_of_base(table);
  const bool rows = table.plan.base_unit == engine::MergeUnit::kRow;
  const auto cell = [&](const std::string& column) { return both_changed(table, column); };
  const auto in_row = [&](const std::string& column) { return table.differs("s", "t", {column}); };
  Names cells;
  for (const std::string& column : judged.all) cells.push_back(cell(column));
  std::string condition = any_of(cells);
  if (rows)
    condition = fmt::format("({} AND {} OR {})", table.differs("s", "b", judged.shared),
                            table.differs("t", "b", judged.shared), table.differs("s", "t", judged.lacking));
  const std::string reason =
      rows ? naming(words.both_changed_row, judged.all, in_row) : naming(words.both_changed, judged.all, cell);
  list(table, reject_sql(table, "s." + table.record,
                         {.verdict = Verdict::kConflict,
                          .reason = reason,
                          .constraint = words.constraint,
                          .holder = table.key_text("t")},
                         base_sql(table, kOfBoth, fmt::arg("differ", table.differs("s", "t", judged.all)),
                                  fmt::arg("condition", condition))));
}

void BaseMerge::list_both_new(StagedTable& table) {
  const Judged judged(table);
  const reasons::BaseWords words = words_of_base(table);
  const auto in_row = [&](const std::string& column) { return table.differs("s", "t", {column}); };
  list(table, reject_sql(table, "s." + table.record,
                         {.verdict = Verdict::kConflict,
                          .reason = naming(words.both_new, judged.all, in_row),
                          .constraint = words.constraint,
                          .holder = table.key_text("t")},
                         base_sql(table, kNewInBoth, fmt::arg("differ", table.differs("s", "t", judged.all)))));
}

// A row that is gone is no parent of others either: nobody finds it among the rows to be written.
void BaseMerge::list_gone(StagedTable& table) {
  const Judged judged(table);
  const reasons::BaseWords words = words_of_base(table);
  const auto in_file = [&](const std::string& column) { return table.differs("s", "b", {column}); };
  const std::string changed = table.differs("s", "b", judged.shared);
  list(table, reject_sql(table, "s." + table.record,
                         {.verdict = Verdict::kConflict,
                          .reason = naming(words.changed_and_gone, judged.shared, in_file),
                          .constraint = words.constraint},
                         base_sql(table, kGone, fmt::arg("condition", changed))));
  const std::uint64_t before = table.rejected_rows;
  list(table,
       reject_sql(table, "s." + table.record, {.verdict = Verdict::kUnchanged, .reason = quote_literal(words.gone)},
                  base_sql(table, kGone, fmt::arg("condition", "NOT " + changed))));
  table.counts.gone += table.rejected_rows - before;
}

void BaseMerge::count_kept(StagedTable& table) {
  Names compared = Judged(table).shared;
  if (table.base->has_columns({table.plan.changed_at})) compared.push_back(table.plan.changed_at);
  const std::string rows = base_sql(table, kOfBoth, fmt::arg("differ", table.differs("s", "t", compared)),
                                    fmt::arg("condition", "NOT " + table.differs("s", "b", compared)));
  table.counts.kept += connection_.number(table_sql(
      table, "SELECT count(*) FROM {rows} AND v.record NOT IN (SELECT record FROM {rejects})", fmt::arg("rows", rows)));
}

void BaseMerge::take_from_target(StagedTable& table) {
  const Judged judged(table);
  Names names;
  Names values;
  Names shared;
  for (const StagedColumn& column : table.columns) {
    if (table.base->has_columns({column.name})) shared.push_back(column.name);
    // In the first statement: after it what the file wrote shows no more.
    if (column.name == table.plan.changed_at) {
      names.insert(names.begin(), column.quoted);
      values.insert(values.begin(), changed_at(table, column, judged));
    } else if (table.base->has_columns({column.name})) {
      names.push_back(column.quoted);
      values.push_back(merged_value(table, column));
    }
  }
  std::string moved = fmt::format("({} AND {})", has_base(table), table.differs("t", "b", shared));
  if (table.has_columns({table.plan.changed_at}))
    moved = fmt::format("({} OR {} AND NOT {})", moved, table.differs("s", "t", {table.plan.changed_at}),
                        is_not_judged(table));
  for (std::size_t first = 0; first < names.size(); first += kColumnsAtOnce) {
    Names assignments;
    Names list;
    for (std::size_t i = first; i < std::min(names.size(), first + kColumnsAtOnce); ++i) {
      list.push_back(fmt::format("{} AS v{}", values[i], i));
      assignments.push_back(fmt::format("{} = x.v{}", names[i], i));
    }
    connection_.execute(base_sql(table, kTakeFromTarget, fmt::arg("assignments", join(assignments, ", ")),
                                 fmt::arg("values", join(list, ",\n    ")), fmt::arg("moved", moved)));
  }
}

// Rows that are as in the target by now are unchanged. A row that is written has the later time: none is newer in the
// target.
void BaseMerge::forget_equal(StagedTable& table) {
  table.counts.unchanged += connection_.execute(table_sql(table, kForgetEqual));
  if (!table.base->has_marks()) {
    connection_.execute(table_sql(table, "UPDATE {verdicts} SET newer = 0"));
  } else {
    connection_.execute(table_sql(
        table, "UPDATE {verdicts} SET newer = 0 WHERE record NOT IN (SELECT v.record FROM {accepted} WHERE {plain})",
        fmt::arg("plain", is_not_judged(table))));
  }
}

std::uint64_t BaseMerge::note_gone_of_multiset(StagedTable& table) {
  if (!base_tells_equal_rows(table)) return 0;
  const std::uint64_t gone =
      reject(connection_, table,
             reject_sql(table, "s." + table.record,
                        {.verdict = Verdict::kUnchanged, .reason = quote_literal(reasons::kGoneSinceBase)},
                        table_sql(table, "({gone}) l\nCROSS JOIN {stage} s ON s.{record} = l.record",
                                  fmt::arg("gone", gone_rows(table)))));
  table.counts.gone += gone;
  return gone;
}

}  // namespace sqlite
