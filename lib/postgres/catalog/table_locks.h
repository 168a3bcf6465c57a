// The locks that keep a run's tables in their shape. They are taken before the snapshot, by statements that take none:
// a table that was emptied, rewritten, attached or taken away while a lock was waited for is then read as it is now.
// One order for all runs, by name, a partition after its root, so that two of them never wait for each other.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "postgres/catalog/introspect.h"
#include "postgres/session/connection.h"

namespace postgres {

// Each with its partitions; children by inheritance are tables of their own.
struct LockedTable {
  catalog::TableName name;
  bool partitioned = false;
};

class TableLocker {
 public:
  // Who keeps it waiting longer than `lock_timeout` is named.
  TableLocker(Connection& connection, std::chrono::milliseconds lock_timeout);

  // `mode` as SQL says it: "ACCESS SHARE". Throws ConcurrentChange when a table has gone meanwhile.
  void lock(std::vector<LockedTable> tables, const std::string& mode);

 private:
  Connection& connection_;
  const std::string mark_;
};

// The first of the tables and their partitions, as the snapshot has them, that this transaction has no lock on; empty:
// none. To be asked after the locks: what came between finding the tables and locking them is found so.
std::string table_without_lock(Connection& connection, const std::vector<std::uint32_t>& oids);

// "'{1,2}'::pg_catalog.oid[]"
std::string oid_array(const std::vector<std::uint32_t>& oids);

}  // namespace postgres
