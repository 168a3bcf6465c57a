#include "transfer/samples.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "outcome/verdict.h"

namespace transfer {

void keep_sample(outcome::ImportedTable& table, outcome::Decision decision) {
  constexpr std::size_t kLeftOutKept = 200;
  constexpr std::size_t kUpdatesKept = 100;
  constexpr std::size_t kInsertsKept = 20;
  const bool update = decision.verdict == outcome::Verdict::kUpdate;
  const bool left_out =
      decision.verdict == outcome::Verdict::kConflict || decision.verdict == outcome::Verdict::kInvalid;
  std::vector<outcome::Decision>& samples = left_out ? table.left_out : update ? table.updates : table.inserts;
  const std::size_t most = left_out ? kLeftOutKept : update ? kUpdatesKept : kInsertsKept;
  if (decision.verdict != outcome::Verdict::kSkipped && samples.size() < most) samples.push_back(std::move(decision));
}

}  // namespace transfer
