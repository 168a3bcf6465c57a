#include "sqlite/import/untold.h"

#include <algorithm>

#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// Constraints over what the target makes itself in each row.
void add_unforetold(const StagedTable& table, std::vector<std::string>& lines) {
  const TableDetails& details = table.details;
  const auto add = [&](const std::string& what, const std::vector<std::string>& columns) {
    const auto unknown = std::ranges::find_if(
        columns, [&](const std::string& column) { return !table.foretells({column}) || table.is_random(column); });
    if (unknown == columns.end()) return;
    // The number of a row, which SQLite gives, is always free.
    if (columns.size() == 1 && *unknown == details.rowid_column && what.starts_with("the key ")) return;
    lines.push_back(what + " is over " + *unknown + ", whose values the target makes");
  };
  for (const UniqueIndex& index : details.unique_indexes) add("the key " + index.name, index.columns);
  for (const IndexExpression& index : details.index_expressions) add("the index " + index.index, index.columns);
  for (const CheckConstraint& check : details.checks) add("the check " + check.name, check.columns);
  for (const catalog::ForeignKey& key : details.table.foreign_keys) add("the foreign key " + key.name, key.columns);
  for (const catalog::Column& column : details.table.columns) {
    if (column.generated) add("the generated column " + column.name, {column.name});
  }
}

}  // namespace

std::vector<std::string> triggers_of(const StagedTable& table) {
  std::vector<std::string> lines;
  std::vector<std::string> names;
  for (const TableTrigger& trigger : table.details.triggers) {
    const bool on_delete = trigger.event.kind == TriggerEvent::Kind::kDelete;
    if (on_delete ? table.may_be_deleted > 0 : table.staged_rows > 0) names.push_back(trigger.name);
  }
  if (!names.empty()) lines.push_back("trigger " + join(names, ", ") + " may change or refuse rows");
  return lines;
}

std::vector<std::string> unjudged_of(const StagedTable& table) {
  std::vector<std::string> lines;
  add_unforetold(table, lines);
  for (const std::string& what : table.details.of_row_number)
    lines.push_back(what + " reads the number of the row and is not judged");
  for (const std::string& what : table.unjudged) lines.push_back(what + " could not be evaluated");
  std::ranges::sort(lines);
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  return lines;
}

}  // namespace sqlite
