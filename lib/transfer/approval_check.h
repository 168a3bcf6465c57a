// Holds an import to the plan that somebody approved: first its file, target and catalog, then record by record what is
// decided now against what was decided then, as two streams side by side, in constant memory. Whatever moved is told:
// how many rows of each table, and the first of them with what was approved, what would be done now, and what somebody
// changed. One thread, that of the target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/target.h"
#include "report/approval_lines.h"
#include "report/approval_reader.h"
#include "transfer/options.h"

namespace transfer {

// Which table of the target takes which section of the file.
struct ApprovedSection {
  std::string name;
  std::optional<std::size_t> plan;
  std::uint64_t rows = 0;  // of the file; what it lacks is numbered from there on
};

class ApprovalCheck {
 public:
  ApprovalCheck(const ApprovedPlan& approved, std::vector<ApprovedSection> sections);

  // Each throws kSchema and names what differs.
  void demand_file(const outcome::Approval& now) const;
  void demand_target(const outcome::Approval& now) const;
  void demand_followers(const std::vector<outcome::Fact>& now) const;

  // Empty: the plan holds. kBefore the merge gathers the target's details where it does not.
  std::string differences(engine::Target& target, outcome::Merged merged);

  [[noreturn]] void fail(const std::string& differences) const;

 private:
  // A row of which one side, or both, say another thing.
  struct Moved {
    std::optional<outcome::Decision> approved;  // none: unchanged
    std::optional<outcome::Decision> now;
  };
  struct MovedTable {
    std::uint64_t rows = 0;
    std::map<std::uint64_t, Moved> first;  // by record
  };
  class Expected;

  void compare(engine::Target& target, std::size_t section, Expected& expected, outcome::Merged merged);
  void note(std::size_t section, std::uint64_t record, std::optional<outcome::Decision> approved);
  void look_closer(engine::Target& target);
  std::string text(outcome::Merged merged) const;

  const ApprovedPlan& approved_;
  std::vector<ApprovedSection> sections_;
  std::map<std::size_t, MovedTable> moved_;  // by section
};

}  // namespace transfer
