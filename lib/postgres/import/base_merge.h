// The three-way merge: with a base, the staged rows become what is wanted of the target. What the file did not change
// since the base becomes the target's value; a cell that both changed, to different values, leaves its row out as a
// conflict. So whatever comes behind (verdicts, keys, references, reports) judges and writes such rows as any others.
// One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/target.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// By which the base's rows are staged.
engine::TablePlan plan_of_base(const engine::TablePlan& plan);

// The base's rows that can be told apart, with their marks where they have some: a relation to read.
std::string base_rows(const StagedTable& table);
// Condition: one of them, called b, is what the staged row s is judged by.
std::string same_base(const StagedTable& table);
// Condition on a row left out, r: both sides changed it.
std::string is_of_base(const StagedTable& table);

// Whether the base has every column of the table that rows without a key are compared by, and so may hold some of them.
bool base_tells_equal_rows(const StagedTable& table);

class BaseMerge {
 public:
  BaseMerge(Connection& connection, std::vector<StagedTable>& tables) : connection_(connection), tables_(tables) {}

  // Once all rows are staged. What is told of the base is added to `notices`.
  void take_bases(std::vector<std::string>& notices);
  // Once the comparison with the target has said which rows differ: only those are asked about. Nothing without a base.
  void merge(StagedTable& table);
  // Of a table without an identity, once it is known which of its rows are to be written.
  void note_gone_of_multiset(StagedTable& table);

 private:
  void settle_marks(StagedTable& table);
  std::uint64_t list_both_changed(StagedTable& table);
  std::uint64_t list_both_new(StagedTable& table);
  std::uint64_t list_gone(StagedTable& table);
  void take_from_target(StagedTable& table);
  void forget_equal(StagedTable& table);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
};

}  // namespace postgres
