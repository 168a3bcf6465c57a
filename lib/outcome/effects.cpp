#include "outcome/effects.h"

#include <map>

namespace outcome {

std::string in_words(const SequenceChange& change) {
  const std::string after = std::to_string(change.after);
  if (change.before == change.after) return "set behind its first value, " + after;
  return "raised from " + std::to_string(change.before) + " to " + after;
}

std::vector<Fact> followers_of(const std::vector<Cascade>& cascades) {
  std::map<std::string, std::uint64_t> rows;  // a foreign key may be reached in several ways
  for (const Cascade& cascade : cascades) rows[cascade.table + " by " + cascade.foreign_key] += cascade.reached;
  std::vector<Fact> facts;
  for (const auto& [name, count] : rows) {
    if (count > 0) facts.push_back({name, std::to_string(count)});
  }
  return facts;
}

}  // namespace outcome
