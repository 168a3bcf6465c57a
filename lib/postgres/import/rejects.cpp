#include "postgres/import/rejects.h"

#include "postgres/import/judged_rows.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {

std::string reject_sql(const StagedTable& table, const Rejection& rejection, const std::string& rows) {
  const auto bytes = [](const std::string& text) { return "pg_catalog.convert_to(" + text + ", 'UTF8')"; };
  const std::string record = "s." + table.record;
  std::string sql = table.reject_part.into(kRejectColumns) + " SELECT DISTINCT ON (" + record + ") " +
                    table.reject_part.first() + record + ", '" + rejection.verdict + "', " +
                    bytes(table.key_text("s")) + ", " + bytes(rejection.reason) + ", ";
  sql += rejection.constraint.empty() ? "NULL" : bytes(quote_literal(rejection.constraint));
  sql += rejection.holder.empty() ? ", NULL, NULL, NULL" : ", " + bytes(rejection.holder) + ", t.tableoid, t.ctid";
  return sql + " FROM " + rows;
}

std::string not_rejected(const StagedTable& table, const std::string& alias) {
  return "NOT EXISTS (SELECT FROM " + table.rejects + " r WHERE r.record = " + alias + "." + table.record + ")";
}

std::uint64_t reject_repeated(Connection& connection, StagedTable& table, const std::vector<std::string>& columns,
                              const std::string& reason) {
  std::vector<std::string> list;
  for (const std::string& column : columns) list.push_back("k." + quote_name(column));
  std::string counted = table.typed_rows() + " k";
  std::string judged;
  if (table.rejected_rows > 0) {
    counted += " WHERE " + not_rejected(table, "k");
    judged = " WHERE " + not_rejected(table, "s");
  }
  const std::string keys = join(list, ", ");
  return reject(
      connection, table,
      reject_sql(table, {'c', reason, {}, {}},
                 table.typed_rows() + " s JOIN (SELECT " + keys + " FROM " + counted + " GROUP BY " + keys +
                     " HAVING pg_catalog.count(*) > 1) d ON " + table.same_columns(columns, "s", "d") + judged));
}

std::string accepted_rows(const StagedTable& table, const std::vector<std::string>& columns) {
  return judged_rows(table, columns) + " s WHERE s." + table.record + " IN (SELECT v.record FROM " + table.verdicts +
         " v)";
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
  connection.execute("DELETE FROM " + table.verdict_part.heap + " v USING " + table.rejects +
                     " r WHERE r.record = v.record" + table.verdict_part.only("v"));
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
