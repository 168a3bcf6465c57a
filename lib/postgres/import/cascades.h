// What accepted updates set off by foreign keys that follow them (ON UPDATE CASCADE, SET NULL, SET DEFAULT), level by
// level. An update that would change a row after the verdict is refused; rows of the file that pass through another
// value are written again, as updates; rows that the file does not speak of and that follow are counted apart. Judged
// when every table has its verdicts. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "postgres/catalog/update_actions.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Rows of one foreign key's table that change with the updates of a table of the plan.
struct CascadeEffect {
  std::size_t table = 0;  // of the plan: whose updates set it off
  std::string child_table;
  std::string foreign_key;
  std::string action;
  std::vector<std::string> columns;  // that the foreign key refers to
  std::uint64_t updates = 0;         // that set it off, if by way of another foreign key
  std::uint64_t rows = 0;            // that change
  std::uint64_t outside = 0;         // of these, rows that the file does not speak of
  std::string digest;                // for an approval: of their keys and what changes of them
};

// "children: 3 rows that the file does not speak of follow updates by the foreign key …".
std::string in_words(const CascadeEffect& effect);

class Cascades {
 public:
  Cascades(Connection& connection, std::vector<StagedTable>& tables);

  // False: no update of this import can set one off.
  bool any() const { return !paths_.empty(); }

  // Leaves out updates that must not be. Returns how many; those who depend on them are the caller's matter.
  std::uint64_t reject_harmful();
  // Rows that were to stay untouched and have to be written after a cascade become updates.
  void mark_reached();
  // What is left, told by foreign key.
  void count();
  const std::vector<CascadeEffect>& effects() const { return effects_; }

 private:
  // A foreign key, reached from the updates of a table of the plan.
  struct Path {
    std::size_t origin;  // of the plan
    const UpdateAction* action;
    std::string moved;  // relation: the updated record, old and new values of the key referred to
    std::size_t level;  // 1: refers to the updated table itself
    std::vector<const UpdateAction*> before;
  };

  std::vector<Path> first_paths() const;
  void follow(const Path& path, std::vector<Path>& paths) const;
  std::string moved_sql(const StagedTable& table, const UpdateAction& action) const;
  std::uint64_t reject_harmful(const Path& path);
  std::string harm_sql(const Path& path, const StagedTable& child) const;
  std::string outside(const UpdateAction& action) const;
  std::string count_outside(const UpdateAction& action) const;
  const StagedTable* find(std::uint32_t oid) const;

  Connection& connection_;
  std::vector<StagedTable>& tables_;
  std::vector<UpdateAction> actions_;
  std::unordered_map<std::uint32_t, std::size_t> by_oid_;
  std::vector<Path> paths_;
  std::vector<CascadeEffect> effects_;
};

}  // namespace postgres
