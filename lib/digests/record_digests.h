// Digests of a file's records, section by section, on a temporary file: taken while the file is verified, under a key
// of this run alone. By them rows of a target are found that a record is equal to, byte for byte (comparison.h). Where
// there is no room for them there are none, and that is no error. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/keyed_digest.h"
#include "base/scratch_file.h"
#include "digests/partitions.h"

namespace digests {

// What the environment says: DB_TRANSFER_DIGESTS is "always" or "never" in tests, and else not set.
enum class Tries { kWhereWorthIt, kAlways, kNever };
Tries tries();

// Sections of fewer records are compared by the target itself.
inline constexpr std::uint64_t kFewestRecords = 1000;

struct RecordEntry {
  base::Digest128 digest;
  std::uint64_t number;
};

inline constexpr std::size_t kParts = 128;
using RecordParts = Partitions<RecordEntry, kParts>;
using DigestParts = Partitions<base::Digest128, kParts>;

// The part that a digest belongs to.
inline std::size_t part_of(const base::Digest128& digest) { return digest.first % kParts; }

std::uint64_t records_of(const RecordParts::Chains& section);

class RecordDigests {
 public:
  // Of those sections that are `wanted`. None where no digests are to be had for a file of `file_bytes`.
  static std::optional<RecordDigests> begin(std::vector<bool> wanted, std::uint64_t file_bytes);
  // Of another file of so many bytes, under the same key and on the same temporary file: equal records of both have
  // equal digests. None where this one has none.
  std::optional<RecordDigests> beside(std::vector<bool> wanted, std::uint64_t file_bytes) const;

  // The next record of a section; sections come one after the other.
  void take(std::size_t section, std::string_view record);
  // After the last record.
  void finish();

  // Null: of this section there are none.
  const RecordParts::Chains* section(std::size_t section) const;

  // From now on a comparison of rows without equals notes the digests of those records that have their row.
  void keep_equal() { keeps_equal_ = true; }
  bool keeps_equal() const { return keeps_equal_; }
  void note_equal(const RecordParts::Chains& section, const DigestParts::Chains& digests);
  // Null: of this section there are none.
  const DigestParts::Chains* equal(std::size_t section) const;
  void forget_equal();

  base::KeyedDigest& digest() { return *digest_; }
  base::ScratchFile& file() { return *file_; }

 private:
  RecordDigests() = default;
  void end_section();
  void give_up();

  std::vector<bool> wanted_;
  std::shared_ptr<base::ScratchFile> file_;
  std::shared_ptr<base::KeyedDigest> digest_;
  std::unique_ptr<RecordParts> parts_;  // of the section that is being read; none: they are all read
  std::size_t section_ = 0;
  std::uint64_t records_ = 0;                                 // of it, so far
  std::vector<std::unique_ptr<RecordParts::Chains>> chains_;  // by section
  bool keeps_equal_ = false;
  std::vector<std::unique_ptr<DigestParts::Chains>> equal_;  // by section, or empty
};

}  // namespace digests
