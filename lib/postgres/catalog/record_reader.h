// Rows that COPY sends in binary, as JSON records. Refers to the connection and uses its one COPY until it is read to
// its end, or to what else has the chunks of one; knows no table but by name. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_buffer.h"
#include "engine/source.h"
#include "postgres/codec/codec.h"
#include "postgres/session/connection.h"

namespace postgres {

// What COPY must send of a value of this type for its codec.
std::string sent_value(const ColumnType& type, const std::string& value);

class RecordReader : public engine::RowReader {
 public:
  struct Column {
    std::string name;
    Codec codec;
  };

  // `copied` follows COPY: a query in parentheses, or a table and its columns, that give a value a column, by
  // sent_value(). `identity` names a row in messages.
  RecordReader(Connection& connection, std::string table, const std::vector<Column>& columns,
               std::vector<std::string> identity, const std::string& copied);
  // Of a COPY that was begun, and maybe kept, before: `chunks` as Connection::next_chunk. The first fields of each row
  // are of no record.
  RecordReader(std::function<std::string_view()> chunks, std::string table, const std::vector<Column>& columns,
               std::vector<std::string> identity, std::size_t passed_over);
  ~RecordReader() override;

  std::uint64_t read_batch(base::ByteBuffer& out) override;

  // From now on read_batch adds to `ends` where in `out` each record ends, before what follows it.
  void note_ends(std::vector<std::size_t>& ends) { ends_ = &ends; }

 protected:
  // Of a query that failed: throws what says more, or returns.
  virtual void explain(const ServerError&) {}

 private:
  struct Field {
    std::string label;  // `"name":`, escaped once
    std::string column;
    Codec codec;
  };

  std::string_view next_chunk();
  bool append_row(std::string_view& chunk, base::ByteBuffer& out);
  void append_fields(std::string_view& chunk, base::ByteBuffer& out) const;
  std::optional<std::string_view> read_field(std::string_view& chunk) const;
  [[noreturn]] void fail_too_long(std::string_view row) const;

  std::function<std::string_view()> chunks_;
  std::string table_;
  std::vector<std::string> identity_;
  std::vector<Field> fields_;
  std::size_t passed_over_;
  bool header_read_ = false;
  bool ended_ = false;
  std::vector<std::size_t>* ends_ = nullptr;
};

}  // namespace postgres
