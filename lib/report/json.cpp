#include "report/json.h"

#include <nlohmann/json.hpp>

namespace report {
namespace {

using json = nlohmann::ordered_json;

// ASCII only, so that no name can steer a terminal that the object is printed on; a byte that is not UTF-8 becomes
// U+FFFD instead of an error.
std::string text_of(const json& object) {
  constexpr int kIndent = 2;
  return object.dump(kIndent, ' ', true, json::error_handler_t::replace) + "\n";
}

json counts_json(const engine::VerdictCounts& counts) {
  return {{"rows", counts.rows},           {"insert", counts.insert},     {"update", counts.update},
          {"unchanged", counts.unchanged}, {"conflict", counts.conflict}, {"invalid", counts.invalid},
          {"skipped", counts.skipped}};
}

json imported_table_json(const engine::ImportedTable& table) {
  json object = {{"name", table.name}};
  object.update(counts_json(table.counts));
  json rows = json::array();
  for (const engine::Decision& row : table.left_out)
    rows.push_back({{"record", row.record},
                    {"verdict", engine::verdict_name(row.verdict)},
                    {"key", row.key},
                    {"reason", row.reason}});
  object["left_out"] = std::move(rows);
  return object;
}

const char* ending_name(engine::Ending ending) {
  switch (ending) {
    case engine::Ending::kDryRun:
      return "dry-run";
    case engine::Ending::kRehearsed:
      return "rehearsed";
    case engine::Ending::kCommitted:
      return "committed";
    case engine::Ending::kRolledBack:
      break;
  }
  return "rolled-back";
}

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

std::string tables_json(const std::vector<engine::ListedTable>& tables) {
  json list = json::array();
  for (const engine::ListedTable& table : tables)
    list.push_back({{"name", table.name},
                    {"refers_to", table.parents},
                    {"refers_to_itself", table.refers_to_itself},
                    {"audit", table.audit},
                    {"component", table.component}});
  return text_of({{"program", "db-export"}, {"tables", std::move(list)}});
}

std::string export_json(const engine::ExportOutcome& outcome) {
  json tables = json::array();
  for (const engine::ExportedTable& table : outcome.tables)
    tables.push_back({{"name", table.name}, {"rows", table.rows}, {"bytes", table.bytes}});
  return text_of({{"program", "db-export"},
                  {"file", outcome.path},
                  {"source", outcome.place},
                  {"tables", std::move(tables)},
                  {"total", {{"rows", outcome.rows}, {"bytes", outcome.bytes}}},
                  {"bytes", outcome.bytes},
                  {"sha256", outcome.sha256},
                  {"skipped", outcome.skipped},
                  {"notices", outcome.notices},
                  {"duration_seconds", seconds(outcome.duration)}});
}

std::string import_json(const engine::ImportOutcome& outcome) {
  json tables = json::array();
  for (const engine::ImportedTable& table : outcome.tables) tables.push_back(imported_table_json(table));
  return text_of({{"program", "db-import"},
                  {"ending", ending_name(outcome.ending)},
                  {"file", outcome.file.path},
                  {"target", outcome.target.place},
                  {"source", {{"database", outcome.file.source.database}, {"exported_at", outcome.file.exported_at}}},
                  {"sealed", outcome.file.sealed},
                  {"tables", std::move(tables)},
                  {"total", counts_json(outcome.total)},
                  {"notices", outcome.notices},
                  {"duration_seconds", seconds(outcome.duration)}});
}

}  // namespace report
