// What the planning of a statement runs, before a row is read: the server computes beforehand what is constant in the
// expressions of the indexes, the extended statistics and the partition keys of each table that a statement names.
// Whose functions that may be; and foreign tables, which do what their servers' owners make them do.
#pragma once

#include <string>

namespace postgres {

// A list of a WITH, after another: call(function, of_column, top), what expressions of the tables call, by OID; of the
// arguments of_column, one is a column's value. `tables` as below.
std::string planned_calls(const std::string& tables, int server_version);

// The same and planned(owner, words, top), of all roles. `tables`: a query of their OIDs and
// of what is named for each (top); partitions and children come to them. The WITH is RECURSIVE.
std::string planned_code(const std::string& tables, int server_version);

}  // namespace postgres
