#include "transfer/samples.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "engine/verdict.h"

namespace transfer {

void keep_sample(engine::ImportedTable& table, engine::Decision decision) {
  constexpr std::size_t kLeftOutKept = 200;
  constexpr std::size_t kUpdatesKept = 100;
  constexpr std::size_t kInsertsKept = 20;
  const bool update = decision.verdict == engine::Verdict::kUpdate;
  const bool left_out = decision.verdict == engine::Verdict::kConflict || decision.verdict == engine::Verdict::kInvalid;
  std::vector<engine::Decision>& samples = left_out ? table.left_out : update ? table.updates : table.inserts;
  const std::size_t most = left_out ? kLeftOutKept : update ? kUpdatesKept : kInsertsKept;
  if (decision.verdict != engine::Verdict::kSkipped && samples.size() < most) samples.push_back(std::move(decision));
}

}  // namespace transfer
