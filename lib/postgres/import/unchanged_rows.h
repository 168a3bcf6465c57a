// Records of one table's section that are equal to rows of the target: found without staging them. The target's rows
// are read as an export reads them, in the transaction and snapshot of the import, and compared by their digests with
// the records (lib/digests). As every column's import is the identity there, equal bytes are equal values. Refers to
// table and digests. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "digests/comparison.h"
#include "digests/record_digests.h"
#include "postgres/catalog/record_reader.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class UnchangedRows {
 public:
  // `columns`: the keys of the records, parallel to the plan's target_column.
  UnchangedRows(Connection& connection, const StagedTable& table, const std::vector<std::string>& columns,
                digests::RecordDigests& records, const digests::RecordParts::Chains& section);

  // Whether rows can be told apart by the bytes of their records: all columns are binary, and equal to the server where
  // they are equal to the byte wherever that decides.
  static bool can_tell(const StagedTable& table);

  enum class Patience { kWholeTable, kSampleFirst };
  // False: nothing was found, or too little of a sample, or the rows cannot be read so.
  bool find(Patience patience);

  bool contains(std::uint64_t record) { return comparison_.is_equal(record); }
  std::uint64_t count() const { return comparison_.equal(); }
  // Nothing more is asked of contains() for now.
  void staged() { comparison_.release(); }

  // Whether one of the records found is that of a row which the query gives: `rows` after FROM, the target's called t.
  bool holds_any(const std::string& rows);

 private:
  using Take = std::function<void(std::string_view row)>;
  bool read(const std::string& copied, const Take& take);
  void read_all(const std::string& copied, const Take& take);
  bool is_worth_it();
  bool has_two_forms(std::string_view row) const;

  Connection& connection_;
  const StagedTable& table_;
  std::vector<RecordReader::Column> columns_;
  std::string list_;
  bool has_floats_ = false;
  digests::Comparison comparison_;
};

}  // namespace postgres
