#include "sqlite/import/rejects.h"

#include <optional>

#include "sqlite/import/table_sql.h"
#include "sqlite/session/savepoint.h"

namespace sqlite {
namespace {

template <typename Run>
std::optional<std::uint64_t> judged(Connection& connection, const Run& run) {
  std::optional<std::uint64_t> found;
  Savepoint savepoint(connection, "judged");
  try {
    found = run();
  } catch (const SqliteError& error) {
    // kSchema: the expression calls a function that only the application has.
    if (!error.blames_a_row() && error.kind() != base::ErrorKind::kSchema) throw;
    savepoint.roll_back();
  }
  savepoint.end();
  return found;
}

}  // namespace

std::uint64_t reject(Connection& connection, StagedTable& table, const std::string& sql) {
  const std::uint64_t found = connection.execute(sql);
  if (found == 0) return 0;
  table.rejected_rows += found;
  forget_rejected(connection, table);
  return found;
}

void forget_rejected(Connection& connection, const StagedTable& table) {
  connection.execute(table_sql(table, "DELETE FROM {verdicts} WHERE record IN (SELECT record FROM {rejects})"));
}

bool reject_if_judged(Connection& connection, StagedTable& table, const std::string& sql) {
  return judged(connection, [&] { return reject(connection, table, sql); }).has_value();
}

std::string words_of(const StagedTable& table, const SqliteError& error) {
  if (table.plan.values_withheld && error.may_hold_values())
    return "refused by a trigger or an expression; its message is withheld because columns of the target are masked";
  return error.what();
}

std::uint64_t execute_if_judged(Connection& connection, const std::string& sql) {
  return judged(connection, [&] { return connection.execute(sql); }).value_or(0);
}

bool is_executed(Connection& connection, const std::string& sql) {
  return judged(connection, [&] { return connection.execute(sql); }).has_value();
}

}  // namespace sqlite
