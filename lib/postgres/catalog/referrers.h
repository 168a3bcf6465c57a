// Foreign keys of any table of the database, chosen or not, that refer to given tables or to partitions of theirs: who
// would notice that a row of them is gone. Plain values and the one query that reads them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/catalog/value_sql.h"
#include "postgres/session/connection.h"

namespace postgres {

struct Referrer {
  std::string name;
  std::uint32_t parent = 0;         // oid; of a partition its root's
  std::uint32_t parent_itself = 0;  // a foreign key may refer to one partition
  std::uint32_t child = 0;          // as parent
  std::uint32_t child_itself = 0;   // a partition may have a foreign key of its own
  bool one_partition = false;       // only rows of parent_itself and of its partitions
  bool readable = true;             // the role may read the child
  bool hidden = false;              // but a policy hides rows of it
  bool by_cast = false;             // compares by way of a cast that somebody made
  std::string child_rows;           // to be read: "ONLY "schema"."table""
  std::string child_name;           // "schema"."table"
  std::string child_schema;         // as they are
  std::string child_table;
  std::vector<std::string> columns;         // of the child
  std::vector<std::string> parent_columns;  // parallel
  std::vector<Equality> equality;           // parallel: parent = child; of PERIOD: they overlap
  std::vector<std::string> child_key;       // columns of its primary key; empty: it has none
};

// Of the tables whose oids these are. The connection's search_path must be empty.
std::vector<Referrer> read_referrers(Connection& connection, const std::vector<std::uint32_t>& tables);

}  // namespace postgres
