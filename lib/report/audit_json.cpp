#include "report/audit_json.h"

#include "report/findings.h"
#include "report/json_parts.h"
#include "report/wording.h"

namespace report {
namespace {

using json = ordered_json;

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

json details_json(const outcome::TableEffects& details) {
  json changed = json::array();
  for (const outcome::ChangedColumn& column : details.changed_columns)
    changed.push_back({{"column", column.name}, {"rows", column.rows}});
  json triggers = json::array();
  for (const outcome::Trigger& trigger : details.triggers)
    triggers.push_back({{"name", trigger.name}, {"when", trigger.when}, {"function", trigger.function}});
  json cascades = json::array();
  for (const outcome::Cascade& cascade : details.cascades) {
    cascades.push_back({{"table", cascade.table},
                        {"foreign_key", cascade.foreign_key},
                        {"action", cascade.action},
                        {"columns", cascade.columns},
                        {"rows", cascade.rows}});
    if (cascade.reached == 0) continue;
    cascades.back()["reached"] = cascade.reached;
    cascades.back()["outside"] = cascade.outside;
  }
  json sequences = json::array();
  for (const outcome::SequenceChange& change : details.sequences)
    sequences.push_back({{"sequence", change.sequence}, {"before", change.before}, {"after", change.after}});
  json outside = json::array();
  for (const outcome::OutsideReference& reference : details.outside_references)
    outside.push_back({{"foreign_key", reference.foreign_key}, {"parent", reference.parent}, {"rows", reference.rows}});
  return {{"rows_before", details.rows_before},
          {"identity", details.identity},
          {"match", details.match},
          {"remapped", details.remapped},
          {"changed_columns", std::move(changed)},
          {"newer_rows", details.newer_rows},
          {"triggers", std::move(triggers)},
          {"cascades", std::move(cascades)},
          {"sequences", std::move(sequences)},
          {"outside_references", std::move(outside)}};
}

json table_json(const outcome::ImportedTable& table) {
  return {{"name", table.name},
          {"taken", table.taken},
          {"audit", table.audit},
          {"parents", table.parents},
          {"counts", counts_json(table.counts)},
          {"details", details_json(table.details)},
          {"anomalies", anomalies(table)}};
}

json summary_json(const outcome::ImportOutcome& outcome) {
  json tables = json::array();
  for (const outcome::ImportedTable& table : outcome.tables) tables.push_back(table_json(table));
  json list = json::array();
  for (const Check& check : checks(outcome))
    list.push_back({{"grade", grade_word(check.grade)}, {"check", check.title}, {"detail", check.detail}});
  return {{"report", {{"name", "db-transfer audit"}, {"version", 1}}},
          {"ending", ending_name(outcome.ending)},
          {"verdict", judgement_word(judgement(outcome))},
          {"blocked", outcome.blocked},
          {"decided_at", outcome.decided_at},
          {"file", file_json(outcome.file)},
          {"target", target_json(outcome.target)},
          {"options", outcome.options},
          {"command", import_command(outcome)},
          {"checks", std::move(list)},
          {"total", counts_json(outcome.total)},
          {"tables", std::move(tables)},
          {"differences", outcome.differences},
          {"notices", outcome.notices},
          {"rejects_file", outcome.rejects_file},
          {"duration_seconds", seconds(outcome.duration)}};
}

}  // namespace

AuditJsonWriter::AuditJsonWriter(base::ByteSink& sink, const outcome::ImportOutcome& outcome)
    : sink_(sink), outcome_(outcome) {
  std::string summary = dumped(summary_json(outcome), Layout::kIndented);
  summary.resize(summary.size() - 2);  // the object stays open: its "\n}" comes from finish()
  append(summary + ",\n  \"decisions\": [");
}

void AuditJsonWriter::begin_table(std::size_t index) {
  line_begin_ = "{\"table\":" + dumped(outcome_.tables.at(index).name, Layout::kOneLine) + ",";
}

void AuditJsonWriter::write(const outcome::Decision& row) {
  // The decision's own object, opened by the table's name.
  append((first_ ? "\n" : ",\n") + line_begin_ + dumped(decision_json(row), Layout::kOneLine).substr(1));
  first_ = false;
}

void AuditJsonWriter::finish() {
  append("\n  ]\n}\n");
  sink_.write(buffer_);
  buffer_.clear();
}

void AuditJsonWriter::append(const std::string& text) {
  buffer_ += text;
  if (buffer_.size() < kChunkBytes) return;
  sink_.write(buffer_);
  buffer_.clear();
}

}  // namespace report
