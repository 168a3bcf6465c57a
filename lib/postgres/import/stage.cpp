#include "postgres/import/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "engine/base_mark.h"
#include "engine/undo_mark.h"
#include "postgres/codec/text_copy.h"
#include "postgres/codec/wire.h"
#include "postgres/import/rejects.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

using base::Error;
using base::ErrorKind;

// A segment is what a refused row makes us send again, so it is halved at each refusal and doubled at each success.
constexpr std::uint64_t kMaxSegmentRows = std::uint64_t{1} << 17;
constexpr std::uint64_t kMinSegmentRows = 64;
constexpr std::size_t kSendBytes = std::size_t{64} << 10;
constexpr std::uint64_t kReportedRecords = std::uint64_t{1} << 16;
constexpr std::size_t kMaxRejectBytes = std::size_t{256} << 10;

constexpr std::string_view kCopyHeader{"PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19};
constexpr std::uint32_t kNull = 0xFFFFFFFF;  // the length of a field that is NULL
constexpr std::string_view kCopyTrailer{"\377\377", 2};

void put_bytes(base::ByteBuffer& out, std::string_view bytes) {
  put(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

// The field that says whose row of a shared table it is.
void put_plan(base::ByteBuffer& out, const HeapPart& part) {
  put(out, static_cast<std::uint32_t>(sizeof(std::uint32_t)));
  put(out, static_cast<std::uint32_t>(std::stoul(part.number)));
}

// "COPY stage_3, line 17, column data: …": the first number after the table's name, whatever language the server
// speaks.
std::uint64_t line_of(const std::string& context, const std::string& stage) {
  const std::string name = stage.substr(stage.find('.') + 1);
  std::size_t at = context.rfind(name);  // the outermost line is the last; those before it may quote the row
  if (at == std::string::npos) return 0;
  at = context.find_first_of("0123456789", at + name.size());
  return at == std::string::npos ? 0 : std::stoull(context.substr(at, 18));
}

// "column data: ", where the context ends with the name of one: "COPY stage_3, line 17, column data".
std::string column_of(const std::string& context, const StagedTable& table) {
  std::string found;
  for (const StagedColumn& column : table.columns) {
    if (context.ends_with(" " + column.name) && column.name.size() > found.size()) found = column.name;
  }
  return found.empty() ? found : "column " + found + ": ";
}

}  // namespace

void analyze_stage(Connection& connection, const StagedTable& table) {
  if (!table.stage_part.number.empty() || !table.has_rows()) return;
  const std::string columns = table.joined_columns();
  connection.execute("ANALYZE " + table.stage_part.heap + (columns.empty() ? std::string{} : " (" + columns + ")"));
}

Stager::Stager(Connection& connection, StagedTable& table, base::Progress& progress, UnchangedRows* unchanged)
    : connection_(connection), table_(table), progress_(progress), unchanged_(unchanged) {
  rows_.borrow_large_texts();
  const auto travels_as_it_is_stored = [&](const std::string& name) {
    const ColumnDetails& column = table.details.details_of(name);
    // The server rounds times to the column's precision.
    return column.bytewise && (column.type.typmod == -1 || column.type.type_name == "varchar");
  };
  keys_ascend_ = !table.plan.identity.empty() && table.first_column_type.empty() &&
                 std::ranges::all_of(table.plan.identity, travels_as_it_is_stored);
}

void Stager::stage(format::TableReader& records) {
  const std::uint64_t staged_before = table_.staged_rows + table_.rejected_rows;  // of another file
  if (!table_.has_rows()) {
    if (!records.next()) return;
    throw Error(ErrorKind::kFile,
                "the file was changed while it was read: it holds rows of " + table_.details.table.name.name + " now",
                "nothing was written; run the import again");
  }
  std::uint64_t limit = kMaxSegmentRows;
  bool ended = false;
  while (!ended) {
    const format::Position start = records.position();
    Savepoint before(connection_, "segment");
    forget_rejects();
    try {
      ended = run_segment(records, limit).ended;
      limit = std::min(kMaxSegmentRows, limit * 2);
    } catch (const ServerError& error) {
      // Of a row that is too large for a page the server names any line of those that it writes at once.
      const bool too_large = error.exceeds_a_limit();
      const std::uint64_t line = too_large ? 0 : line_of(error.fields().context, table_.stage_part.heap);
      // kSchema: the value names a thing that the target lacks (regclass and its like).
      if (!error.blames_a_row() && (line == 0 || error.kind() != ErrorKind::kSchema)) throw;
      before.roll_back();
      records.restore(start);
      forget_rejects();
      if (line == 0 && limit > 1) {
        limit /= 2;  // a server that names no line: come down to the row by halving
        continue;
      }
      if (line > 1) run_segment(records, line - 1);
      reject_next(records, column_of(error.fields().context, table_) + error.what());
      limit = std::max(kMinSegmentRows, limit / 2);
    }
    flush_rejects();
    before.end();
  }
  table_.keys_differ = keys_ascend_ && staged_before == 0;
  analyze_stage(connection_, table_);
}

Stager::Segment Stager::run_segment(format::TableReader& records, std::uint64_t limit) {
  Segment segment;
  connection_.begin_copy_in(copy_sql());
  rows_.clear();
  if (!table_.by_text) rows_.append(kCopyHeader);
  try {
    send_records(records, limit, segment);
  } catch (const ServerError&) {
    throw;  // the server has ended the COPY itself
  } catch (const Error& error) {
    leave_copy(error);
    throw;
  }
  if (segment.refused) {
    connection_.fail_copy_in("abandoned");
    return segment;
  }
  if (!table_.by_text) rows_.append(kCopyTrailer);
  send_rows();
  table_.staged_rows += connection_.end_copy_in();
  table_.counts.rows += segment.records;
  return segment;
}

void Stager::leave_copy(const Error& error) {
  if (error.kind() != ErrorKind::kInterrupted && error.kind() != ErrorKind::kConnection)
    connection_.fail_copy_in("abandoned");
}

bool Stager::load(format::TableReader& records) {
  goal_ = Goal::kTarget;
  return !run_segment(records, std::numeric_limits<std::uint64_t>::max()).refused;
}

void Stager::send_records(format::TableReader& records, std::uint64_t limit, Segment& segment) {
  std::string reason;
  std::uint64_t reported_offset = records.position().offset;
  std::uint64_t reported_records = 0;
  const auto report = [&] {
    const std::uint64_t offset = records.position().offset;
    progress_.advance(segment.records - reported_records, offset - reported_offset);
    reported_offset = offset;
    reported_records = segment.records;
  };
  while (segment.sent < limit && rejects_.size() < kMaxRejectBytes) {
    if (!records.next()) {
      segment.ended = true;
      break;
    }
    ++segment.records;
    if (unchanged_ != nullptr && unchanged_->contains(records.record().number)) {
      if (segment.records % kReportedRecords == 0) report();
      continue;
    }
    const auto values = records.values();
    if (encode(records.record(), values, reason)) {
      ++segment.sent;
    } else if (goal_ == Goal::kTarget) {
      segment.refused = true;
      return;
    } else {
      refuse(records.record().number, values, reason);
    }
    if (rows_.size() < kSendBytes && rows_.lent().empty()) continue;
    send_rows();
    report();
  }
  report();
}

// Large values go from where they are; they are good until the next record is read.
void Stager::send_rows() {
  const std::string_view rows = rows_.view();
  std::size_t sent = 0;
  for (const base::ByteBuffer::Lent& value : rows_.lent()) {
    connection_.send_chunk(rows.substr(sent, value.place - sent));
    connection_.send_chunk(value.text);
    sent = value.place;
  }
  connection_.send_chunk(rows.substr(sent));
  rows_.clear();
}

// After the rows that are known to be good: the next record that the codecs accept is the one the server refused.
void Stager::reject_next(format::TableReader& records, const std::string& reason) {
  std::string own_reason;
  while (records.next()) {
    ++table_.counts.rows;
    if (unchanged_ != nullptr && unchanged_->contains(records.record().number)) continue;
    const auto values = records.values();
    rows_.clear();
    const bool accepted = encode(records.record(), values, own_reason);
    refuse(records.record().number, values, accepted ? reason : own_reason);
    if (accepted) return;
  }
}

bool Stager::encode(const format::RawRecord& record, std::span<const format::Value> values, std::string& reason) {
  if (table_.by_text) return encode_text(record, values, reason);
  const std::size_t start = rows_.size();
  key_.clear();
  const bool number_in_first_column = goal_ == Goal::kStage && !table_.first_column_type.empty();
  const bool number_column = goal_ == Goal::kStage && !number_in_first_column;
  const bool plan_column = goal_ == Goal::kStage && !table_.stage_part.number.empty();
  const bool mark_column = goal_ == Goal::kStage && table_.has_marks();
  put(rows_, static_cast<std::uint16_t>(table_.columns.size() + (plan_column ? 1 : 0) + (number_column ? 1 : 0) +
                                        (mark_column ? 1 : 0)));
  if (plan_column) put_plan(rows_, table_.stage_part);
  if (number_column) put_record_number(record.number);
  if (mark_column) put_bytes(rows_, values[*table_.plan.mark].text);
  for (const StagedColumn& column : table_.columns) {
    const bool first = number_in_first_column && &column == &table_.columns.front();
    const std::size_t field_start = rows_.size();
    if (first) begin_row_value(column, record.number);
    if (names_only(column, values)) {
      put(rows_, kNull);
      continue;
    }
    if (column.codec.encode(rows_, values[column.file_column], reason)) {
      if (first) end_row_value(field_start);
      if (keys_ascend_ && column.in_identity) key_ += rows_.view().substr(field_start);
      continue;
    }
    rows_.truncate(start);
    return refused(column, record, reason);
  }
  if (keys_ascend_) watch_key();
  return true;
}

bool Stager::encode_text(const format::RawRecord& record, std::span<const format::Value> values, std::string& reason) {
  const std::size_t start = rows_.size();
  key_.clear();
  const std::string number = std::to_string(record.number);
  const bool number_in_first_column = goal_ == Goal::kStage && !table_.first_column_type.empty();
  const bool staged = goal_ == Goal::kStage;
  if (staged && !table_.stage_part.number.empty()) rows_.append(table_.stage_part.number + "\t");
  if (staged && !number_in_first_column) rows_.append(number);
  if (staged && table_.has_marks()) {
    rows_.append('\t');
    append_copy_text(rows_, values[*table_.plan.mark].text);
  }
  for (const StagedColumn& column : table_.columns) {
    field_.clear();
    if (names_only(column, values)) {
      put(field_, kNull);
    } else if (!column.codec.encode(field_, values[column.file_column], reason)) {
      rows_.truncate(start);
      return refused(column, record, reason);
    }
    if (keys_ascend_ && column.in_identity) key_ += field_.view();
    const bool first = &column == &table_.columns.front();
    if (!first || (staged && !number_in_first_column)) rows_.append('\t');
    text_.clear();
    const bool is_null = !print_field(column.codec, field_.view(), text_);
    if (number_in_first_column && first) {
      append_copy_pair(rows_, number, is_null ? std::nullopt : std::optional(text_.view()));
    } else if (is_null) {
      rows_.append("\\N");
    } else {
      append_copy_text(rows_, text_.view());
    }
  }
  rows_.append('\n');
  if (keys_ascend_) watch_key();
  return true;
}

// A record whose row is to go holds what the row is found by, and no values that its columns would have to take; the
// same of one of the base that says of a row of the file how it is judged, and nothing of its values.
bool Stager::names_only(const StagedColumn& column, std::span<const format::Value> values) const {
  if (!table_.has_marks() || column.in_identity || table_.plan.identity.empty()) return false;
  constexpr std::array kOfKeys{engine::kMarkInserted, engine::kCarriesNone, engine::kNotJudged, engine::kSaysNothing};
  const std::string_view mark = values[*table_.plan.mark].text;
  return !mark.empty() && std::ranges::find(kOfKeys, mark.front()) != kOfKeys.end();
}

bool Stager::refused(const StagedColumn& column, const format::RawRecord& record, std::string& reason) {
  if (table_.is_masked(column.name)) reason = "the value does not fit, and must not be shown";
  reason = "column " + column.name + ": " + reason + " (byte " + std::to_string(record.offset) + " of the file)";
  return false;
}

void Stager::watch_key() {
  keys_ascend_ = key_ > last_key_;
  std::swap(key_, last_key_);
}

void Stager::put_record_number(std::uint64_t number) {
  put(rows_, static_cast<std::uint32_t>(sizeof number));
  put(rows_, number);
}

// A value of a row type (the wire form of record_send): number of fields, and the type and the value of each.
void Stager::begin_row_value(const StagedColumn& column, std::uint64_t number) {
  constexpr std::uint32_t kInt8Oid = 20;
  put(rows_, std::uint32_t{0});  // the length of the whole, known at its end
  put(rows_, std::uint32_t{2});
  put(rows_, kInt8Oid);
  put_record_number(number);
  put(rows_, table_.details.details_of(column.name).type.oid);
}

void Stager::end_row_value(std::size_t start) {
  store(rows_.data() + start, static_cast<std::uint32_t>(rows_.bytes_from(start) - sizeof(std::uint32_t)));
}

void Stager::refuse(std::uint64_t record, std::span<const format::Value> values, const std::string& reason) {
  const auto& identity = table_.plan.identity;
  std::string key;
  for (const StagedColumn& column : table_.columns) {
    if (!identity.empty() && std::find(identity.begin(), identity.end(), column.name) == identity.end()) continue;
    if (identity.empty() && table_.is_masked(column.name)) continue;
    if (!key.empty()) key += ", ";
    const format::Value& value = values[column.file_column];
    key += column.name + "=";
    const bool is_null = value.kind == format::ValueKind::kNull || value.kind == format::ValueKind::kMissing;
    key += is_null                         ? std::string_view{"null"}
           : table_.is_masked(column.name) ? std::string_view{"(masked)"}
                                           : value.text;
    if (identity.empty() && key.size() > 1000) break;
  }
  put(rejects_, static_cast<std::uint16_t>(table_.reject_part.number.empty() ? 4 : 5));
  if (!table_.reject_part.number.empty()) put_plan(rejects_, table_.reject_part);
  put(rejects_, static_cast<std::uint32_t>(sizeof(std::uint64_t)));
  put(rejects_, record);
  put_bytes(rejects_, "x");
  put_bytes(rejects_, key);
  put_bytes(rejects_, reason);
  ++rejected_;
}

void Stager::forget_rejects() {
  rejects_.clear();
  rejected_ = 0;
}

void Stager::flush_rejects() {
  if (rejected_ == 0) return;
  connection_.begin_copy_in(fmt::format("COPY {heap} ({plan}record, verdict, key, reason) FROM STDIN (FORMAT binary)",
                                        fmt::arg("heap", table_.reject_part.heap),
                                        fmt::arg("plan", table_.reject_part.number.empty() ? "" : "plan, ")));
  connection_.send_chunk(kCopyHeader);
  connection_.send_chunk(rejects_.view());
  connection_.send_chunk(kCopyTrailer);
  connection_.end_copy_in();
  table_.rejected_rows += rejected_;
}

std::string Stager::copy_sql() const {
  std::vector<std::string> list;
  const bool staged = goal_ == Goal::kStage;
  if (staged && !table_.stage_part.number.empty()) list.emplace_back("plan");
  if (staged && table_.first_column_type.empty()) list.push_back(table_.stage_record());
  if (staged && table_.has_marks()) list.push_back(table_.stage_mark());
  for (const StagedColumn& column : table_.columns) list.push_back(staged ? column.staged : column.quoted);
  return fmt::format("COPY {table} ({columns}) FROM STDIN (FORMAT {format})",
                     fmt::arg("table", staged ? table_.stage_part.heap : table_.target),
                     fmt::arg("columns", join(list, ", ")), fmt::arg("format", table_.by_text ? "text" : "binary"));
}

}  // namespace postgres
