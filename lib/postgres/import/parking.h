// Setting a unique value aside, which only rows that swap or rotate their values need: for the time between two
// statements a row holds a value that is neither the file's nor the target's, in a column that the key is or reads.
// Nobody may see it: only on tables that no trigger or the like watches. Asks the catalog, and only once there is such
// a row. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postgres/import/parked_values.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class Parking {
 public:
  // `inside`: rows of the table refer to others that the same statements write.
  enum class Inserts { kBefore, kInside };
  // `number`: of the table in the import.
  Parking(Connection& connection, const StagedTable& table, const std::string& number, Inserts inserts);

  // Who would see a value that is set aside: "trigger audit". Empty: nobody.
  const std::string& observer() const { return observer_; }

  // How the rows that set their key of this index aside can do so, of ranks up to `rows`; nothing where no column has
  // values to spare.
  std::optional<ParkedKey> find(std::size_t place, std::uint64_t rows);

 private:
  void read_observer(Inserts inserts);
  void read_readers();
  bool may_be_parked(const UniqueIndex& index, const StagedColumn& column) const;
  bool takes_null(const StagedColumn& column) const;
  bool takes_values(const StagedColumn& column) const;
  std::string spare_values(const UniqueIndex& index, const StagedColumn& column, const ValueFamily& family,
                           std::uint64_t rows, std::uint64_t spared) const;
  std::string unused(const UniqueIndex& index, const StagedColumn& column) const;
  bool has(const std::string& values, std::uint64_t rows) const;

  Connection& connection_;
  const StagedTable& table_;
  const std::string& number_;
  std::string observer_;
  std::vector<std::string> read_;       // columns that something reads which may not see other values
  std::vector<std::string> text_like_;  // columns of types that are text
};

}  // namespace postgres
