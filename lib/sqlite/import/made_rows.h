// Rows that triggers and cascades of the target make or change while the merge is at work. Before a table is written,
// its inserts are compared once more with what is there by now; after the merge every row that no longer holds the
// file's values is brought back to them. That fires triggers once more, which may change or take away rows of any
// table: so all are looked at again, a few times, and what is told and counted is what the last look found. Costs
// nothing where no trigger or cascade can reach a table. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sqlite/import/staged_table.h"
#include "sqlite/import/table_writer.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class MadeRows {
 public:
  MadeRows(Connection& connection, std::vector<StagedTable>& tables, const std::vector<TableDetails>& details);

  // Inserts whose row is there by now become updates of it, or unchanged. True: rows were left out, for a trigger gave
  // their key to another.
  bool compare_again(StagedTable& table, Rows rows);

  // After the whole merge. Throws kSchema where rows without a key would come again with every import.
  void settle();

  const std::vector<std::string>& notices() const { return notices_; }
  // After settle(): tables with rows that still do not hold the file's values.
  const std::vector<std::size_t>& rewritten() const { return rewritten_; }

 private:
  // What settle() has seen of a table.
  struct Looks {
    std::uint64_t number = 0;  // of the last one
    std::uint64_t rows = 0;    // that it found
  };

  // Single rows are tried in the one order, then in the other; the last time a key that is taken is the row's fault.
  enum class Round { kUpwards, kDownwards, kLast };

  bool match_again(StagedTable& table);
  void skip_made(StagedTable& table, const std::string& rows);
  void compare_multiset(StagedTable& table, Rows rows);
  bool is_settled(const StagedTable& table) const;
  void look(const StagedTable& table);
  bool bring_back(StagedTable& table);
  bool bring_back(StagedTable& table, const std::string& filter);
  bool bring_back_without(StagedTable& table, const std::string& filter, const Rejection& why);
  static Rejection refused(const StagedTable& table, const SqliteError& refusal);
  void leave_out(StagedTable& table, const std::string& filter, const Rejection& why);
  void leave_existing(StagedTable& table);
  void conclude(StagedTable& table);
  void reject_gone(StagedTable& table);
  void count_changed(StagedTable& table);
  void demand_no_growth(const StagedTable& table);
  std::vector<std::uint64_t> differences(const StagedTable& table, const std::string& filter = {});
  std::vector<const StagedColumn*> differing(const StagedTable& table, const std::string& filter = {});
  std::string differing_there(const StagedTable& table, const std::string& filter) const;
  std::uint64_t differing_rows(const StagedTable& table, const std::string& filter);
  std::uint64_t differing_values(const StagedTable& table, const std::string& filter = {});
  std::string unsettled(const StagedTable& table, const std::string& filter = {}) const;
  std::size_t place_of(const StagedTable& table) const;
  void tell_made(const StagedTable& table);
  void tell_brought_back(const StagedTable& table);
  void tell_left(const StagedTable& table, std::uint64_t rows);
  void tell(const StagedTable& table, const std::string& what);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  const std::vector<TableDetails>& details_;
  const std::vector<bool> reached_;  // by table
  std::vector<std::string> notices_;
  std::vector<std::size_t> rewritten_;
  std::vector<Looks> looks_;  // by table
  bool wrote_ = false;        // settle() did
  bool set_off_ = false;      // and others wrote because of it
  Round round_ = Round::kUpwards;
  bool waits_for_keys_ = false;  // a row of this round does
  int refusals_left_ = 500;      // of the database's, that settle() asks again about
};

}  // namespace sqlite
