#include "transfer/approval.h"

#include <algorithm>

#include "base/sha256.h"
#include "transfer/approval_key.h"
#include "transfer/base_file.h"

namespace transfer {

outcome::Approval approval_of(const format::Verified& file, const BaseFile* base, const ImportOptions& options,
                              const std::string& key) {
  outcome::Approval approval;
  const auto approved = [](const format::Verified& read) { return outcome::ApprovedFile{read.bytes, read.sha256}; };
  approval.file = approved(file);
  if (base != nullptr) approval.base = approved(base->verified());
  if (base != nullptr && base->rejects() != nullptr) approval.base_rejects = approved(*base->rejects());
  if (!options.settled.empty()) approval.settled = options.settled;
  approval.expires_at = options.expires_at;
  approval.key_digest = key_digest(key);
  return approval;
}

std::vector<ApprovedSection> approved_sections(const Plan& plan) {
  const format::Header& header = plan.mapped.header;
  std::vector<ApprovedSection> sections;
  for (std::size_t i = 0; i < header.tables.size(); ++i)
    sections.push_back({format::section_name(header.tables[i].name, header.schemas), plan.table_of_section[i],
                        plan.table_of_section[i] ? plan.tables[*plan.table_of_section[i]].rows : 0});
  return sections;
}

void set_row_key(const std::string& key, std::vector<engine::TablePlan>& plans) {
  const bool renumbered = std::ranges::any_of(plans, [](const engine::TablePlan& plan) { return !plan.match.empty(); });
  for (engine::TablePlan& plan : plans) {
    plan.row_key = key;
    plan.renumbered = renumbered;
  }
}

}  // namespace transfer
