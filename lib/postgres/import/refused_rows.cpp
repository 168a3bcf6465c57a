#include "postgres/import/refused_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/import/heap_part.h"

namespace postgres {
namespace {

constexpr const char* kJudged = "pg_temp.judged";

}  // namespace

RefusedRows::RefusedRows(Connection& connection, std::vector<StagedTable>& tables)
    : connection_(connection), tables_(tables) {
  for (const StagedTable& table : tables_) before_.push_back(table.rejected_rows);
  remembered_ = std::ranges::any_of(
      tables_, [](const StagedTable& table) { return table.rejected_rows > 0 || !table.plan.match.empty(); });
  if (!remembered_) return;
  connection_.execute(fmt::format(
      "CREATE TEMPORARY TABLE {} (number pg_catalog.int8, record pg_catalog.int8) ON COMMIT DROP", kJudged));
  take_as_judged();
}

void RefusedRows::take_as_judged() {
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (tables_[i].rejected_rows == 0) continue;
    connection_.execute(fmt::format(
        "INSERT INTO {0} SELECT {1}, r.record FROM {2} r WHERE NOT EXISTS (SELECT FROM {0} j WHERE j.number = {1} AND "
        "j.record = r.record)",
        kJudged, i, tables_[i].rejects));
  }
}

std::uint64_t RefusedRows::left_out() const {
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < tables_.size(); ++i) rows += tables_[i].rejected_rows - before_[i];
  return rows;
}

std::vector<bool> RefusedRows::restore() {
  std::vector<bool> any;
  for (std::size_t i = 0; i < tables_.size(); ++i) any.push_back(restore(i) > 0);
  return any;
}

// 'I' and 'U' are rows that were written.
std::uint64_t RefusedRows::restore(std::size_t number) {
  StagedTable& table = tables_[number];
  if (!table.has_rows()) return 0;
  connection_.execute(fmt::format(R"sql(
UPDATE {} v SET verdict = CASE v.verdict WHEN 'i' THEN 'I' ELSE 'U' END WHERE v.verdict IN ('i', 'u'){})sql",
                                  table.verdict_part.heap, table.verdict_part.only("v")));
  if (table.rejected_rows == before_[number]) return 0;
  const std::string ours =
      remembered_
          ? fmt::format("NOT EXISTS (SELECT FROM {} j WHERE j.number = {} AND j.record = r.record)", kJudged, number)
          : "true";
  const bool keyed = !table.plan.identity.empty();
  const std::uint64_t restored = connection_.execute(fmt::format(
      R"sql(
{into}
SELECT {first}r.record, {verdict}
FROM {rejects} r JOIN {staged} s ON s.{record} = r.record {target}
WHERE r.verdict IN ('c', 'x') AND {ours} {only_new})sql",
      fmt::arg("into", table.verdict_part.into(kVerdictAlone)), fmt::arg("first", table.verdict_part.first()),
      fmt::arg("rejects", table.rejects), fmt::arg("staged", table.typed_rows()), fmt::arg("record", table.record),
      fmt::arg("ours", ours), fmt::arg("verdict", keyed ? "CASE WHEN t.tableoid IS NULL THEN 'i' ELSE 'u' END" : "'i'"),
      fmt::arg("target",
               keyed ? fmt::format("LEFT JOIN {} t ON {}", table.target_rows, table.same_identity("s", "t")) : ""),
      fmt::arg("only_new", keyed && table.plan.mode == engine::Mode::kInsert ? "AND t.tableoid IS NULL" : "")));
  connection_.execute(fmt::format(R"sql(
DELETE FROM {} r USING {} v WHERE v.record = r.record AND v.verdict IN ('i', 'u'){})sql",
                                  table.reject_part.heap, table.verdicts, table.reject_part.only("r")));
  table.rejected_rows -= restored;
  table.may_be_written += restored;
  // Claims are forgotten: what was freed is free, and what is still taken the server says itself.
  connection_.execute(fmt::format("DELETE FROM {} c WHERE true{}", table.claim_part.heap, table.claim_part.only("c")));
  table.claims_left = false;
  table.handed_on = false;
  return restored;
}

void RefusedRows::end() {
  for (const StagedTable& table : tables_) {
    if (!table.has_rows()) continue;
    connection_.execute(fmt::format(R"sql(
UPDATE {} v SET verdict = CASE v.verdict WHEN 'I' THEN 'i' ELSE 'u' END WHERE v.verdict IN ('I', 'U'){})sql",
                                    table.verdict_part.heap, table.verdict_part.only("v")));
  }
}

}  // namespace postgres
