#include "postgres/import/rejects.h"

#include "postgres/import/judged_rows.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {

std::string reject_sql(const StagedTable& table, const Rejection& rejection, const std::string& rows) {
  const auto bytes = [](const std::string& text) { return "pg_catalog.convert_to(" + text + ", 'UTF8')"; };
  const std::string constraint = quote_literal(rejection.constraint);
  return fmt::format(
      R"sql({into}
SELECT DISTINCT ON (s.{record}) {plan}s.{record}, '{verdict}',
  {key},
  {reason},
  {constraint}, {holder}
FROM {rows})sql",
      fmt::arg("into", table.reject_part.into(kRejectColumns)), fmt::arg("plan", table.reject_part.first()),
      fmt::arg("record", table.record), fmt::arg("verdict", verdict_letter(rejection.verdict)),
      fmt::arg("key", bytes(table.key_text("s"))), fmt::arg("reason", bytes(rejection.reason)),
      fmt::arg("constraint", rejection.constraint.empty() ? "NULL" : bytes(constraint)),
      fmt::arg("holder",
               rejection.holder.empty() ? "NULL, NULL, NULL" : bytes(rejection.holder) + ", t.tableoid, t.ctid"),
      fmt::arg("rows", rows));
}

std::string not_rejected(const StagedTable& table, const std::string& alias) {
  return table_sql(table, "NOT EXISTS (SELECT FROM {rejects} r WHERE r.record = {alias}.{record})",
                   fmt::arg("alias", alias));
}

std::uint64_t reject_repeated(Connection& connection, StagedTable& table, const std::vector<std::string>& columns,
                              const std::string& reason) {
  std::vector<std::string> list;
  for (const std::string& column : columns) list.push_back("k." + quote_name(column));
  const auto judged = [&](const char* alias) {
    return table.rejected_rows > 0 ? "\nWHERE " + not_rejected(table, alias) : std::string();
  };
  const std::string repeated = table_sql(table, R"sql({staged} s
JOIN (
  SELECT {keys}
  FROM {staged} k{judged}
  GROUP BY {keys}
  HAVING pg_catalog.count(*) > 1) d ON {same_key})sql",
                                         fmt::arg("keys", join(list, ", ")), fmt::arg("judged", judged("k")),
                                         fmt::arg("same_key", table.same_columns(columns, "s", "d")));
  return reject(connection, table,
                reject_sql(table, {.verdict = Verdict::kConflict, .reason = reason}, repeated + judged("s")));
}

std::string accepted_rows(const StagedTable& table, const std::vector<std::string>& columns) {
  return table_sql(table, "{rows} s\nWHERE s.{record} IN (SELECT v.record FROM {verdicts} v)",
                   fmt::arg("rows", judged_rows(table, columns)));
}

std::uint64_t reject(Connection& connection, StagedTable& table, const std::string& sql) {
  const std::uint64_t found = list_rejected(connection, table, sql);
  if (found > 0) drop_rejected(connection, table);
  return found;
}

std::uint64_t list_rejected(Connection& connection, StagedTable& table, const std::string& sql) {
  const std::uint64_t found = connection.execute(sql);
  table.rejected_rows += found;
  return found;
}

void drop_rejected(Connection& connection, const StagedTable& table) {
  connection.execute(table_sql(table, "DELETE FROM {heap} v\nUSING {rejects} r\nWHERE r.record = v.record{only}",
                               fmt::arg("heap", table.verdict_part.heap),
                               fmt::arg("only", table.verdict_part.only("v"))));
}

void name_rejected_anew(Connection& connection, const StagedTable& table) {
  connection.execute(table_sql(table, R"sql(
UPDATE {heap} r SET key = pg_catalog.convert_to({key}, 'UTF8')
FROM {staged} s
WHERE s.{record} = r.record{only})sql",
                               fmt::arg("heap", table.reject_part.heap), fmt::arg("key", table.key_text("s")),
                               fmt::arg("only", table.reject_part.only("r"))));
}

std::uint64_t reject_if_judged(Connection& connection, StagedTable& table, const std::string& sql) {
  std::uint64_t found = 0;
  // An expression may read its row as a whole, or a function of it rely on the search_path.
  if (refusal_of(
          connection, "judged", [&] { found = reject(connection, table, sql); }, Refusal::kOfAnExpression))
    table.unjudged = true;
  return found;
}

}  // namespace postgres
