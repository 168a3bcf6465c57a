// Which rows of the target go: what taking an import back does to them, by the marks of the undo file's records
// (engine/undo_mark.h), and those that the file of an import lacks (missing_rows.cpp). They are in a table of their
// own, and their records in no stage: what is staged is written like any other import's rows.
//   delete_N  record, the row's number where the table has numbers, its key as text, its state ('d' to go, 'n' the one
//             that is tried now, 'w' still referred to, 'k' kept after all, 'g' gone), without a key how many rows are
//             equal to it that are not among those before it, and where there are no row numbers the identity
// One thread, that of the connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sqlite/catalog/introspect.h"
#include "sqlite/import/needed_keys.h"
#include "sqlite/import/staged_table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// Text expression: what an undo file says of the row `alias`, after its letter, over these columns (quoted).
std::string row_mark(const std::vector<std::string>& columns, const std::string& alias);

// Condition: the entry `entry` of delete_N is about the target's row `alias`.
std::string deleted_row(const StagedTable& table, const std::string& entry, const std::string& alias);
// Condition: the target's row `alias` is in delete_N, in this state.
std::string is_among_deletes(const StagedTable& table, const std::string& alias, char state);

class UndoJudge {
 public:
  // `details` are all tables of the target.
  UndoJudge(Connection& connection, std::vector<StagedTable>& tables, const std::vector<TableDetails>& details,
            const std::vector<std::vector<std::size_t>>& components)
      : connection_(connection), tables_(tables), details_(details), components_(components) {}

  // Whether rows may go, and whether that is to take an import back.
  bool is_any() const;
  bool is_undo() const;

  // Before any other judgement: takes the records out of the stage whose rows are to go, and leaves out those whose
  // rows were changed since, or are referred to by others.
  void take_deletes();
  // When the file's rows have found theirs in the target, and before any is compared: the rows that the file lacks. All
  // of them are to go until reject_referred(), and their keys are free; where foreign keys act, only those of rows that
  // nobody refers to now, for the others go last.
  void take_missing(ForeignKeys foreign_keys);
  // Of an undo, after the comparison with the target: leaves out the updates of rows that were changed since or are
  // gone, and the inserts of rows that are there again.
  void judge_written(StagedTable& table);
  // Of an undo's rows without an identity: those that the import deleted, and that are not there again, get the verdict
  // of an insert. Returns how many.
  std::uint64_t find_missing(StagedTable& table);
  // After all judgement: leaves out deletes of rows that stay referred to. Returns how many.
  std::uint64_t reject_referred();

  // Deletes all that are to go, for a merge in which no foreign key acts. What the database refuses is left out.
  void delete_all();
  // Deletes what nobody refers to now but rows that go with it, children first; what the database refuses stays.
  void delete_unreferred();
  // Deletes what is still to go, whoever refers to it, for a merge in which no foreign key acts. False: nothing of it
  // is kept.
  bool delete_rest();
  // Whether some are still to go.
  bool any_to_go() const;
  // Leaves out what is still to go.
  void reject_rest();

  // Leaves out one.
  void refuse(StagedTable& table, std::int64_t record, const std::string& why);

  const std::vector<std::string>& notices() const { return notices_; }

 private:
  // Which rows that refer do not count. kByMarks, kByVerdicts: those that go, and those that an update makes refer to
  // another row, by the marks of an undo file or by the verdicts. kGoing: those that go. kNone: only a row that refers
  // to itself.
  enum class Spared { kByMarks, kByVerdicts, kGoing, kNone };

  void take_deletes(StagedTable& table);
  void take_missing(StagedTable& table);
  void let_go();
  void find_by_identity(StagedTable& table);
  void find_equal_rows(StagedTable& table);
  std::uint64_t reject_referred(Spared spared);
  std::uint64_t reject_referred(StagedTable& table, const TableDetails& child, const catalog::ForeignKey& key,
                                Spared spared);
  std::string referring_rows(const StagedTable& table, const TableDetails& child, const catalog::ForeignKey& key,
                             Spared spared) const;
  std::uint64_t reject_referred(StagedTable& table, const catalog::ForeignKey& key, const std::string& referring,
                                const std::string& child);
  std::string coming_rows(const StagedTable& child, const catalog::ForeignKey& key) const;
  static std::string name_of_child(const StagedTable& table, const TableDetails& child, const catalog::ForeignKey& key,
                                   const std::string& alias);
  void hold_referred();
  bool delete_together();
  bool delete_by_set();
  const StagedTable* staged(const catalog::TableName& name) const;
  // `parts`: further text expressions, ", a=b" or nothing each.
  std::string changed_since(const StagedTable& table, std::vector<std::string> parts = {}) const;
  std::uint64_t delete_one_by_one(StagedTable& table, const std::string& condition);
  std::optional<std::string> refusal_of(const std::string& sql, std::uint64_t rows);
  std::uint64_t to_go(const StagedTable& table) const;
  std::string unreferred(const StagedTable& table) const;

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  const std::vector<TableDetails>& details_;
  const std::vector<std::vector<std::size_t>>& components_;
  std::vector<std::string> notices_;
};

// Makes delete_N.
void create_deletes(Connection& connection, const StagedTable& table);

}  // namespace sqlite
