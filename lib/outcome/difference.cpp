#include "outcome/difference.h"

#include <algorithm>

namespace outcome {

const char* difference_name(RowDifference difference) {
  switch (difference) {
    case RowDifference::kChanged:
      return "changed";
    case RowDifference::kOnlyA:
      return "only-a";
    case RowDifference::kOnlyB:
      break;
  }
  return "only-b";
}

ComparedTable Difference::total() const {
  ComparedTable sum;
  sum.name = "total";
  for (const ComparedTable& table : tables) {
    sum.rows_a += table.rows_a;
    sum.rows_b += table.rows_b;
    sum.equal += table.equal;
    sum.changed += table.changed;
    sum.only_a += table.only_a;
    sum.only_b += table.only_b;
  }
  return sum;
}

bool Difference::is_equal() const { return std::ranges::all_of(tables, &ComparedTable::is_equal); }

}  // namespace outcome
