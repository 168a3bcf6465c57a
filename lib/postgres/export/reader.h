// Reads one table's rows out of the server by binary COPY and appends them as JSON records: the way out.
// Owns nothing but its codecs, refers to the table's details; uses the connection's one COPY until it is read to its
// end. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_buffer.h"
#include "engine/source.h"
#include "postgres/catalog/introspect.h"
#include "postgres/codec/codec.h"
#include "postgres/session/connection.h"

namespace postgres {

class Reader : public engine::RowReader {
 public:
  Reader(Connection& connection, const TableDetails& table, const engine::TableQuery& query);
  ~Reader() override;

  std::uint64_t read_batch(base::ByteBuffer& out) override;

 private:
  struct Field {
    std::string label;  // `"name":`, escaped once
    std::string column;
    Codec codec;
  };

  std::string_view next_chunk();
  [[noreturn]] void fail_unconvertible(const ServerError& error);
  bool append_row(std::string_view& chunk, base::ByteBuffer& out);
  void append_fields(std::string_view& chunk, base::ByteBuffer& out) const;
  std::optional<std::string_view> read_field(std::string_view& chunk) const;
  [[noreturn]] void fail_too_long(std::string_view row) const;

  Connection& connection_;
  const TableDetails& table_;
  std::string table_name_;
  bool has_condition_;  // of the user's own
  std::vector<Field> fields_;
  bool header_read_ = false;
  bool ended_ = false;
};

}  // namespace postgres
