#include "migrate/plan.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/terminal.h"

namespace migrate {
namespace {

using base::printable;

Entry applied_entry(const engine::AppliedMigration& row, const std::string& checksum) {
  Entry entry{row.name, row.duration ? State::kApplied : State::kBaselined, row.applied_at, row.duration};
  if (row.checksum != checksum) entry.state = State::kChanged;
  return entry;
}

const char* contradiction(State state) {
  switch (state) {
    case State::kChanged:
      return " was changed after it was applied";
    case State::kOutOfOrder:
      return " is not applied, but a later file is";
    case State::kNoFile:
      return " is applied, but there is no such file";
    default:
      return nullptr;
  }
}

std::string advice(const std::vector<Entry>& plan) {
  std::string text;
  const auto add = [&](State state, const char* line) {
    if (count(plan, state) != 0) text += (text.empty() ? "" : "\n") + std::string(line);
  };
  add(State::kChanged, "put the file back as it was, and write the change as a new file with the next number");
  add(State::kOutOfOrder, "give the file a number above those that are applied");
  add(State::kNoFile, "is this the right folder, schema and database, and is the folder up to date?");
  return text;
}

}  // namespace

const char* state_name(State state) {
  switch (state) {
    case State::kApplied:
      return "applied";
    case State::kBaselined:
      return "baseline";
    case State::kPending:
      return "pending";
    case State::kChanged:
      return "changed";
    case State::kOutOfOrder:
      return "out of order";
    case State::kNoFile:
      return "no file";
    case State::kAppliedNow:
      return "applied now";
    case State::kWouldApply:
      return "would be applied";
    case State::kBaselinedNow:
      return "baseline now";
  }
  return "";
}

std::vector<Entry> make_plan(const std::vector<MigrationFile>& files,
                             const std::vector<engine::AppliedMigration>& ledger) {
  std::map<std::string, const engine::AppliedMigration*> rows;
  for (const auto& row : ledger) rows.emplace(row.name, &row);
  std::vector<Entry> plan;
  for (const MigrationFile& file : files) {
    const auto found = rows.find(file.name);
    if (found == rows.end()) {
      plan.push_back({file.name, State::kPending, {}, {}});
      continue;
    }
    plan.push_back(applied_entry(*found->second, file.checksum));
    rows.erase(found);
  }
  for (const auto& [name, row] : rows) plan.push_back({name, State::kNoFile, row->applied_at, row->duration});
  std::stable_sort(plan.begin(), plan.end(), [](const Entry& a, const Entry& b) {
    return std::pair(number_of(a.name), a.name) < std::pair(number_of(b.name), b.name);
  });
  bool later_is_applied = false;
  for (auto entry = plan.rbegin(); entry != plan.rend(); ++entry) {
    if (entry->state != State::kPending)
      later_is_applied = true;
    else if (later_is_applied)
      entry->state = State::kOutOfOrder;
  }
  return plan;
}

void demand_sound(const std::vector<Entry>& plan) {
  std::string message;
  for (const Entry& entry : plan) {
    const char* what = contradiction(entry.state);
    if (what != nullptr) message += (message.empty() ? "" : "\n") + printable(entry.name) + what;
  }
  if (!message.empty()) throw base::Error(base::ErrorKind::kSchema, message, advice(plan));
}

std::size_t count(const std::vector<Entry>& plan, State state) {
  return static_cast<std::size_t>(
      std::count_if(plan.begin(), plan.end(), [state](const Entry& entry) { return entry.state == state; }));
}

}  // namespace migrate
