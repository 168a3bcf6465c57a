// What is counted and kept of a table's decisions while they pass: a few rows to be shown, and how many there are of
// their kinds. Bounded, however many rows there are. Plain values, made by transfer, shown by report.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "outcome/effects.h"
#include "outcome/verdict.h"

namespace outcome {

// Rows left out for the same reason.
struct CountedCause {
  Verdict verdict = Verdict::kInvalid;
  std::string name;  // of a constraint, a key or a column, or the reason itself; empty: all beyond what is told apart
  std::uint64_t rows = 0;
};

// Updates that change the same columns.
struct ChangedSet {
  std::vector<std::string> columns;  // empty: all beyond what is told apart
  std::uint64_t rows = 0;
  std::uint64_t newer = 0;                // of these, how many are newer in the target
  std::vector<std::size_t> samples = {};  // indices into ImportedTable::updates, those to look at first
};

// What a column of short values holds in the rows to be inserted.
struct CountedValues {
  std::string column;
  Meaning meaning = Meaning::kPlain;
  std::vector<std::pair<std::string, std::uint64_t>> values;  // most frequent first
  std::uint64_t nulls = 0;
};

}  // namespace outcome
