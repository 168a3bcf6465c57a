// The member "plan" of a report and its id. Only within report.
#pragma once

#include <string>
#include <string_view>

#include "base/sha256.h"
#include "outcome/approval.h"
#include "report/json_parts.h"

namespace report {

// Without the id.
ordered_json plan_json(const outcome::Approval& approval);

// The inverse, with the id. Throws nlohmann's exceptions for what plan_json does not give.
outcome::Approval approval_of(const ordered_json& plan);

// SHA-256 over all that decides: the plan and every line of its decisions, in order.
class PlanId {
 public:
  explicit PlanId(const outcome::Approval& approval);

  void add(std::string_view line);
  // The lines that follow are what was foretold before the merge of a rehearsal.
  void begin_foretold();
  // Ends it.
  std::string hex() { return sha256_.hex(); }

 private:
  base::Sha256 sha256_;
};

// Lines of a report, by which its reader finds the parts: where a list begins, where one ends, and how the seal begins.
inline constexpr std::string_view kDecisionsBegin = "  \"decisions\": [";
inline constexpr std::string_view kForetoldBegin = "  \"foretold\": [";
inline constexpr std::string_view kListEnd = "  ],";
inline constexpr std::string_view kSealBegin = "  \"seal\": ";

std::string seal_json(std::uint64_t decisions, std::uint64_t bytes, const std::string& sha256);

}  // namespace report
