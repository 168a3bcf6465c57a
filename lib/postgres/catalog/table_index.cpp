#include "postgres/catalog/table_index.h"

#include "postgres/session/sql_text.h"

namespace postgres {

TableIndex::TableIndex(std::vector<TableDetails>& tables) {
  std::vector<std::string> oids;
  for (TableDetails& table : tables) {
    oids.push_back(std::to_string(table.oid));
    tables_.emplace(oids.back(), &table);
  }
  among_ = "'{" + join(oids, ",") + "}'::pg_catalog.oid[]";
}

}  // namespace postgres
