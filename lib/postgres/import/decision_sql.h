// The statement that tells the decisions on one table, a line each, and how the values in such a line are written. Pure
// text.
#pragma once

#include <string>

#include "engine/target.h"
#include "postgres/import/staged_table.h"

namespace postgres {

// Which of the decisions, and what of them.
struct WantedDecisions {
  engine::Decisions which = engine::Decisions::kAll;
  bool values = false;     // that change or go in; as the rows are now
  bool rewritten = false;  // what note_rewritten has listed
};

// COPY … TO STDOUT, by record: record, verdict, key, key of a row left out, reason, constraint, holder (these four in
// hexadecimal digits), digest, key in the file (the same), rewritten columns (an array), whether the target's row is
// newer; with values then two for each column of the file: of an update or a conflict before and after, both NULL where
// the column does not differ; of an insert NULL and what goes in. Where the base is told, first whether the row has
// one, and its value as the third of each column.
std::string decisions_sql(const StagedTable& table, const WantedDecisions& wanted);

// The table has so many columns that the values before and the values after are one array each.
bool is_packed(const StagedTable& table);

// Of a row that both sides changed the base's values are told, too.
bool tells_base(const StagedTable& table);

// A value of the column is its type's text and nothing else. Any other is NULL or one of "w" and the whole of it,
// "c<characters>:" and its beginning, "m<characters>:" and a digest.
bool is_bare(const StagedTable& table, const StagedColumn& column);

}  // namespace postgres
