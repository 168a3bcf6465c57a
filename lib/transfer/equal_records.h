// Records of the file that are equal to rows of the target, byte for byte, and so need no staging: their digests, taken
// while the file is verified, and what the target finds by them in each attempt. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/progress.h"
#include "digests/record_digests.h"
#include "engine/target.h"
#include "format/header.h"
#include "format/verify.h"
#include "transfer/cross_engine.h"
#include "transfer/plan.h"

namespace transfer {

class EqualRecords {
 public:
  // Before the file of so many bytes is verified: of which sections digests are taken.
  void choose(engine::Target& target, const Plan& plan, std::uint64_t file_bytes);
  // The same of a base of so many bytes and sections. None where the file's are none.
  std::optional<digests::RecordDigests> choose_of_base(std::size_t sections, std::uint64_t base_bytes);
  // Empty: of none.
  format::OnRecord taker();
  void taken();

  // After prepare() of an attempt.
  void find(engine::Target& target, const Plan& plan, const format::Header& header, const Conversions& conversions,
            base::Progress& progress);
  // Whether all records of a section are equal to rows; of the file, of those sections that the plan takes.
  bool has_all(std::size_t section) const { return section < all_.size() && all_[section]; }
  bool has_all(const Plan& plan) const;
  // The digests of a section's records that are equal to rows, where there is a base to compare them with. Null: none.
  const digests::DigestParts::Chains* equal(std::size_t section) const {
    return digests_ ? digests_->equal(section) : nullptr;
  }

  // From here on there are none. False: there were none.
  bool forget();

 private:
  std::optional<digests::RecordDigests> digests_;
  std::vector<bool> all_;  // by section
};

}  // namespace transfer
