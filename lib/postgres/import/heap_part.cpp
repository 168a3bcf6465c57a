#include "postgres/import/heap_part.h"

#include <fmt/format.h>

namespace postgres {

std::string HeapPart::rows(const std::string& columns) const {
  if (number.empty()) return heap;
  return fmt::format("(SELECT {} FROM {} WHERE plan OPERATOR(pg_catalog.=) {})", columns, heap, number);
}

std::string HeapPart::into(const std::string& columns) const {
  return fmt::format("INSERT INTO {} ({}{})", heap, number.empty() ? "" : "plan, ", columns);
}

std::string HeapPart::only(const std::string& alias) const {
  return number.empty() ? "" : fmt::format(" AND {}.plan OPERATOR(pg_catalog.=) {}", alias, number);
}

}  // namespace postgres
