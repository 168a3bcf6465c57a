// What an import or a dry run locks before its snapshot: the tables that it writes, and those that their rows are
// judged by, parents outside the file and tables that refer to them. Each as far as the role may: where a right is
// missing that the run needs, the run itself demands it, with the GRANT.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/target.h"
#include "postgres/catalog/introspect.h"
#include "postgres/session/connection.h"

namespace postgres {

class ImportLocks {
 public:
  // Finds the set, in a transaction that ends after it.
  ImportLocks(Connection& connection, const std::vector<std::uint32_t>& written, engine::Intent intent);

  // In a transaction that has no snapshot yet; takes none. Another import of the same tables is waited for as long as
  // any lock.
  void take(engine::TableLocks locks, std::chrono::milliseconds lock_timeout);
  // The first query after it: throws ConcurrentChange when the set is no longer the one that was locked.
  void demand_set_locked();

 private:
  struct Relation {
    std::uint32_t oid = 0;
    catalog::TableName name;
    bool partitioned = false;
    bool written = false;
    bool may_read = false;          // LOCK … IN ACCESS SHARE MODE
    bool may_write = false;         // … ROW EXCLUSIVE
    bool may_keep_others = false;   // any other
    bool may_read_columns = false;  // some of them: no LOCK, but a SELECT
    bool follows = false;           // an action of a foreign key may write it
    bool operator==(const Relation&) const = default;
  };

  std::vector<Relation> find();
  void demand_sole_import();

  Connection& connection_;
  const std::vector<std::uint32_t> written_;
  const engine::Intent intent_;
  std::vector<Relation> relations_;
};

}  // namespace postgres
