// The rows of one side's tables in the order of their keys, table after table: as they come where the file has them so,
// which verifying it found out, else sorted on disk. Refers to the side. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "conversion/convert.h"
#include "format/row_splitter.h"
#include "format/table_reader.h"
#include "join/row.h"
#include "join/row_sorter.h"
#include "transfer/diff_plan.h"
#include "transfer/diff_side.h"
#include "transfer/reshape.h"

namespace transfer {

enum class DiffPlace { kA, kB };

// How the records of one table of a side become rows.
class DiffTable {
 public:
  DiffTable(const TablePair& pair, DiffPlace place);

  void convert(conversion::Conversion conversion) { conversion_ = std::move(conversion); }
  void make(std::span<const format::Value> record, join::Row& row);

 private:
  join::RowForm form_;
  std::optional<conversion::Conversion> conversion_;
  std::optional<Reshaper> reshaper_;
};

// Takes the records of a whole document and finds out which of its tables come in order. A record that cannot be read
// says nothing here.
class OrderCheck {
 public:
  OrderCheck(const format::Header& header, const DiffPlan& plan, DiffPlace place);

  void take(std::size_t table, std::string_view record);
  // By table of the header.
  const std::vector<bool>& in_order() const { return in_order_; }

 private:
  const format::Header& header_;
  std::vector<std::unique_ptr<DiffTable>> tables_;  // by table of the header; null: not compared
  std::vector<bool> in_order_;
  std::size_t table_ = static_cast<std::size_t>(-1);
  std::optional<format::RowParser> parser_;
  std::uint64_t records_ = 0;
  join::Row before_;
  join::Row row_;
};

class DiffReader {
 public:
  // Told of records that were read.
  using OnRecords = std::function<void(std::uint64_t records, std::uint64_t bytes)>;

  DiffReader(DiffSide& side, std::vector<bool> in_order, const join::SortRoom& room, OnRecords on_records);

  // The rows of the table at this place of the header. Before the next call nobody may use them any more.
  std::unique_ptr<join::Rows> rows(std::size_t place, DiffTable& table);

 private:
  class Records;

  void go_to(std::size_t place);
  void pass_section();

  DiffSide& side_;
  const std::vector<bool> in_order_;
  const join::SortRoom room_;
  const OnRecords on_records_;
  std::unique_ptr<base::ByteSource> source_;
  std::optional<format::RowSplitter> splitter_;
  std::vector<format::Position> begins_;  // of the sections that were passed
  std::optional<format::RowParser> parser_;
};

}  // namespace transfer
