#include "outcome/verdict.h"

#include <algorithm>

namespace outcome {
namespace {

struct Row {
  Verdict verdict;
  std::string_view name;
  std::string_view symbol;
  std::uint64_t VerdictCounts::*rows;
};

constexpr std::array kTable = {
    Row{Verdict::kInsert, "insert", "+", &VerdictCounts::insert},
    Row{Verdict::kUpdate, "update", "~", &VerdictCounts::update},
    Row{Verdict::kUnchanged, "unchanged", "=", &VerdictCounts::unchanged},
    Row{Verdict::kConflict, "conflict", "!", &VerdictCounts::conflict},
    Row{Verdict::kInvalid, "invalid", "×", &VerdictCounts::invalid},
    Row{Verdict::kSkipped, "skipped", "−", &VerdictCounts::skipped},
    Row{Verdict::kDelete, "delete", "⌫", &VerdictCounts::deleted},
};

static_assert(kTable.size() == kAllVerdicts.size());

const Row& row_of(Verdict verdict) { return *std::ranges::find(kTable, verdict, &Row::verdict); }

}  // namespace

std::string_view verdict_name(Verdict verdict) { return row_of(verdict).name; }

std::string_view verdict_symbol(Verdict verdict) { return row_of(verdict).symbol; }

std::optional<Verdict> verdict_of(char letter) {
  const auto found = std::ranges::find(kTable, static_cast<Verdict>(letter), &Row::verdict);
  return found == kTable.end() ? std::nullopt : std::optional(found->verdict);
}

std::uint64_t& VerdictCounts::of(Verdict verdict) { return this->*row_of(verdict).rows; }

std::uint64_t VerdictCounts::of(Verdict verdict) const { return this->*row_of(verdict).rows; }

std::uint64_t VerdictCounts::sum() const {
  std::uint64_t all = 0;
  for (const Row& row : kTable) all += this->*row.rows;
  return all;
}

VerdictCounts& VerdictCounts::operator+=(const VerdictCounts& other) {
  for (const Row& row : kTable) this->*row.rows += other.*row.rows;
  rows += other.rows;
  missing += other.missing;
  kept += other.kept;
  gone += other.gone;
  dependants += other.dependants;
  return *this;
}

}  // namespace outcome
