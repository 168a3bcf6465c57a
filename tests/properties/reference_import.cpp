#include "properties/reference_import.h"

#include <algorithm>
#include <functional>
#include <set>

namespace properties {
namespace {

using outcome::Verdict;

class Reference {
 public:
  Reference(const Encounter& encounter, const std::vector<TableRows>& before) : encounter_(encounter) {
    for (std::size_t i = 0; i < encounter.tables.size(); ++i) {
      Side side;
      side.table = &encounter.tables[i];
      side.identity = side.table->identity();
      for (const Cells& row : side.table->file_rows) side.file.push_back({row, Verdict::kUnchanged, false, {}});
      side.before = before[i];
      sides_.push_back(std::move(side));
    }
  }

  Foretold foretell() {
    for (Side& side : sides_) judge_types(side);
    for (const std::vector<std::size_t>& component : components()) {
      for (const std::size_t number : component) find_matches(sides_[number]);
      for (const std::size_t number : component) follow_matches(number);
      for (const std::size_t number : component) {
        Side& side = sides_[number];
        compare(side);
        apply_policies(side);
        for (const EncounterKey& key : side.table->keys) {
          if (key.columns != side.identity || key.where) judge_key(side, key);
        }
        judge_checks(side);
      }
      judge_dependants(component);
    }
    return result();
  }

 private:
  bool refers(std::size_t from, std::size_t to, std::set<std::size_t>& seen) const {
    for (const EncounterReference& key : encounter_.tables[from].foreign_keys) {
      if (key.parent == to || (seen.insert(key.parent).second && refers(key.parent, to, seen))) return true;
    }
    return false;
  }

  bool refers(std::size_t from, std::size_t to) const {
    std::set<std::size_t> seen;
    return refers(from, to, seen);
  }

  // Tables that refer to each other together, parents first.
  std::vector<std::vector<std::size_t>> components() const {
    std::vector<std::vector<std::size_t>> all;
    std::set<std::size_t> done;
    while (done.size() < sides_.size()) {
      for (std::size_t i = 0; i < sides_.size(); ++i) {
        std::vector<std::size_t> group;
        bool ready = !done.contains(i);
        for (std::size_t j = 0; j < sides_.size(); ++j) {
          const bool together = i == j || (refers(i, j) && refers(j, i));
          if (together) group.push_back(j);
          if (!together && refers(i, j) && !done.contains(j)) ready = false;
        }
        if (!ready) continue;
        done.insert(group.begin(), group.end());
        all.push_back(group);
      }
    }
    return all;
  }

  // Children in the file take the target's key of a parent that was found by its natural key.
  void follow_matches(std::size_t number) {
    Side& parent = sides_[number];
    const std::vector<std::string> moved = taken_over(parent);
    if (moved.empty()) return;
    for (Side& child : sides_) {
      for (const EncounterReference& key : child.table->foreign_keys) {
        const bool follows =
            key.parent == number && std::any_of(key.parent_columns.begin(), key.parent_columns.end(),
                                                [&](const std::string& column) { return contains(moved, column); });
        if (follows) follow(parent, child, key, moved);
      }
    }
    for (FileRow& row : parent.file) {
      for (const std::string& column : moved) {
        if (row.matched) row.cells[column] = parent.before[*row.matched].at(column);
      }
    }
  }

  static void follow(const Side& parent, Side& child, const EncounterReference& key,
                     const std::vector<std::string>& moved) {
    std::vector<FileRow*> orphans;
    std::vector<std::pair<FileRow*, Cells>> changed;
    for (FileRow& row : child.file) {
      if (row.left_out || !filled_key(row.cells, key.columns)) continue;
      const auto found = std::find_if(parent.file.begin(), parent.file.end(), [&](const FileRow& one) {
        return !one.left_out && same_filled(one.cells, key.parent_columns, row.cells, key.columns);
      });
      if (found == parent.file.end()) {
        orphans.push_back(&row);
      } else if (found->matched) {
        Cells cells = row.cells;
        for (std::size_t i = 0; i < key.columns.size(); ++i) {
          if (contains(moved, key.parent_columns[i]))
            cells[key.columns[i]] = parent.before[*found->matched].at(key.parent_columns[i]);
        }
        changed.emplace_back(&row, std::move(cells));
      }
    }
    for (FileRow* row : orphans) row->leave_out(Verdict::kInvalid);
    for (auto& [row, cells] : changed) row->cells = std::move(cells);
  }

  bool is_referenced(const Side& side, const std::string& column) const {
    for (const EncounterTable& table : encounter_.tables) {
      for (const EncounterReference& key : table.foreign_keys) {
        if (&encounter_.tables[key.parent] == side.table && contains(key.parent_columns, column)) return true;
      }
    }
    return false;
  }

  // Whether rows can be made to give up their key for the time of the merge: the server judges it late, or a column of
  // it can hold something else meanwhile that nothing minds.
  bool can_be_freed(const Side& side, const EncounterKey& key) const {
    if (side.identity.empty()) return false;
    if (key.deferrable) return true;
    return std::any_of(key.columns.begin(), key.columns.end(), [&](const std::string& column) {
      if (is_referenced(side, column)) return false;
      bool null_is_minded = side.table->column(column).not_null || key.nulls == EncounterKey::Nulls::kNotDistinct;
      bool value_is_minded = side.table->column(column).type != "int4";
      for (const EncounterKey& other : side.table->keys) {
        if (&other == &key) continue;
        const bool decides = other.where && other.where->reads(column);
        value_is_minded = value_is_minded || decides;
        null_is_minded = null_is_minded || decides ||
                         (other.nulls == EncounterKey::Nulls::kNotDistinct && contains(other.columns, column));
      }
      for (const Condition& check : side.table->checks) {
        if (!check.reads(column)) continue;
        value_is_minded = true;
        null_is_minded = null_is_minded || check.kind != Condition::Kind::kDiffers;
      }
      for (const EncounterReference& reference : side.table->foreign_keys)
        value_is_minded = value_is_minded || contains(reference.columns, column);
      return !null_is_minded || !value_is_minded;
    });
  }

  void judge_key(Side& side, const EncounterKey& key) {
    std::vector<std::size_t> taken;
    for (std::size_t i = 0; i < side.file.size(); ++i) {
      const FileRow& row = side.file[i];
      if (!row.accepted()) continue;
      for (const Cells& holder : side.before) {
        const bool another = side.identity.empty() || !same_filled(holder, side.identity, row.cells, side.identity);
        if (!another || !same_key(key, row.cells, holder)) continue;
        const auto freed_by = std::find_if(side.file.begin(), side.file.end(), [&](const FileRow& other) {
          return other.accepted() && other.verdict == Verdict::kUpdate &&
                 same_filled(other.cells, side.identity, holder, side.identity);
        });
        handed_on_ = handed_on_ || freed_by != side.file.end();
        if (freed_by == side.file.end() || !can_be_freed(side, key) || same_key(key, freed_by->cells, row.cells)) {
          taken.push_back(i);
        } else {
          side.claims.push_back({&key, i, static_cast<std::size_t>(freed_by - side.file.begin())});
        }
      }
    }
    for (const std::size_t i : taken) side.file[i].leave_out(Verdict::kConflict);
    std::vector<FileRow*> repeated;
    for (FileRow& row : side.file) {
      const auto same = std::count_if(side.file.begin(), side.file.end(), [&](const FileRow& other) {
        return other.accepted() && row.accepted() && same_key(key, other.cells, row.cells);
      });
      if (same > 1) repeated.push_back(&row);
    }
    for (FileRow* row : repeated) row->leave_out(Verdict::kConflict);
  }

  void judge_dependants(const std::vector<std::size_t>& component) {
    bool found = true;
    while (found) {
      found = false;
      bool orphans = true;
      while (orphans) {
        orphans = false;
        for (const std::size_t number : component) {
          for (const EncounterReference& key : sides_[number].table->foreign_keys)
            orphans = judge_parents(sides_[number], key) || orphans;
        }
        found = found || orphans;
      }
      for (const std::size_t number : component) {
        found = judge_claims(sides_[number]) || found;
        found = judge_references(sides_[number]) || found;
      }
    }
  }

  bool has_parent(const Cells& child, const EncounterReference& key) const {
    const Side& parent = sides_[key.parent];
    for (const Cells& there : parent.before) {
      if (!same_filled(there, key.parent_columns, child, key.columns)) continue;
      const FileRow* update = update_of(parent, there);
      if (update == nullptr || same_filled(update->cells, key.parent_columns, child, key.columns)) return true;
    }
    return std::any_of(parent.file.begin(), parent.file.end(), [&](const FileRow& row) {
      return row.accepted() && same_filled(row.cells, key.parent_columns, child, key.columns);
    });
  }

  bool judge_parents(Side& side, const EncounterReference& key) const {
    std::vector<FileRow*> orphans;
    for (FileRow& row : side.file) {
      if (row.accepted() && filled_key(row.cells, key.columns) && !has_parent(row.cells, key)) orphans.push_back(&row);
    }
    for (FileRow* row : orphans) row->leave_out(Verdict::kInvalid);
    return !orphans.empty();
  }

  // An update must not take away a key that rows of the target refer to. Rows of the same table may leave it at once.
  bool judge_references(Side& side) const {
    std::vector<FileRow*> holders;
    for (FileRow& row : side.file) {
      if (!row.accepted() || row.verdict != Verdict::kUpdate) continue;
      const Cells& there = holder_of(side, row);
      if (is_needed(side, there, row.cells)) holders.push_back(&row);
    }
    for (FileRow* row : holders) row->leave_out(Verdict::kInvalid);
    return !holders.empty();
  }

  bool is_needed(const Side& side, const Cells& there, const Cells& here) const {
    for (const Side& child : sides_) {
      for (const EncounterReference& key : child.table->foreign_keys) {
        if (sides_[key.parent].table != side.table || !filled_key(there, key.parent_columns) ||
            same_filled(there, key.parent_columns, here, key.parent_columns))
          continue;
        for (const Cells& row : child.before) {
          if (!same_filled(row, key.columns, there, key.parent_columns)) continue;
          const FileRow* update = child.table == side.table ? update_of(child, row) : nullptr;
          if (update == nullptr || same_filled(update->cells, key.columns, there, key.parent_columns)) return true;
        }
      }
    }
    return false;
  }

  Foretold result() const {
    Foretold told;
    told.handed_on = handed_on_;
    for (const Side& side : sides_) {
      told.verdicts.emplace_back();
      for (const FileRow& row : side.file) {
        told.verdicts.back().push_back(row.verdict);
        const bool conflict = row.verdict == Verdict::kConflict;
        told.blocked = told.blocked || (conflict && encounter_.left_out == LeftOut::kConflictFails) ||
                       ((conflict || row.verdict == Verdict::kInvalid) && encounter_.left_out == LeftOut::kRollsBack);
      }
    }
    for (const Side& side : sides_) {
      told.rows.push_back(side.before);
      for (const FileRow& row : side.file) {
        if (told.blocked || !row.accepted()) continue;
        if (row.verdict == Verdict::kInsert) {
          told.rows.back().push_back(row.cells);
        } else {
          told.rows.back()[*find(side.before, side.identity, row.cells)] = row.cells;
        }
      }
    }
    return told;
  }

  const Encounter& encounter_;
  std::vector<Side> sides_;
  bool handed_on_ = false;
};

}  // namespace

Foretold foretell(const Encounter& encounter, const std::vector<TableRows>& before) {
  return Reference(encounter, before).foretell();
}

}  // namespace properties
