// UndoJudge's way through the rows that are to go, in the merge.
#include <fmt/format.h>

#include <optional>

#include "postgres/import/rejects.h"
#include "postgres/import/trigger_rows.h"
#include "postgres/import/undo_judge.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kDelete = R"sql(
DELETE FROM {target} AS t
USING pg_temp.deletion d
WHERE d.plan = {number} AND d.state = 'd' AND t.tableoid = d.target_table AND t.ctid = d.target_row)sql";

// How many rows were to go, and how many went, which are marked so. Where fewer went nothing of it may be kept.
constexpr const char* kDeletePart = R"sql(
WITH wanted AS (
  SELECT d.record
  FROM {target} t
  JOIN pg_temp.deletion d
    ON d.plan = {number} AND d.state = 'd' AND t.tableoid = d.target_table AND t.ctid = d.target_row
  WHERE {part}
), gone AS (
  {delete} AND {part}
  RETURNING d.record
), marked AS (
  UPDATE pg_temp.deletion d SET state = 'g'
  FROM gone g
  WHERE d.plan = {number} AND d.record = g.record
  RETURNING 1
)
SELECT (SELECT pg_catalog.count(*) FROM wanted) AS wanted, (SELECT pg_catalog.count(*) FROM marked) AS gone)sql";

constexpr const char* kHold = R"sql(
UPDATE pg_temp.deletion d SET state = 'w'
FROM {target} t
JOIN {referring}
WHERE d.plan = {number} AND d.state = 'd' AND t.tableoid = d.target_table AND t.ctid = d.target_row)sql";

constexpr const char* kFirst = "SELECT pg_catalog.min(d.record) FROM {deletes} d WHERE d.state = 'd'";

constexpr const char* kKeep = R"sql(
{into}
SELECT {first}d.record, '{verdict}', d.key, pg_catalog.convert_to({why}, 'UTF8'), NULL, NULL, {place}
FROM {deletes} d
WHERE d.record = ANY ({records}))sql";

}  // namespace

std::string UndoJudge::delete_sql(const StagedTable& table) {
  return fmt::format(kDelete, fmt::arg("target", table.target_rows), fmt::arg("number", table.plan_number));
}

void UndoJudge::note_gone() { connection_.execute("UPDATE pg_temp.deletion SET state = 'g' WHERE state = 'd'"); }

// Until nothing is found: a row that waits refers to others.
void UndoJudge::hold_referred() {
  for (std::uint64_t found = 1; found > 0;) {
    found = 0;
    for (const Referrer& referrer : referrers_) {
      for (const StagedTable& table : tables_) {
        if (table.details.oid != referrer.parent || table.may_be_deleted == 0) continue;
        found += connection_.execute(
            fmt::format(kHold, fmt::arg("number", table.plan_number), fmt::arg("target", table.target_rows),
                        fmt::arg("referring", referring_rows(table, referrer, Spared::kGoing))));
      }
    }
  }
}

// Rows may refer to each other in any way: the server asks at the end of the statement. Nothing: it refuses one of
// them, or a trigger kept one.
std::optional<std::uint64_t> UndoJudge::delete_together() {
  std::uint64_t gone = 0;
  const Attempt attempt = keep_if(connection_, "together", [&] {
    hold_referred();
    std::vector<std::string> parts;
    std::vector<std::string> counts;
    std::uint64_t wanted = 0;
    for (std::size_t i = components_.size(); i-- > 0;) {
      for (const std::size_t number : components_[i]) {
        const std::uint64_t rows = to_go(tables_[number]);
        if (rows == 0) continue;
        wanted += rows;
        counts.push_back(fmt::format("(SELECT pg_catalog.count(*) FROM part_{})", parts.size()));
        parts.push_back(fmt::format("part_{} AS ({}\nRETURNING 1)", parts.size(), delete_sql(tables_[number])));
      }
    }
    if (wanted > 0)
      gone = connection_.execute_for_number(fmt::format("WITH {}\nSELECT {}", join(parts, ",\n"), join(counts, " + ")));
    note_gone();
    connection_.execute("UPDATE pg_temp.deletion SET state = 'd' WHERE state = 'w'");
    return gone == wanted;
  });
  return attempt.kept ? std::optional(gone) : std::nullopt;
}

// Where not all that may go goes together: until a round deletes nothing, for a row that went may have been the last
// that referred to another.
std::uint64_t UndoJudge::delete_unreferred() {
  if (const auto gone = delete_together()) return *gone;
  std::uint64_t all = 0;
  for (std::uint64_t gone = 1; gone > 0;) {
    gone = 0;
    for (std::size_t i = components_.size(); i-- > 0;) {
      for (const std::size_t number : components_[i]) {
        const StagedTable& table = tables_[number];
        if (to_go(table) > 0) gone += delete_unreferred(table, 1, table.counts.rows + table.missing);
      }
    }
    all += gone;
  }
  return all;
}

std::uint64_t UndoJudge::delete_unreferred(const StagedTable& table, std::uint64_t first, std::uint64_t last) {
  std::string why;
  const std::optional<std::uint64_t> gone = try_delete(table, first, last, why);
  if (gone) return *gone;
  if (first == last) return 0;
  const std::uint64_t middle = first + (last - first) / 2;
  return delete_unreferred(table, first, middle) + delete_unreferred(table, middle + 1, last);
}

// Nothing: the server refuses one of them, or a trigger kept one.
std::optional<std::uint64_t> UndoJudge::try_delete(const StagedTable& table, std::uint64_t first, std::uint64_t last,
                                                   std::string& why) {
  std::string part = fmt::format("d.record BETWEEN {} AND {}", first, last);
  for (const Referrer& referrer : referrers_) {
    if (referrer.parent == table.details.oid)
      part += fmt::format("\n  AND NOT EXISTS (SELECT FROM (SELECT 1) one JOIN {})",
                          referring_rows(table, referrer, Spared::kNone));
  }
  const std::string sql =
      fmt::format(kDeletePart, fmt::arg("target", table.target_rows), fmt::arg("number", table.plan_number),
                  fmt::arg("part", part), fmt::arg("delete", delete_sql(table)));
  std::uint64_t gone = 0;
  const Attempt attempt = keep_if(connection_, "deletes", [&] {
    const pqxx::result rows = connection_.query(sql);
    gone = rows[0]["gone"].as<std::uint64_t>();
    return gone == rows[0]["wanted"].as<std::uint64_t>();
  });
  if (attempt.refusal) why = attempt.refusal->what();
  return attempt.kept ? std::optional(gone) : std::nullopt;
}

void UndoJudge::reject_rest() {
  reject_referred(Spared::kNone);
  for (StagedTable& table : tables_) {
    while (to_go(table) > 0) reject_refused(table);
  }
}

// The first row that is still to go.
void UndoJudge::reject_refused(StagedTable& table) {
  const auto record =
      connection_.query_value(fmt::format(kFirst, fmt::arg("deletes", table.deletes))).as<std::uint64_t>();
  std::string why = "not deleted: " + trigger_names(table) + " of the target kept it, or moved it";
  const std::optional<std::uint64_t> gone = try_delete(table, record, record, why);
  if (gone && *gone > 0) return;
  keep(table, fmt::format("ARRAY[{}]", record), why);
}

void UndoJudge::keep(StagedTable& table, const std::string& records, const std::string& why, Verdict verdict) {
  const std::uint64_t kept = connection_.execute(fmt::format(
      kKeep, fmt::arg("into", table.reject_part.into(kRejectColumns)), fmt::arg("first", table.reject_part.first()),
      fmt::arg("verdict", verdict_letter(verdict)), fmt::arg("why", quote_literal(why)),
      fmt::arg("place", place_of(table)), fmt::arg("deletes", table.deletes), fmt::arg("records", records)));
  table.rejected_rows += kept;
  table.rejected_deletes += kept;
  keep_rejected(table);
}

}  // namespace postgres
