#include "report/audit_json.h"

#include "report/approval_lines.h"
#include "report/audit_summary.h"
#include "report/json_parts.h"

namespace report {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

}  // namespace

AuditJsonWriter::AuditJsonWriter(base::ByteSink& sink, const outcome::ImportOutcome& outcome)
    : sink_(sink), outcome_(outcome), spool_(std::in_place) {
  if (outcome.approval) id_.emplace(*outcome.approval);
}

void AuditJsonWriter::write_head(const std::string& plan_id) {
  std::string head = dumped(summary_json(outcome_, plan_id), Layout::kIndented);
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
  std::string plan_id = id_ ? id_->hex() : std::string{};
  spool_->write(buffer_);
  buffer_.clear();
  base::InputFile lines = spool_->finish("the decisions of the report");
  spool_.reset();
  write_head(plan_id);
  std::string chunk(kChunkBytes, '\0');
  while (const std::size_t bytes = lines.read(chunk.data(), chunk.size()))
    append(std::string_view(chunk).substr(0, bytes));
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
