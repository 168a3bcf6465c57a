#include "outcome/effects.h"

#include <map>

namespace outcome {

std::string in_words(const SequenceChange& change) {
  const std::string after = std::to_string(change.after);
  if (change.before == change.after) return "set past its first value, " + after;
  return "raised from " + std::to_string(change.before) + " to " + after;
}

std::string in_words(const LooseReference& reference) {
  return reference.table + "." + reference.column + " holds keys of " + reference.parent + " that --match changes" +
         (reference.example.empty() ? "" : " (" + reference.example + ")") + ", in " + std::to_string(reference.rows) +
         (reference.rows == 1 ? " row" : " rows") +
         ", and no foreign key declares it: it is written as it is, and means another row of the target.";
}

std::vector<Fact> followers_of(const std::vector<Cascade>& cascades) {
  struct Followers {
    std::uint64_t rows = 0;
    std::string digests;
  };
  std::map<std::string, Followers> all;  // a foreign key may be reached in several ways
  for (const Cascade& cascade : cascades) {
    Followers& followers = all[cascade.table + " by " + cascade.foreign_key];
    followers.rows += cascade.reached;
    if (cascade.reached > 0 && !cascade.digest.empty()) followers.digests += " " + cascade.digest;
  }
  std::vector<Fact> facts;
  for (const auto& [name, followers] : all) {
    if (followers.rows > 0) facts.push_back({name, std::to_string(followers.rows) + followers.digests});
  }
  return facts;
}

}  // namespace outcome
