#include "digests/comparison.h"

#include <algorithm>
#include <bit>

namespace digests {
namespace {

// How often each of some digests was seen.
class Counts {
 public:
  struct Slot {
    base::Digest128 digest;
    std::uint64_t records = 0;  // 0: the slot is free
    std::uint64_t rows = 0;
  };

  // For so many different ones; more cost time only.
  explicit Counts(std::uint64_t digests) : slots_(std::bit_ceil(2 * std::max<std::uint64_t>(digests, 8))) {}

  void add_record(const base::Digest128& digest) {
    Slot& slot = slot_of(digest);
    used_ += slot.records == 0 ? 1 : 0;
    slot.digest = digest;
    ++slot.records;
    if (2 * used_ > slots_.size()) grow();
  }
  // Null: no record has it.
  Slot* find(const base::Digest128& digest) {
    Slot& slot = slot_of(digest);
    return slot.records == 0 ? nullptr : &slot;
  }
  template <typename Take>
  void for_each(const Take& take) const {
    for (const Slot& slot : slots_) {
      if (slot.records > 0) take(slot);
    }
  }

 private:
  Slot& slot_of(const base::Digest128& digest) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = digest.second & mask;
    while (slots_[at].records > 0 && slots_[at].digest != digest) at = (at + 1) & mask;
    return slots_[at];
  }
  void grow() {
    std::vector<Slot> before(slots_.size() * 2);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.records > 0) slot_of(slot.digest) = slot;
    }
  }

  std::vector<Slot> slots_;
  std::uint64_t used_ = 0;
};

// A part with too many digests is gone through several times, each time for some of them.
struct Share {
  std::uint64_t number;
  std::uint64_t of;
  bool has(const base::Digest128& digest) const { return of == 1 || (digest.second >> 40) % of == number; }
};

// How many shares a part needs: equal digests take one place. They are counted by the bits of a map that they set, a
// bit or two too few.
std::uint64_t shares_of(const base::ScratchFile& file, const RecordParts::Chain& records, std::uint64_t most) {
  constexpr std::uint64_t kBits = std::uint64_t{1} << 20;
  if (records.entries <= most) return 1;
  std::vector<bool> seen(kBits);
  RecordParts::for_each(file, records, [&](const RecordEntry& entry) { seen[entry.digest.second % kBits] = true; });
  const auto set = static_cast<std::uint64_t>(std::ranges::count(seen, true));
  const std::uint64_t different = set > kBits / 2 ? records.entries : set;
  return (different + most - 1) / most;
}

}  // namespace

Comparison::Comparison(RecordDigests& records, const RecordParts::Chains& section, Rows rows,
                       std::uint64_t most_in_memory)
    : records_(records),
      section_(section),
      rows_(rows),
      most_in_memory_(most_in_memory),
      adding_(std::make_unique<DigestParts>(records.file())) {}

void Comparison::add(std::string_view row) {
  const base::Digest128 digest = records_.digest().of(row);
  adding_->add(part_of(digest), digest);
}

void Comparison::join() {
  row_chains_ = adding_->finish();
  join_rows();
}

void Comparison::join(const DigestParts::Chains& rows) {
  row_chains_ = rows;
  join_rows();
}

void Comparison::join_rows() {
  adding_.reset();
  Numbers numbers(records_.file());
  std::unique_ptr<DigestParts> both;
  if (records_.keeps_equal() && rows_ == Rows::kUnique) both = std::make_unique<DigestParts>(records_.file());
  for (std::size_t part = 0; part < kParts; ++part) join_part(part, numbers, both.get());
  number_chains_ = numbers.finish();
  if (both) records_.note_equal(section_, both->finish());
}

// `both`: gets the digests of records that have their row; may be null.
void Comparison::join_part(std::size_t part, Numbers& numbers, DigestParts* both) {
  const RecordParts::Chain& records = section_[part];
  const DigestParts::Chain& rows = row_chains_[part];
  if (records.entries == 0 || rows.entries == 0) return;
  const std::uint64_t shares = shares_of(records_.file(), records, most_in_memory_);
  for (std::uint64_t number = 0; number < shares; ++number) {
    const Share share{number, shares};
    Counts counts(std::min(records.entries / shares, most_in_memory_));
    RecordParts::for_each(records_.file(), records, [&](const RecordEntry& entry) {
      if (share.has(entry.digest)) counts.add_record(entry.digest);
    });
    DigestParts::for_each(records_.file(), rows, [&](const base::Digest128& digest) {
      Counts::Slot* const slot = share.has(digest) ? counts.find(digest) : nullptr;
      if (slot != nullptr) ++slot->rows;
    });
    RecordParts::for_each(records_.file(), records, [&](const RecordEntry& entry) {
      if (!share.has(entry.digest)) return;
      const Counts::Slot& slot = *counts.find(entry.digest);
      const bool equal = rows_ == Rows::kUnique ? slot.records == 1 && slot.rows == 1 : slot.records <= slot.rows;
      if (!equal) return;
      numbers.add((entry.number / kRangeRecords) % kRanges, entry.number);
      if (both != nullptr) both->add(part, entry.digest);
      ++equal_;
    });
  }
}

bool Comparison::is_equal(std::uint64_t record) {
  const std::uint64_t range = record / kRangeRecords;
  if (range != range_) load(range);
  return bits_[record % kRangeRecords];
}

void Comparison::load(std::uint64_t range) {
  range_ = range;
  bits_.assign(kRangeRecords, false);
  Numbers::for_each(records_.file(), number_chains_[range % kRanges], [&](std::uint64_t number) {
    if (number / kRangeRecords == range) bits_[number % kRangeRecords] = true;
  });
}

void Comparison::release() {
  range_ = std::numeric_limits<std::uint64_t>::max();
  bits_ = {};
}

void Comparison::ask(std::string_view row) {
  asked_.push_back(records_.digest().of(row));
  if (asked_.size() == most_in_memory_) look_up();
}

Comparison::Answer Comparison::answer() {
  look_up();
  return std::exchange(answer_, Answer{});
}

// Of those that were asked for, the records are counted.
void Comparison::look_up() {
  if (asked_.empty()) return;
  Counts counts(asked_.size());
  for (const base::Digest128& digest : asked_) counts.add_record(digest);
  for (const RecordParts::Chain& part : section_) {
    RecordParts::for_each(records_.file(), part, [&](const RecordEntry& entry) {
      Counts::Slot* const slot = counts.find(entry.digest);
      if (slot != nullptr) ++slot->rows;
    });
  }
  counts.for_each([&](const Counts::Slot& slot) {
    answer_.asked += slot.records;
    answer_.by_any += slot.rows > 0 ? slot.records : 0;
    answer_.by_one += slot.rows == 1 ? slot.records : 0;
  });
  asked_.clear();
}

}  // namespace digests
