#include "outcome/effects.h"

namespace outcome {

std::string in_words(const SequenceChange& change) {
  const std::string after = std::to_string(change.after);
  if (change.before == change.after) return "set behind its first value, " + after;
  return "raised from " + std::to_string(change.before) + " to " + after;
}

}  // namespace outcome
