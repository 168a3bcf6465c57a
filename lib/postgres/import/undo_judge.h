// Which rows of the target go, judged by set: what taking an import back does to them, by the marks of the undo file's
// records (engine/undo_mark.h), and those that the file of an import lacks (missing_rows.cpp). They are in a temporary
// table of their own, made before a dry run turns read-only, and their records in no stage: what is staged is written
// like any other import's rows.
//   deletion  plan, record, where the row is, its key as text, its state ('d' to go, 'w' still referred to, 'k' kept
//             after all, 'g' gone), and without a key how many rows are equal to it that are not among those before it
// One thread, that of the connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postgres/catalog/referrers.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class UndoJudge {
 public:
  UndoJudge(Connection& connection, std::vector<StagedTable>& tables,
            const std::vector<std::vector<std::size_t>>& components)
      : connection_(connection), tables_(tables), components_(components) {}

  // Whether rows may go.
  bool is_any() const;
  // Whether this import is one that takes another back.
  bool is_undo() const;
  // How many rows of the table are still to go.
  std::uint64_t to_go(const StagedTable& table) const;

  // Makes the temporary table. The role may read those who refer to the rows (PostgresTarget::prepare); throws
  // kPrivilege where it does not see all of them.
  void prepare();

  // Before any other judgement: takes the records out of the stage whose rows are to go, and leaves out those whose
  // rows were changed since, or are referred to by others.
  void take_deletes();
  // Of a table, when its rows and those that it refers to have found theirs in the target, and before they are
  // compared: the rows that the file lacks. All of them are to go until reject_referred().
  void take_missing(StagedTable& table);
  // Of an undo, after the comparison with the target: leaves out the updates of rows that were changed since or are
  // gone, and the inserts of rows that are there again.
  void judge_written(StagedTable& table);
  // In place of that comparison, of a table without a key: finds the rows that were deleted and are not there again.
  void compare_multiset(StagedTable& table);
  // After all judgement: leaves out deletes of rows that stay referred to, because what would end that is left out
  // itself. Returns how many.
  std::uint64_t reject_referred();

  // Deletes what nobody refers to now but rows that go with it, by one statement, children first; where the server
  // refuses one of them, what nobody refers to, without those. Returns how many went.
  std::uint64_t delete_unreferred();
  // Leaves out what is still to go: it is referred to, or the server refuses it.
  void reject_rest();

  // Leaves out deletes: `records` is an array, as SQL.
  void keep(StagedTable& table, const std::string& records, const std::string& why,
            Verdict verdict = Verdict::kInvalid);

  // The statement that deletes the rows of a table that are to go.
  static std::string delete_sql(const StagedTable& table);
  // Marks them as gone.
  void note_gone();

  std::vector<std::string> notices() const { return notices_; }

 private:
  // Of rows that refer: which do not count, because they go or change themselves. kGoing: because they go.
  enum class Spared { kByMarks, kByVerdicts, kGoing, kNone };

  void take_deletes(StagedTable& table);
  void find_by_identity(StagedTable& table);
  void find_equal_rows(StagedTable& table);
  void reject_unmarked(StagedTable& table);
  std::uint64_t reject_referred(Spared spared);
  std::uint64_t reject_referred(std::size_t number, const Referrer& referrer, Spared spared);
  std::uint64_t reject_referred(StagedTable& table, const Referrer& referrer, const std::string& referring,
                                const std::string& child);
  std::string referring_rows(const StagedTable& table, const Referrer& referrer, Spared spared) const;
  std::string coming_rows(const Referrer& referrer) const;
  static std::string one_partition(const Referrer& referrer);
  std::string place_of(const StagedTable& table) const;
  std::optional<std::uint64_t> delete_together();
  void hold_referred();
  std::string name_of_child(const StagedTable& table, const Referrer& referrer, const std::string& alias) const;
  const StagedTable* staged(std::uint32_t oid) const;
  std::uint64_t keep_rejected(StagedTable& table);
  std::uint64_t delete_unreferred(const StagedTable& table, std::uint64_t first, std::uint64_t last);
  std::optional<std::uint64_t> try_delete(const StagedTable& table, std::uint64_t first, std::uint64_t last,
                                          std::string& why);
  void reject_refused(StagedTable& table);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  const std::vector<std::vector<std::size_t>>& components_;
  std::vector<Referrer> referrers_;
  std::vector<std::string> notices_;
};

}  // namespace postgres
