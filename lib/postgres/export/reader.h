// Reads one table's rows out of the server by binary COPY, as JSON records: the way out. Refers to the table's details
// and uses the connection's one COPY until it is read to its end. One thread.
#pragma once

#include "engine/source.h"
#include "postgres/catalog/introspect.h"
#include "postgres/catalog/record_reader.h"
#include "postgres/session/connection.h"

namespace postgres {

class Reader : public RecordReader {
 public:
  Reader(Connection& connection, const TableDetails& table, const engine::TableQuery& query);

 protected:
  void explain(const ServerError& error) override;

 private:
  std::string column_at_fault();  // ".name"
  [[noreturn]] void fail_unconvertible(const ServerError& error);

  Connection& connection_;
  const TableDetails& table_;
  bool has_condition_;  // of the user's own
};

}  // namespace postgres
