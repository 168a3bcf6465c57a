// What rows hold that records are left out for because the target changed them, too: of each side as an export would
// write it, under the names of the file. What must not be shown, and what would not come back as it is if it were taken
// into the file, is left out. On the disk until it is asked for: it may be as much as the file. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/input_file.h"
#include "engine/target.h"
#include "format/header.h"
#include "format/row_splitter.h"
#include "transfer/cross_engine.h"
#include "transfer/plan.h"
#include "transfer/rejects.h"

namespace transfer {

// A file whose rows were judged.
struct JudgedFile {
  const Plan& plan;
  const format::Header& header;
  base::InputFile& file;
  const Conversions& conversions;
};

class Conflicts {
 public:
  // Of one table, by its numbers in the file and in the plan. Reads of the target all that there is.
  Conflicts(engine::Target& target, const JudgedFile& judged, std::size_t section, std::size_t planned);

  // Records in ascending order; good until the next call. Nothing: it is left out for another reason.
  std::optional<ConflictSides> of(std::uint64_t record);

 private:
  // The rows of one side, on the disk.
  class Rows {
   public:
    explicit Rows(engine::RowReader& rows);
    std::optional<std::string_view> of(std::uint64_t record);

   private:
    bool next();

    base::InputFile file_;
    format::RowSplitter splitter_;
    format::RawRecord row_{};
    std::uint64_t record_ = 0;
    bool ended_ = false;
    std::string object_;
  };

  std::unique_ptr<Rows> base_;
  std::unique_ptr<Rows> target_;
};

}  // namespace transfer
