// The three-way merge: with a base, the staged rows become what is wanted of the target. What the file did not change
// since the base becomes the target's value; a cell that both changed, to different values, leaves its row out as a
// conflict. So whatever comes after (verdicts, keys, references, reports) judges and writes such rows as any others.
// One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/target.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// The plan by which the base's rows are staged.
engine::TablePlan plan_of_base(const engine::TablePlan& plan);

// Whether the base has every column of the table that rows without a key are compared by, and so may hold some of them.
bool base_tells_equal_rows(const StagedTable& table);

// Condition: the base's row b is what the staged row s is judged by.
std::string same_base(const StagedTable& table);

// FROM: the rejects r of rows that both sides changed, with the row as it is staged (s), in the target (t) and in the
// base (b); it may be missing from both of these.
std::string conflicts_with_base(const StagedTable& table);

class BaseMerge {
 public:
  BaseMerge(Connection& connection, std::vector<StagedTable>& tables) : connection_(connection), tables_(tables) {}

  // Once all rows are staged. What is told of the base is added to `notices`.
  void take_bases(std::vector<std::string>& notices);
  // Once the comparison with the target has said which rows differ: only those are asked about. Nothing without a base.
  void merge(StagedTable& table);
  // Leaves out rows without an identity that the base has and the target has not, once it is known which are to be
  // written. Returns how many.
  std::uint64_t note_gone_of_multiset(StagedTable& table);

 private:
  void settle_marks(StagedTable& table);
  void list(StagedTable& table, const std::string& sql);
  void list_both_changed(StagedTable& table);
  void list_both_new(StagedTable& table);
  void list_gone(StagedTable& table);
  void count_kept(StagedTable& table);
  void take_from_target(StagedTable& table);
  void forget_equal(StagedTable& table);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
};

}  // namespace sqlite
