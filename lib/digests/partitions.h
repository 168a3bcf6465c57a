// Entries of one size, kept on a temporary file by the part that each belongs to: a block a part is in memory, full
// ones go to the file, where each says where the one before it is. So memory stays the same however many entries there
// are. One thread; refers to the file. Everything may throw ScratchFile::Unusable.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/scratch_file.h"

namespace digests {

template <typename Entry, std::size_t kParts>
class Partitions {
  static_assert(std::is_trivially_copyable_v<Entry>);

 public:
  // Of one part: its last block, and how many entries all of them hold.
  struct Chain {
    std::uint64_t last = kNone;
    std::uint64_t entries = 0;
  };
  using Chains = std::array<Chain, kParts>;

  explicit Partitions(base::ScratchFile& file) : file_(file), blocks_(std::make_unique<Block[]>(kParts)) {}

  void add(std::size_t part, const Entry& entry) {
    Block& block = blocks_[part];
    if (block.count == kEntries) flush(part);
    block.entries[block.count++] = entry;
  }

  // All that was added since the last time; the next entry begins new chains.
  Chains finish() {
    for (std::size_t part = 0; part < kParts; ++part) {
      if (blocks_[part].count > 0) flush(part);
    }
    return std::exchange(chains_, Chains{});
  }

  // Forgets what was added since.
  void drop() {
    for (std::size_t part = 0; part < kParts; ++part) blocks_[part].count = 0;
    chains_ = Chains{};
  }

  // In no particular order.
  template <typename Take>
  static void for_each(const base::ScratchFile& file, const Chain& chain, const Take& take) {
    const auto block = std::make_unique<Block>();
    for (std::uint64_t place = chain.last; place != kNone; place = block->before) {
      const std::size_t got = file.read(place, reinterpret_cast<char*>(block.get()), sizeof(Block));
      if (got < kHeadBytes || block->count > kEntries || got < kHeadBytes + block->count * sizeof(Entry))
        throw base::ScratchFile::Unusable();
      for (std::size_t i = 0; i < block->count; ++i) take(block->entries[i]);
    }
  }

 private:
  static constexpr std::uint64_t kNone = static_cast<std::uint64_t>(-1);
  static constexpr std::size_t kHeadBytes = 2 * sizeof(std::uint64_t);
  static constexpr std::size_t kBlockBytes = std::size_t{8} << 10;
  static constexpr std::size_t kEntries = (kBlockBytes - kHeadBytes) / sizeof(Entry);

  struct Block {
    std::uint64_t before = kNone;
    std::uint64_t count = 0;
    Entry entries[kEntries];
  };
  static_assert(offsetof(Block, entries) == kHeadBytes);

  void flush(std::size_t part) {
    Block& block = blocks_[part];
    Chain& chain = chains_[part];
    block.before = chain.last;
    chain.last = file_.append({reinterpret_cast<const char*>(&block), kHeadBytes + block.count * sizeof(Entry)});
    chain.entries += block.count;
    block.count = 0;
  }

  base::ScratchFile& file_;
  std::unique_ptr<Block[]> blocks_;
  Chains chains_;
};

}  // namespace digests
