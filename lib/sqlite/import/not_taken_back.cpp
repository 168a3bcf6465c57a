#include "sqlite/import/not_taken_back.h"

#include <cstdint>

#include "sqlite/import/rejects.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr char kWritten = 'w';
constexpr char kDeleted = 'd';

constexpr const char* kDiffering = R"sql(
SELECT v.record
FROM {accepted}
CROSS JOIN {target} t ON {same}
WHERE {differs})sql";

constexpr const char* kThereAgain = R"sql(
SELECT d.record
FROM {target} t
JOIN {deletes} d ON d.key = {key}
WHERE d.state = 'g')sql";

}  // namespace

bool NotTakenBack::find(const std::vector<std::size_t>& rewritten) {
  for (const std::size_t number : rewritten) {
    const StagedTable& table = tables_[number];
    remember(number, kWritten, table_sql(table, kDiffering));
  }
  if (!fires_triggers(details_)) return !records_.empty();
  for (std::size_t number = 0; number < tables_.size(); ++number) {
    const StagedTable& table = tables_[number];
    if (table.may_be_deleted == 0 || table.plan.identity.empty()) continue;
    remember(number, kDeleted, table_sql(table, kThereAgain, fmt::arg("key", table.key_text("t"))));
  }
  return !records_.empty();
}

void NotTakenBack::remember(std::size_t number, char letter, const std::string& query) {
  Statement rows = connection_.prepare(query);
  while (rows.next()) records_.add(number, letter, static_cast<std::uint64_t>(rows.integer(0)));
}

void NotTakenBack::reject(const std::vector<std::vector<std::size_t>>& components) {
  records_.for_each([&](std::size_t number, char letter, const std::vector<std::uint64_t>& records) {
    StagedTable& table = tables_[number];
    const std::vector<std::string> writers = writers_of(table.details, details_);
    const std::string code = writers.empty() ? "a trigger of the target" : "trigger " + join(writers, ", ");
    std::vector<std::string> list;
    for (const std::uint64_t record : records) list.push_back(std::to_string(record));
    if (letter == kDeleted) {
      for (const std::uint64_t record : records)
        classifier_.undo().refuse(table, static_cast<std::int64_t>(record),
                                  "not deleted: " + code + " puts the row in again");
      return;
    }
    const std::string these = join(list, ",");
    const std::uint64_t written = connection_.number(
        table_sql(table, "SELECT count(*) FROM {verdicts} WHERE record IN ({these})", fmt::arg("these", these)));
    const std::string why = "not as it was before the import: " + code + " writes something else into the row";
    sqlite::reject(connection_, table,
                   reject_sql(table, "s." + table.record, {.verdict = Verdict::kInvalid, .reason = quote_literal(why)},
                              table_sql(table, "{stage} s\nWHERE s.{record} IN ({these})", fmt::arg("these", these))));
    table.counts.unchanged -= records.size() - written;
  });
  for (const std::vector<std::size_t>& component : components) classifier_.reject_orphans(component);
  classifier_.undo().reject_referred();
}

}  // namespace sqlite
