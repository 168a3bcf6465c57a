// Where a partitioned table sends a row, as one expression that names the leaf: the bounds of each level looked up like
// in a table (binary search over the bounds of a range), so that a row costs about the same with 3 leaves and with
// 1,000. Levels that this cannot say (several columns, expressions, operator classes of their own) are asked partition
// by partition. Called by introspect, with an empty search_path.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/session/connection.h"

namespace postgres {

struct Partition {
  std::uint32_t root = 0;
  std::vector<std::uint32_t> leaves;  // below it; a leaf is its own
};
// Partitions of any level by their OIDs, roots too.
using PartitionTree = std::map<std::uint32_t, Partition>;

// Fills `partitions` of every table.
PartitionTree read_partitions(Connection& connection, std::vector<TableDetails>& tables);

// "'{16400,16401}'::pg_catalog.oid[]": the tables and all of their partitions.
std::string with_partitions(const std::vector<TableDetails>& tables, const PartitionTree& tree);

// An item of a FROM list, x(oid, part): the tables, each with itself and with all that is below it.
std::string parts_of(const std::vector<const TableDetails*>& tables);

// "tableoid OPERATOR(pg_catalog.=) ANY ('{16401,16402}'::pg_catalog.oid[])"
std::string in_leaves(const std::vector<std::uint32_t>& leaves);

}  // namespace postgres
