// Records of an import that are remembered over a rollback of what the database itself remembers: on the disk, because
// they may be as many as the file has. Owned by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/spool.h"

namespace engine {

class RecordSpool {
 public:
  void add(std::size_t table, char letter, std::uint64_t record);
  bool empty() const { return last_.empty() && !spool_; }

  // All of them, in the order in which they came, some thousands of one table and letter at once.
  void for_each(
      const std::function<void(std::size_t table, char letter, const std::vector<std::uint64_t>& records)>& take);

 private:
  struct Entry {
    std::uint64_t record;
    std::uint32_t table;
    char letter;
  };
  void write();

  std::vector<Entry> last_;  // not on the disk yet; a few
  std::optional<base::Spool> spool_;
};

}  // namespace engine
