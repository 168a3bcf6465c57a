#include "transfer/settled.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "transfer/limits.h"

namespace transfer {
namespace {

using json = nlohmann::ordered_json;
template <typename Value>
using Words = std::vector<std::pair<Value, const char*>>;

const Words<engine::Mode> mode_words = {
    {engine::Mode::kUpsert, "upsert"}, {engine::Mode::kInsert, "insert"}, {engine::Mode::kUpdate, "update"}};
const Words<ConflictPolicy> conflict_words = {{ConflictPolicy::kSkip, "skip"}, {ConflictPolicy::kFail, "fail"}};
const Words<engine::MergeUnit> unit_words = {{engine::MergeUnit::kCell, "cell"}, {engine::MergeUnit::kRow, "row"}};
const Words<conversion::TimeReading> time_words = {{conversion::TimeReading::kIso, "iso"},
                                                   {conversion::TimeReading::kSeconds, "seconds"},
                                                   {conversion::TimeReading::kMilliseconds, "milliseconds"}};

template <typename Value>
const char* word_of(const Words<Value>& words, Value value) {
  return std::ranges::find(words, value, &std::pair<Value, const char*>::first)->second;
}

template <typename Value>
Value value_of(const Words<Value>& words, const json& word) {
  for (const auto& [value, name] : words) {
    if (word == name) return value;
  }
  throw std::invalid_argument(word.dump());
}

json policy_json(const TablePolicy& policy) {
  json object = {{"tables", policy.tables}};
  if (policy.mode) object["mode"] = word_of(mode_words, *policy.mode);
  if (policy.newer_rows) object["keep_newer"] = *policy.newer_rows == engine::NewerRows::kKeep;
  if (policy.on_conflict) object["on_conflict"] = word_of(conflict_words, *policy.on_conflict);
  if (!policy.match.empty()) object["match"] = policy.match;
  if (!policy.changed_at.empty()) object["changed_at"] = policy.changed_at;
  if (!policy.ignore.empty()) object["ignore"] = policy.ignore;
  if (!policy.empty_as_null.empty()) object["empty_as_null"] = policy.empty_as_null;
  if (!policy.blob_as_text.empty()) object["blob_as_text"] = policy.blob_as_text;
  for (const auto& [column, reading] : policy.times) object["times"][column] = word_of(time_words, reading);
  return object;
}

TablePolicy policy_of(const json& object) {
  using Names = std::vector<std::string>;
  TablePolicy policy;
  policy.tables = object.at("tables");
  if (object.contains("mode")) policy.mode = value_of(mode_words, object["mode"]);
  if (object.contains("keep_newer"))
    policy.newer_rows = object["keep_newer"].get<bool>() ? engine::NewerRows::kKeep : engine::NewerRows::kOverwrite;
  if (object.contains("on_conflict")) policy.on_conflict = value_of(conflict_words, object["on_conflict"]);
  policy.match = object.value("match", Names{});
  policy.changed_at = object.value("changed_at", "");
  policy.ignore = object.value("ignore", Names{});
  policy.empty_as_null = object.value("empty_as_null", Names{});
  policy.blob_as_text = object.value("blob_as_text", Names{});
  if (object.contains("times")) {
    for (const auto& [column, word] : object["times"].items())
      policy.times.emplace_back(column, value_of(time_words, word));
  }
  return policy;
}

json pairs_json(const Mapping::Pairs& pairs) {
  json object = json::object();
  for (const auto& [from, to] : pairs) object[from] = to;
  return object;
}

Mapping::Pairs pairs_of(const json& object) {
  Mapping::Pairs pairs;
  for (const auto& [from, to] : object.items()) pairs.emplace_back(from, to.get<std::string>());
  return pairs;
}

// What a plan of an older version does not hold.
Mapping mapping_of(const json& settled) {
  Mapping mapping;
  if (settled.contains("rename")) {
    const json& rename = settled["rename"];
    mapping.schemas = pairs_of(rename.at("schemas"));
    mapping.tables = pairs_of(rename.at("tables"));
    mapping.columns = pairs_of(rename.at("columns"));
  }
  if (settled.contains("set")) {
    for (const auto& [column, constant] : settled["set"].items())
      mapping.constants.emplace_back(column, constant.dump());
  }
  mapping.dropped = settled.value("drop", std::vector<std::string>{});
  return mapping;
}

}  // namespace

std::string settled_json(const ImportOptions& options, const SettledTarget& target) {
  const Selection& selection = options.selection;
  json policies = json::array();
  for (const TablePolicy& policy : options.policies) policies.push_back(policy_json(policy));
  json limits = json::array();
  for (const Limit& limit : options.limits) limits.push_back(word_of(limit));
  json constants = json::object();
  for (const auto& [column, constant] : options.mapping.constants) constants[column] = json::parse(constant);
  const json settled = {{"schemas", selection.schemas},
                        {"tables", selection.tables},
                        {"excluded", selection.excluded},
                        {"skip_audit", selection.audit == Audit::kSkip},
                        {"audit_tables", selection.audit_tables},
                        {"order", selection.preferred_order},
                        {"mode", word_of(mode_words, options.mode)},
                        {"on_conflict", word_of(conflict_words, options.on_conflict)},
                        {"atomic", options.left_out == LeftOutPolicy::kRollBack},
                        {"most_left_out", options.most_left_out ? json(*options.most_left_out) : json()},
                        {"keep_newer", options.newer_rows == engine::NewerRows::kKeep},
                        {"keep_orphans", options.orphans == engine::Orphans::kKeep},
                        {"allow_growth", options.growth == engine::Growth::kAllow},
                        {"refresh", options.refresh == engine::Refresh::kYes},
                        {"unsealed", options.seal == format::SealPolicy::kIgnore},
                        {"show_masked", !options.masks.usual},
                        {"masked", options.masks.patterns},
                        {"undo", options.direction == Direction::kUndo},
                        {"rename",
                         {{"schemas", pairs_json(options.mapping.schemas)},
                          {"tables", pairs_json(options.mapping.tables)},
                          {"columns", pairs_json(options.mapping.columns)}}},
                        {"set", std::move(constants)},
                        {"drop", options.mapping.dropped},
                        {"delete_missing", options.delete_missing},
                        {"base_unit", word_of(unit_words, options.base_unit)},
                        {"policies", std::move(policies)},
                        {"limits", std::move(limits)},
                        {"as_restored", target.as_restored},
                        {"run_code_of", target.run_code_of}};
  return settled.dump(-1, ' ', true, json::error_handler_t::replace);
}

void take_settled(const std::string& text, ImportOptions& options, SettledTarget& target) {
  using Names = std::vector<std::string>;
  try {
    const json settled = json::parse(text);
    const auto is = [&](const char* member) { return settled.at(member).get<bool>(); };
    Selection& selection = options.selection;
    selection.schemas = settled.at("schemas").get<Names>();
    selection.tables = settled.at("tables").get<Names>();
    selection.excluded = settled.at("excluded").get<Names>();
    selection.audit = is("skip_audit") ? Audit::kSkip : Audit::kInclude;
    selection.audit_tables = settled.at("audit_tables").get<Names>();
    selection.preferred_order = settled.at("order").get<Names>();
    options.mode = value_of(mode_words, settled.at("mode"));
    options.on_conflict = value_of(conflict_words, settled.at("on_conflict"));
    options.left_out = is("atomic") ? LeftOutPolicy::kRollBack : LeftOutPolicy::kContinue;
    options.most_left_out.reset();
    if (settled.contains("most_left_out") && !settled.at("most_left_out").is_null())
      options.most_left_out = settled.at("most_left_out").get<std::uint64_t>();
    options.newer_rows = is("keep_newer") ? engine::NewerRows::kKeep : engine::NewerRows::kOverwrite;
    options.orphans = is("keep_orphans") ? engine::Orphans::kKeep : engine::Orphans::kLeaveOut;
    options.growth = is("allow_growth") ? engine::Growth::kAllow : engine::Growth::kRefuse;
    options.refresh = is("refresh") ? engine::Refresh::kYes : engine::Refresh::kNo;
    options.seal = is("unsealed") ? format::SealPolicy::kIgnore : format::SealPolicy::kDemand;
    options.masks.usual = !is("show_masked");
    options.masks.patterns = settled.at("masked").get<Names>();
    options.direction = settled.value("undo", false) ? Direction::kUndo : Direction::kImport;
    options.mapping = mapping_of(settled);
    options.delete_missing = settled.value("delete_missing", Names{});
    options.base_unit = value_of(unit_words, settled.value("base_unit", json("cell")));
    options.policies.clear();
    for (const json& policy : settled.at("policies")) options.policies.push_back(policy_of(policy));
    options.limits.clear();
    for (const std::string& word : settled.at("limits").get<Names>()) options.limits.push_back(parse_limit(word));
    target.as_restored = is("as_restored");
    target.run_code_of = settled.at("run_code_of").get<Names>();
  } catch (const std::exception&) {
    throw base::Error(base::ErrorKind::kFile, "the plan holds options that this program does not know",
                      "apply it with the version that made it, or make a new one");
  }
}

std::vector<std::string> contradictions(const std::string& settled, const std::string& given, const std::string& usual,
                                        const std::vector<std::string>& named) {
  const json in_plan = json::parse(settled);
  const json now = json::parse(given);
  const json without = json::parse(usual);
  std::vector<std::string> all;
  for (const auto& [member, value] : now.items()) {
    const bool is_named = std::ranges::find(named, member) != named.end();
    if (!is_named && value == without.at(member)) continue;
    const json approved = in_plan.value(member, json());
    if (value != approved) all.push_back(member + ": given " + value.dump() + ", in the plan " + approved.dump());
  }
  return all;
}

}  // namespace transfer
