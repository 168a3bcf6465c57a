#include "report/json.h"

#include "base/input_file.h"
#include "base/line_reader.h"
#include "report/approval_json.h"
#include "report/audit_summary.h"
#include "report/json_parts.h"
#include "report/wording.h"

namespace report {
namespace {

using json = ordered_json;

constexpr int kResultVersion = 1;

std::string text_of(const json& object) { return dumped(object, Layout::kIndented) + "\n"; }

json ledgers_json(const std::vector<outcome::LeftOutLedger>& ledgers) {
  json list = json::array();
  for (const outcome::LeftOutLedger& ledger : ledgers) list.push_back({{"name", ledger.name}, {"tool", ledger.tool}});
  return list;
}

// What the result is, and its exit status: first, as a report has it.
json result(std::string_view program, std::string_view name) {
  return {{"report", {{"name", name}, {"version", kResultVersion}}}, {"program", program}, {"exit_status", 0}};
}

json sampled_rows_json(const outcome::ImportedTable& table) {
  json rows = json::array();
  for (const outcome::Decision& row : table.left_out) {
    rows.push_back(decision_json(row));
    rows.back()["reason"] = row.reason;  // always there, also where it is empty
  }
  return rows;
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
  json object = result("db-export", "db-transfer list");
  object.update({{"tables", std::move(list)}, {"ledgers", ledgers_json(ledgers)}});
  return text_of(object);
}

std::string export_json(const outcome::ExportOutcome& outcome) {
  json tables = json::array();
  for (const outcome::ExportedTable& table : outcome.tables)
    tables.push_back({{"name", table.name}, {"rows", table.rows}, {"bytes", table.bytes}});
  json object = result("db-export", "db-transfer export");
  object.update({{"file", outcome.path},
                 {"source", outcome.place},
                 {"tables", std::move(tables)},
                 {"total", {{"rows", outcome.rows}, {"bytes", outcome.bytes}}},
                 {"bytes", outcome.bytes},
                 {"sha256", outcome.sha256},
                 {"skipped", outcome.skipped},
                 {"ledgers", ledgers_json(outcome.ledgers)},
                 {"notices", outcome.notices},
                 {"duration_seconds", seconds(outcome.duration)}});
  return text_of(object);
}

std::string import_json(const outcome::ImportOutcome& outcome, int exit_status) {
  json object = summary_json(outcome, outcome.approval ? outcome.approval->id : std::string{});
  object["program"] = "db-import";
  object["exit_status"] = exit_status;
  for (std::size_t i = 0; i < outcome.tables.size(); ++i)
    object["tables"][i]["left_out"] = sampled_rows_json(outcome.tables[i]);
  return text_of(object);
}

void write_import_json(base::ByteSink& sink, const outcome::ImportOutcome& outcome, int exit_status,
                       const std::string& report_path) {
  std::string summary = import_json(outcome, exit_status);
  summary.resize(summary.rfind('}'));  // the object stays open
  while (summary.ends_with('\n')) summary.pop_back();
  sink.write(summary + ",\n" + std::string(kDecisionsBegin));
  base::InputFile report = base::InputFile::open(report_path);
  base::LineReader lines(report, 0, report.size());
  std::string_view line;
  while (lines.next(line) && line != kDecisionsBegin) {
  }
  while (lines.next(line) && line != kListEnd) sink.write("\n" + std::string(line));
  sink.write("\n  ]\n}\n");
}

std::string error_json(std::string_view program, const FailedRun& failed) {
  json object = result(program, "db-transfer error");
  object["exit_status"] = failed.exit_status;
  object["error"] = {
      {"kind", failed.kind}, {"message", failed.message}, {"hint", failed.hint}, {"exit_status", failed.exit_status}};
  return text_of(object);
}

}  // namespace report
