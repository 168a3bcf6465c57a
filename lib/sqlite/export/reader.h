// Reads one table's rows and appends them as JSON records: the way out. Owns its statement and its codecs. One thread,
// that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_buffer.h"
#include "engine/source.h"
#include "sqlite/catalog/introspect.h"
#include "sqlite/codec/codec.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class Reader : public engine::RowReader {
 public:
  Reader(Connection& connection, const TableDetails& table, const engine::TableQuery& query);

  std::uint64_t read_batch(base::ByteBuffer& out) override;

 private:
  struct Field {
    std::string label;  // `"name":`, escaped once
    std::string name;
    Codec codec;
  };

  bool next_row();
  void append_row(base::ByteBuffer& out) const;
  void append_fields(base::ByteBuffer& out) const;
  [[noreturn]] void fail_too_long() const;

  Connection& connection_;
  const std::string table_name_;
  const bool has_condition_;  // of the user's own
  const std::vector<std::string> identity_;
  std::vector<Field> fields_;
  Statement rows_;
  bool ended_ = false;
};

}  // namespace sqlite
