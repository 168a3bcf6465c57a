#include "transfer/reports.h"

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "base/terminal.h"
#include "report/audit_junit.h"
#include "report/audit_markdown.h"
#include "report/audit_text.h"
#include "report/html/page.h"
#include "transfer/approval_key.h"

namespace transfer {
namespace {

constexpr std::string_view kJsonEnding = ".json";

using Write = std::string (*)(const outcome::ImportOutcome&);

struct Form {
  std::string_view ending;
  Write write;
};

constexpr Form kForms[] = {{".html", report::audit_html},
                           {".txt", report::audit_text},
                           {".md", report::audit_markdown},
                           {".xml", report::audit_junit}};

Write form_of(const std::string& path) {
  for (const Form& form : kForms) {
    if (path.ends_with(form.ending)) return form.write;
  }
  return nullptr;
}

}  // namespace

void demand_report_form(const std::string& path) {
  if (path.ends_with(kJsonEnding) || form_of(path) != nullptr) return;
  throw base::Error(base::ErrorKind::kUsage,
                    "the name of the report " + base::printable(path) + " does not say its form",
                    "let it end in .html, .json, .txt, .md or .xml");
}

bool has_json(const std::vector<std::string>& paths) {
  return std::ranges::any_of(paths, [](const std::string& path) { return path.ends_with(kJsonEnding); });
}

void add_reports(const std::vector<std::string>& paths, bool may_be_plans, OutputFiles& files) {
  for (const std::string& path : paths) {
    files.add(path, "the report", OutputFiles::Existing::kReport);
    if (may_be_plans && path.ends_with(kJsonEnding))
      files.add(key_path(path), "the plan's key", OutputFiles::Existing::kKey);
  }
}

Reports::Reports(const std::vector<std::string>& paths, const OutputFiles& files, outcome::ImportOutcome& outcome,
                 const std::string& key)
    : outcome_(outcome) {
  for (const std::string& path : paths) {
    demand_report_form(path);
    if (outcome.approval && path.ends_with(kJsonEnding)) {
      keys_.push_back(std::make_unique<base::AtomicFile>(key_path(path), files.guard(key_path(path))));
      keys_.back()->write(key_text(key));
    }
    files_.push_back(std::make_unique<base::AtomicFile>(path, files.guard(path)));
    writers_.push_back(path.ends_with(kJsonEnding) ? std::make_unique<report::AuditJsonWriter>(*files_.back(), outcome_)
                                                   : nullptr);
  }
}

void Reports::begin_table(std::size_t index) {
  for (const auto& writer : writers_) {
    if (writer) writer->begin_table(index);
  }
}

void Reports::write(const outcome::Decision& decision) {
  for (const auto& writer : writers_) {
    if (writer) writer->write(decision);
  }
}

void Reports::begin_foretold() {
  for (const auto& writer : writers_) {
    if (writer) writer->begin_foretold();
  }
}

void Reports::write(const outcome::Fingerprint& decision) {
  for (const auto& writer : writers_) {
    if (writer) writer->write(decision);
  }
}

// Plans first: the others show their id.
void Reports::finish() {
  for (const auto& writer : writers_) {
    if (!writer) continue;
    const std::string id = writer->finish();
    if (outcome_.approval) outcome_.approval->id = id;
  }
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (!writers_[i]) files_[i]->write(form_of(files_[i]->path())(outcome_));
  }
}

void Reports::publish() {
  for (const auto& file : keys_) file->finish();
  for (const auto& file : files_) file->finish();
}

}  // namespace transfer
