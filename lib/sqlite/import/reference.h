// How a foreign key compares the row that refers with the row that it refers to, each by its alias. SQLite has two
// rules. Pure functions.
#pragma once

#include <string>

#include "catalog/table.h"

namespace sqlite {

// Condition: the row `child` finds the row `parent`. The parent's collation and affinity decide: it is on the left, and
// + takes the child's away.
std::string finds_parent(const catalog::ForeignKey& key, const std::string& parent, const std::string& child);

// The same of one column of the key, both qualified and quoted.
std::string finds_part(const std::string& of_parent, const std::string& of_child);

// Condition: the row `parent`, when it changes or goes, finds the row `child`. The affinities of both decide: SQLite
// keeps a TEXT '007' for the sake of an INTEGER 7, which does not find it. An index of the child serves it.
std::string finds_child(const catalog::ForeignKey& key, const std::string& parent, const std::string& child);

}  // namespace sqlite
