// What runs when rows of tables are written, beside statements of ours: the common part of questions about it, as the
// list of a WITH. What it uses is in pg_depend, but for the server's own (everything below OID 16384, made by
// initdb), of which the stored trees tell (proven_code.h). Functions that another one calls by a string are kept
// nowhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/session/connection.h"

namespace postgres {

struct WrittenTable {
  std::uint32_t oid = 0;                   // the root of a partition tree
  std::vector<std::string> columns;        // the defaults of all other columns are computed
  bool deletes = false;                    // rows of it may go
  std::vector<std::string> assigned = {};  // columns that an update of ours may name
};

// kOfAssignedColumns holds only where no other code writes rows.
enum class Updates { kOfAnyColumn, kOfAssignedColumns };

// "WITH RECURSIVE …", to be followed by a SELECT from
//   relation  the tables, their partitions, and the tables that the actions of foreign keys change
//   own_type  types of the user's own that their columns are of, and what those are made of
//   object    defaults, checks, index and partition expressions, rules, triggers, policies, views that are read:
//             classid, objid, tree (a row for each; NULL: none), author, relid (0 for a type or a view)
//   part      what these objects use: refclassid, refobjid
//   called    the functions of others than the server among it, and those behind operators, operator classes and
//             ranges, and in their bodies
//   may_change  columns of the tables themselves that an update of ours, or an action of a foreign key, may write
// To be asked with an empty search_path.
std::string reached_code(const std::vector<WrittenTable>& tables, int server_version,
                         Updates updates = Updates::kOfAnyColumn);

// `tables` and those that their rules and parsed function bodies may write, and so on. With an empty search_path.
std::vector<WrittenTable> with_written_by_code(Connection& connection, std::vector<WrittenTable> tables);

// Of rules (pg_rewrite.ev_type, as a list) and triggers (bits of pg_trigger.tgtype), those that may come to pass.
std::string rule_events(const std::vector<WrittenTable>& tables);
int trigger_events(const std::vector<WrittenTable>& tables);

}  // namespace postgres
