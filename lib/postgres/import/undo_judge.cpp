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

// What is left of those who refer has its place in the statement as c.
constexpr const char* kReferred = R"sql(
{into}
SELECT DISTINCT ON (d.record) {first}d.record, 'c', d.key,
       pg_catalog.convert_to({reason} || {child} || ' refers to it', 'UTF8'),
       pg_catalog.convert_to({constraint}, 'UTF8'), pg_catalog.convert_to({child}, 'UTF8'), NULL, NULL
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

// The rows m that an update gives other values: by what their marks say, or by their verdicts.
constexpr const char* kMarkedUpdates = "{marked} m WHERE {letter} = 'u'";
constexpr const char* kJudgedUpdates = "{staged} m JOIN {verdicts} v ON v.record = m.{record} WHERE v.verdict = 'u'";

}  // namespace

bool UndoJudge::is_any() const {
  return std::ranges::any_of(tables_, [](const StagedTable& table) { return table.has_marks(); });
}

void UndoJudge::prepare() {
  if (!is_any()) return;
  std::vector<std::uint32_t> oids;
  for (const StagedTable& table : tables_) {
    if (table.has_rows()) oids.push_back(table.details.oid);
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
  const std::uint64_t found = connection_.execute(fmt::format(
      kReferred, fmt::arg("into", table.reject_part.into(kRejectColumns)), fmt::arg("first", table.reject_part.first()),
      fmt::arg("reason", quote_literal(referrer.name + ": ")), fmt::arg("child", name_of_child(table, referrer)),
      fmt::arg("constraint", quote_literal(referrer.name)), fmt::arg("deletes", table.deletes),
      fmt::arg("target", table.target_rows), fmt::arg("referring", referring_rows(table, referrer, spared))));
  if (found == 0) return 0;
  table.rejected_rows += found;
  table.rejected_deletes += found;
  return keep_rejected(table);
}

std::uint64_t UndoJudge::keep_rejected(StagedTable& table) {
  return connection_.execute(
      fmt::format(kKeepRejected, fmt::arg("rejects", table.rejects), fmt::arg("number", table.plan_number)));
}

const StagedTable* UndoJudge::staged(std::uint32_t oid) const {
  const auto found = std::ranges::find(tables_, oid, [](const StagedTable& table) { return table.details.oid; });
  return found == tables_.end() || !found->has_rows() ? nullptr : &*found;
}

// "child c ON …": the rows that refer to the row t and stay as they are.
std::string UndoJudge::referring_rows(const StagedTable& table, const Referrer& referrer, Spared spared) const {
  std::vector<std::string> refers;
  std::vector<std::string> still_refers;
  for (std::size_t i = 0; i < referrer.columns.size(); ++i) {
    const std::string parent = "t." + quote_name(referrer.parent_columns[i]);
    refers.push_back(referrer.equality[i].of(parent, "c." + quote_name(referrer.columns[i])));
    still_refers.push_back(referrer.equality[i].of(parent, "m." + quote_name(referrer.columns[i])));
  }
  std::string sql = referrer.child_rows + " c ON " + join(refers, " AND ");
  if (referrer.one_partition) sql += fmt::format(kOfOnePartition, fmt::arg("parent", referrer.parent_itself));
  if (referrer.child == table.details.oid) sql += kOfAnother;
  const StagedTable* child = staged(referrer.child);
  if (child == nullptr || spared == Spared::kNone) return sql;
  sql += kStays;
  if (child->plan.identity.empty()) return sql;
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

// Text expression: "orders id=7" of the row c.
std::string UndoJudge::name_of_child(const StagedTable& table, const Referrer& referrer) const {
  const catalog::TableName name{referrer.child_schema, referrer.child_table};
  std::vector<std::string> parts;
  for (const std::string& column : referrer.child_key) {
    const auto at = std::ranges::find(referrer.columns, column);
    const bool hidden =
        (table.plan.hides && table.plan.hides(name, column)) ||
        (at != referrer.columns.end() &&
         table.is_masked(referrer.parent_columns[static_cast<std::size_t>(at - referrer.columns.begin())]));
    const std::string shown = fmt::format("pg_catalog.left({}, 100)", text_of_any("c." + quote_name(column)));
    parts.push_back(fmt::format("{} || {}", quote_literal(column + "="), hidden ? "'(masked)'" : shown));
  }
  if (parts.empty()) return quote_literal("a row of " + referrer.child_table);
  return fmt::format("({} || {})", quote_literal(referrer.child_table + " "), join(parts, " || ', ' || "));
}

std::uint64_t UndoJudge::to_go(const StagedTable& table) const {
  if (table.may_be_deleted == 0) return 0;
  return connection_.query(fmt::format(kCountToGo, fmt::arg("deletes", table.deletes)))[0][0].as<std::uint64_t>();
}

}  // namespace postgres
