// The tables that a question about the catalog is for, and the way back from a row of its answer to one of them.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "postgres/catalog/introspect.h"

namespace postgres {

class TableIndex {
 public:
  // Of tables that outlive it.
  explicit TableIndex(std::vector<TableDetails>& tables);

  // '{16384,16390}'::pg_catalog.oid[]
  const std::string& among() const { return among_; }
  TableDetails& of(const std::string& oid) const { return *tables_.at(oid); }

 private:
  std::string among_;
  std::unordered_map<std::string, TableDetails*> tables_;
};

}  // namespace postgres
