// What was decided before the merge of a rehearsal, kept in a temporary file: so that its plan can say where the merge
// made something different, and an import by it can be held to both. One thread.
#pragma once

#include <optional>
#include <vector>

#include "base/input_file.h"
#include "engine/target.h"
#include "transfer/approval_check.h"
#include "transfer/reports.h"

namespace transfer {

class Foretold {
 public:
  explicit Foretold(std::vector<ApprovedSection> sections) : sections_(std::move(sections)) {}

  // After classify.
  void remember(engine::Target& target);
  // After the merge, if there was one, and all decisions.
  void write_differences(engine::Target& target, Reports& reports);

 private:
  class Lines;
  void compare(engine::Target& target, std::size_t section, Lines& lines, Reports& reports);

  std::vector<ApprovedSection> sections_;
  std::optional<base::InputFile> file_;
};

}  // namespace transfer
