#include "report/audit_json.h"

#include "report/approval_lines.h"
#include "report/commands.h"
#include "report/findings.h"
#include "report/json_parts.h"
#include "report/wording.h"

namespace report {
namespace {

using json = ordered_json;

// 1: without plan and seal.
constexpr int kAuditVersion = 2;
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
  return {{"ending", ending_name(outcome.ending)},
          {"verdict", judgement_word(judgement(outcome))},
          {"blocked", outcome.blocked},
          {"passed_limits", outcome.passed_limits},
          {"decided_at", outcome.decided_at},
          {"file", file_json(outcome.file)},
          {"target", target_json(outcome.target)},
          {"options", outcome.options},
          {"command", judgement(outcome) == Judgement::kBlocked ? std::string{} : apply_command(outcome)},
          {"checks", std::move(list)},
          {"total", counts_json(outcome.total)},
          {"tables", std::move(tables)},
          {"differences", outcome.differences},
          {"notices", outcome.notices},
          {"rejects_file", outcome.rejects_file},
          {"duration_seconds", seconds(outcome.duration)}};
}

json applied_json(const outcome::AppliedPlan& applied) {
  json object = {{"id", applied.id}};
  if (!applied.signer.empty()) object["signer"] = applied.signer;
  return object;
}

// "report" and "plan" stand first: what a file is, its beginning tells.
json document_json(const outcome::ImportOutcome& outcome, const std::string& plan_id) {
  json document = {{"report", {{"name", "db-transfer audit"}, {"version", kAuditVersion}}}};
  if (outcome.approval) {
    document["plan"] = {{"id", plan_id}};
    document["plan"].update(plan_json(*outcome.approval));
  }
  if (outcome.applied) document["applied"] = applied_json(*outcome.applied);
  document.update(summary_json(outcome));
  return document;
}

}  // namespace

AuditJsonWriter::AuditJsonWriter(base::ByteSink& sink, const outcome::ImportOutcome& outcome)
    : sink_(sink), outcome_(outcome) {
  if (outcome.approval) {
    spool_.emplace();
    id_.emplace(*outcome.approval);
  } else {
    write_head({});
  }
}

void AuditJsonWriter::write_head(const std::string& plan_id) {
  std::string head = dumped(document_json(outcome_, plan_id), Layout::kIndented);
  head.resize(head.size() - 2);  // the object stays open: its "\n}" comes from finish()
  append(head + ",\n" + std::string(kDecisionsBegin));
}

void AuditJsonWriter::begin_table(std::size_t index) { table_ = json_name(outcome_.tables.at(index).name); }

void AuditJsonWriter::write(const outcome::Decision& row) {
  add_line(decision_line(table_, row));
  ++decisions_;
}

void AuditJsonWriter::begin_foretold() {
  append("\n" + std::string(kListEnd) + "\n" + std::string(kForetoldBegin));
  if (id_) id_->begin_foretold();
  first_ = true;
}

void AuditJsonWriter::write(const outcome::Fingerprint& row) { add_line(line_begin(table_, row) + "}"); }

void AuditJsonWriter::add_line(const std::string& line) {
  if (id_) id_->add(line);
  append((first_ ? "\n" : ",\n") + line);
  first_ = false;
}

std::string AuditJsonWriter::finish() {
  std::string plan_id;
  if (spool_) {
    spool_->write(buffer_);
    buffer_.clear();
    base::InputFile lines = spool_->finish("the decisions of the report");
    spool_.reset();
    plan_id = id_->hex();
    write_head(plan_id);
    std::string chunk(kChunkBytes, '\0');
    while (const std::size_t bytes = lines.read(chunk.data(), chunk.size()))
      append(std::string_view(chunk).substr(0, bytes));
  }
  append("\n" + std::string(kListEnd) + "\n");
  put(buffer_);
  sink_.write(std::string(kSealBegin) + seal_json(decisions_, bytes_, sha256_.hex()) + "\n}\n");
  return plan_id;
}

void AuditJsonWriter::append(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() < kChunkBytes) return;
  spool_ ? spool_->write(buffer_) : put(buffer_);
  buffer_.clear();
}

void AuditJsonWriter::put(std::string_view text) {
  sink_.write(text);
  bytes_ += text.size();
  sha256_.update(text);
}

}  // namespace report
