// Takes the records of one table into its temporary table by COPY, binary where every column has a codec: the way in. A
// record that the codecs refuse goes to the rejects with their reason; a row that the server refuses during COPY is
// found by its line and left out too. Works in segments, each under a savepoint, so that a refused row costs one
// segment and memory stays constant.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/byte_buffer.h"
#include "base/progress.h"
#include "format/table_reader.h"
#include "postgres/import/staged_table.h"
#include "postgres/import/unchanged_rows.h"
#include "postgres/session/connection.h"

namespace postgres {

// Whenever rows of it have come, gone or changed. Nothing for a stage that it shares with others.
void analyze_stage(Connection& connection, const StagedTable& table);

class Stager {
 public:
  // `unchanged`: whose records are passed over; may be null.
  Stager(Connection& connection, StagedTable& table, base::Progress& progress, UnchangedRows* unchanged = nullptr);

  void stage(format::TableReader& records);

  // Straight into the target, by one COPY. False when a record cannot be held; the COPY has failed then.
  bool load(format::TableReader& records);

 private:
  enum class Goal { kStage, kTarget };  // a staged row begins with its record number
  // What one segment has done.
  struct Segment {
    std::uint64_t records = 0;  // read
    std::uint64_t sent = 0;     // given to COPY
    bool ended = false;         // after the table's last record
    bool refused = false;       // a record that the target cannot hold ends a load
  };

  Segment run_segment(format::TableReader& records, std::uint64_t limit);
  void send_records(format::TableReader& records, std::uint64_t limit, Segment& segment);
  void send_rows();
  void reject_next(format::TableReader& records, const std::string& reason);
  bool encode(const format::RawRecord& record, std::span<const format::Value> values, std::string& reason);
  bool encode_text(const format::RawRecord& record, std::span<const format::Value> values, std::string& reason);
  bool refused(const StagedColumn& column, const format::RawRecord& record, std::string& reason);
  bool names_only(const StagedColumn& column, std::span<const format::Value> values) const;
  void watch_key();
  void put_record_number(std::uint64_t number);
  void begin_row_value(const StagedColumn& column, std::uint64_t number);
  void end_row_value(std::size_t start);
  void refuse(std::uint64_t record, std::span<const format::Value> values, const std::string& reason);
  void forget_rejects();
  void flush_rejects();
  void leave_copy(const base::Error& error);
  std::string copy_sql() const;

  Connection& connection_;
  StagedTable& table_;
  base::Progress& progress_;
  UnchangedRows* unchanged_;
  Goal goal_ = Goal::kStage;
  // Identities that arrive in strictly ascending order of their fields (length and bytes) are all different.
  bool keys_ascend_ = false;
  std::string key_;
  std::string last_key_;
  base::ByteBuffer rows_;
  base::ByteBuffer field_;  // of a row that goes as text, before it is one
  base::ByteBuffer text_;
  base::ByteBuffer rejects_;
  std::uint64_t rejected_ = 0;  // entries in rejects_
};

}  // namespace postgres
