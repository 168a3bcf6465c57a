// After the merge: rows that the target's own code changed are brought back to the file's values. That fires triggers
// once more, which may change, make or take away rows of any table: so all are looked at again, a few times, until
// nobody writes any more. What is told and counted is what the last look found. The rows that a look finds are listed
// in a temporary table of the server, with the number of their table in the plan and of the look.
#include <algorithm>

#include "engine/reasons.h"
#include "postgres/import/multiset.h"
#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"
#include "postgres/import/trigger_rows.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr int kMostPasses = 3;  // that write; the last look comes after them

constexpr const char* kUnsettled = R"sql(
CREATE TEMPORARY TABLE unsettled (plan pg_catalog.int8, look pg_catalog.int8, record pg_catalog.int8,
    verdict pg_catalog."char", there pg_catalog.bool) ON COMMIT DROP)sql";

constexpr const char* kGoneUnwritten = R"sql(
SELECT pg_catalog.count(*)
FROM {unsettled} x
WHERE NOT x.there AND x.verdict IS NULL)sql";

constexpr const char* kListed = R"sql((
  SELECT u.record, u.verdict, u.there FROM pg_temp.unsettled u WHERE u.plan = {plan} AND u.look = {look}))sql";

std::string number(std::uint64_t rows, const char* one, const char* many) {
  return std::to_string(rows) + " " + (rows == 1 ? one : many);
}

}  // namespace

// A staged row, its verdict, what the last look found and the row of the target that it stands for.
template <typename... Arguments>
std::string TriggerRows::look_sql(const StagedTable& table, const char* text, const Arguments&... more) const {
  const std::size_t place = place_of(table);
  return table_sql(
      table, text, fmt::arg("number", place), fmt::arg("look", looks_[place].listed),
      fmt::arg("unsettled", fmt::format(kListed, fmt::arg("plan", place), fmt::arg("look", looks_[place].listed))),
      more...);
}

void TriggerRows::settle() {
  for (const StagedTable& table : tables_) tell_made(table);
  bool wrote = true;
  for (int pass = 0; wrote && pass < kMostPasses; ++pass) {
    wrote = false;
    for (StagedTable& table : tables_) wrote = bring_back(table) || wrote;
    wrote_ = wrote_ || wrote;
  }
  for (StagedTable& table : tables_) conclude(table);
}

void TriggerRows::tell_made(const StagedTable& table) {
  if (table.made_by_triggers > 0) {
    tell(table,
         number(table.made_by_triggers, "row", "rows") +
             " to be inserted had been made by the target's triggers meanwhile: brought to the file's values and "
             "counted as updates");
  }
  if (table.made_equal > 0) {
    tell(table, number(table.made_equal, "row", "rows") +
                    " to be inserted had been made by the target's triggers meanwhile as the file has them: counted as "
                    "unchanged");
  }
}

// Since the last look, or before the first one.
bool TriggerRows::others_wrote(const StagedTable& table) {
  const Looks& looks = looks_[place_of(table)];
  return watch_.touched(table) || (looks.whole && !looks.done);
}

// Rows of a table without a key that somebody changed after their insert: they cannot be told from others any more.
void TriggerRows::demand_no_growth(const StagedTable& table) {
  if (!others_wrote(table)) return;
  const auto rows =
      connection_.query_value("SELECT pg_catalog.count(*) FROM (" + lacking_rows(table) + ") l").as<std::uint64_t>();
  if (rows == 0) return;
  const std::string what =
      number(rows, "row", "rows") +
      (rows == 1 ? " of the file, which has no key, is" : " of the file, which have no key, are") +
      " not in the target after the merge: a trigger of the target changed them, and each import of the file would add "
      "them again";
  if (table.plan.growth == engine::Growth::kAllow) return tell(table, what);
  throw base::Error(base::ErrorKind::kSchema, table.details.table.name.name + ": " + what,
                    "nothing was written: leave the table out with -T, or say --allow-growth");
}

// Rows that were inserted or not written at all are tried again: what set them may be for new rows only, or another
// table's. An update that did not hold is only tried again where somebody else could have been at work. True when
// something was written.
bool TriggerRows::bring_back(StagedTable& table) {
  Looks& looks = looks_[place_of(table)];
  if (table.staged_rows == 0 || table.plan.identity.empty()) return false;
  const bool others_wrote = this->others_wrote(table);
  if (!others_wrote && (looks.done || table.details.triggers.empty())) return false;
  if (look(table, others_wrote) == 0) return false;
  leave_existing(table);
  bool wrote = bring_back(table, Group::kOthers);
  if (others_wrote) wrote = bring_back(table, Group::kWritten) || wrote;
  count_changed(table);
  return wrote;
}

// Lists the rows of the file that the target holds otherwise, or not at all. Where nobody else ever wrote, only rows
// that were written can be among them.
std::uint64_t TriggerRows::look(const StagedTable& table, bool others_wrote) {
  if (!listed_) connection_.execute(kUnsettled);
  listed_ = true;
  Looks& looks = looks_[place_of(table)];
  looks.done = true;
  looks.whole = looks.whole || others_wrote;
  ++looks.listed;
  watch_.settle(table);
  const std::string scope = looks.whole ? not_rejected(table, "s") : "v.record IS NOT NULL";
  looks.rows = connection_.execute(look_sql(table, R"sql(
INSERT INTO pg_temp.unsettled
SELECT {number}, {look}, s.{record}, v.verdict, t.tableoid IS NOT NULL
FROM {staged} s
LEFT JOIN {verdicts} v ON v.record = s.{record}
LEFT JOIN {target} t ON {same}
WHERE (t.tableoid IS NULL OR {differs}) AND {scope})sql",
                                            fmt::arg("scope", scope)));
  if (looks.rows > 0) connection_.execute("ANALYZE pg_temp.unsettled");
  return looks.rows;
}

// True when it helped. What is overwritten again at once, or gets another key, is not written a second time; what the
// server refuses, or a trigger drops, is left out, and the others are brought back without it. A key that another of
// the rows holds may come free meanwhile.
bool TriggerRows::bring_back(StagedTable& table, Group group) {
  const char* filter = group == Group::kWritten ? " AND x.verdict = 'u'" : " AND x.verdict IS DISTINCT FROM 'u'";
  bool helped = false;
  for (const Round round : {Round::kUpwards, Round::kDownwards, Round::kLast}) {
    round_ = round;
    waits_for_keys_ = false;
    helped = bring_back(table, filter) || helped;
    if (!waits_for_keys_) break;
  }
  return helped;
}

bool TriggerRows::bring_back(StagedTable& table, const std::string& filter) {
  const Differing before = differing_values(table, filter);
  if (before.values == 0) return false;
  std::vector<std::string> assignments;
  for (const StagedColumn* column : differing(table, filter)) {
    if (std::ranges::find(table.not_updatable, column->name) != table.not_updatable.end()) continue;
    assignments.push_back(column->quoted + " = s." + column->quoted);
  }
  if (assignments.empty()) return false;
  std::uint64_t rows = 0;
  bool dropped = false;
  const std::uint64_t others = watch_.others_writes(table);
  const auto settle = [&] {
    rows = connection_.execute(look_sql(table, R"sql(
UPDATE {target} AS t SET {assignments}
FROM {staged} s JOIN {unsettled} x ON x.record = s.{record}
WHERE {same} AND {differs}{filter})sql",
                                        fmt::arg("assignments", join(assignments, ", ")), fmt::arg("filter", filter)));
    const Differing now = differing_values(table, filter);
    dropped = rows < before.differing && now.differing > 0;
    return !dropped && now.values < before.values && now.rows == before.rows;
  };
  const auto [kept, refusal] = keep_if(connection_, "settle", settle);
  // What was taken back is counted by the server all the same.
  watch_.add(table, kept ? rows : watch_.others_writes(table) - others);
  if (refusal) return bring_back_without(table, filter, refused(*refusal));
  if (!dropped) return kept;
  const Rejection why{.verdict = Verdict::kInvalid,
                      .reason = "a trigger of the target changed it, and what brings it back is " + dropped_by(table)};
  if (rows == 0) return leave_out(table, filter, why), false;
  return bring_back_without(table, filter, why);
}

Rejection TriggerRows::refused(const ServerError& refusal) {
  const bool taken = refusal.key_is_taken();
  std::string reason = std::string(
                           "a trigger of the target changed it, and brought back to the file's values it is "
                           "refused: ") +
                       refusal.what();
  if (taken) reason += "; the next import of the file writes rows that exchange a key among themselves";
  return {.verdict = taken ? Verdict::kConflict : Verdict::kInvalid,
          .reason = reason,
          .constraint = refusal.fields().constraint};
}

// Halves, as long as there are refusals left to ask for; then the rest of the part goes with its refused row.
bool TriggerRows::bring_back_without(StagedTable& table, const std::string& filter, const Rejection& why) {
  const pqxx::result found = connection_.query(look_sql(table, R"sql(
SELECT pg_catalog.min(x.record) AS first, pg_catalog.max(x.record) AS last FROM {unsettled} x WHERE x.there{filter})sql",
                                                        fmt::arg("filter", filter)));
  const auto first = found[0]["first"].as<std::uint64_t>();
  const auto last = found[0]["last"].as<std::uint64_t>();
  if (first == last || refusals_left_ == 0) {
    if (why.verdict != Verdict::kConflict || round_ == Round::kLast) return leave_out(table, filter, why), false;
    waits_for_keys_ = true;
    return false;
  }
  --refusals_left_;
  const std::string middle = std::to_string(first + (last - first) / 2);
  std::string halves[] = {filter + " AND x.record <= " + middle, filter + " AND x.record > " + middle};
  if (round_ == Round::kDownwards) std::swap(halves[0], halves[1]);
  const bool one = bring_back(table, halves[0]);
  return bring_back(table, halves[1]) || one;
}

// Rows of the last look that still do not hold the file's values.
void TriggerRows::leave_out(StagedTable& table, const std::string& filter, const Rejection& why) {
  const std::string rows = look_sql(table, R"sql({staged} s
JOIN {unsettled} x ON x.record = s.{record}
JOIN {target} t ON {same}
WHERE x.there AND {differs}{filter})sql",
                                    fmt::arg("filter", filter));
  const pqxx::field unwritten =
      connection_.query_value("SELECT pg_catalog.count(*) FROM " + rows + " AND x.verdict IS NULL");
  reject(connection_, table,
         reject_sql(table, {.verdict = why.verdict, .reason = quote_literal(why.reason), .constraint = why.constraint},
                    rows));
  table.counts.unchanged -= unwritten.as<std::uint64_t>();
  connection_.execute(look_sql(table, R"sql(
DELETE FROM pg_temp.unsettled u
WHERE u.plan = {number} AND u.look = {look} AND u.record IN (SELECT r.record FROM {rejects} r))sql"));
}

// Rows that are there are not written where only new ones are asked for.
void TriggerRows::leave_existing(StagedTable& table) {
  if (table.plan.mode != engine::Mode::kInsert || looks_[place_of(table)].rows == 0) return;
  leave_out(table, " AND x.verdict IS NULL", {.verdict = Verdict::kSkipped, .reason = engine::reasons::kRowWasChanged});
}

// The last look, after all that was written.
void TriggerRows::conclude(StagedTable& table) {
  if (table.staged_rows == 0) return;
  if (table.plan.identity.empty()) return demand_no_growth(table);
  const Looks& looks = looks_[place_of(table)];
  // Where nobody else wrote since, the rows that were found then are all that may differ.
  if (wrote_ && watch_.touched(table)) look(table, true);
  if (!looks.done) return;
  reject_gone(table);
  leave_existing(table);
  count_changed(table);
  tell_brought_back(table);
  const std::uint64_t left = looks.rows == 0 ? 0 : differing_rows(table);
  if (left == 0) return;
  rewritten_.push_back(place_of(table));
  std::vector<std::string> columns;
  for (const StagedColumn* column : differing(table, "")) columns.push_back(column->name);
  tell(table, number(left, "row does", "rows do") + " not hold the file's values after the import (" +
                  join(columns, ", ") + "); " +
                  (table.details.triggers.empty() ? "a trigger of another table" : trigger_names(table)) +
                  " changed them. The next import of the file will write them again, unless \"ignore\" of the "
                  "transfer file names what the target sets itself");
}

// Of any look: rows that the last one does not find any more.
void TriggerRows::tell_brought_back(const StagedTable& table) {
  const auto rows = connection_
                        .query_value(look_sql(table, R"sql(
SELECT pg_catalog.count(DISTINCT u.record)
FROM pg_temp.unsettled u
WHERE u.plan = {number} AND u.there
  AND NOT EXISTS (SELECT FROM {rejects} r WHERE r.record = u.record)
  AND NOT EXISTS (
    SELECT FROM {staged} s JOIN {unsettled} x ON x.record = s.{record} JOIN {target} t ON {same}
    WHERE s.{record} = u.record AND {differs}))sql"))
                        .as<std::uint64_t>();
  if (rows == 0) return;
  tell(table, number(rows, "row", "rows") +
                  " that the target's triggers or cascades had changed: brought back to the file's values");
}

void TriggerRows::reject_gone(StagedTable& table) {
  if (looks_[place_of(table)].rows == 0) return;
  const auto unwritten = connection_.query_value(look_sql(table, kGoneUnwritten)).as<std::uint64_t>();
  reject(connection_, table,
         reject_sql(table,
                    {.verdict = Verdict::kInvalid,
                     .reason = quote_literal("is not in the target after the merge: " + trigger_names(table) +
                                             ", or one of another table, took it away or gave it another key")},
                    look_sql(table, "{staged} s JOIN {unsettled} x ON x.record = s.{record} WHERE NOT x.there")));
  table.counts.unchanged -= unwritten;
}

// Rows that were to stay untouched and did not. They are no more of those then: a second call finds none.
void TriggerRows::count_changed(StagedTable& table) {
  const std::uint64_t changed = connection_.execute(table.verdict_part.into(kVerdictAlone) + look_sql(table, R"sql(
SELECT {plan}x.record, 'u' FROM {unsettled} x
WHERE x.verdict IS NULL AND x.there AND NOT EXISTS (SELECT FROM {verdicts} v WHERE v.record = x.record))sql"));
  table.counts.unchanged -= changed;
  table.may_be_written += changed;
}

std::vector<const StagedColumn*> TriggerRows::compared(const StagedTable& table) {
  std::vector<const StagedColumn*> columns;
  for (const StagedColumn& column : table.columns) {
    if (!table.is_kept(column) && !table.is_ignored(column.name)) columns.push_back(&column);
  }
  return columns;
}

// In how many rows of the last look each of the compared columns differs; after them, how many of the rows differ at
// all, and how many are there.
std::vector<std::uint64_t> TriggerRows::differences(const StagedTable& table, const std::string& filter) {
  std::vector<std::string> counts;
  for (const StagedColumn* column : compared(table))
    counts.push_back("pg_catalog.count(*) FILTER (WHERE " + table.differs("s", "t", {column->name}) + ")");
  counts.push_back(look_sql(table, "pg_catalog.count(*) FILTER (WHERE {differs})"));
  counts.emplace_back("pg_catalog.count(*)");
  std::vector<std::uint64_t> found;
  const pqxx::result row =
      connection_.query(look_sql(table, R"sql(
SELECT {counts} FROM {unsettled} x JOIN {staged} s ON s.{record} = x.record JOIN {target} t ON {same}
WHERE x.there{filter})sql",
                                 fmt::arg("counts", join(counts, ", ")), fmt::arg("filter", filter)));
  for (const auto& field : row[0]) found.push_back(field.as<std::uint64_t>());
  return found;
}

std::vector<const StagedColumn*> TriggerRows::differing(const StagedTable& table, const std::string& filter) {
  const std::vector<const StagedColumn*> columns = compared(table);
  const std::vector<std::uint64_t> rows = differences(table, filter);
  std::vector<const StagedColumn*> those;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (rows[i] > 0) those.push_back(columns[i]);
  }
  return those;
}

// Of single columns, not of rows: one column of a row may hold now while another never will.
TriggerRows::Differing TriggerRows::differing_values(const StagedTable& table, const std::string& filter) {
  Differing all;
  std::vector<std::uint64_t> counts = differences(table, filter);
  all.rows = counts.back();
  counts.pop_back();
  all.differing = counts.back();
  counts.pop_back();
  for (const std::uint64_t rows : counts) all.values += rows;
  return all;
}

std::uint64_t TriggerRows::differing_rows(const StagedTable& table) {
  return connection_
      .query_value(look_sql(table, R"sql(
SELECT pg_catalog.count(*) FROM {unsettled} x JOIN {staged} s ON s.{record} = x.record JOIN {target} t ON {same}
WHERE {differs})sql"))
      .as<std::uint64_t>();
}

std::size_t TriggerRows::place_of(const StagedTable& table) const {
  return static_cast<std::size_t>(&table - tables_.data());
}

void TriggerRows::tell(const StagedTable& table, const std::string& what) {
  notices_.push_back(table.details.table.name.name + ": " + what);
}

}  // namespace postgres
