#include "transfer/approval.h"

#include <algorithm>

#include "base/sha256.h"
#include "transfer/approval_key.h"
#include "transfer/base_file.h"
#include "transfer/settled.h"

namespace transfer {

outcome::Approval approval_of(const format::Verified& file, const BaseFile* base, const ImportOptions& options,
                              const std::string& key) {
  outcome::Approval approval;
  approval.file_bytes = file.bytes;
  approval.file_sha256 = file.sha256;
  if (!options.settled.empty()) approval.settled = options.settled;
  if (base != nullptr) {
    approval.base_bytes = base->verified().bytes;
    approval.base_sha256 = base->verified().sha256;
    if (base->rejects() != nullptr) approval.settled = with_base_rejects(approval.settled, *base->rejects());
  }
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
