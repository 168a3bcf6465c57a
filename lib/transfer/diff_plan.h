// Which tables and columns of two documents are compared with each other, by which columns their rows are paired, and
// what of it one side lacks. Pure functions over headers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "catalog/types.h"
#include "format/header.h"
#include "join/value_form.h"
#include "transfer/diff_options.h"

namespace transfer {

// A column that both sides have: its place among the values of a record of each, and how they are written to be
// compared.
struct ColumnPair {
  std::string name;
  std::size_t value_a = 0;
  std::size_t value_b = 0;
  join::ValueForm form_a;
  join::ValueForm form_b;
  std::string type;  // across engines: that of the typed side
  bool refers = false;
  bool masked = false;
};

struct TablePair {
  std::optional<std::size_t> a;  // its place in the header; none: this side lacks it
  std::optional<std::size_t> b;
  std::string name;   // as A calls it, or B where A lacks it
  std::string other;  // as B calls it, where that is another name
  std::vector<ColumnPair> columns;
  std::vector<std::size_t> key;  // places in `columns`; empty: rows are paired as a whole
  std::vector<std::string> differences;
  std::vector<std::string> notes;
  // By value of a record; empty: all as they are. Where attributes of A are put into the order of B, both are spelled
  // by who does that.
  std::vector<catalog::Reshape> reshape_a;
  std::vector<catalog::Reshape> reshape_b;

  bool is_compared() const { return a && b; }
};

// Which side's values are made comparable with those of the other by an import's rules.
enum class Crossing { kNone, kA, kB };

struct DiffPlan {
  std::vector<TablePair> tables;     // in the order of A, then those of B alone
  std::vector<std::string> skipped;  // by --skip-audit
  std::vector<std::string> notices;
  Crossing crossing = Crossing::kNone;
};

// `known`: tables of either side that patterns may name, also those that no header has for it. Throws kUsage for a
// pattern that is about none, and for options that leave none.
DiffPlan make_diff_plan(const format::Header& a, const format::Header& b, const std::vector<catalog::Table>& known,
                        const DiffOptions& options);

}  // namespace transfer
