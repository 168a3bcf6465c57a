#include "migrate/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/human.h"
#include "base/table_printer.h"

namespace migrate {
namespace {

using json = nlohmann::ordered_json;

std::string table_text(const std::vector<Entry>& plan) {
  base::TablePrinter table({{"migration"}, {"state"}, {"applied at"}, {"time", base::Align::kRight}});
  for (const Entry& entry : plan)
    table.add_row({entry.name, state_name(entry.state), entry.applied_at,
                   entry.duration ? base::human_duration(*entry.duration) : std::string{}});
  return table.text();
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return fmt::format("{} {}", base::human_count(count), count == 1 ? one : many);
}

std::string sum_of_up(const std::vector<Entry>& plan) {
  const std::size_t there = count(plan, State::kApplied) + count(plan, State::kBaselined);
  const std::size_t tried = count(plan, State::kWouldApply);
  const std::size_t now = count(plan, State::kAppliedNow);
  if (tried != 0) return counted(tried, "migration", "migrations") + " would be applied; everything is rolled back";
  if (now == 0) return "nothing to do: " + counted(there, "migration is", "migrations are") + " applied";
  return counted(now, "migration", "migrations") + " applied" +
         (there == 0 ? "" : fmt::format(", {} before", base::human_count(there)));
}

std::string sum_of_status(const std::vector<Entry>& plan) {
  const std::size_t pending = count(plan, State::kPending);
  const std::size_t applied = count(plan, State::kApplied) + count(plan, State::kBaselined);
  return fmt::format("{} applied, {} pending", base::human_count(applied), base::human_count(pending));
}

std::string findings_text(const std::vector<Finding>& findings) {
  if (findings.empty()) return {};
  base::TablePrinter table({{"kind"}, {"name"}, {"finding"}});
  for (const Finding& finding : findings) {
    const bool missing = finding.expected.empty() && finding.found.empty();
    table.add_row({finding.kind, finding.name, missing ? "missing" : "differs"});
    if (missing) continue;
    table.add_row({"", "", "expected: " + finding.expected});
    table.add_row({"", "", "found: " + finding.found});
  }
  return table.text();
}

std::string sum_of_verify(const Report& report) {
  if (count(report.plan, State::kApplied) + count(report.plan, State::kBaselined) == 0)
    return "no migration is applied, so there is nothing to verify";
  if (report.findings.empty())
    return counted(report.objects, "object", "objects") + " of the applied migrations: all there, and as the files say";
  return counted(report.findings.size(), "object", "objects") + " of " + base::human_count(report.objects) +
         " missing or different";
}

std::string sum_text(const Report& report) {
  if (report.command == "up") return sum_of_up(report.plan);
  if (report.command == "verify") return sum_of_verify(report);
  return sum_of_status(report.plan);
}

json entry_json(const Entry& entry) {
  json object = {{"name", entry.name}, {"state", state_name(entry.state)}};
  if (!entry.applied_at.empty()) object["applied_at"] = entry.applied_at;
  if (entry.duration) object["duration_seconds"] = std::chrono::duration<double>(*entry.duration).count();
  return object;
}

json finding_json(const Finding& finding) {
  json object = {{"kind", finding.kind}, {"name", finding.name}};
  const bool missing = finding.expected.empty() && finding.found.empty();
  object["finding"] = missing ? "missing" : "differs";
  if (!missing) object.update({{"expected", finding.expected}, {"found", finding.found}});
  return object;
}

}  // namespace

std::string report_text(const Report& report) {
  const std::string table = report.command == "verify" ? findings_text(report.findings) : table_text(report.plan);
  return table + (table.empty() ? "" : "\n") + sum_text(report) + "\n";
}

std::string report_json(const Report& report, int exit_status) {
  json migrations = json::array();
  for (const Entry& entry : report.plan) migrations.push_back(entry_json(entry));
  json object = {{"report", {{"name", "db-transfer migrations"}, {"version", 1}}},
                 {"program", "db-migrate"},
                 {"exit_status", exit_status},
                 {"command", report.command},
                 {"folder", report.folder},
                 {"database", report.place},
                 {"schema", report.schema},
                 {"dry_run", report.dry_run},
                 {"migrations", migrations},
                 {"pending", count(report.plan, State::kPending)}};
  if (report.command == "verify") {
    json findings = json::array();
    for (const Finding& finding : report.findings) findings.push_back(finding_json(finding));
    object["objects"] = report.objects;
    object["findings"] = std::move(findings);
  }
  constexpr int kIndent = 2;
  // ASCII only, so that no name can steer a terminal.
  return object.dump(kIndent, ' ', true, json::error_handler_t::replace) + "\n";
}

}  // namespace migrate
