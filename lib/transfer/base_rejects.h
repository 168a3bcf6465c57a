// What the import of the base left out (--base-rejects): the rows of a rejects file never reached the target and are no
// part of the base. Where a record carries what the base before held of its row ("$conflict"), that is its base; else
// it has none, and is new on both sides. Verified whole before the target is touched, staged among the base's rows. One
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/input_file.h"
#include "base/progress.h"
#include "conversion/profile.h"
#include "engine/target.h"
#include "format/table_reader.h"
#include "format/verify.h"
#include "transfer/base_row.h"
#include "transfer/cross_engine.h"
#include "transfer/options.h"
#include "transfer/plan.h"

namespace transfer {

class BaseRejects {
 public:
  // Reads the file whole. Throws kUsage for what is no rejects file of a promotion, kFile for one that is not sound.
  BaseRejects(const ImportOptions& options, base::Progress& progress, const std::stop_token& stop);

  void profile(const outcome::DatabaseInfo& target, base::Progress& progress, const std::stop_token& stop);

  // Of an attempt, after the base's: tells each table of `plan` that some rows of its base were left out, and in its
  // differences what does not fit to `base`.
  void plan(engine::Target& target, const format::Header& base, const ImportOptions& options, Plan& plan);
  // After prepare() and after the base's rows.
  void stage(engine::Target& target, base::Progress& progress, const std::stop_token& stop);

  const format::Verified& verified() const { return verified_; }

 private:
  struct Layout {
    std::size_t section = 0;
    std::uint64_t before = 0;     // rows of the base
    bool may_carry = true;        // its records have all columns of the base
    std::vector<bool> judged_by;  // by value of a record: the merge asks the base for it
    BaseRow::Layout row;
  };

  void plan_table(std::size_t section, Plan& plan);
  Layout layout_of(std::size_t section, const engine::BaseTable& base) const;
  void stage_table(engine::Target& target, std::size_t table, const Layout& layout, format::TableReader& records,
                   base::Progress& progress) const;

  format::Verified verified_;
  base::InputFile file_;  // whose making fills what is above
  std::vector<conversion::Profile> profiles_;
  Plan plan_;
  Conversions conversions_;
  std::vector<std::optional<Layout>> layouts_;  // by table of the plan
};

}  // namespace transfer
