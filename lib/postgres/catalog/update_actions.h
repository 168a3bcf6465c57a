// Foreign keys of any table of the database that follow an update of what they refer to: ON UPDATE CASCADE, SET NULL
// and SET DEFAULT, as far as the server acts on them. Plain values and the one query that reads them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/catalog/value_sql.h"
#include "postgres/session/connection.h"

namespace postgres {

struct UpdateAction {
  std::string name;
  std::string action;        // "CASCADE", "SET NULL", "SET DEFAULT"
  std::uint32_t parent = 0;  // oids; of a partition its root's
  std::uint32_t child = 0;
  std::uint32_t parent_itself = 0;  // a foreign key may refer to one partition
  bool readable = true;     // the role may see all rows of the child, and no cast that somebody made is in the way
  std::string child_rows;   // to be read: "ONLY "schema"."table""
  std::string child_table;  // for messages
  std::string child_key = "c.*";            // the columns, of a row called c, that tell the child's rows apart
  std::vector<std::string> columns;         // of the child
  std::vector<std::string> parent_columns;  // parallel
  std::vector<Equality> equality;           // parallel: parent = child
  std::vector<Equality> key_equality;       // parallel: parent = parent
};

std::vector<UpdateAction> read_update_actions(Connection& connection);

}  // namespace postgres
