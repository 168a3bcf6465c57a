// UndoJudge's way through the rows that are to go, in the merge.
#include <fmt/format.h>

#include <optional>

#include "postgres/import/rejects.h"
#include "postgres/import/trigger_rows.h"
#include "postgres/import/undo_judge.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kDelete = R"sql(
DELETE FROM {target} AS t
USING pg_temp.deletion d
WHERE d.plan = {number} AND d.state = 'd' AND t.tableoid = d.target_table AND t.ctid = d.target_row)sql";

// Each of these rows as gone; nothing of it may be kept where fewer went than were to.
constexpr const char* kDeletePart = R"sql(
WITH wanted AS (
  SELECT d.record FROM {target} t JOIN pg_temp.deletion d
    ON d.plan = {number} AND d.state = 'd' AND t.tableoid = d.target_table AND t.ctid = d.target_row
  WHERE {part}),
gone AS ({delete} AND {part} RETURNING d.record),
marked AS (
  UPDATE pg_temp.deletion d SET state = 'g' FROM gone g WHERE d.plan = {number} AND d.record = g.record RETURNING 1)
SELECT (SELECT pg_catalog.count(*) FROM wanted), (SELECT pg_catalog.count(*) FROM marked))sql";

}  // namespace

std::string UndoJudge::delete_sql(const StagedTable& table) {
  return fmt::format(kDelete, fmt::arg("target", table.target_rows), fmt::arg("number", table.plan_number));
}

void UndoJudge::note_gone() { connection_.execute("UPDATE pg_temp.deletion SET state = 'g' WHERE state = 'd'"); }

// Again and again: a row that has gone may have been the last that referred to another.
std::uint64_t UndoJudge::delete_unreferred() {
  std::uint64_t all = 0;
  for (std::uint64_t gone = 1; gone > 0;) {
    gone = 0;
    for (std::size_t i = components_.size(); i-- > 0;) {
      for (const std::size_t number : components_[i]) {
        const StagedTable& table = tables_[number];
        if (to_go(table) > 0) gone += delete_unreferred(table, 1, table.counts.rows);
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

// Nothing: the server refuses one of them, or a trigger kept it, whatever that did instead.
std::optional<std::uint64_t> UndoJudge::try_delete(const StagedTable& table, std::uint64_t first, std::uint64_t last,
                                                   std::string& why) {
  std::string part = fmt::format("d.record BETWEEN {} AND {}", first, last);
  for (const Referrer& referrer : referrers_) {
    if (referrer.parent == table.details.oid)
      part +=
          " AND NOT EXISTS (SELECT FROM (SELECT 1) one JOIN " + referring_rows(table, referrer, Spared::kNone) + ")";
  }
  const std::string sql =
      fmt::format(kDeletePart, fmt::arg("target", table.target_rows), fmt::arg("number", table.plan_number),
                  fmt::arg("part", part), fmt::arg("delete", delete_sql(table)));
  std::optional<std::uint64_t> gone;
  connection_.execute("SAVEPOINT deletes");
  try {
    const pqxx::result rows = connection_.query(sql);
    if (rows[0][0].as<std::uint64_t>() == rows[0][1].as<std::uint64_t>())
      gone = rows[0][1].as<std::uint64_t>();
    else
      connection_.execute("ROLLBACK TO SAVEPOINT deletes");
  } catch (const ServerError& error) {
    if (!error.blames_a_row()) throw;
    why = error.what();
    connection_.execute("ROLLBACK TO SAVEPOINT deletes");
  }
  connection_.execute("RELEASE SAVEPOINT deletes");
  return gone;
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
      connection_.query("SELECT pg_catalog.min(d.record) FROM " + table.deletes + " d WHERE d.state = 'd'")[0][0]
          .as<std::uint64_t>();
  std::string why = "not deleted: " + trigger_names(table) + " of the target kept it, or moved it";
  const std::optional<std::uint64_t> gone = try_delete(table, record, record, why);
  if (gone && *gone > 0) return;
  keep(table, fmt::format("ARRAY[{}]", record), why);
}

void UndoJudge::keep(StagedTable& table, const std::string& records, const std::string& why) {
  const std::uint64_t kept = connection_.execute(fmt::format(
      R"sql(
{into} SELECT {first}d.record, 'x', d.key, pg_catalog.convert_to({why}, 'UTF8'), NULL, NULL, NULL, NULL
FROM {deletes} d WHERE d.record = ANY ({records}))sql",
      fmt::arg("into", table.reject_part.into(kRejectColumns)), fmt::arg("first", table.reject_part.first()),
      fmt::arg("why", quote_literal(why)), fmt::arg("deletes", table.deletes), fmt::arg("records", records)));
  table.rejected_rows += kept;
  table.rejected_deletes += kept;
  keep_rejected(table);
}

}  // namespace postgres
