// Finished outcomes to report on, with one matter each that a report must not lose or must not let through.
#pragma once

#include <string>

#include "outcome/export_outcome.h"
#include "outcome/import_outcome.h"

namespace report {

// A name that would clear a terminal, turn its text around and begin a line of its own.
inline const std::string kHostile = "a\x1b[2Jb\nc\u202e<script>\"'\xff";

inline outcome::ExportOutcome an_export() {
  outcome::ExportOutcome outcome;
  outcome.path = "exports/app.json";
  outcome.place = "PostgreSQL database app_dev";
  outcome.tables = {{"permissions", 24, 1200}, {"users", 1234567, 98765432}};
  outcome.rows = 1234591;
  outcome.bytes = 98767000;
  outcome.sha256 = std::string(64, 'a');
  outcome.duration = std::chrono::milliseconds(2500);
  return outcome;
}

inline outcome::ImportedTable a_table(std::string name, const outcome::VerdictCounts& counts) {
  outcome::ImportedTable table;
  table.name = std::move(name);
  table.counts = counts;
  return table;
}

inline outcome::ImportOutcome an_import(std::vector<outcome::ImportedTable> tables) {
  outcome::ImportOutcome outcome;
  outcome.file.path = "exports/app.json";
  outcome.file.source.database = "app_dev";
  outcome.file.exported_at = "2025-01-15T10:30:00.123456Z";
  outcome.file.sealed = true;
  outcome.target.place = "PostgreSQL database app_production";
  for (const outcome::ImportedTable& table : tables) outcome.total += table.counts;
  outcome.tables = std::move(tables);
  outcome.duration = std::chrono::milliseconds(420);
  return outcome;
}

inline outcome::Decision a_row_left_out(std::uint64_t record, outcome::Verdict verdict, std::string key,
                                        std::string reason) {
  outcome::Decision row;
  row.record = record;
  row.verdict = verdict;
  row.key = std::move(key);
  row.reason = std::move(reason);
  return row;
}

// `shown` rows of a table, all of them invalid.
inline std::vector<outcome::Decision> left_out_rows(std::uint64_t shown) {
  std::vector<outcome::Decision> rows;
  for (std::uint64_t i = 1; i <= shown; ++i)
    rows.push_back(a_row_left_out(i, outcome::Verdict::kInvalid, "id=" + std::to_string(i), "too long"));
  return rows;
}

}  // namespace report
