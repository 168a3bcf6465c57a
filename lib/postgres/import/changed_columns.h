// An UPDATE names the columns that differ in its rows, where anybody can tell (column_observers.h): the updates of a
// table are grouped by the observers that see a column of theirs change. Every other column may be named by all of
// them. Groups are text: a '1' for each observer of the table that sees a change, a '0' for the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// More statements than this are not made of the updates of one table.
constexpr std::size_t kMaxUpdateGroups = 32;

// FROM and WHERE of the accepted updates: rows of the file called s, of the target called t, verdicts called v.
std::string accepted_updates(const StagedTable& table);

// The same before the merge, but without verdicts where those say of most rows no more than that they differ: then
// comparing again costs less than joining them.
std::string classified_updates(const StagedTable& table);

// Text expression: the group of an update of row `t` of the target to row `s` of the file.
std::string update_group_sql(const StagedTable& table, const std::string& s, const std::string& t);

// Columns that the UPDATE of a group must not name.
std::vector<std::string> unnamed_columns(const StagedTable& table, const std::string& group);

// Puts the accepted updates of table `number` into groups, as they differ now, and returns the groups. Beyond the limit
// the smallest are one group, that of all observers. Rows in pg_temp.update_group, which is made when it is missing.
std::vector<std::string> group_updates(Connection& connection, const StagedTable& table, std::size_t number);

// Condition on a verdict v of table `number`: it is of this group.
std::string in_update_group(std::size_t number, const std::string& group);

// What to say of accepted updates that are beyond the limit; empty: none is. Writes nothing.
std::string notice_of_ungrouped_updates(Connection& connection, const StagedTable& table);

}  // namespace postgres
