// One table as the reference import sees it: its records, its rows in the target, and the rules that need no other
// table. Every judge_… leaves rows out; a row that is left out claims nothing any more.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "outcome/verdict.h"
#include "properties/encounter.h"

namespace properties {

using TableRows = std::vector<Cells>;

// A record and what is thought of it so far.
struct FileRow {
  Cells cells;
  outcome::Verdict verdict = outcome::Verdict::kUnchanged;
  bool left_out = false;  // or skipped
  std::optional<std::size_t> matched;

  bool accepted() const {
    return !left_out && (verdict == outcome::Verdict::kInsert || verdict == outcome::Verdict::kUpdate);
  }
  void leave_out(outcome::Verdict why) {
    verdict = why;
    left_out = true;
  }
};

// A table on both sides.
struct Side {
  const EncounterTable* table = nullptr;
  std::vector<std::string> identity;
  std::vector<FileRow> file;
  TableRows before;
  // A key that a row of the target holds and another record may give up.
  struct Claim {
    const EncounterKey* key;
    std::size_t record;
    std::size_t freed_by;
  };
  std::vector<Claim> claims;
};

bool contains(const std::vector<std::string>& names, const std::string& name);

// The parts of `row` under `columns`; nullopt when one of them is NULL.
std::optional<std::vector<std::string>> filled_key(const Cells& row, const std::vector<std::string>& columns);
bool same_filled(const Cells& a, const std::vector<std::string>& of_a, const Cells& b,
                 const std::vector<std::string>& of_b);
bool same_key(const EncounterKey& key, const Cells& a, const Cells& b);

// The columns of the identity that a row found by its natural key takes over from the target.
std::vector<std::string> taken_over(const Side& side);
std::optional<std::size_t> find(const TableRows& rows, const std::vector<std::string>& columns, const Cells& wanted);
void judge_types(Side& side);
void find_matches(Side& side);
void compare(Side& side);
void apply_policies(Side& side);
void judge_checks(Side& side);
bool judge_claims(Side& side);
// The target's row that an update is about.
const Cells& holder_of(const Side& side, const FileRow& row);
// The accepted update of a row of the target, if there is one.
const FileRow* update_of(const Side& side, const Cells& there);

}  // namespace properties
