#include "transfer/locked_plan.h"

#include <vector>

#include "base/human.h"
#include "transfer/selection.h"

namespace transfer {
namespace {

std::vector<catalog::TableName> names_of(const Plan& plan) {
  std::vector<catalog::TableName> names;
  for (const engine::TablePlan& table : plan.tables) names.push_back(table.target.name);
  return names;
}

}  // namespace

Plan plan_of(engine::Target& target, const format::Header& header, const ImportOptions& options) {
  if (!options.selection.schemas.empty()) demand_schemas(options.selection.schemas, target.schemas());
  std::vector<std::string> renamed;
  for (const auto& schema : options.mapping.schemas) renamed.push_back(schema.second);
  if (!renamed.empty()) demand_schemas(renamed, target.schemas());
  const std::vector<catalog::Table> tables = target.tables(options.selection.schemas);
  const auto other_object = [&](const catalog::TableName& name) { return target.other_object(name); };
  return make_plan(header, tables, target.info(), options, target.types(), other_object);
}

Plan lock_and_plan(engine::Target& target, const format::Header& header, const ImportOptions& options,
                   engine::TableLocks locks) {
  const Plan found = plan_of(target, header, options);
  std::vector<catalog::Table> written;
  for (const engine::TablePlan& table : found.tables) written.push_back(table.target);
  target.lock(written, locks);
  Plan plan = plan_of(target, header, options);
  if (names_of(found) != names_of(plan))
    throw engine::ConcurrentChange("the tables of the target were changed while the import began");
  return plan;
}

engine::TableLocks locks_of_attempt(int attempt, const ImportOptions& options, std::chrono::nanoseconds last_attempt,
                                    base::Progress& progress) {
  constexpr int kLocking = 3;
  if (options.intent == engine::Intent::kDryRun || attempt < kLocking) return options.table_locks;
  progress.notice("this attempt keeps other writers away from its tables until it ends, in about " +
                  base::human_duration(last_attempt) + ", as long as the last one took; readers go on");
  return engine::TableLocks::kAgainstWriters;
}

}  // namespace transfer
