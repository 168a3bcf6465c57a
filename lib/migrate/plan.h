// The files of a folder against the ledger of a database: what is applied, what is pending, and what contradicts.
// Plain values, pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "engine/migration_database.h"
#include "migrate/folder.h"

namespace migrate {

enum class State {
  kApplied,
  kBaselined,  // written down as applied, not run
  kPending,
  kChanged,     // applied with other bytes than the file has now
  kOutOfOrder,  // not applied, though a later one is
  kNoFile,      // applied, but the folder has no such file
  // Only after a run:
  kAppliedNow,
  kWouldApply,
  kBaselinedNow,
};

struct Entry {
  std::string name;
  State state = State::kPending;
  std::string applied_at;
  std::optional<std::chrono::microseconds> duration;
};

const char* state_name(State state);  // "pending"

// By number, then by name; `ledger` in any order.
std::vector<Entry> make_plan(const std::vector<MigrationFile>& files,
                             const std::vector<engine::AppliedMigration>& ledger);

// Throws kSchema naming every entry that contradicts the ledger, and what to do about it.
void demand_sound(const std::vector<Entry>& plan);

std::size_t count(const std::vector<Entry>& plan, State state);

}  // namespace migrate
