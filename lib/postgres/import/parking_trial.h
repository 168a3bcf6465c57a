// Whether rows may hold a value for the time between two statements: they are looked at as they would be then, with
// everything that the server computes of them. Nothing may refuse them, and no key of theirs may be one that the target
// or the file has. Reads only. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class ParkingTrial {
 public:
  // `number`: of the table in the import. The rows are those of pg_temp.key_aside for the key at `place`.
  ParkingTrial(Connection& connection, const StagedTable& table, const std::string& number, std::size_t place)
      : connection_(connection), table_(table), number_(number), place_(place) {}

  // `values`: a relation of values and their rank, in `column`; empty: NULL.
  bool fits(const StagedColumn& column, const std::string& values);

  // The column and what is generated from it.
  static std::vector<std::string> changed_with(const StagedTable& table, const std::string& column);

 private:
  std::string rows(const StagedColumn& column, const std::string& values) const;
  std::vector<std::string> offences(const std::vector<std::string>& changed, const std::string& rows) const;
  void add_key(const UniqueIndex& index, bool set_aside, const std::string& rows, std::vector<std::string>& all) const;

  Connection& connection_;
  const StagedTable& table_;
  const std::string& number_;
  std::size_t place_;
};

}  // namespace postgres
