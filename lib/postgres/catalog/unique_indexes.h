// The unique indexes of tables and those that only partitions of theirs have. Called by introspect, with an empty
// search_path.
#pragma once

#include <string>
#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/catalog/partition_tree.h"
#include "postgres/session/connection.h"

namespace postgres {

// Fills `unique_indexes` of every table. With a tree, also by what partitions have on their own: alike ones are one
// key, over the leaf and what they are over.
void read_unique_indexes(Connection& connection, std::vector<TableDetails>& tables);
void read_unique_indexes_of_partitions(Connection& connection, std::vector<TableDetails>& tables,
                                       const PartitionTree& tree);

// A subquery: the collation by which a key is compared, quoted, where its column or expression may not bring it along;
// else NULL. For SQL expressions of the relation, the column's number (0: an expression) and the collation's OID.
std::string collation_of_key(const std::string& relation, const std::string& column, const std::string& collation);

// What makes two keys of partitions alike.
std::string likeness(const UniqueIndex& index);

// Makes it a key of the rows in these leaves, each for itself.
void restrict_to_leaves(UniqueIndex& key, const std::vector<std::uint32_t>& leaves);

}  // namespace postgres
