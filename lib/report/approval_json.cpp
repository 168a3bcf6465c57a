#include "report/approval_json.h"

namespace report {
namespace {

using json = ordered_json;

json facts_json(const std::vector<outcome::Fact>& facts) {
  json object = json::object();
  for (const outcome::Fact& fact : facts) object[fact.name] = fact.value;
  return object;
}

std::vector<outcome::Fact> facts_of(const json& object) {
  std::vector<outcome::Fact> facts;
  for (const auto& [name, value] : object.items()) facts.push_back({name, value.get<std::string>()});
  return facts;
}

std::string catalog_digest(const outcome::Approval& approval) {
  base::Sha256 digest;
  for (const outcome::Fact& object : approval.objects) digest.update(object.name + "\n" + object.value + "\n");
  return digest.hex();
}

json file_json(const outcome::ApprovedFile& file) { return {{"sha256", file.sha256}, {"bytes", file.bytes}}; }

outcome::ApprovedFile file_of(const json& file) { return {file.at("bytes"), file.at("sha256")}; }

}  // namespace

json plan_json(const outcome::Approval& approval) {
  json plan = {{"file", file_json(approval.file)},
               {"target", facts_json(approval.target)},
               {"catalog", catalog_digest(approval)},
               {"objects", facts_json(approval.objects)},
               {"followers", facts_json(approval.followers)},
               {"settled", json::parse(approval.settled)},
               {"key_digest", approval.key_digest}};
  if (!approval.base.sha256.empty()) plan["base"] = file_json(approval.base);
  if (!approval.base_rejects.sha256.empty()) plan["base_rejects"] = file_json(approval.base_rejects);
  if (!approval.expires_at.empty()) plan["expires_at"] = approval.expires_at;
  return plan;
}

outcome::Approval approval_of(const json& plan) {
  outcome::Approval approval;
  approval.id = plan.at("id");
  approval.file = file_of(plan.at("file"));
  approval.target = facts_of(plan.at("target"));
  approval.objects = facts_of(plan.at("objects"));
  approval.followers = facts_of(plan.at("followers"));
  approval.settled = plan.at("settled").dump();
  approval.key_digest = plan.at("key_digest");
  if (plan.contains("base")) approval.base = file_of(plan["base"]);
  if (plan.contains("base_rejects")) approval.base_rejects = file_of(plan["base_rejects"]);
  approval.expires_at = plan.value("expires_at", "");
  return approval;
}

PlanId::PlanId(const outcome::Approval& approval) {
  sha256_.update(dumped(plan_json(approval), Layout::kOneLine) + "\n");
}

void PlanId::add(std::string_view line) {
  sha256_.update(line);
  sha256_.update("\n");
}

void PlanId::begin_foretold() { sha256_.update("foretold\n"); }

std::string seal_json(std::uint64_t decisions, std::uint64_t bytes, const std::string& sha256) {
  return dumped(json{{"decisions", decisions}, {"bytes", bytes}, {"sha256", sha256}}, Layout::kOneLine);
}

}  // namespace report
