// Rows that the target's own code (triggers, rules, cascades) makes or changes while the merge is at work. Before a
// table is written, its inserts are compared once more with what is there by now; after the merge every row that no
// longer holds the file's values is brought back to them (trigger_rows_settle.cpp), and what will not stay so is told.
// Costs a question a table where nobody but the merge wrote. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/import/parking.h"
#include "postgres/import/rejects.h"
#include "postgres/import/staged_table.h"
#include "postgres/import/write_watch.h"
#include "postgres/session/connection.h"

namespace postgres {

class TriggerRows {
 public:
  TriggerRows(Connection& connection, std::vector<StagedTable>& tables)
      : connection_(connection), tables_(tables), watch_(connection, tables), looks_(tables.size()) {}

  WriteWatch& watch() { return watch_; }

  // Inserts whose row is there by now become updates of it, or unchanged; rows whose other keys are taken by now are
  // left out. Returns how many were left out.
  std::uint64_t compare_again(std::size_t number, Parking::Inserts inserts);
  // The same for the rows alone, while keys are on their way from row to row.
  void compare_rows(StagedTable& table);
  // Of the records of this query, which the server refused for a key that is taken. True: some are no insert any more.
  bool compare_records(StagedTable& table, const std::string& records);

  // After the merge and all deferred triggers.
  void settle();
  // After that: tables with rows that still do not hold the file's values.
  const std::vector<std::size_t>& rewritten() const { return rewritten_; }

  const std::vector<std::string>& notices() const { return notices_; }

 private:
  // Unsettled rows by their verdict.
  enum class Group { kWritten, kOthers };
  // Single rows are tried in the one order, then in the other; the last time a key that is taken is the row's fault.
  enum class Round { kUpwards, kDownwards, kLast };

  struct Differing {
    std::uint64_t values = 0;
    std::uint64_t differing = 0;  // rows
    std::uint64_t rows = 0;       // that are there, of those that were listed
  };
  // What settle() has seen of a table.
  struct Looks {
    bool done = false;         // at all
    bool whole = false;        // unchanged rows too: somebody else wrote, before the table's own turn or since
    std::uint64_t listed = 0;  // number of the last one
    std::uint64_t rows = 0;    // that it found
  };

  bool others_wrote(const StagedTable& table);
  void note_others(const StagedTable& table);
  std::uint64_t compare_rows(StagedTable& table, const std::string& filter);
  void compare_multiset(StagedTable& table);
  bool bring_back(StagedTable& table);
  bool bring_back(StagedTable& table, Group group);
  bool bring_back(StagedTable& table, const std::string& filter);
  bool bring_back_without(StagedTable& table, const std::string& filter, const Rejection& why);
  static Rejection refused(const ServerError& refusal);
  void leave_out(StagedTable& table, const std::string& filter, const Rejection& why);
  void leave_existing(StagedTable& table);
  void conclude(StagedTable& table);
  void demand_no_growth(const StagedTable& table);
  std::uint64_t look(const StagedTable& table, bool others_wrote);
  void reject_gone(StagedTable& table);
  void count_changed(StagedTable& table);
  static std::vector<const StagedColumn*> compared(const StagedTable& table);
  std::vector<std::uint64_t> differences(const StagedTable& table, const std::string& filter);
  std::vector<const StagedColumn*> differing(const StagedTable& table, const std::string& filter);
  Differing differing_values(const StagedTable& table, const std::string& filter);
  std::uint64_t differing_rows(const StagedTable& table);
  template <typename... Arguments>
  std::string look_sql(const StagedTable& table, const char* text, const Arguments&... more) const;
  std::size_t place_of(const StagedTable& table) const;
  void tell_made(const StagedTable& table);
  void tell_brought_back(const StagedTable& table);
  void tell(const StagedTable& table, const std::string& what);

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  WriteWatch watch_;
  std::vector<std::string> notices_;
  std::vector<std::size_t> rewritten_;
  std::vector<Looks> looks_;  // by table
  bool listed_ = false;       // the temporary table of unsettled rows is there
  bool wrote_ = false;        // settle() did
  Round round_ = Round::kUpwards;
  bool waits_for_keys_ = false;  // a row of this round does
  int refusals_left_ = 500;      // of the server's, that settle() asks again about
};

// "trigger a, b", or that which has no name.
std::string trigger_names(const StagedTable& table);
// "dropped by trigger a of the target"
std::string dropped_by(const StagedTable& table);

}  // namespace postgres
