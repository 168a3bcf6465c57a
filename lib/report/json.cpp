#include "report/json.h"

#include "report/json_parts.h"
#include "report/wording.h"

namespace report {
namespace {

using json = ordered_json;

std::string text_of(const json& object) { return dumped(object, Layout::kIndented) + "\n"; }

json ledgers_json(const std::vector<outcome::LeftOutLedger>& ledgers) {
  json list = json::array();
  for (const outcome::LeftOutLedger& ledger : ledgers) list.push_back({{"name", ledger.name}, {"tool", ledger.tool}});
  return list;
}

json imported_table_json(const outcome::ImportedTable& table) {
  json object = {{"name", table.name}};
  object.update(counts_json(table.counts));
  json rows = json::array();
  for (const outcome::Decision& row : table.left_out) {
    rows.push_back(decision_json(row));
    rows.back()["reason"] = row.reason;  // always there, also where it is empty
  }
  object["left_out"] = std::move(rows);
  return object;
}

}  // namespace

std::string tables_json(const std::vector<outcome::ListedTable>& tables) {
  json list = json::array();
  std::vector<outcome::LeftOutLedger> ledgers;
  for (const outcome::ListedTable& table : tables) {
    if (!table.ledger.empty()) {
      ledgers.push_back({table.name, table.ledger});
      continue;
    }
    list.push_back({{"name", table.name},
                    {"refers_to", table.parents},
                    {"refers_to_itself", table.refers_to_itself},
                    {"audit", table.audit},
                    {"component", table.component}});
  }
  return text_of({{"program", "db-export"}, {"tables", std::move(list)}, {"ledgers", ledgers_json(ledgers)}});
}

std::string export_json(const outcome::ExportOutcome& outcome) {
  json tables = json::array();
  for (const outcome::ExportedTable& table : outcome.tables)
    tables.push_back({{"name", table.name}, {"rows", table.rows}, {"bytes", table.bytes}});
  return text_of({{"program", "db-export"},
                  {"file", outcome.path},
                  {"source", outcome.place},
                  {"tables", std::move(tables)},
                  {"total", {{"rows", outcome.rows}, {"bytes", outcome.bytes}}},
                  {"bytes", outcome.bytes},
                  {"sha256", outcome.sha256},
                  {"skipped", outcome.skipped},
                  {"ledgers", ledgers_json(outcome.ledgers)},
                  {"notices", outcome.notices},
                  {"duration_seconds", seconds(outcome.duration)}});
}

std::string import_json(const outcome::ImportOutcome& outcome) {
  json tables = json::array();
  for (const outcome::ImportedTable& table : outcome.tables) tables.push_back(imported_table_json(table));
  return text_of({{"program", "db-import"},
                  {"ending", ending_name(outcome.ending)},
                  {"file", outcome.file.path},
                  {"target", outcome.target.place},
                  {"source", {{"database", outcome.file.source.database}, {"exported_at", outcome.file.exported_at}}},
                  {"sealed", outcome.file.sealed},
                  {"tables", std::move(tables)},
                  {"total", counts_json(outcome.total)},
                  {"notices", outcome.notices},
                  {"duration_seconds", seconds(outcome.duration)},
                  {"blocked", outcome.blocked},
                  {"passed_limits", outcome.passed_limits},
                  {"rejects_file", outcome.rejects_file},
                  {"undo_file", outcome.undo_file},
                  {"differences", outcome.differences},
                  {"file_identity", file_json(outcome.file)},
                  {"target_identity", target_json(outcome.target)}});
}

}  // namespace report
