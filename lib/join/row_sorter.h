// Rows in any order become rows in theirs, in bounded memory: what does not fit goes, sorted, to a temporary file
// without a name, and is merged from there. Memory grows beyond the bound only with a row that is larger. One thread.
// A file that cannot be written is Error(kInputOutput).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/scratch_file.h"
#include "join/row.h"

namespace join {

struct SortRoom {
  std::size_t bytes = std::size_t{32} << 20;       // of rows in memory, and of all that is read while they are merged
  std::size_t read_bytes = std::size_t{64} << 10;  // at once, of each of the sorted parts
};

class RowSorter {
 public:
  explicit RowSorter(SortRoom room = {}) : room_(room) {}

  void add(const Row& row);
  // Ends the adding.
  std::unique_ptr<Rows> finish();

  // How many sorted parts there were so far; for tests.
  std::size_t parts() const { return made_; }

 private:
  struct Part {
    std::uint64_t begin;
    std::uint64_t end;  // places in the file
  };
  struct Entry {
    std::size_t begin;
    std::size_t key_bytes;
    std::size_t value_bytes;
  };
  class PartRows;
  class Merge;
  class InMemory;

  void sort();
  void spill();
  void append(std::string_view key, std::string_view values);
  void flush();
  Part merge(std::vector<Part> parts);
  std::unique_ptr<Rows> rows_of(std::vector<Part> parts) const;
  std::string_view key_of(const Entry& entry) const;
  std::string_view values_of(const Entry& entry) const;

  const SortRoom room_;
  std::string bytes_;
  std::vector<Entry> entries_;
  std::shared_ptr<base::ScratchFile> file_;
  std::uint64_t end_ = 0;  // of it
  std::string out_;        // on its way there
  std::vector<Part> parts_;
  std::size_t made_ = 0;
};

}  // namespace join
