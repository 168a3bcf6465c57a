#include "transfer/audit_pass.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/stop.h"
#include "format/compression.h"
#include "transfer/samples.h"

namespace transfer {

using base::Error;
using base::ErrorKind;

void AuditPass::reset() {
  rejects_.reset();
  reports_.reset();
}

void AuditPass::run(engine::Target& target, const JudgedFile& judged, Foretold* foretold,
                    outcome::ImportOutcome& outcome) {
  keep_rejects(target, judged, outcome);
  if (!options_.reports.empty()) reports_.emplace(options_.reports, files_, outcome, key_);
  const engine::Decisions wanted = reports_ ? engine::Decisions::kAll : engine::Decisions::kLeftOut;
  const auto tell = [&](std::size_t section, std::size_t planned, format::RowSplitter& splitter) {
    if (reports_) reports_->begin_table(section);
    Samples samples(outcome.tables[section]);
    for_each_decision(target, planned, wanted, splitter,
                      [&](const outcome::Decision& decision, const format::RawRecord&) {
                        if (reports_) reports_->write(decision);
                        samples.add(decision);
                      });
    samples.finish();
  };
  for_each_table(judged.plan, judged.file, tell);
  if (foretold != nullptr && reports_) foretold->write_differences(target, *reports_);
  if (reports_) reports_->finish();
}

// Before the reports, which name their file: whether it is another than that of an import before is known at its end.
void AuditPass::keep_rejects(engine::Target& target, const JudgedFile& judged, outcome::ImportOutcome& outcome) {
  open_rejects(judged, outcome);
  if (!rejects_) return;
  const auto keep = [&](std::size_t section, std::size_t planned, format::RowSplitter& splitter) {
    if (outcome.tables[section].counts.left_out_of_file() == 0) return;
    Conflicts conflicts(target, judged, section, planned);
    for_each_decision(target, planned, engine::Decisions::kLeftOut, splitter,
                      [&](const outcome::Decision& decision, const format::RawRecord& record) {
                        if (!decision.missing && decision.verdict != outcome::Verdict::kUnchanged)
                          rejects_->add(section, record.text, decision.reason, conflicts.of(record.number));
                      });
  };
  for_each_table(judged.plan, judged.file, keep);
  rejects_->finish();
  const std::string same = options_.rejects.empty() ? same_rejects(*rejects_, options_.input) : std::string();
  if (!same.empty()) rejects_.reset();
  outcome.rejects_file = rejects_ ? rejects_->path() : same;
}

void AuditPass::for_each_table(const Plan& plan, base::InputFile& file, const OnTable& on_table) {
  file.seek(0);
  const auto source = format::decompress(file);
  format::RowSplitter splitter(*source);
  splitter.read_header();
  std::string section;
  for (std::size_t i = 0; splitter.next_table(section); ++i) {
    progress_.table(section);
    if (plan.table_of_section[i]) on_table(i, *plan.table_of_section[i], splitter);
  }
}

void AuditPass::for_each_decision(engine::Target& target, std::size_t planned, engine::Decisions wanted,
                                  format::RowSplitter& splitter, const OnDecision& on_decision) {
  format::RawRecord record;
  target.for_each_decision(planned, wanted, [&](const outcome::Decision& decision) {
    base::throw_if_stopped(stop_);
    while (!decision.missing && record.number < decision.record) {
      if (splitter.next_record(record)) continue;
      throw Error(ErrorKind::kInternal, "a decision is about no record of the file");
    }
    outcome::Decision placed = decision;
    placed.offset = decision.missing ? 0 : record.offset;
    on_decision(placed, record);
    return true;
  });
}

Rejects::Conflicts AuditPass::conflicts_of(const JudgedFile& judged, const std::vector<std::size_t>& sections,
                                           const outcome::ImportOutcome& outcome) const {
  const bool may_carry = std::ranges::any_of(sections, [&](std::size_t section) {
    const std::optional<std::size_t>& planned = judged.plan.table_of_section[section];
    return planned && judged.plan.tables[*planned].base && outcome.tables[section].counts.conflict > 0;
  });
  if (!may_carry) return Rejects::Conflicts::kNone;
  const bool are_settled = !judged.header.conflict.empty() && options_.seal == format::SealPolicy::kIgnore;
  return are_settled || judged.header.settled ? Rejects::Conflicts::kSettled : Rejects::Conflicts::kCarried;
}

// By default only what an import really leaves out is kept, and a folder that takes no file is no reason to fail.
void AuditPass::open_rejects(const JudgedFile& judged, outcome::ImportOutcome& outcome) {
  if (outcome.total.left_out_of_file() == 0) return;
  const bool asked_for = !options_.rejects.empty();
  if (!asked_for && outcome.ending != outcome::Ending::kCommitted) return;
  std::vector<std::size_t> sections;
  for (std::size_t i = 0; i < outcome.tables.size(); ++i) {
    if (outcome.tables[i].counts.left_out_of_file() > 0) sections.push_back(i);
  }
  std::string path = asked_for ? options_.rejects : default_rejects_;
  try {
    if (path.empty()) path = default_rejects_ = free_rejects_path(options_.input, files_);
    rejects_.emplace(path, files_.guard(path), judged.header, sections, conflicts_of(judged, sections, outcome));
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
