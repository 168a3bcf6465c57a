// Which records of a section are equal to rows of the target, byte for byte: a join of their digests, part by part, on
// a temporary file and in constant memory. Rows are given as the records that an export would make of them. Refers to
// the records' digests, which outlive it. One thread. Everything may throw ScratchFile::Unusable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "digests/record_digests.h"

namespace digests {

// kUnique: no two rows of the target are equal, so of records that are, none is found. kMultiset: rows are found for
// either all equal records or none.
enum class Rows { kUnique, kMultiset };

class Comparison {
 public:
  // `most_in_memory`: different digests at a time.
  Comparison(RecordDigests& records, const RecordParts::Chains& section, Rows rows,
             std::uint64_t most_in_memory = std::uint64_t{1} << 16);

  // Every row of the target, then join().
  void add(std::string_view row);
  void join();
  // Instead of both: the rows are records of a file beside this one (RecordDigests::beside), by their digests.
  void join(const DigestParts::Chains& rows);
  // How many records have their row; after join().
  std::uint64_t equal() const { return equal_; }
  // Whether this one has. Cheap where it is asked in the order of the records.
  bool is_equal(std::uint64_t record);
  // What it takes to answer that is given back until it is asked again.
  void release();

  // Of rows that are given by ask(): how many are as some record says, and how many as exactly one does.
  struct Answer {
    std::uint64_t asked = 0;
    std::uint64_t by_any = 0;
    std::uint64_t by_one = 0;
  };
  void ask(std::string_view row);
  Answer answer();

 private:
  // The numbers of the records that have their row, by ranges of so many.
  static constexpr std::size_t kRanges = 16;
  static constexpr std::uint64_t kRangeRecords = std::uint64_t{1} << 22;
  using Numbers = Partitions<std::uint64_t, kRanges>;

  void join_rows();
  void join_part(std::size_t part, Numbers& numbers, DigestParts* both);
  void look_up();
  void load(std::uint64_t range);

  RecordDigests& records_;
  const RecordParts::Chains& section_;
  const Rows rows_;
  const std::uint64_t most_in_memory_;
  std::unique_ptr<DigestParts> adding_;
  DigestParts::Chains row_chains_;
  Numbers::Chains number_chains_;
  std::uint64_t equal_ = 0;
  std::uint64_t range_ = std::numeric_limits<std::uint64_t>::max();  // that is loaded
  std::vector<bool> bits_;                                           // of it
  std::vector<base::Digest128> asked_;
  Answer answer_;
};

}  // namespace digests
