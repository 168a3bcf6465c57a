// The last passes over the file, beside the decisions on its rows: what a reviewer wants to see of a row is partly
// there (its place, its text), partly in the target (its verdict). Writes the rows left out, where there are any, then
// the reports; nothing has its name before publish. One thread.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/input_file.h"
#include "base/progress.h"
#include "engine/target.h"
#include "format/header.h"
#include "format/row_splitter.h"
#include "outcome/import_outcome.h"
#include "transfer/conflicts.h"
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
  void run(engine::Target& target, const JudgedFile& judged, Foretold* foretold, outcome::ImportOutcome& outcome);

  void publish_rejects();
  void publish_reports();

 private:
  // With the index of the table in the file and in the plan.
  using OnTable = std::function<void(std::size_t section, std::size_t planned, format::RowSplitter& splitter)>;
  // With the record that it is about; of a row that the file lacks with none.
  using OnDecision = std::function<void(const outcome::Decision& decision, const format::RawRecord& record)>;

  void keep_rejects(engine::Target& target, const JudgedFile& judged, outcome::ImportOutcome& outcome);
  void open_rejects(const JudgedFile& judged, outcome::ImportOutcome& outcome);
  Rejects::Conflicts conflicts_of(const JudgedFile& judged, const std::vector<std::size_t>& sections,
                                  const outcome::ImportOutcome& outcome) const;
  void for_each_table(const Plan& plan, base::InputFile& file, const OnTable& on_table);
  void for_each_decision(engine::Target& target, std::size_t planned, engine::Decisions wanted,
                         format::RowSplitter& splitter, const OnDecision& on_decision);

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
