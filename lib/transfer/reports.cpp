#include "transfer/reports.h"

#include <functional>

#include "base/error.h"
#include "base/terminal.h"
#include "report/audit_html.h"
#include "report/audit_markdown.h"
#include "report/audit_text.h"

namespace transfer {
namespace {

constexpr std::string_view kJsonEnding = ".json";

using Write = std::string (*)(const outcome::ImportOutcome&);

struct Form {
  std::string_view ending;
  Write write;
};

constexpr Form kForms[] = {
    {".html", report::audit_html}, {".txt", report::audit_text}, {".md", report::audit_markdown}};

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
                    "let it end in .html, .json, .txt or .md");
}

Reports::Reports(const std::vector<std::string>& paths, const OutputFiles& files, const outcome::ImportOutcome& outcome)
    : outcome_(outcome) {
  for (const std::string& path : paths) {
    demand_report_form(path);
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

void Reports::finish() {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (writers_[i]) {
      writers_[i]->finish();
    } else {
      files_[i]->write(form_of(files_[i]->path())(outcome_));
    }
  }
}

void Reports::publish() {
  for (const auto& file : files_) file->finish();
}

}  // namespace transfer
