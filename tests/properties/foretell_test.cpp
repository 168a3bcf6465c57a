// The promise "the import does what its dry run told, row by row", held against random files, targets and policies, and
// both against a plain reference. RC_PARAMS="max_success=2000 seed=…" makes it look longer or again.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "properties/generate_encounter.h"
#include "properties/reference_import.h"
#include "properties/sql.h"
#include "properties/transfers.h"

namespace properties {
namespace {

using nlohmann::json;

// Two databases that are emptied between cases, made anew now and then: the server's catalogs grow with every case.
struct Sides {
  support::Database source;
  support::Database target;
  support::TemporaryFolder folder;
  int cases = 0;
};

Sides& fresh_sides() {
  static auto sides = std::make_unique<Sides>();
  if (++sides->cases > 100) sides = std::make_unique<Sides>();
  clear(sides->source);
  clear(sides->target);
  return *sides;
}

struct StoredRow {
  Cells cells;
  std::string transaction;  // xmin
  std::string place;        // ctid
  auto operator<=>(const StoredRow&) const = default;
};

std::vector<std::vector<StoredRow>> stored_rows(support::Database& database, const Encounter& encounter) {
  database.run("SET TimeZone = 'UTC'");
  std::vector<std::vector<StoredRow>> tables;
  for (const EncounterTable& table : encounter.tables) {
    tables.emplace_back();
    std::vector<std::string> names;
    for (const EncounterColumn& column : table.columns) names.push_back(column.name);
    for (const auto& row : database.rows("SELECT xmin, ctid, " + list_of(names) + " FROM " + table.name)) {
      StoredRow stored{{}, *row[0], *row[1]};
      for (std::size_t i = 0; i < names.size(); ++i) stored.cells[names[i]] = row[i + 2];
      tables.back().push_back(std::move(stored));
    }
    std::sort(tables.back().begin(), tables.back().end());
  }
  return tables;
}

std::vector<TableRows> cells_of(const std::vector<std::vector<StoredRow>>& stored) {
  std::vector<TableRows> tables;
  for (const auto& rows : stored) {
    tables.emplace_back();
    for (const StoredRow& row : rows) tables.back().push_back(row.cells);
    std::sort(tables.back().begin(), tables.back().end());
  }
  return tables;
}

// `digests`: whether records that equal rows of the target are left unstaged wherever that is sound ("always"), or
// never.
json report_of(Sides& sides, const Encounter& encounter, const std::string& file, engine::Intent intent,
               const char* digests) {
  setenv("DB_TRANSFER_DIGESTS", digests, 1);
  transfer::ImportOptions options;
  options.input = file;
  options.intent = intent;
  options.reports = {sides.folder.file("report.json")};
  options.rejects = sides.folder.file("rejects.json");
  if (encounter.left_out == LeftOut::kConflictFails) options.on_conflict = transfer::ConflictPolicy::kFail;
  if (encounter.left_out == LeftOut::kRollsBack) options.left_out = transfer::LeftOutPolicy::kRollBack;
  for (const EncounterTable& table : encounter.tables) {
    transfer::TablePolicy policy;
    policy.tables = table.name;
    policy.mode = table.mode;
    policy.newer_rows = table.newer_rows;
    policy.match = table.match;
    options.policies.push_back(std::move(policy));
  }
  import_from(sides.target.url(), options);
  unsetenv("DB_TRANSFER_DIGESTS");
  std::remove(options.rejects.c_str());
  return json::parse(support::read_file(options.reports.front()));
}

// Without what each run has of its own.
json lasting(json report) {
  for (const char* own : {"decided_at", "duration_seconds", "seal"}) report.erase(own);
  return report;
}

const json* decision_of(const json& report, const std::string& table, std::size_t record) {
  for (const json& decision : report["decisions"]) {
    if (decision["table"] == table && decision["record"] == record) return &decision;
  }
  return nullptr;
}

// "t0 record 3: update", a line a record of the file; unchanged ones are in no report.
std::string told_verdicts(const json& report, const Encounter& encounter) {
  std::string lines;
  for (const EncounterTable& table : encounter.tables) {
    for (std::size_t record = 1; record <= table.file_rows.size(); ++record) {
      const json* decision = decision_of(report, table.name, record);
      lines += table.name + " record " + std::to_string(record) + ": " +
               (decision == nullptr ? "unchanged" : (*decision)["verdict"].get<std::string>()) + "\n";
    }
  }
  return lines;
}

std::string foretold_verdicts(const Foretold& foretold, const Encounter& encounter) {
  std::string lines;
  for (std::size_t t = 0; t < encounter.tables.size(); ++t) {
    for (std::size_t i = 0; i < foretold.verdicts[t].size(); ++i) {
      lines += encounter.tables[t].name + " record " + std::to_string(i + 1) + ": " +
               std::string(outcome::verdict_name(foretold.verdicts[t][i])) + "\n";
    }
  }
  return lines;
}

// "id=1, other=2", as reports name a row.
std::string key_text(const EncounterTable& table, const Cells& row) {
  std::string text;
  for (const std::string& column : table.identity())
    text += (text.empty() ? "" : ", ") + column + "=" + row.at(column).value_or("null");
  return text;
}

const StoredRow* find(const std::vector<StoredRow>& rows, const EncounterTable& table, const std::string& key) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const StoredRow& row) {
    return key_text(table, row.cells) == key && filled_key(row.cells, table.identity());
  });
  return found == rows.end() ? nullptr : &*found;
}

Cell shown(const json& value) {
  if (value["form"] == "null") return std::nullopt;
  return value["text"].get<std::string>();
}

// The values of an update as told, against the rows of before and after.
void expect_changes(const json& decision, const EncounterTable& table, const StoredRow& before,
                    const StoredRow& after) {
  std::set<std::string> told;
  for (const json& change : decision["changes"]) {
    const std::string column = change["column"];
    told.insert(column);
    RC_ASSERT(shown(change["before"]) == before.cells.at(column));
    RC_ASSERT(shown(change["after"]) == after.cells.at(column));
  }
  for (const EncounterColumn& column : table.columns)
    RC_ASSERT(told.contains(column.name) == (before.cells.at(column.name) != after.cells.at(column.name)));
}

// Rows that are told to be written are, by this import, and no other row is touched.
void expect_written_as_told(const json& report, const EncounterTable& table, const std::vector<StoredRow>& before,
                            const std::vector<StoredRow>& after) {
  std::vector<StoredRow> untouched = before;
  std::size_t inserted = 0;
  for (const json& decision : report["decisions"]) {
    if (decision["table"] != table.name) continue;
    const std::string key = decision["key"];
    if (decision["verdict"] == "insert") {
      ++inserted;
      if (table.identity().empty()) continue;
      RC_ASSERT(find(before, table, key) == nullptr);
      if (key.find("=null") == std::string::npos) RC_ASSERT(find(after, table, key) != nullptr);
    } else if (decision["verdict"] == "update") {
      const StoredRow* old_row = find(before, table, key);
      const StoredRow* new_row = find(after, table, key);
      RC_ASSERT(old_row != nullptr);
      RC_ASSERT(new_row != nullptr);
      RC_ASSERT(old_row->transaction != new_row->transaction);
      expect_changes(decision, table, *old_row, *new_row);
      untouched.erase(std::find(untouched.begin(), untouched.end(), *old_row));
    }
  }
  RC_ASSERT(std::includes(after.begin(), after.end(), untouched.begin(), untouched.end()));
  RC_ASSERT(after.size() == before.size() + inserted);
}

RC_GTEST_PROP(Foretelling, OfADryRunIsWhatTheImportDoes, ()) {
  const Encounter encounter = *encounters();
  Sides& sides = fresh_sides();
  try {
    sides.source.run(encounter.source_sql());
    sides.target.run(encounter.target_sql());
    insert_where_allowed(sides.target, encounter.target_rows());
  } catch (const std::runtime_error&) {
    if (encounter.shrunk == 0) throw;
    RC_DISCARD("not a schema any more");
  }
  const std::string file = sides.folder.file("export.json");
  export_to(file, sides.source.url());
  const auto before = stored_rows(sides.target, encounter);
  Foretold foretold = foretell(encounter, cells_of(before));
  for (TableRows& rows : foretold.rows) std::sort(rows.begin(), rows.end());

  const json staged = report_of(sides, encounter, file, engine::Intent::kDryRun, "never");
  const json dry = report_of(sides, encounter, file, engine::Intent::kDryRun, "always");
  RC_ASSERT(lasting(dry) == lasting(staged));
  RC_ASSERT(stored_rows(sides.target, encounter) == before);
  const char* digests = *rc::gen::element("never", "always");
  const json done = report_of(sides, encounter, file, engine::Intent::kImport, digests);
  const auto after = stored_rows(sides.target, encounter);

  for (const char* verdict : {"insert", "update", "unchanged", "conflict", "invalid", "skipped"})
    RC_CLASSIFY(done["total"][verdict] > 0, verdict);
  RC_CLASSIFY(foretold.blocked, "rolled back");
  RC_CLASSIFY(foretold.handed_on, "keys handed on");
  RC_ASSERT(dry["decisions"] == done["decisions"]);
  RC_ASSERT(dry["blocked"] == done["blocked"]);
  if (!foretold.handed_on) {
    RC_ASSERT(told_verdicts(dry, encounter) == foretold_verdicts(foretold, encounter));
    RC_ASSERT(dry["blocked"] == foretold.blocked);
    RC_ASSERT(cells_of(after) == foretold.rows);
  }
  if (done["blocked"].get<bool>()) {
    RC_ASSERT(after == before);
    return;
  }
  for (std::size_t i = 0; i < encounter.tables.size(); ++i)
    expect_written_as_told(done, encounter.tables[i], before[i], after[i]);
}

}  // namespace
}  // namespace properties
