#include "engine/merge_rounds.h"

#include "base/error.h"

namespace engine {
namespace {

// All of them up to so often, and so many rows beyond that.
constexpr std::uint64_t kTries = 20;
constexpr std::uint64_t kRowsBeyond = 50'000;

constexpr int kMostRounds = 5;

}  // namespace

Retries::Retries(std::uint64_t left_out) : rows_left_(kTries * left_out + kRowsBeyond) {}

bool Retries::may_try(std::uint64_t left_out) {
  if (left_out > rows_left_) return false;
  rows_left_ -= left_out;
  return true;
}

std::string Retries::notice(std::uint64_t left_out) {
  return std::to_string(left_out) +
         " rows that were left out may have waited for others that went in last: import the file again";
}

void merge_in_rounds(const std::function<bool()>& round, const std::string& remedy) {
  for (int i = 0; i < kMostRounds; ++i) {
    if (round()) return;
  }
  throw base::Error(base::ErrorKind::kSchema, "triggers of the target change rows again whichever of them are left out",
                    "nothing was written: " + remedy + " the triggers meanwhile, or leave their tables out with -T");
}

}  // namespace engine
