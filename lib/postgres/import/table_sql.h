// Statements about the rows of one table of an import: a whole text with named places, laid out as SQL. Beside the
// places that the caller names there are
//   {staged} {verdicts} {rejects} {matches}             what the file brings, what was decided: relations to read
//   {target}                                            the table itself, to read and to update
//   {record}                                            the column of {staged} with the record's number
//   {same} {differs} {equal}                            conditions on a staged row s and a row of the target t
//   {into_verdicts} {into_matches} {plan}               INSERT INTO …, whose list of values begins with {plan}
#pragma once

#include <fmt/format.h>

#include <string>

#include "postgres/import/staged_table.h"

namespace postgres {

// The planner takes "none of these columns differs" for next to no row, and then compares every row with every other;
// of a CASE it expects half of the rows.
inline std::string not_rare(const std::string& condition) {
  return fmt::format("CASE WHEN {} THEN true ELSE false END", condition);
}

template <typename... Places>
std::string table_sql(const StagedTable& table, const char* text, const Places&... places) {
  return fmt::format(fmt::runtime(text), fmt::arg("staged", table.typed_rows()), fmt::arg("verdicts", table.verdicts),
                     fmt::arg("rejects", table.rejects), fmt::arg("matches", table.matches),
                     fmt::arg("target", table.target_rows), fmt::arg("record", table.record),
                     fmt::arg("same", table.plan.identity.empty() ? "true" : table.same_identity("s", "t")),
                     fmt::arg("differs", table.differs("s", "t")),
                     fmt::arg("equal", not_rare("NOT " + table.differs("s", "t"))),
                     fmt::arg("into_verdicts", table.verdict_part.into(kVerdictAlone)),
                     fmt::arg("into_matches", table.match_part.into(kMatchColumns)),
                     fmt::arg("plan", table.verdict_part.first()), places...);
}

}  // namespace postgres
