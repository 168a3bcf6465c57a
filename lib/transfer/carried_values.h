// What records of a rejects file carry ("$conflict"): what target and base held when they were left out. Of a file that
// may be edited they are judged by the former, as by a base of their own: where the target still holds it, they go in.
// Where its seal has to hold, by the latter. Read as a whole before the target is touched, then staged among the rows
// of the base, or instead of one. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/input_file.h"
#include "base/progress.h"
#include "engine/target.h"
#include "format/verify.h"
#include "transfer/base_row.h"
#include "transfer/conflict_parser.h"
#include "transfer/cross_engine.h"
#include "transfer/options.h"
#include "transfer/plan.h"

namespace transfer {

class CarriedValues {
 public:
  // Throws kFile and kSchema for what no import writes. Both are kept.
  CarriedValues(base::InputFile& file, const format::Verified& verified, const ImportOptions& options,
                base::Progress& progress, const std::stop_token& stop);

  // Of an attempt, after the base's: tells each table of `plan`, whose rows are set, that its records say something.
  void plan(const ImportOptions& options, Plan& plan);
  // After prepare() and after the base's rows. `plan` is what plan() made, `conversions` are those of the file.
  void stage(engine::Target& target, const Plan& plan, Conversions& conversions, base::Progress& progress,
             const std::stop_token& stop);

 private:
  // Of a table of the file.
  struct Section {
    std::uint64_t carrying = 0;  // records
    std::vector<bool> always;    // by column: each of them that holds a row of the target holds this cell
  };
  struct Layout {
    std::size_t section = 0;
    std::size_t constants = 0;  // that come after the table's own values
    std::uint64_t before = 0;   // rows of the base
    BaseRow::Layout row;
  };

  std::vector<Section> read(base::Progress& progress, const std::stop_token& stop);
  Layout layout_of(std::size_t section, const Plan& plan, engine::TablePlan& table) const;
  void stage_table(engine::Target& target, std::size_t table, const Layout& layout, format::TableReader& records,
                   base::Progress& progress) const;

  base::InputFile& file_;
  const format::Verified& verified_;
  const ConflictParser::JudgedBy judged_by_;
  std::vector<Section> sections_;
  std::vector<std::optional<Layout>> layouts_;  // by table of the plan
};

}  // namespace transfer
