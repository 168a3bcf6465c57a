// Setting a unique value aside, which only rows that swap or rotate their values need: for the time between two
// statements a row holds a value that is neither the file's nor the target's. Nobody may see it: only on tables where
// nothing looks on. Asks the catalog, and only once there is such a row. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class Parking {
 public:
  // `inside`: rows of the table refer to others that the same statements write.
  enum class Inserts { kBefore, kInside };
  Parking(Connection& connection, const StagedTable& table, Inserts inserts);

  // Who would see a value that is set aside: "trigger audit". Empty: nobody.
  const std::string& observer() const { return observer_; }

  // How `rows` rows can set their key of this index aside; nothing where no column of it has values to spare.
  std::optional<ParkedKey> find(std::size_t place, std::uint64_t rows);

 private:
  struct Reader {
    std::string column;
    std::string index;       // by whose expression or predicate; empty: something that may not see other values
    std::string expression;  // the index's
  };

  void read_observer(Inserts inserts);
  void read_readers();
  bool may_be_parked(const UniqueIndex& index, const StagedColumn& column) const;
  bool is_read(const UniqueIndex& index, const StagedColumn& column) const;
  bool decides_elsewhere(const UniqueIndex& index, const std::string& column) const;
  bool minds_null(const UniqueIndex& index, const StagedColumn& column) const;
  bool fails_for_null(const CheckConstraint& check, const std::string& column) const;
  bool takes_null(const StagedColumn& column) const;
  std::optional<std::string> spare_values(const UniqueIndex& index, const StagedColumn& column, std::uint64_t rows);
  bool has(const std::string& values, std::uint64_t rows) const;

  Connection& connection_;
  const StagedTable& table_;
  std::string observer_;
  std::vector<Reader> readers_;
  std::vector<std::string> text_like_;  // columns of types that are text
};

}  // namespace postgres
