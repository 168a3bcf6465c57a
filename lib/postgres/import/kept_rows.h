// What an undo file needs of the rows that a merge writes: what they were before it, kept in temporary tables until
// what became of them is known, and then both as records. Tables with many rows have their own temporary table, all
// others share one that holds whole rows as text. Where the merge can write nothing but the file's values, both are
// made ahead of it, by one statement, and kept on this side. One thread, that of the connection.
//   before_N  record, and the columns of the target that hold values of their own
//   before    plan, record, the row
//   fresh     plan, record: of rows that are not there yet
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/source.h"
#include "postgres/import/row_marks.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"
#include "postgres/session/copy_spool.h"

namespace postgres {

// Whether an updated row will hold the file's values, and no others: no code of the target's and no foreign key has a
// say, and no row is to go.
enum class Foresight { kNone, kOfUpdates };

class KeptRows {
 public:
  KeptRows(Connection& connection, const std::vector<StagedTable>& tables)
      : connection_(connection), tables_(tables), kept_(tables.size()), fresh_(tables.size()), spools_(tables.size()) {}

  // After classify and before the merge.
  void keep(Foresight foresight);

  // After a merge that did not write as classify decided, or was not the only one to write.
  void forget_what_was_foreseen();

  // After the merge, as engine::Target::rows_before says.
  std::unique_ptr<engine::RowReader> read(std::size_t number, const std::string& key);

 private:
  enum class Kept { kNothing, kInOwn, kShared, kOnThisSide };
  struct Column {
    std::string name;
    std::string quoted;
    const ColumnDetails* details;
  };

  static std::vector<Column> columns_of(const StagedTable& table);
  static std::vector<MarkedValue> marked(const StagedTable& table);
  static std::vector<MarkedValue> foreseen(const StagedTable& table);
  static bool is_foreseen(const StagedTable& table);
  void keep(std::size_t number, Foresight foresight);
  void keep_on_this_side(std::size_t number);
  std::string kept_rows(std::size_t number) const;
  std::string updated(std::size_t number) const;
  std::string inserted(std::size_t number) const;
  std::string inserted_without_key(const StagedTable& table) const;
  std::string loaded(const StagedTable& table) const;
  std::string deleted(std::size_t number) const;

  Connection& connection_;
  const std::vector<StagedTable>& tables_;
  std::vector<Kept> kept_;                        // parallel
  std::vector<std::uint64_t> fresh_;              // the same: rows that are not there yet
  std::vector<std::optional<CopySpool>> spools_;  // the same: of kOnThisSide; record, columns and mark
  bool shared_made_ = false;
};

}  // namespace postgres
