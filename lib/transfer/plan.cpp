#include "transfer/plan.h"

#include <algorithm>

#include "base/error.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "catalog/drift.h"
#include "catalog/graph.h"
#include "transfer/letter_case.h"
#include "transfer/policies.h"
#include "transfer/selection.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;

// A file of one schema goes into the one schema that was asked for; otherwise schemas keep their names.
catalog::TableName name_in_target(const catalog::TableName& name, const format::Header& header,
                                  const Selection& selection, const std::vector<catalog::Table>& target_tables) {
  const bool has_schemas = std::any_of(target_tables.begin(), target_tables.end(),
                                       [](const auto& table) { return !table.name.schema.empty(); });
  if (!has_schemas) return {"", name.name};
  if (selection.schemas.size() == 1 && header.schemas.size() <= 1) return {selection.schemas.front(), name.name};
  const bool known =
      std::any_of(target_tables.begin(), target_tables.end(), [&](const auto& table) { return table.name == name; });
  if (!known && name.schema.empty()) return {"public", name.name};
  return name;
}

const catalog::Table* find(const std::vector<catalog::Table>& tables, const catalog::TableName& name) {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const auto& table) { return table.name == name; });
  return found == tables.end() ? nullptr : &*found;
}

std::vector<bool> skipped_sections(const format::Header& header, const Selection& selection) {
  std::vector<bool> skipped(header.tables.size(), true);
  for (const std::size_t i : select_tables(header.tables, selection)) {
    const bool audit = header.tables[i].audit || is_audit(header.tables[i].name, selection);
    skipped[i] = audit && selection.audit == Audit::kSkip;
  }
  return skipped;
}

engine::TablePlan plan_table(const catalog::Table& file, const catalog::Table& target) {
  engine::TablePlan plan;
  plan.target = target;
  for (const catalog::Column& column : file.columns) {
    if (column.generated) continue;  // not in the records
    const catalog::Column* there = target.find_column(column.name);
    plan.target_column.push_back(there == nullptr || there->generated
                                     ? engine::TablePlan::kNotWritten
                                     : static_cast<std::size_t>(there - target.columns.data()));
  }
  plan.identity = target.identity();
  return plan;
}

void note_differences(const std::string& section, const catalog::Table& file, const catalog::Table& target,
                      Plan& plan) {
  for (const catalog::Column& column : target.columns) {
    if (column.generated || file.find_column(column.name) != nullptr) continue;
    plan.differences.push_back(section + "." + column.name +
                               " is not in the file: new rows take its default, updates leave it as it is");
  }
  for (const catalog::Column& column : file.columns) {
    const catalog::Column* there = target.find_column(column.name);
    if (there != nullptr && there->generated && !column.generated) {
      plan.differences.push_back(section + "." + column.name +
                                 " is generated in the target: the file's values are not used");
    }
  }
}

std::string meant(const catalog::Table* other_case, const std::optional<std::string>& near) {
  if (other_case != nullptr)
    return ", which has " + other_case->name.name + " (the names differ in case: rename one of them)";
  return near ? " (did you mean " + *near + "?)" : std::string{};
}

[[noreturn]] void fail(const std::vector<catalog::Drift>& drift) {
  std::string lines;
  for (const catalog::Drift& difference : drift) {
    lines += "\n  " + base::printable(difference.table) +
             (difference.column.empty() ? "" : "." + base::printable(difference.column)) + " " +
             base::printable(difference.what);
  }
  throw Error(ErrorKind::kSchema, "the file does not fit the target's schema:" + lines,
              "bring the target's migrations up to date, or leave tables out with -T");
}

}  // namespace

Plan make_plan(const format::Header& header, const std::vector<catalog::Table>& target_tables,
               const engine::DatabaseInfo& target, const ImportOptions& options) {
  const Selection& selection = options.selection;
  Plan plan;
  plan.table_of_section.resize(header.tables.size());
  std::vector<catalog::Drift> drift;
  std::vector<std::string> target_names;
  for (const catalog::Table& table : target_tables) target_names.push_back(table.name.name);
  const std::vector<bool> skipped = skipped_sections(header, selection);
  // What a column of SQLite is declared as says little of what it holds: each value is judged by itself.
  const bool comparable = header.engine == target.engine && target.engine != "sqlite";
  const auto same_engine = comparable ? catalog::SameEngine::kYes : catalog::SameEngine::kNo;

  std::vector<catalog::Table> chosen;
  for (std::size_t i = 0; i < header.tables.size(); ++i) {
    if (skipped[i]) continue;
    const catalog::TableName& name = header.tables[i].name;
    const std::string section = format::section_name(name, header.schemas);
    const catalog::TableName wanted = name_in_target(name, header, selection, target_tables);
    const catalog::Table* there = find(target_tables, wanted);
    const catalog::Table* other_case = there == nullptr ? find_in_other_case(target_tables, wanted) : nullptr;
    // To SQLite the two names are one.
    if (other_case != nullptr && target.engine == "sqlite") {
      there = other_case;
      plan.differences.push_back(section + " is " + there->name.name + " in the target: the names differ in case only");
    }
    if (there == nullptr) {
      const auto near = base::closest(name.name, target_names);
      drift.push_back({section, "", "is missing in the target" + meant(other_case, near)});
      continue;
    }
    const catalog::Table file = target.engine == "sqlite"
                                    ? under_names_of(*there, header.tables[i], section, plan.differences)
                                    : header.tables[i];
    const auto differences = catalog::find_drift(section, file, *there, same_engine);
    drift.insert(drift.end(), differences.begin(), differences.end());
    if (find(chosen, there->name) != nullptr) drift.push_back({section, "", "is a second section for the same table"});
    note_differences(section, file, *there, plan);
    plan.table_of_section[i] = plan.tables.size();
    plan.tables.push_back(plan_table(file, *there));
    apply_policies(file, options, plan.tables.back());
    plan.of_file.push_back(file);
    chosen.push_back(*there);
  }
  if (!drift.empty()) fail(drift);
  demand_tables_of_policies(chosen, options);
  plan.components = catalog::dependency_components(chosen, selection.preferred_order);
  return plan;
}

}  // namespace transfer
