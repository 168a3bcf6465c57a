// Statements about the rows of one table of an import: a whole text with named places, laid out as SQL. Beside the
// places that the caller names there are
//   {stage} {verdicts} {rejects} {deletes} …   the temporary tables of staged_table.h, by their names there
//   {target} {or_abort}                        the table itself, and what goes between INSERT or UPDATE and its name
//   {record}                                   the column of {stage} with the record's number
//   {accepted}                                 {verdicts} v CROSS JOIN {stage} s ON …: the staged rows to be written
//   {same} {differs}                           conditions on a staged row s and a row of the target t
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "sqlite/import/staged_table.h"

namespace sqlite {

inline bool has_place(std::string_view text, std::string_view place) {
  return text.find(place) != std::string_view::npos;
}

template <typename... Places>
std::string table_sql(const StagedTable& table, const char* text, const Places&... places) {
  // The last two are long where a table is wide, and some statements are made in loops.
  return fmt::format(
      fmt::runtime(text), fmt::arg("stage", table.stage), fmt::arg("verdicts", table.verdicts),
      fmt::arg("rejects", table.rejects), fmt::arg("changes", table.changes), fmt::arg("remaps", table.remaps),
      fmt::arg("deletes", table.deletes), fmt::arg("claims", table.claims), fmt::arg("order", table.order),
      fmt::arg("parked", table.parked), fmt::arg("masks", table.masks), fmt::arg("early", table.early),
      fmt::arg("retries", table.retries), fmt::arg("target", table.target), fmt::arg("or_abort", table.or_abort),
      fmt::arg("record", table.record), fmt::arg("accepted", table.accepted_rows()),
      fmt::arg("same", has_place(text, "{same}") ? table.same_identity("s", "t") : std::string{}),
      fmt::arg("differs", has_place(text, "{differs}") ? table.differs("s", "t") : std::string{}), places...);
}

}  // namespace sqlite
