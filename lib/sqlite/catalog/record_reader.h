// Rows that a statement gives, as JSON records. Owns the statement and the codecs; knows no table but by name. One
// thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_buffer.h"
#include "engine/source.h"
#include "sqlite/codec/codec.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class RecordReader : public engine::RowReader {
 public:
  struct Column {
    std::string name;
    Codec codec;
  };

  // `rows` gives the values of `columns`, in their order. `identity`: the columns that name a row in messages.
  RecordReader(Connection& connection, std::string table, const std::vector<Column>& columns,
               std::vector<std::string> identity, Statement rows);

  std::uint64_t read_batch(base::ByteBuffer& out) override;

 protected:
  // Called when the statement has failed: throws what says more, or returns.
  virtual void explain(const SqliteError&) {}

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
  const std::string table_;
  const std::vector<std::string> identity_;
  std::vector<Field> fields_;
  Statement rows_;
  bool ended_ = false;
};

}  // namespace sqlite
