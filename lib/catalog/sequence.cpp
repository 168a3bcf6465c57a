#include "catalog/sequence.h"

namespace catalog {

std::optional<std::int64_t> given_by(const Sequence& sequence) {
  if (!sequence.last_value || sequence.is_called) return sequence.last_value;
  std::int64_t before = 0;
  if (__builtin_sub_overflow(*sequence.last_value, sequence.increment, &before)) return std::nullopt;
  return before;
}

}  // namespace catalog
