// What a comparison of two exports has to tell: which tables, columns and rows are in one of them only, and in which
// cells the others differ. Plain values that report turns into something to read.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "outcome/database_info.h"
#include "outcome/decision.h"

namespace outcome {

enum class RowDifference { kChanged, kOnlyA, kOnlyB };

// "changed", "only-a", "only-b"
const char* difference_name(RowDifference difference);

struct DifferingRow {
  RowDifference difference = RowDifference::kChanged;
  std::string key;                    // "id=c17…"; the whole row where rows are paired as such
  std::uint64_t times = 1;            // equal ones
  std::vector<ColumnValue> values;    // of a row of one side: all of it
  std::vector<ColumnChange> changes;  // before: in A, after: in B
};

enum class Presence { kBoth, kOnlyA, kOnlyB };

struct ComparedTable {
  std::string name;   // as A calls it, or B where A lacks it
  std::string other;  // as B calls it, where that is another name
  Presence presence = Presence::kBoth;
  std::vector<std::string> key;          // columns that pair the rows; empty: rows are paired as a whole
  std::vector<std::string> differences;  // of the table itself, a sentence each
  std::vector<std::string> notes;        // how it was compared, where that is not plain
  std::uint64_t rows_a = 0;
  std::uint64_t rows_b = 0;
  // Of a table that both sides have.
  std::uint64_t equal = 0;
  std::uint64_t changed = 0;
  std::uint64_t only_a = 0;
  std::uint64_t only_b = 0;
  std::vector<std::pair<std::string, std::uint64_t>> changed_columns;  // how many rows differ there; in their order
  std::vector<DifferingRow> rows;                                      // the first ones of each kind, by their keys

  std::uint64_t differing() const { return changed + only_a + only_b; }
  bool is_equal() const { return presence == Presence::kBoth && differences.empty() && differing() == 0; }
};

struct ComparedSide {
  std::string name;  // as it was given, without a password
  bool is_file = false;
  bool sealed = false;
  std::string sha256;  // of what the seal covers; of a file
  std::string exported_at;
  DatabaseInfo source;
  std::uint64_t rows = 0;  // of the tables that were compared
};

struct Difference {
  ComparedSide a;
  ComparedSide b;
  std::vector<ComparedTable> tables;  // in the order of A, then those of B alone
  std::vector<std::string> skipped;   // by --skip-audit
  std::vector<std::string> notices;
  std::chrono::nanoseconds duration{};

  ComparedTable total() const;  // the sum of its counts
  bool is_equal() const;
};

}  // namespace outcome
