#include "postgres/import/unreadable_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/import/rejects.h"
#include "postgres/import/stage.h"
#include "postgres/session/blame.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// One pass, row by row: a subtransaction that writes nothing costs next to nothing.
constexpr const char* kFind = R"sql(
#variable_conflict use_column
<<"db-transfer">>
DECLARE
    staged pg_catalog.record;
    fine pg_catalog.int4;
    state pg_catalog.text;
    message pg_catalog.text;
    detail pg_catalog.text;
    restraint pg_catalog.text;
    field pg_catalog.text;
    context pg_catalog.text;
BEGIN
    FOR staged IN SELECT s.{record} AS record, {columns} FROM {rows} s LOOP
        BEGIN
            fine := pg_catalog.num_nulls({casts});
        EXCEPTION WHEN OTHERS OR ASSERT_FAILURE OR QUERY_CANCELED THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
                restraint = CONSTRAINT_NAME, field = COLUMN_NAME, context = PG_EXCEPTION_CONTEXT;
            IF NOT ({blames_a_row} OR pg_catalog.left(state, 2) IN ('42', '3F', '3D')) THEN RAISE; END IF;
            -- What stood before the line of this block.
            context := pg_catalog.left(context, pg_catalog.strpos(context, 'inline_code_block'));
            IF pg_catalog.strpos(context, E'\n') = 0 THEN context := ''; END IF;
            INSERT INTO pg_temp.refused
            VALUES (staged.record, NULL, state, message, detail, restraint, field,
                pg_catalog.split_part(context, E'\n', 1));
        END;
    END LOOP;
END)sql";

bool is_read_by_cast(const StagedColumn& column) { return !column.cast.empty(); }

}  // namespace

void UnreadableRows::prepare(const std::vector<StagedTable>& tables) {
  const auto needed = [](const StagedTable& table) {
    return table.has_rows() && std::ranges::any_of(table.columns, is_read_by_cast);
  };
  if (std::ranges::any_of(tables, needed) && search_.possible()) search_.prepare();
}

void UnreadableRows::reject(StagedTable& table) {
  std::vector<std::string> casts;
  for (const StagedColumn& column : table.columns) {
    if (is_read_by_cast(column)) casts.push_back("pg_catalog.count(s." + column.quoted + column.cast + ")");
  }
  if (casts.empty() || table.staged_rows == 0) return;
  const std::string read = "SELECT " + join(casts, ", ") + " FROM " + table.raw_rows() + " s";
  if (failure_of(read).empty()) return;
  if (search_.possible()) {
    find(table);
    search_.reject_found(table, table.raw_rows());
    forget(table);
  } else {
    reject_by_halves(table, read, 1, table.counts.rows);
  }
  analyze_stage(connection_, table);
}

void UnreadableRows::find(const StagedTable& table) {
  std::vector<std::string> columns;
  std::vector<std::string> casts;
  for (const StagedColumn& column : table.columns) {
    if (!is_read_by_cast(column)) continue;
    const std::string name = "c" + std::to_string(columns.size());
    columns.push_back("s." + column.quoted + " AS " + name);
    casts.push_back("staged." + name + column.cast);
  }
  search_.clear();
  connection_.execute(
      "DO LANGUAGE plpgsql " +
      quote_literal(fmt::format(kFind, fmt::arg("record", table.record), fmt::arg("columns", join(columns, ", ")),
                                fmt::arg("rows", table.raw_rows()), fmt::arg("casts", join(casts, ", ")),
                                fmt::arg("blames_a_row", blames_a_row_sql("state", "context")))));
}

// Empty: there is none.
std::string UnreadableRows::failure_of(const std::string& read) {
  // The value may name a thing that the target lacks (regclass and its like); the statement itself is sound.
  const std::optional<ServerError> refused = refusal_of(
      connection_, "reads", [&] { connection_.execute(read); }, Refusal::kOfAnExpression);
  return refused ? refused->what() : std::string();
}

void UnreadableRows::reject_by_halves(StagedTable& table, const std::string& read, std::uint64_t first,
                                      std::uint64_t last) {
  const std::string range =
      " WHERE s." + table.record + " BETWEEN " + std::to_string(first) + " AND " + std::to_string(last);
  const std::string reason = failure_of(read + range);
  if (reason.empty()) return;
  if (first == last) {
    postgres::reject(connection_, table,
                     reject_sql(table, {'x', quote_literal(reason), {}, {}}, table.raw_rows() + " s" + range));
    forget(table);
    return;
  }
  const std::uint64_t middle = first + (last - first) / 2;
  reject_by_halves(table, read, first, middle);
  reject_by_halves(table, read, middle + 1, last);
}

// Out of the stage: whoever reads it there would fail.
void UnreadableRows::forget(StagedTable& table) {
  table.staged_rows -=
      connection_.execute("DELETE FROM " + table.stage_part.heap + " k USING " + table.rejects +
                          " r WHERE r.record = " + table.stage_record("k") + table.stage_part.only("k"));
}

}  // namespace postgres
