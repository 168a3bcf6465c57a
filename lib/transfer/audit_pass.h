// The last pass over the file, beside the decisions on its rows: what a reviewer wants to see of a row stands partly
// there (its place, its text), partly in the target (its verdict). Writes the reports and the rows left out; nothing
// has its name before publish. One thread.
#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>

#include "base/input_file.h"
#include "base/progress.h"
#include "engine/target.h"
#include "format/header.h"
#include "format/row_splitter.h"
#include "outcome/import_outcome.h"
#include "transfer/foretold.h"
#include "transfer/options.h"
#include "transfer/output_files.h"
#include "transfer/plan.h"
#include "transfer/rejects.h"
#include "transfer/reports.h"

namespace transfer {

class AuditPass {
 public:
  // All are kept. `key`: of the digests of a plan.
  AuditPass(const ImportOptions& options, OutputFiles& files, const std::string& key, base::Progress& progress,
            const std::stop_token& stop)
      : options_(options), files_(files), key_(key), progress_(progress), stop_(stop) {}

  // Forgets what an attempt before has made.
  void reset();
  // `foretold`: of a rehearsal; may be null. Fills the samples of the outcome.
  void run(engine::Target& target, const Plan& plan, const format::Header& header, base::InputFile& file,
           Foretold* foretold, outcome::ImportOutcome& outcome);

  void publish_rejects();
  void publish_reports();

 private:
  void open_rejects(const format::Header& header, outcome::ImportOutcome& outcome);
  void run_table(engine::Target& target, std::size_t section, std::size_t plan, format::RowSplitter& splitter,
                 outcome::ImportedTable& table);

  const ImportOptions& options_;
  OutputFiles& files_;
  const std::string& key_;
  base::Progress& progress_;
  const std::stop_token& stop_;
  std::string default_rejects_;  // once it was needed
  std::optional<Rejects> rejects_;
  std::optional<Reports> reports_;
};

}  // namespace transfer
