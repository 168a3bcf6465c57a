#include "transfer/policies.h"

#include <algorithm>

#include "base/error.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "transfer/selection.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;

// Both in the file and written to the target.
bool is_written(const catalog::Table& file, const engine::TablePlan& plan, const std::string& column) {
  const catalog::Column* there = plan.target.find_column(column);
  const catalog::Column* in_file = file.find_column(column);
  return in_file != nullptr && !in_file->generated && there != nullptr && !there->generated;
}

void demand_column(const catalog::Table& file, const engine::TablePlan& plan, const std::string& column,
                   const std::string& wish) {
  if (is_written(file, plan, column)) return;
  std::vector<std::string> names;
  for (const catalog::Column& other : plan.target.columns) {
    if (is_written(file, plan, other.name)) names.push_back(other.name);
  }
  const auto near = base::closest(column, names);
  throw Error(
      ErrorKind::kUsage,
      "table " + base::printable(plan.target.name.name) + " has no column " + base::printable(column) + " to " + wish,
      near ? "did you mean " + base::printable(*near) + "?" : "db-export --list shows the tables");
}

// A pattern means those of its tables that have the column.
void ignore(const catalog::Table& file, const TablePolicy& policy, engine::TablePlan& plan) {
  const bool many = policy.tables.find_first_of("*?") != std::string::npos;
  for (const std::string& column : policy.ignore) {
    if (!many) demand_column(file, plan, column, "ignore");
    if (is_written(file, plan, column)) plan.ignored.push_back(column);
  }
}

// What tells rows apart makes a difference.
void demand_ignorable(const engine::TablePlan& plan) {
  const auto is_key = [](const std::vector<std::string>& key, const std::string& column) {
    return std::find(key.begin(), key.end(), column) != key.end();
  };
  for (const std::string& column : plan.ignored) {
    if (!is_key(plan.identity, column) && !is_key(plan.match, column)) continue;
    throw Error(ErrorKind::kUsage,
                "\"ignore\" of the transfer file names " + base::printable(plan.target.name.name + "." + column) +
                    ", by which rows of the table are found",
                "take it out: rows that differ in it are two rows");
  }
}

// Types whose order is that of time, in either engine's words.
bool tells_a_time(const std::string& type) {
  return type.starts_with("timestamp") || type.starts_with("date") || type.starts_with("DATE") ||
         type.starts_with("TIMESTAMP") || type == "bigint" || type == "integer" || type == "INTEGER";
}

std::string usual_changed_at(const catalog::Table& file, const engine::TablePlan& plan) {
  for (const char* name : {"updatedAt", "updated_at"}) {
    if (is_written(file, plan, name) && tells_a_time(plan.target.find_column(name)->type)) return name;
  }
  return {};
}

ConflictPolicy conflict_policy(const catalog::TableName& table, const ImportOptions& options) {
  ConflictPolicy chosen = options.on_conflict;
  for (const TablePolicy& policy : options.policies) {
    if (policy.on_conflict && matches(policy.tables, table)) chosen = *policy.on_conflict;
  }
  return chosen;
}

}  // namespace

void apply_policies(const catalog::Table& file, const ImportOptions& options, engine::TablePlan& plan) {
  plan.mode = options.mode;
  plan.newer_rows = options.newer_rows;
  plan.orphans = options.orphans;
  plan.growth = options.growth;
  for (const TablePolicy& policy : options.policies) {
    if (!matches(policy.tables, plan.target.name)) continue;
    if (policy.mode) plan.mode = *policy.mode;
    if (policy.newer_rows) plan.newer_rows = *policy.newer_rows;
    if (!policy.match.empty()) plan.match = policy.match;
    if (!policy.changed_at.empty()) plan.changed_at = policy.changed_at;
    ignore(file, policy, plan);
  }
  for (const std::string& column : plan.match) demand_column(file, plan, column, "match rows by");
  if (plan.match == plan.identity) plan.match.clear();
  if (plan.identity.empty()) plan.identity = plan.match;
  demand_ignorable(plan);
  if (!plan.changed_at.empty()) {
    demand_column(file, plan, plan.changed_at, "tell when a row was changed");
  } else {
    plan.changed_at = usual_changed_at(file, plan);
  }
  if (plan.changed_at.empty()) plan.newer_rows = engine::NewerRows::kOverwrite;
}

void demand_tables_of_policies(const std::vector<catalog::Table>& tables, const ImportOptions& options) {
  for (const TablePolicy& policy : options.policies) {
    std::vector<std::string> names;
    bool found = false;
    for (const catalog::Table& table : tables) {
      found = found || matches(policy.tables, table.name);
      names.push_back(table.name.name);
    }
    if (found) continue;
    const auto near = base::closest(policy.tables, names);
    throw Error(ErrorKind::kUsage, "no table of the file is " + base::printable(policy.tables),
                near ? "did you mean " + base::printable(*near) + "?"
                     : "name a table of the file: it lists them at its beginning");
  }
}

std::vector<conversion::ColumnWish> column_wishes(const catalog::Table& file, const engine::TablePlan& plan,
                                                  const ImportOptions& options, Lacking lacking) {
  std::vector<std::string> columns;
  for (const catalog::Column& column : file.columns) {
    if (!column.generated) columns.push_back(column.name);
  }
  std::vector<conversion::ColumnWish> wishes(columns.size());
  conversion::ColumnWish passed_over;
  const auto wish_of = [&](const std::string& column, const char* wish) -> conversion::ColumnWish& {
    if (lacking == Lacking::kPassedOver && std::ranges::count(columns, column) == 0) return passed_over;
    demand_column(file, plan, column, wish);
    return wishes[static_cast<std::size_t>(std::find(columns.begin(), columns.end(), column) - columns.begin())];
  };
  for (const TablePolicy& policy : options.policies) {
    if (!matches(policy.tables, plan.target.name)) continue;
    for (const std::string& column : policy.empty_as_null)
      wish_of(column, "take empty texts of as NULL").empty_text = conversion::EmptyText::kNull;
    for (const std::string& column : policy.blob_as_text)
      wish_of(column, "take blobs of as text").blobs = conversion::BlobAs::kText;
    for (const auto& [column, times] : policy.times) wish_of(column, "read times of").times = times;
  }
  return wishes;
}

void withhold_values(engine::Target& target, const Masks& masks, const std::string& digest_key,
                     std::vector<engine::TablePlan>& plans) {
  const bool asked = masks.usual || !masks.patterns.empty();
  const bool any = asked && target.has_column([&](const catalog::TableName& table, const std::string& column) {
    return is_masked(table, column, masks);
  });
  // Also by the file's name for one.
  const bool here = std::ranges::any_of(plans, &engine::TablePlan::values_withheld);
  for (engine::TablePlan& plan : plans) {
    plan.values_withheld = any || here;
    plan.digest_key = digest_key;
  }
}

std::string option_that_blocks(const outcome::ImportOutcome& outcome, const std::vector<catalog::Table>& tables,
                               const ImportOptions& options) {
  if (options.left_out == LeftOutPolicy::kRollBack && outcome.total.left_out() > 0) return "--atomic";
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const bool fails = conflict_policy(tables[i].name, options) == ConflictPolicy::kFail;
    if (fails && outcome.tables[i].counts.conflict > 0) return "--on-conflict fail";
  }
  if (!options.most_left_out || outcome.total.left_out() <= *options.most_left_out) return {};
  return "--max-left-out " + std::to_string(*options.most_left_out);
}

}  // namespace transfer
