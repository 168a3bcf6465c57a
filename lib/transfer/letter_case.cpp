#include "transfer/letter_case.h"

#include <algorithm>
#include <string_view>

#include "base/suggestion.h"

namespace transfer {

const catalog::Table* find_in_other_case(const std::vector<catalog::Table>& tables, const catalog::TableName& name) {
  const catalog::Table* found = nullptr;
  for (const catalog::Table& table : tables) {
    if (table.name.schema != name.schema || !base::differs_in_case_only(table.name.name, name.name)) continue;
    if (found != nullptr) return nullptr;
    found = &table;
  }
  return found;
}

catalog::Table under_names_of(const catalog::Table& target, catalog::Table file, const std::string& section,
                              std::vector<std::string>& notes) {
  for (const catalog::Column& there : target.columns) {
    if (file.find_column(there.name) != nullptr) continue;
    const auto is_meant = [&](const catalog::Column& column) {
      return base::differs_in_case_only(column.name, there.name) && target.find_column(column.name) == nullptr;
    };
    const auto found = std::find_if(file.columns.begin(), file.columns.end(), is_meant);
    if (found == file.columns.end() || std::count_if(file.columns.begin(), file.columns.end(), is_meant) > 1) continue;
    notes.push_back(section + "." + found->name + " is " + there.name +
                    " in the target: the names differ in case only");
    found->name = there.name;
  }
  return file;
}

}  // namespace transfer
