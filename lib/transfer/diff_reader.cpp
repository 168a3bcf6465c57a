#include "transfer/diff_reader.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "format/compression.h"
#include "transfer/cross_engine.h"

namespace transfer {
namespace {

constexpr std::uint64_t kRecordsBetweenChecks = 4096;

join::RowForm form_of(const TablePair& pair, DiffPlace place) {
  std::vector<join::RowForm::Column> columns;
  for (const ColumnPair& column : pair.columns) {
    columns.push_back(place == DiffPlace::kA ? join::RowForm::Column{column.value_a, column.form_a}
                                             : join::RowForm::Column{column.value_b, column.form_b});
  }
  return {std::move(columns), pair.key};
}

}  // namespace

DiffTable::DiffTable(const TablePair& pair, DiffPlace place) : form_(form_of(pair, place)) {
  const auto& reshape = place == DiffPlace::kA ? pair.reshape_a : pair.reshape_b;
  if (!reshape.empty()) reshaper_.emplace(reshape);
}

void DiffTable::make(std::span<const format::Value> record, join::Row& row) {
  if (conversion_) record = conversion_->convert(record);
  if (reshaper_) record = reshaper_->reshape(record);
  form_.make(record, row);
}

OrderCheck::OrderCheck(const format::Header& header, const DiffPlan& plan, DiffPlace place)
    : header_(header), tables_(header.tables.size()), in_order_(header.tables.size(), true) {
  for (const TablePair& pair : plan.tables) {
    if (pair.is_compared())
      tables_[place == DiffPlace::kA ? *pair.a : *pair.b] = std::make_unique<DiffTable>(pair, place);
  }
}

void OrderCheck::take(std::size_t table, std::string_view record) {
  if (table >= tables_.size() || !tables_[table] || !in_order_[table]) return;
  if (table != table_) {
    table_ = table;
    records_ = 0;
    parser_.emplace(record_columns(header_, table), format::Strictness::kFull,
                    format::section_name(header_.tables[table].name, header_.schemas));
  }
  try {
    tables_[table]->make(parser_->parse({++records_, 0, record}), row_);
  } catch (const base::Error&) {
    in_order_[table] = false;
    return;
  }
  if (records_ > 1 && row_ < before_) in_order_[table] = false;
  std::swap(row_, before_);
}

// As the file has them.
class DiffReader::Records final : public join::Rows {
 public:
  Records(DiffReader& reader, DiffTable& table) : reader_(reader), table_(table) {
    reported_ = reader_.splitter_->bytes();
  }

  bool next(join::Row& row) override {
    if (!reader_.splitter_->next_record(record_)) {
      tell();
      return false;
    }
    try {
      table_.make(reader_.parser_->parse(record_), row);
    } catch (const base::Error& error) {
      throw base::Error(error.kind(), reader_.side_.file().name() + ": " + error.what(), error.hint());
    }
    if (++records_ == kRecordsBetweenChecks) tell();
    return true;
  }

 private:
  void tell() {
    const std::uint64_t bytes = reader_.splitter_->bytes();
    reader_.on_records_(records_, bytes - reported_);
    reported_ = bytes;
    records_ = 0;
  }

  DiffReader& reader_;
  DiffTable& table_;
  format::RawRecord record_;
  std::uint64_t records_ = 0;
  std::uint64_t reported_ = 0;
};

DiffReader::DiffReader(DiffSide& side, std::vector<bool> in_order, const join::SortRoom& room, OnRecords on_records)
    : side_(side), in_order_(std::move(in_order)), room_(room), on_records_(std::move(on_records)) {
  side_.file().seek(0);
  source_ = format::decompress(side_.file());
  splitter_.emplace(*source_).read_header();
  begins_.push_back(splitter_->position());
}

void DiffReader::pass_section() {
  splitter_->skip_records();
  if (splitter_->position().sections == begins_.size()) begins_.push_back(splitter_->position());
}

// The sides may have their tables in another order.
void DiffReader::go_to(std::size_t place) {
  if (splitter_->position().in_section) pass_section();
  const std::size_t here = splitter_->position().sections;
  if (here == begins_.size()) begins_.push_back(splitter_->position());
  if (here != place && (place < here || begins_.size() > here + 1))
    splitter_->restore(begins_[std::min(place, begins_.size() - 1)]);
  for (std::string section; splitter_->next_table(section);) {
    if (splitter_->position().sections == place + 1) return;
    pass_section();
  }
  throw base::Error(base::ErrorKind::kFile, side_.file().name() + ": a table is missing");
}

std::unique_ptr<join::Rows> DiffReader::rows(std::size_t place, DiffTable& table) {
  const format::Header& header = side_.verified().header;
  go_to(place);
  parser_.emplace(record_columns(header, place), side_.strictness(),
                  format::section_name(header.tables[place].name, header.schemas));
  auto records = std::make_unique<Records>(*this, table);
  if (in_order_[place]) return records;
  join::RowSorter sorter(room_);
  for (join::Row row; records->next(row);) sorter.add(row);
  return sorter.finish();
}

}  // namespace transfer
