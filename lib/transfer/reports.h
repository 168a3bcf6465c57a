// The reports that were asked for, side by side: JSON takes every decision as it comes, the others show samples and are
// written at the end. Nothing is at a final name before publish(); a report that is there already is replaced then.
// One thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "outcome/import_outcome.h"
#include "report/audit_json.h"
#include "transfer/output_files.h"

namespace transfer {

class Reports {
 public:
  // `outcome` is kept: everything but the samples must be there already. `files` knows the paths. Throws kUsage for an
  // ending that says no form, kInputOutput for a file that cannot be written.
  // A plan, that is JSON of what can be approved, gets its key beside it.
  Reports(const std::vector<std::string>& paths, const OutputFiles& files, outcome::ImportOutcome& outcome,
          const std::string& key);

  // The decisions that follow are on rows of outcome.tables[index].
  void begin_table(std::size_t index);
  void write(const outcome::Decision& decision);
  // After all of them, of a rehearsal: what the merge made different, as it was foretold.
  void begin_foretold();
  void write(const outcome::Fingerprint& decision);
  // With the samples in the outcome: writes the rest.
  void finish();
  void publish();

 private:
  outcome::ImportOutcome& outcome_;
  std::vector<std::unique_ptr<base::AtomicFile>> keys_;
  std::vector<std::unique_ptr<base::AtomicFile>> files_;
  std::vector<std::unique_ptr<report::AuditJsonWriter>> writers_;  // parallel to files_; empty: not JSON
};

bool has_json(const std::vector<std::string>& paths);

// Adds the reports to the outputs, and the keys of those that may be plans.
void add_reports(const std::vector<std::string>& paths, bool may_be_plans, OutputFiles& files);

// Throws kUsage for a path whose ending is not .json, .html, .txt, .md or .xml.
void demand_report_form(const std::string& path);

}  // namespace transfer
