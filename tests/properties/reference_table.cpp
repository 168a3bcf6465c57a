#include "properties/reference_table.h"

#include <algorithm>
#include <map>

namespace properties {

using outcome::Verdict;

namespace {

// A row that is left out claims nothing any more.
void judge_repeated(Side& side, const std::vector<std::string>& columns) {
  std::vector<FileRow*> repeated;
  for (FileRow& row : side.file) {
    const auto same = std::count_if(side.file.begin(), side.file.end(), [&](const FileRow& other) {
      return !other.left_out && !row.left_out && same_filled(other.cells, columns, row.cells, columns);
    });
    if (same > 1) repeated.push_back(&row);
  }
  for (FileRow* row : repeated) row->leave_out(Verdict::kConflict);
}

// The n-th equal row of the file stands for the n-th equal row of the target.
void compare_bags(Side& side) {
  std::map<Cells, std::size_t> there;
  for (const Cells& row : side.before) ++there[row];
  for (FileRow& row : side.file) {
    if (row.left_out) continue;
    std::size_t& left = there[row.cells];
    row.verdict = left > 0 ? Verdict::kUnchanged : Verdict::kInsert;
    if (left > 0) --left;
  }
}

}  // namespace

std::optional<std::vector<std::string>> filled_key(const Cells& row, const std::vector<std::string>& columns) {
  std::vector<std::string> key;
  for (const std::string& column : columns) {
    if (!row.at(column)) return std::nullopt;
    key.push_back(*row.at(column));
  }
  return key;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool same_filled(const Cells& a, const std::vector<std::string>& of_a, const Cells& b,
                 const std::vector<std::string>& of_b) {
  const auto key = filled_key(a, of_a);
  return key && key == filled_key(b, of_b);
}

bool same_key(const EncounterKey& key, const Cells& a, const Cells& b) {
  for (const Cells* row : {&a, &b}) {
    if (key.where && !key.where->holds(*row).value_or(false)) return false;
  }
  return std::all_of(key.columns.begin(), key.columns.end(), [&](const std::string& column) {
    return a.at(column) == b.at(column) && (a.at(column).has_value() || key.nulls == EncounterKey::Nulls::kNotDistinct);
  });
}

std::vector<std::string> taken_over(const Side& side) {
  std::vector<std::string> columns;
  for (const std::string& column : side.identity) {
    if (!side.table->match.empty() && !contains(side.table->match, column)) columns.push_back(column);
  }
  return columns;
}

std::optional<std::size_t> find(const TableRows& rows, const std::vector<std::string>& columns, const Cells& wanted) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (same_filled(rows[i], columns, wanted, columns)) return i;
  }
  return std::nullopt;
}

// The target's row that an update is about.
const Cells& holder_of(const Side& side, const FileRow& row) {
  return side.before[*find(side.before, side.identity, row.cells)];
}

// The accepted update of a row of the target, if there is one.
const FileRow* update_of(const Side& side, const Cells& there) {
  for (const FileRow& row : side.file) {
    if (row.accepted() && row.verdict == Verdict::kUpdate &&
        same_filled(row.cells, side.identity, there, side.identity))
      return &row;
  }
  return nullptr;
}

void judge_types(Side& side) {
  for (FileRow& row : side.file) {
    for (const EncounterColumn& column : side.table->columns) {
      const Cell& cell = row.cells.at(column.name);
      if (row.left_out || !((!cell && column.not_null) || (cell && column.type == "varchar(3)" && cell->size() > 3)))
        continue;
      row.leave_out(Verdict::kInvalid);
    }
  }
}

void find_matches(Side& side) {
  const std::vector<std::string>& match = side.table->match;
  if (match.empty()) return;
  for (FileRow& row : side.file) {
    const auto found = std::count_if(side.before.begin(), side.before.end(),
                                     [&](const Cells& there) { return same_filled(there, match, row.cells, match); });
    if (!row.left_out && found > 1) row.leave_out(Verdict::kConflict);
    // Nothing tells such a row from another one.
    if (!row.left_out && taken_over(side).empty() && !filled_key(row.cells, match)) row.leave_out(Verdict::kInvalid);
  }
  judge_repeated(side, match);
  if (taken_over(side).empty()) return;
  judge_repeated(side, side.identity);
  for (FileRow& row : side.file) {
    if (row.left_out) continue;
    row.matched = find(side.before, match, row.cells);
    const auto same_key = find(side.before, side.identity, row.cells);
    const bool unnamed = !filled_key(row.cells, match);
    if (unnamed && same_key && side.before[*same_key] == row.cells) row.matched = same_key;
    // The key of a new row belongs to somebody else there.
    if (!row.matched && same_key) row.leave_out(Verdict::kConflict);
  }
}

void compare(Side& side) {
  if (side.identity.empty()) return compare_bags(side);
  judge_repeated(side, side.identity);
  for (FileRow& row : side.file) {
    if (row.left_out) continue;
    const auto there = find(side.before, side.identity, row.cells);
    row.verdict = !there ? Verdict::kInsert : side.before[*there] == row.cells ? Verdict::kUnchanged : Verdict::kUpdate;
  }
}

void apply_policies(Side& side) {
  for (FileRow& row : side.file) {
    if (!row.accepted()) continue;
    const bool update = row.verdict == Verdict::kUpdate;
    bool skip = side.table->mode == (update ? engine::Mode::kInsert : engine::Mode::kUpdate);
    if (update && side.table->newer_rows == engine::NewerRows::kKeep) {
      const Cell& here = row.cells.at("updated_at");
      const Cell& there = holder_of(side, row).at("updated_at");
      skip = skip || (here && there && *there > *here);
    }
    if (skip) row.leave_out(Verdict::kSkipped);
  }
}

void judge_checks(Side& side) {
  for (FileRow& row : side.file) {
    for (const Condition& check : side.table->checks) {
      if (row.accepted() && !check.holds(row.cells).value_or(true)) row.leave_out(Verdict::kInvalid);
    }
  }
}

bool judge_claims(Side& side) {
  std::vector<FileRow*> unfreed;
  for (const Side::Claim& claim : side.claims) {
    if (side.file[claim.record].accepted() && !side.file[claim.freed_by].accepted())
      unfreed.push_back(&side.file[claim.record]);
  }
  for (FileRow* row : unfreed) row->leave_out(Verdict::kConflict);
  return !unfreed.empty();
}

}  // namespace properties
