#include "postgres/import/failing_defaults.h"

#include <fmt/format.h>

#include <optional>

#include "postgres/catalog/may_fail.h"
#include "postgres/import/judged_rows.h"
#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/server_words.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

bool may_fail(const ColumnDetails& column) {
  if (column.made.is_volatile || column.looks_elsewhere()) return false;
  if (column.made.expression.empty()) return column.is_domain;  // whose check may not take NULL
  return column.is_domain || column.type.typmod >= 0 || fails(column.made.expression) != Fails::kNever;
}

}  // namespace

void find_failing_defaults(Connection& connection, StagedTable& table, const SessionSettings& session) {
  if (!table.has_rows() || table.plan.mode == engine::Mode::kUpdate) return;
  for (std::size_t i = 0; i < table.details.columns.size(); ++i) {
    const std::string& name = table.details.table.columns[i].name;
    ColumnDetails& column = table.details.columns[i];
    if (table.details.table.columns[i].generated || table.has_columns({name}) || !may_fail(column)) continue;
    const std::string view = fmt::format(
        "CREATE TEMPORARY VIEW db_transfer_default AS SELECT pg_catalog.num_nulls({}) AS nulls", default_of(column));
    std::optional<ServerError> refused;
    Savepoint before(connection, "made_default");
    if (!before.refusal_of([&] { connection.execute(view); }, Refusal::kOfAnExpression)) {
      // Parsed above, run as the merge will run it.
      use_session_settings(connection, session);
      refused = refusal_of(
          connection, "value", [&] { connection.execute("SELECT d.nulls FROM pg_temp.db_transfer_default d"); },
          Refusal::kOfAnExpression);
    }
    before.roll_back();
    before.end();
    if (!refused || !refused->blames_a_row()) continue;
    table.failing_defaults.push_back(
        {name, connection.withholds_values() ? words_without_values(refused->fields()) : refused->what()});
    column.made.expression.clear();
  }
}

void reject_failing_defaults(Connection& connection, StagedTable& table) {
  for (const FailingDefault& one : table.failing_defaults) {
    reject(connection, table,
           reject_sql(
               table, {'x', quote_literal("the default of " + one.column + ": " + one.words), {}, {}},
               table_sql(table, "{staged} s\nJOIN {verdicts} v ON v.record = s.{record}") + "\nWHERE v.verdict = 'i'"));
  }
}

}  // namespace postgres
