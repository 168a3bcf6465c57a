// Reads one table's rows as JSON records: the way out. One thread, that of the connection.
#pragma once

#include <string>

#include "engine/source.h"
#include "sqlite/catalog/introspect.h"
#include "sqlite/catalog/record_reader.h"
#include "sqlite/session/connection.h"

namespace sqlite {

class Reader : public RecordReader {
 public:
  Reader(Connection& connection, const TableDetails& table, const engine::TableQuery& query);

 protected:
  void explain(const SqliteError& error) override;

 private:
  const std::string table_name_;
  const bool has_condition_;  // of the user's own
};

}  // namespace sqlite
