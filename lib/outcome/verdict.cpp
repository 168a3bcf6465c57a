#include "outcome/verdict.h"

namespace outcome {

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kInsert:
      return "insert";
    case Verdict::kUpdate:
      return "update";
    case Verdict::kUnchanged:
      return "unchanged";
    case Verdict::kConflict:
      return "conflict";
    case Verdict::kInvalid:
      return "invalid";
    case Verdict::kSkipped:
      return "skipped";
    case Verdict::kDelete:
      return "delete";
  }
  return "?";
}

VerdictCounts& VerdictCounts::operator+=(const VerdictCounts& other) {
  rows += other.rows;
  insert += other.insert;
  update += other.update;
  unchanged += other.unchanged;
  conflict += other.conflict;
  invalid += other.invalid;
  skipped += other.skipped;
  deleted += other.deleted;
  dependants += other.dependants;
  return *this;
}

}  // namespace outcome
