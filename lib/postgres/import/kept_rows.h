// What an undo file needs of the rows that a merge writes: what they were before it, kept in temporary tables until
// what became of them is known, and then both as records. Tables with many rows have their own temporary table, all
// others share one that holds whole rows as text. One thread, that of the connection.
//   before_N  record, and the columns of the target that hold values of their own
//   before    plan, record, the row
//   fresh     plan, record: of rows that are not there yet
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/source.h"
#include "postgres/import/row_marks.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class KeptRows {
 public:
  KeptRows(Connection& connection, const std::vector<StagedTable>& tables)
      : connection_(connection), tables_(tables), kept_(tables.size()), fresh_(tables.size()) {}

  // After classify and before the merge.
  void keep();

  // After the merge, as engine::Target::rows_before says.
  std::unique_ptr<engine::RowReader> read(std::size_t number, const std::string& key);

 private:
  enum class Kept { kNothing, kInOwn, kShared };
  struct Column {
    std::string name;
    std::string quoted;
    const ColumnDetails* details;
  };

  static std::vector<Column> columns_of(const StagedTable& table);
  static std::vector<MarkedValue> marked(const StagedTable& table);
  void keep(std::size_t number);
  std::string kept_rows(std::size_t number) const;
  std::string updated(std::size_t number) const;
  std::string inserted(std::size_t number) const;
  std::string inserted_without_key(const StagedTable& table) const;
  std::string loaded(const StagedTable& table) const;
  std::string deleted(std::size_t number) const;

  Connection& connection_;
  const std::vector<StagedTable>& tables_;
  std::vector<Kept> kept_;            // parallel
  std::vector<std::uint64_t> fresh_;  // the same: rows that are not there yet
  bool shared_made_ = false;
};

}  // namespace postgres
