#include "report/audit_summary.h"

#include "report/approval_json.h"
#include "report/commands.h"
#include "report/facts.h"
#include "report/findings.h"
#include "report/json_parts.h"
#include "report/wording.h"

namespace report {
namespace {

using json = ordered_json;

// Version 1 had neither plan nor seal.
constexpr int kAuditVersion = 2;

json changed_column_json(const outcome::ChangedColumn& column) {
  json object = {{"column", column.name}, {"rows", column.rows}};
  if (column.meaning == outcome::Meaning::kSecret) object["meaning"] = "secret";
  if (column.meaning == outcome::Meaning::kRights) object["meaning"] = "rights";
  const auto add = [&](const char* member, const std::string& before, const std::string& after) {
    if (!before.empty() || !after.empty()) object[member] = {{"before", before}, {"after", after}};
  };
  add("sum", column.sum_before, column.sum_after);
  add("least", column.least_before, column.least_after);
  add("greatest", column.greatest_before, column.greatest_after);
  return object;
}

json blocking_json(const outcome::TableEffects& effects) {
  json list = json::array();
  for (const outcome::BlockingCause& cause : effects.blocking)
    list.push_back({{"constraint", cause.constraint},
                    {"needed", cause.needed},
                    {"held_back", cause.held_back},
                    {"match", cause.match},
                    {"matched", cause.matched}});
  return list;
}

json effects_json(const outcome::TableEffects& effects) {
  json changed = json::array();
  for (const outcome::ChangedColumn& column : effects.changed_columns) changed.push_back(changed_column_json(column));
  json triggers = json::array();
  for (const outcome::Trigger& trigger : effects.triggers)
    triggers.push_back({{"name", trigger.name}, {"when", trigger.when}, {"function", trigger.function}});
  json cascades = json::array();
  for (const outcome::Cascade& cascade : effects.cascades) {
    cascades.push_back({{"table", cascade.table},
                        {"foreign_key", cascade.foreign_key},
                        {"action", cascade.action},
                        {"columns", cascade.columns},
                        {"rows", cascade.rows}});
    if (cascade.reached == 0) continue;
    cascades.back()["reached"] = cascade.reached;
    cascades.back()["outside"] = cascade.outside;
  }
  json sequences = json::array();
  for (const outcome::SequenceChange& change : effects.sequences)
    sequences.push_back({{"sequence", change.sequence}, {"before", change.before}, {"after", change.after}});
  json outside = json::array();
  for (const outcome::OutsideReference& reference : effects.outside_references)
    outside.push_back({{"foreign_key", reference.foreign_key}, {"parent", reference.parent}, {"rows", reference.rows}});
  return {{"rows_before", effects.rows_before},
          {"identity", effects.identity},
          {"match", effects.match},
          {"remapped", effects.remapped},
          {"changed_columns", std::move(changed)},
          {"newer_rows", effects.newer_rows},
          {"triggers", std::move(triggers)},
          {"cascades", std::move(cascades)},
          {"sequences", std::move(sequences)},
          {"outside_references", std::move(outside)},
          {"blocking", blocking_json(effects)}};
}

json causes_json(const outcome::ImportedTable& table) {
  json list = json::array();
  for (const outcome::CountedCause& cause : table.causes)
    list.push_back({{"verdict", outcome::verdict_name(cause.verdict)}, {"cause", cause.name}, {"rows", cause.rows}});
  return list;
}

json changed_sets_json(const outcome::ImportedTable& table) {
  json list = json::array();
  for (const outcome::ChangedSet& set : table.changed_sets)
    list.push_back({{"columns", set.columns}, {"rows", set.rows}, {"newer", set.newer}});
  return list;
}

json inserted_values_json(const outcome::ImportedTable& table) {
  json list = json::array();
  for (const outcome::CountedValues& column : table.inserted_values) {
    json values = json::array();
    for (const auto& [value, count] : column.values) values.push_back({{"value", value}, {"rows", count}});
    list.push_back({{"column", column.column}, {"values", std::move(values)}, {"nulls", column.nulls}});
  }
  return list;
}

json table_json(const outcome::ImportedTable& table) {
  json object = {{"name", table.name},
                 {"taken", table.taken},
                 {"audit", table.audit},
                 {"parents", table.parents},
                 {"counts", counts_json(table.counts)},
                 {"details", effects_json(table.effects)},
                 {"causes", causes_json(table)},
                 {"changed_sets", changed_sets_json(table)},
                 {"inserted_values", inserted_values_json(table)},
                 {"anomalies", anomalies(table)}};
  if (table.foretold && *table.foretold != table.counts) object["foretold"] = counts_json(*table.foretold);
  return object;
}

json facts_json(const outcome::ImportOutcome& outcome) {
  json list = json::array();
  for (const Fact& fact : facts(outcome))
    list.push_back(
        {{"grade", grade_word(fact.grade)}, {"fact", fact.text}, {"remedy", fact.remedy}, {"command", fact.command}});
  return list;
}

json summary_parts(const outcome::ImportOutcome& outcome) {
  json tables = json::array();
  for (const outcome::ImportedTable& table : outcome.tables) tables.push_back(table_json(table));
  json list = json::array();
  for (const Check& check : checks(outcome))
    list.push_back({{"grade", grade_word(check.grade)}, {"check", check.title}, {"detail", check.detail}});
  json parts = {{"ending", ending_name(outcome.ending)},
                {"verdict", judgement_word(judgement(outcome))},
                {"blocked", outcome.blocked},
                {"passed_limits", outcome.passed_limits},
                {"decided_at", outcome.decided_at},
                {"file", file_json(outcome.file)},
                {"target", target_json(outcome.target)},
                {"options", outcome.options},
                {"command", judgement(outcome) == Judgement::kBlocked ? std::string{} : apply_command(outcome)},
                {"facts", facts_json(outcome)},
                {"checks", std::move(list)},
                {"total", counts_json(outcome.total)},
                {"tables", std::move(tables)},
                {"missing_grants", outcome.missing_grants},
                {"differences", outcome.differences},
                {"notices", outcome.notices},
                {"rejects_file", outcome.rejects_file},
                {"undo_file", outcome.undo_file},
                {"duration_seconds", seconds(outcome.duration)}};
  if (outcome.base) parts["base"] = file_json(*outcome.base);
  return parts;
}

json applied_json(const outcome::AppliedPlan& applied) {
  json object = {{"id", applied.id}};
  if (!applied.signer.empty()) object["signer"] = applied.signer;
  return object;
}

}  // namespace

// "report" and "plan" come first: what a file is, its beginning tells.
ordered_json summary_json(const outcome::ImportOutcome& outcome, const std::string& plan_id) {
  json document = {{"report", {{"name", "db-transfer audit"}, {"version", kAuditVersion}}}};
  if (outcome.approval) {
    document["plan"] = {{"id", plan_id}};
    document["plan"].update(plan_json(*outcome.approval));
  }
  if (outcome.applied) document["applied"] = applied_json(*outcome.applied);
  document.update(summary_parts(outcome));
  return document;
}

}  // namespace report
