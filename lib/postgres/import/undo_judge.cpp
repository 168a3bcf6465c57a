#include "postgres/import/undo_judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/import/added_columns.h"
#include "postgres/import/rejects.h"
#include "postgres/import/row_marks.h"
#include "postgres/import/stage.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kDeletion = R"sql(
CREATE TEMPORARY TABLE deletion (plan pg_catalog.int4, record pg_catalog.int8, target_table pg_catalog.oid,
    target_row pg_catalog.tid, key pg_catalog.bytea, state pg_catalog."char", equal_rows pg_catalog.int8) ON COMMIT DROP;
CREATE INDEX ON pg_temp.deletion (plan, record))sql";

constexpr const char* kFind = R"sql(
INSERT INTO pg_temp.deletion
SELECT {number}, s.{record}, t.tableoid, t.ctid, pg_catalog.convert_to({key}, 'UTF8'), 'd', NULL
FROM {marked} s
JOIN {target} t ON {same}
WHERE {letter} = 'd' AND {state} = {now}{untouched})sql";

constexpr const char* kChanged = R"sql({marked} s
JOIN {target} t ON {same}
WHERE {letter} = 'd' AND ({state} <> {now}{touched}))sql";

constexpr const char* kWhyChanged = R"sql('changed since the import inserted it: ' || COALESCE(
    NULLIF(pg_catalog.concat_ws(', ', {changed}, {added}), ''), 'its values'))sql";

constexpr const char* kUnmarked = R"sql({marked} s
WHERE s.{mark} OPERATOR(pg_catalog.!~) '{known}')sql";

constexpr const char* kForgetDeletes = "DELETE FROM {heap} s WHERE {letter} = 'd'{only}";

// What the rows to be written are compared with.
constexpr const char* kJudged = R"sql({marked} s
JOIN {verdicts} v ON v.record = s.{record})sql";
constexpr const char* kGone = R"sql({judged}
WHERE v.verdict = 'i' AND {letter} = 'u')sql";
constexpr const char* kUpdatedSince = R"sql({judged}
JOIN {target} t ON {same}
WHERE v.verdict = 'u' AND {letter} = 'u' AND {state} <> {now})sql";
constexpr const char* kThereAgain = R"sql({judged}
JOIN {target} t ON {same}
WHERE v.verdict = 'u' AND {letter} = 'i')sql";

constexpr const char* kWhyUpdated = "'changed since the import: ' || COALESCE({changed}, 'its values')";

constexpr const char* kWhyCountedOtherwise =
    R"sql('changed since the import: ' || COALESCE(c.rows, 0) || ' rows are equal to it, ' || e.last || ' were then')sql";

constexpr const char* kCountToGo = "SELECT pg_catalog.count(*) FROM {deletes} d WHERE d.state = 'd'";

// Records of rows without a key that are to go. Of equal ones the first is the `first` of as many as there were after
// the import, the last the `last`: all that were there. OFFSET 0: only what was found to be a number is read as one.
constexpr const char* kEqualRecords = R"sql((
SELECT y.*, pg_catalog.row_number() OVER same AS n, pg_catalog.min(y.rank) OVER (PARTITION BY y.image) AS first,
       pg_catalog.max(y.rank) OVER (PARTITION BY y.image) AS last
FROM (SELECT x.number, x.image, x.key, x.rank::pg_catalog.int8 AS rank
      FROM (SELECT s.{record} AS number, {image}::pg_catalog.text COLLATE pg_catalog."C" AS image,
                   pg_catalog.convert_to({key}, 'UTF8') AS key, pg_catalog.substr({mark}, 2) AS rank
            FROM {marked} s WHERE {letter} = 'd' AND {not_rejected} OFFSET 0) x) y
WINDOW same AS (PARTITION BY y.image ORDER BY y.rank)))sql";

// As many as came with the import, whichever, where as many are equal as there were then.
constexpr const char* kFindEqual = R"sql(
INSERT INTO pg_temp.deletion
SELECT {number}, s.number, t.tableoid, t.ctid, s.key, 'd', t.rows - t.n + 1
FROM {records} s
JOIN (SELECT x.*, pg_catalog.row_number() OVER (PARTITION BY x.image) AS n,
             pg_catalog.count(*) OVER (PARTITION BY x.image) AS rows
      FROM (SELECT s.tableoid, s.ctid, {image}::pg_catalog.text COLLATE pg_catalog."C" AS image FROM {target} s {where}) x) t
  ON t.image = s.image AND t.n = s.n AND t.rows = s.last)sql";

// Neither that many, nor as many as before the import.
constexpr const char* kCountedOtherwise = R"sql({records} e
JOIN {marked} s ON s.{record} = e.number
LEFT JOIN (SELECT x.image, pg_catalog.count(*) AS rows
           FROM (SELECT {image}::pg_catalog.text COLLATE pg_catalog."C" AS image FROM {target} s {where}) x
           GROUP BY x.image) c ON c.image = e.image
WHERE COALESCE(c.rows, 0) NOT IN (e.last, e.first - 1))sql";

// As many as are missing of those that were equal then.
constexpr const char* kMissing = R"sql(
{into}
SELECT {first}s.record, 'i'
FROM (SELECT s.{record} AS record, pg_catalog.substr({mark}, 2) AS rows,
             {image}::pg_catalog.text COLLATE pg_catalog."C" AS image
      FROM {marked} s WHERE {not_rejected} OFFSET 0) s
LEFT JOIN (SELECT x.image, pg_catalog.count(*) AS rows
           FROM (SELECT {image}::pg_catalog.text COLLATE pg_catalog."C" AS image FROM {target} s) x
           GROUP BY x.image) t ON t.image = s.image
WHERE COALESCE(t.rows, 0) < s.rows::pg_catalog.int8)sql";

}  // namespace

bool UndoJudge::is_any() const {
  return std::ranges::any_of(tables_, [](const StagedTable& table) { return table.may_lose_rows(); });
}

bool UndoJudge::is_undo() const {
  return std::ranges::any_of(tables_, [](const StagedTable& table) { return table.has_marks(); });
}

void UndoJudge::prepare() {
  if (!is_any()) return;
  std::vector<std::uint32_t> oids;
  for (const StagedTable& table : tables_) {
    if (table.may_lose_rows() && table.has_rows()) oids.push_back(table.details.oid);
  }
  referrers_ = read_referrers(connection_, oids);
  for (const Referrer& referrer : referrers_) {
    if (!referrer.hidden && !referrer.by_cast) continue;
    throw base::Error(base::ErrorKind::kPrivilege,
                      "who refers to the rows that are to go cannot be told: " +
                          (referrer.hidden ? "row security hides rows of " + referrer.child_name
                                           : "the foreign key " + referrer.name + " of " + referrer.child_name +
                                                 " compares by a cast that somebody made"),
                      "run it as the tables' owner, or leave the table out with -T");
  }
  connection_.execute(kDeletion);
}

void UndoJudge::take_deletes() {
  for (StagedTable& table : tables_) {
    if (table.has_marks() && table.has_rows()) take_deletes(table);
  }
  connection_.execute("ANALYZE pg_temp.deletion");
  reject_referred(Spared::kByMarks);
}

void UndoJudge::take_deletes(StagedTable& table) {
  reject_unmarked(table);
  const bool by_identity = !table.plan.identity.empty();
  const auto before = table.rejected_rows;
  by_identity ? find_by_identity(table) : find_equal_rows(table);
  table.rejected_deletes = table.rejected_rows - before;
  table.delete_records = connection_.execute(fmt::format(kForgetDeletes, fmt::arg("heap", table.stage_part.heap),
                                                         fmt::arg("letter", letter_of("s." + table.stage_mark())),
                                                         fmt::arg("only", table.stage_part.only("s"))));
  table.staged_rows -= table.delete_records;
  table.gone = table.delete_records - table.rejected_deletes - table.may_be_deleted;
  table.counts.unchanged = table.gone;
  if (!by_identity && table.gone > 0)
    notices_.push_back(
        table.details.table.name.name + ": " + std::to_string(table.gone) +
        " rows that were inserted, which have no key, are not in the target any more: gone, or changed since "
        "and left as they are");
  if (table.delete_records > 0) analyze_stage(connection_, table);
}

void UndoJudge::reject_unmarked(StagedTable& table) {
  const std::string known = table.plan.identity.empty() ? "^[di][0-9]{1,18}$" : "^([ud]|i$)";
  reject(connection_, table,
         reject_sql(table,
                    {.verdict = Verdict::kInvalid,
                     .reason = "'the record does not say what taking the import back does to its row'"},
                    fmt::format(kUnmarked, fmt::arg("marked", table.marked_rows()), fmt::arg("mark", table.mark),
                                fmt::arg("known", known))));
}

void UndoJudge::find_by_identity(StagedTable& table) {
  const std::string mark = "s." + table.mark;
  const std::string same = table.same_identity("s", "t");
  const std::string now = row_state(table, marked_values(table, "t"));
  const AddedColumns added = added_columns(connection_, table, "t");
  const std::string none = "NULL::pg_catalog.text";
  table.may_be_deleted = connection_.execute(
      fmt::format(kFind, fmt::arg("number", table.plan_number), fmt::arg("record", table.record),
                  fmt::arg("key", table.key_text("t")), fmt::arg("marked", table.marked_rows()),
                  fmt::arg("target", table.target_rows), fmt::arg("same", same), fmt::arg("letter", letter_of(mark)),
                  fmt::arg("state", state_of(mark)), fmt::arg("now", now),
                  fmt::arg("untouched", added.changed.empty() ? "" : " AND NOT " + added.changed)));
  reject(
      connection_, table,
      reject_sql(
          table,
          {.verdict = Verdict::kConflict,
           .reason = fmt::format(kWhyChanged, fmt::arg("changed", changed_since(table, mark, "t")),
                                 fmt::arg("added", added.shown.empty() ? none : added.shown)),
           .holder = table.key_text("t")},
          fmt::format(kChanged, fmt::arg("marked", table.marked_rows()), fmt::arg("target", table.target_rows),
                      fmt::arg("same", same), fmt::arg("letter", letter_of(mark)), fmt::arg("state", state_of(mark)),
                      fmt::arg("now", now), fmt::arg("touched", added.changed.empty() ? "" : " OR " + added.changed))));
}

void UndoJudge::find_equal_rows(StagedTable& table) {
  const std::string changed = added_columns(connection_, table, "s").changed;
  const std::string where = changed.empty() ? "" : "WHERE NOT " + changed;
  const std::string records =
      fmt::format(kEqualRecords, fmt::arg("record", table.record), fmt::arg("image", table.image("s")),
                  fmt::arg("key", table.key_text("s")), fmt::arg("marked", table.marked_rows()),
                  fmt::arg("mark", "s." + table.mark), fmt::arg("letter", letter_of("s." + table.mark)),
                  fmt::arg("not_rejected", not_rejected(table, "s")));
  table.may_be_deleted = connection_.execute(fmt::format(
      kFindEqual, fmt::arg("number", table.plan_number), fmt::arg("records", records),
      fmt::arg("image", table.image("s")), fmt::arg("target", table.target_rows), fmt::arg("where", where)));
  reject(
      connection_, table,
      reject_sql(table, {.verdict = Verdict::kConflict, .reason = kWhyCountedOtherwise},
                 fmt::format(kCountedOtherwise, fmt::arg("records", records), fmt::arg("marked", table.marked_rows()),
                             fmt::arg("record", table.record), fmt::arg("image", table.image("s")),
                             fmt::arg("target", table.target_rows), fmt::arg("where", where))));
}

void UndoJudge::compare_multiset(StagedTable& table) {
  table.may_be_written = connection_.execute(fmt::format(
      kMissing, fmt::arg("into", table.verdict_part.into(kVerdictAlone)), fmt::arg("first", table.verdict_part.first()),
      fmt::arg("record", table.record), fmt::arg("mark", "s." + table.mark), fmt::arg("image", table.image("s")),
      fmt::arg("marked", table.marked_rows()), fmt::arg("not_rejected", not_rejected(table, "s")),
      fmt::arg("target", table.target_rows)));
}

void UndoJudge::judge_written(StagedTable& table) {
  if (!table.has_marks() || table.plan.identity.empty() || table.may_be_written == 0) return;
  const std::string mark = "s." + table.mark;
  const std::string judged = fmt::format(kJudged, fmt::arg("marked", table.marked_rows()),
                                         fmt::arg("verdicts", table.verdicts), fmt::arg("record", table.record));
  const auto rows = [&](const char* which) {
    return fmt::format(fmt::runtime(which), fmt::arg("judged", judged), fmt::arg("target", table.target_rows),
                       fmt::arg("same", table.same_identity("s", "t")), fmt::arg("letter", letter_of(mark)),
                       fmt::arg("state", state_of(mark)), fmt::arg("now", row_state(table, marked_values(table, "t"))));
  };
  reject(connection_, table,
         reject_sql(table, {.verdict = Verdict::kConflict, .reason = "'gone: somebody deleted it since the import'"},
                    rows(kGone)));
  reject(connection_, table,
         reject_sql(table,
                    {.verdict = Verdict::kConflict,
                     .reason = fmt::format(kWhyUpdated, fmt::arg("changed", changed_since(table, mark, "t"))),
                     .holder = table.key_text("t")},
                    rows(kUpdatedSince)));
  reject(connection_, table,
         reject_sql(table,
                    {.verdict = Verdict::kConflict,
                     .reason = "'there again: somebody inserted a row of this key since'",
                     .holder = table.key_text("t")},
                    rows(kThereAgain)));
}

const StagedTable* UndoJudge::staged(std::uint32_t oid) const {
  const auto found = std::ranges::find(tables_, oid, [](const StagedTable& table) { return table.details.oid; });
  return found == tables_.end() || !found->has_rows() ? nullptr : &*found;
}

std::uint64_t UndoJudge::to_go(const StagedTable& table) const {
  if (table.may_be_deleted == 0) return 0;
  return connection_.query_value(fmt::format(kCountToGo, fmt::arg("deletes", table.deletes))).as<std::uint64_t>();
}

}  // namespace postgres
