#include "transfer/audit_pass.h"

#include <utility>
#include <vector>

#include "base/error.h"
#include "base/stop.h"
#include "format/byte_source.h"
#include "format/compression.h"
#include "transfer/samples.h"

namespace transfer {

using base::Error;
using base::ErrorKind;

void AuditPass::reset() {
  rejects_.reset();
  reports_.reset();
}

void AuditPass::run(engine::Target& target, const Plan& plan, const format::Header& header, base::InputFile& file,
                    Foretold* foretold, outcome::ImportOutcome& outcome) {
  open_rejects(header, outcome);
  if (!options_.reports.empty()) reports_.emplace(options_.reports, files_, outcome, key_);
  file.seek(0);
  format::FileSource<base::InputFile> raw(file);
  const auto source = format::decompress(raw);
  format::RowSplitter splitter(*source);
  splitter.read_header();
  std::string section;
  for (std::size_t i = 0; splitter.next_table(section); ++i) {
    progress_.table(section);
    if (plan.table_of_section[i]) run_table(target, i, *plan.table_of_section[i], splitter, outcome.tables[i]);
  }
  if (rejects_) rejects_->finish();
  if (foretold != nullptr && reports_) foretold->write_differences(target, *reports_);
  if (reports_) reports_->finish();
}

void AuditPass::run_table(engine::Target& target, std::size_t section, std::size_t plan, format::RowSplitter& splitter,
                          outcome::ImportedTable& table) {
  if (reports_) reports_->begin_table(section);
  format::RawRecord record;
  Samples samples(table);
  target.for_each_decision(
      plan, reports_ ? engine::Decisions::kAll : engine::Decisions::kLeftOut, [&](const outcome::Decision& decision) {
        base::throw_if_stopped(stop_);
        while (record.number < decision.record) {
          if (splitter.next_record(record)) continue;
          throw Error(ErrorKind::kInternal, "a decision on " + table.name + " is about no record of the file");
        }
        outcome::Decision placed = decision;
        placed.offset = record.offset;
        const bool left_out =
            decision.verdict == outcome::Verdict::kConflict || decision.verdict == outcome::Verdict::kInvalid;
        if (left_out && rejects_) rejects_->add(section, record.text, decision.reason);
        if (reports_) reports_->write(placed);
        samples.add(placed);
        return true;
      });
  samples.finish();
}

// By default only what an import really leaves out is kept, and a folder that takes no file is no reason to fail.
void AuditPass::open_rejects(const format::Header& header, outcome::ImportOutcome& outcome) {
  if (outcome.total.left_out() == 0) return;
  const bool asked_for = !options_.rejects.empty();
  if (!asked_for && outcome.ending != outcome::Ending::kCommitted) return;
  std::vector<std::size_t> sections;
  for (std::size_t i = 0; i < outcome.tables.size(); ++i) {
    if (outcome.tables[i].counts.left_out() > 0) sections.push_back(i);
  }
  std::string path = asked_for ? options_.rejects : default_rejects_;
  try {
    if (path.empty()) path = default_rejects_ = default_rejects_path(options_.input, files_);
    rejects_.emplace(path, files_.guard(path), header, sections);
    outcome.rejects_file = path;
  } catch (const Error& error) {
    if (asked_for) throw;
    outcome.notices.push_back("the rows left out are in no file of their own: " + std::string(error.what()) +
                              "; --rejects FILE names another place");
  }
}

void AuditPass::publish_rejects() {
  if (rejects_) rejects_->publish();
}

void AuditPass::publish_reports() {
  if (reports_) reports_->publish();
}

}  // namespace transfer
