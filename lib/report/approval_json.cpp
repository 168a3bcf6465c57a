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

}  // namespace

json plan_json(const outcome::Approval& approval) {
  json plan = {{"file", {{"sha256", approval.file_sha256}, {"bytes", approval.file_bytes}}},
               {"target", facts_json(approval.target)},
               {"catalog", catalog_digest(approval)},
               {"objects", facts_json(approval.objects)},
               {"followers", facts_json(approval.followers)},
               {"settled", json::parse(approval.settled)},
               {"key_digest", approval.key_digest}};
  if (!approval.base_sha256.empty()) plan["base"] = {{"sha256", approval.base_sha256}, {"bytes", approval.base_bytes}};
  if (!approval.expires_at.empty()) plan["expires_at"] = approval.expires_at;
  return plan;
}

outcome::Approval approval_of(const json& plan) {
  outcome::Approval approval;
  approval.id = plan.at("id");
  approval.file_sha256 = plan.at("file").at("sha256");
  approval.file_bytes = plan.at("file").at("bytes");
  approval.target = facts_of(plan.at("target"));
  approval.objects = facts_of(plan.at("objects"));
  approval.followers = facts_of(plan.at("followers"));
  approval.settled = plan.at("settled").dump();
  approval.key_digest = plan.at("key_digest");
  if (plan.contains("base")) {
    approval.base_sha256 = plan["base"].at("sha256");
    approval.base_bytes = plan["base"].at("bytes");
  }
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
