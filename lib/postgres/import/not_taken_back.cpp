#include "postgres/import/not_taken_back.h"

#include <fmt/format.h>

#include <cstdint>

#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"
#include "postgres/import/target_code.h"
#include "postgres/import/trigger_rows.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr char kWritten = 'w';
constexpr char kDeleted = 'd';

constexpr const char* kDifferingRecords = R"sql(
SELECT v.record
FROM {staged} s
JOIN {verdicts} v ON v.record = s.{record}
JOIN {target} t ON {same}
WHERE {differs})sql";

// {names}: of each column its name, or NULL where it differs in no row.
constexpr const char* kDifferingColumns = R"sql(
SELECT pg_catalog.array_to_string(ARRAY[{names}]::pg_catalog.text[], ', ')
FROM {staged} s
JOIN {verdicts} v ON v.record = s.{record}
JOIN {target} t ON {same}
WHERE {differs})sql";

constexpr const char* kThereAgain = R"sql(
SELECT d.record
FROM {deletes} d
JOIN {target} t ON pg_catalog.convert_to({key}, 'UTF8') = d.key
WHERE d.state = 'g')sql";

constexpr const char* kUnwritten = R"sql(
SELECT pg_catalog.count(*)
FROM pg_catalog.unnest({records}) x
WHERE NOT EXISTS (SELECT FROM {verdicts} v WHERE v.record = x))sql";

std::string list_of(const std::vector<std::uint64_t>& records) {
  std::string list = "'{";
  for (const std::uint64_t record : records) list += (list.back() == '{' ? "" : ",") + std::to_string(record);
  return list + "}'::pg_catalog.int8[]";
}

}  // namespace

bool NotTakenBack::find(const std::vector<std::size_t>& rewritten) {
  for (const std::size_t number : rewritten) {
    const StagedTable& table = tables_[number];
    why_[number] = changed_columns(table);
    remember(number, kWritten, table_sql(table, kDifferingRecords));
  }
  if (!is_code_about()) return !records_.empty();
  for (std::size_t number = 0; number < tables_.size(); ++number) {
    const StagedTable& table = tables_[number];
    if (table.may_be_deleted == 0 || table.plan.identity.empty()) continue;
    remember(number, kDeleted,
             table_sql(table, kThereAgain, fmt::arg("deletes", table.deletes), fmt::arg("key", table.key_text("t"))));
  }
  return !records_.empty();
}

void NotTakenBack::remember(std::size_t number, char letter, const std::string& query) {
  connection_.execute("DECLARE not_taken_back NO SCROLL CURSOR FOR " + query);
  for (bool more = true; more;) {
    const pqxx::result rows = connection_.query("FETCH 5000 FROM not_taken_back");
    // By position: `query` names its only column, and there may be many rows.
    for (const auto& row : rows) records_.add(number, letter, row[0].as<std::uint64_t>());
    more = !rows.empty();
  }
  connection_.execute("CLOSE not_taken_back");
}

// Without triggers and rules nothing comes again.
bool NotTakenBack::is_code_about() {
  std::vector<std::uint32_t> oids;
  bool deletes = false;
  for (const StagedTable& table : tables_) {
    oids.push_back(table.details.oid);
    deletes = deletes || table.may_be_deleted > 0;
  }
  return deletes && !read_target_code(connection_, oids).empty();
}

std::string NotTakenBack::changed_columns(const StagedTable& table) {
  std::vector<std::string> differ;
  for (const StagedColumn& column : table.columns)
    differ.push_back(fmt::format("CASE WHEN pg_catalog.bool_or({}) THEN {} END", table.differs("s", "t", {column.name}),
                                 quote_literal(column.name)));
  return connection_.query_value(table_sql(table, kDifferingColumns, fmt::arg("names", join(differ, ", ")))).c_str();
}

void NotTakenBack::reject(const std::vector<std::vector<std::size_t>>& components) {
  records_.for_each([&](std::size_t number, char letter, const std::vector<std::uint64_t>& records) {
    StagedTable& table = tables_[number];
    const std::string list = list_of(records);
    const std::string code = trigger_names(table) + " of the target, or one of another table,";
    if (letter == kDeleted) {
      classifier_.undo().keep(table, list, "not deleted: " + code + " puts the row in again");
      return;
    }
    const auto unwritten =
        connection_.query_value(table_sql(table, kUnwritten, fmt::arg("records", list))).as<std::uint64_t>();
    const std::string why = "not as it was before the import: " + code + " writes something else into " + why_[number] +
                            "; disable it meanwhile";
    postgres::reject(connection_, table,
                     reject_sql(table, {.verdict = Verdict::kInvalid, .reason = quote_literal(why)},
                                fmt::format("{} s WHERE s.{} = ANY ({})", table.typed_rows(), table.record, list)));
    table.counts.unchanged -= unwritten;
  });
  for (const std::vector<std::size_t>& component : components) classifier_.reject_dependants(component);
  classifier_.undo().reject_referred();
}

}  // namespace postgres
