#include "postgres/import/heap_part.h"

namespace postgres {

std::string HeapPart::rows(const std::string& columns) const {
  if (number.empty()) return heap;
  return "(SELECT " + columns + " FROM " + heap + " WHERE plan OPERATOR(pg_catalog.=) " + number + ")";
}

std::string HeapPart::into(const std::string& columns) const {
  return "INSERT INTO " + heap + " (" + (number.empty() ? "" : "plan, ") + columns + ")";
}

std::string HeapPart::only(const std::string& alias) const {
  return number.empty() ? "" : " AND " + alias + ".plan OPERATOR(pg_catalog.=) " + number;
}

}  // namespace postgres
