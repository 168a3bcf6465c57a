// Reads one table's rows out of the server by binary COPY and appends them as JSON records: the way out.
// Owns nothing but its codecs; uses the connection's one COPY until it is read to its end. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_buffer.h"
#include "engine/source.h"
#include "postgres/codec.h"
#include "postgres/connection.h"
#include "postgres/introspect.h"

namespace postgres {

class Reader : public engine::RowReader {
 public:
  Reader(Connection& connection, const TableDetails& table, const engine::TableQuery& query);
  ~Reader() override;

  std::uint64_t read_batch(base::ByteBuffer& out) override;

 private:
  struct Field {
    std::string label;  // `"name":`, escaped once
    Codec codec;
  };

  bool append_row(std::string_view& chunk, base::ByteBuffer& out);

  Connection& connection_;
  std::string table_name_;
  std::vector<Field> fields_;
  bool header_read_ = false;
  bool ended_ = false;
};

}  // namespace postgres
