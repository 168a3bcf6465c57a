#include "engine/record_spool.h"

#include <string_view>

namespace engine {
namespace {

constexpr std::size_t kAtOnce = 5000;

}  // namespace

void RecordSpool::add(std::size_t table, char letter, std::uint64_t record) {
  last_.push_back({record, static_cast<std::uint32_t>(table), letter});
  if (last_.size() == kAtOnce) write();
}

void RecordSpool::write() {
  if (last_.empty()) return;
  if (!spool_) spool_.emplace();
  spool_->write({reinterpret_cast<const char*>(last_.data()), last_.size() * sizeof(Entry)});
  last_.clear();
}

void RecordSpool::for_each(
    const std::function<void(std::size_t table, char letter, const std::vector<std::uint64_t>& records)>& take) {
  write();
  if (!spool_) return;
  base::InputFile file = spool_->again("the records remembered");
  std::vector<std::uint64_t> records;
  Entry entry{};
  Entry before{};
  const auto hand_over = [&] {
    if (!records.empty()) take(before.table, before.letter, records);
    records.clear();
  };
  const auto read = [&] {
    std::size_t filled = 0;
    while (filled < sizeof(Entry)) {
      const std::size_t bytes = file.read(reinterpret_cast<char*>(&entry) + filled, sizeof(Entry) - filled);
      if (bytes == 0) return false;
      filled += bytes;
    }
    return true;
  };
  while (read()) {
    if (records.size() == kAtOnce || entry.table != before.table || entry.letter != before.letter) hand_over();
    records.push_back(entry.record);
    before = entry;
  }
  hand_over();
}

}  // namespace engine
