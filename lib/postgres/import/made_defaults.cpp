#include "postgres/import/made_defaults.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/server_words.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Its default is parsed with an empty search_path and coerced as that of the target's column was.
constexpr const char* kPlace = "CREATE TEMPORARY TABLE {place} (value {type}{made}) ON COMMIT DROP";

bool is_number(const std::string& text) {
  constexpr std::size_t kFits = 9;  // into an integer
  return !text.empty() && text.size() <= kFits &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

// A value as it is, of exactly the column's type, or NULL.
bool is_plain(const ColumnDetails& column) {
  const std::string& text = column.made.expression;
  if (column.is_domain || column.type.typmod >= 0 || !is_builtin(column.type)) return text.empty() && !column.is_domain;
  const std::string& type = column.type.type_name;
  if (text.empty()) return true;
  if (type == "bool") return text == "true" || text == "false";
  if (type == "int4" || type == "int8") return is_number(text);
  return type == "text" && text.starts_with("'") && text.find('\'', 1) == text.size() - sizeof("'::text") + 1 &&
         text.ends_with("'::text");
}

bool is_made(const StagedTable& table, std::size_t column) {
  const ColumnDetails& details = table.details.columns[column];
  const catalog::Column& there = table.details.table.columns[column];
  return !there.generated && !table.has_columns({there.name}) && !details.made.is_volatile &&
         !details.looks_elsewhere() && !is_plain(details);
}

}  // namespace

void make_defaults(Connection& connection, StagedTable& table, std::size_t number, const SessionSettings& session) {
  if (!table.has_rows() || table.plan.mode == engine::Mode::kUpdate) return;
  for (std::size_t i = 0; i < table.details.columns.size(); ++i) {
    if (!is_made(table, i)) continue;
    const ColumnDetails& column = table.details.columns[i];
    const std::string& name = table.details.table.columns[i].name;
    const std::string place = fmt::format("pg_temp.default_{}_{}", number, i);
    const std::string make = fmt::format(
        kPlace, fmt::arg("place", place), fmt::arg("type", column.type_sql),
        fmt::arg("made", column.made.expression.empty() ? std::string{} : " DEFAULT " + column.made.expression));
    Savepoint before(connection, "made_default");
    std::optional<ServerError> refused = before.refusal_of([&] { connection.execute(make); }, Refusal::kOfAnExpression);
    const bool placed = !refused;
    if (placed) {
      use_session_settings(connection, session);
      refused = refusal_of(
          connection, "value", [&] { connection.execute("INSERT INTO " + place + " DEFAULT VALUES"); },
          Refusal::kOfAnExpression);
      use_own_settings(connection);
    }
    if (refused) {
      before.roll_back();
    } else {
      table.computed_defaults[name] = "(SELECT d.value FROM " + place + " d)";
    }
    before.end();
    if (!refused || !placed || !refused->blames_a_row()) continue;
    table.failing_defaults.push_back(
        {name, connection.withholds_values() ? words_without_values(refused->fields()) : refused->what()});
    table.computed_defaults[name].clear();
  }
}

void reject_failing_defaults(Connection& connection, StagedTable& table) {
  for (const FailingDefault& one : table.failing_defaults) {
    reject(
        connection, table,
        reject_sql(
            table,
            {.verdict = Verdict::kInvalid, .reason = quote_literal("the default of " + one.column + ": " + one.words)},
            table_sql(table, "{staged} s\nJOIN {verdicts} v ON v.record = s.{record}") + "\nWHERE v.verdict = 'i'"));
  }
}

}  // namespace postgres
