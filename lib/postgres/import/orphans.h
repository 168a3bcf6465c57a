// Leaves out rows whose parent is neither in the target nor among the accepted rows of the file, and who depends on
// them in turn. Rows of one component refer to each other: there the direct orphans are found by one pass a foreign
// key, and all that hangs on them by one walk, however long its chains are. One thread, that of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

class Orphans {
 public:
  Orphans(Connection& connection, std::vector<StagedTable>& tables);

  // Makes temporary tables, where a component refers to itself: before a dry run turns read-only.
  void prepare(const std::vector<std::vector<std::size_t>>& components);

  // Of one component. Returns how many.
  std::uint64_t reject(const std::vector<std::size_t>& component);

 private:
  struct Reference;  // a foreign key as SQL

  Reference describe(const StagedTable& table, std::size_t foreign_key) const;
  bool is_judged(const StagedTable& table, std::size_t foreign_key) const;
  bool refers_inside(const StagedTable& table, const std::vector<std::size_t>& component) const;
  std::uint64_t list(StagedTable& table, std::size_t foreign_key);
  std::uint64_t list_dependants(const std::vector<std::size_t>& component);
  std::uint64_t list_lost(std::size_t number, std::size_t foreign_key);
  void gather_references(const std::vector<std::size_t>& component);
  void walk(const std::vector<std::size_t>& component);
  const StagedTable* find_staged(const catalog::TableName& name) const;

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  std::map<catalog::TableName, std::size_t> by_name_;
};

}  // namespace postgres
