#include "transfer/diff_reports.h"

#include <utility>

#include "base/error.h"
#include "base/terminal.h"
#include "report/difference_text.h"
#include "report/html/difference_page.h"

namespace transfer {
namespace {

std::vector<KeptFile> with_inputs(const DiffOptions& options) {
  std::vector<KeptFile> kept = options.kept;
  for (const DiffEnd* end : {&options.a, &options.b}) {
    if (!end->input.empty()) kept = with_input(std::move(kept), end->input, "a file that is compared");
  }
  return kept;
}

}  // namespace

void demand_difference_form(const std::string& path) {
  if (path.ends_with(".json") || path.ends_with(".html") || path.ends_with(".txt")) return;
  throw base::Error(base::ErrorKind::kUsage,
                    "the name of the report " + base::printable(path) + " does not say its form",
                    "let it end in .html, .json or .txt");
}

DiffReports::DiffReports(const DiffOptions& options) : files_(with_inputs(options), options.overwrite) {
  for (const std::string& path : options.reports) {
    demand_difference_form(path);
    files_.add(path, "the report", OutputFiles::Existing::kReport);
  }
  for (const std::string& path : options.reports) {
    outputs_.push_back(std::make_unique<base::AtomicFile>(path, files_.guard(path)));
    if (path.ends_with(".json")) writers_.push_back(std::make_unique<report::DifferenceJsonWriter>(*outputs_.back()));
  }
  if (options.rows_sink != nullptr)
    writers_.push_back(std::make_unique<report::DifferenceJsonWriter>(*options.rows_sink));
}

void DiffReports::write(const std::string& table, const outcome::DifferingRow& row) {
  for (const auto& writer : writers_) writer->write(table, row);
}

void DiffReports::finish(const outcome::Difference& difference) {
  for (const auto& writer : writers_) writer->finish(difference);
  for (const auto& output : outputs_) {
    if (output->path().ends_with(".html")) output->write(report::difference_html(difference));
    if (output->path().ends_with(".txt")) output->write(report::difference_text(difference, base::Color::kNever));
  }
}

void DiffReports::publish() {
  for (const auto& output : outputs_) output->finish();
}

}  // namespace transfer
