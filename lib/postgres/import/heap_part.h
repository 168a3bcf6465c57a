// What one table of an import has of a temporary table: all of it, or the rows with its number. Reading goes
// through rows(), a relation like any other; whoever writes says whose rows they are. Pure text.
#pragma once

#include <string>

namespace postgres {

struct HeapPart {
  std::string heap;    // "pg_temp.verdict_3", or "pg_temp.verdict" of many tables
  std::string number;  // of the table in the column `plan`; empty: the heap is its own and has no such column

  // To be read: the heap itself, or "(SELECT record, verdict FROM pg_temp.verdict WHERE plan = 3)".
  std::string rows(const std::string& columns) const;
  // "INSERT INTO pg_temp.verdict (plan, record, verdict)"; the values begin with first().
  std::string into(const std::string& columns) const;
  std::string first() const { return number.empty() ? "" : number + ", "; }
  // " AND v.plan = 3" for a DELETE or UPDATE of the heap, called `alias`.
  std::string only(const std::string& alias) const;
};

// The columns of each kind of temporary table but the staged rows', as they are read.
inline constexpr const char* kVerdictColumns = "record, verdict, digest";
inline constexpr const char* kVerdictAlone = "record, verdict";  // as they are written where no plan wants a digest
inline constexpr const char* kRejectColumns =
    "record, verdict, key, reason, \"constraint\", holder, holder_table, holder_row";
inline constexpr const char* kClaimColumns = "place, record, holder_table, holder_row, freed_by";
inline constexpr const char* kMatchColumns = "record, file_key, target_table, target_row";

}  // namespace postgres
