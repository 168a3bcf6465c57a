// The base of a three-way merge (--base): the export that the file's source and the target had in common, as a rule the
// one that was imported last. Verified whole before the target is touched, planned and staged beside the file. One
// thread.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/input_file.h"
#include "base/progress.h"
#include "catalog/types.h"
#include "conversion/profile.h"
#include "digests/record_digests.h"
#include "engine/target.h"
#include "format/verify.h"
#include "outcome/import_outcome.h"
#include "transfer/base_rejects.h"
#include "transfer/cross_engine.h"
#include "transfer/equal_records.h"
#include "transfer/options.h"
#include "transfer/plan.h"
#include "transfer/staged_file.h"

namespace transfer {

class BaseFile {
 public:
  // Reads it whole, and what was left out of it. `equal_records`: of the file, which was verified. Throws kUsage for
  // what is no export, kFile for one that is not sound.
  BaseFile(const ImportOptions& options, EqualRecords& equal_records, base::Progress& progress,
           const std::stop_token& stop);

  void profile(const outcome::DatabaseInfo& target, base::Progress& progress, const std::stop_token& stop);

  // Of an attempt: tells each table of `plan`, whose rows are set, what the base holds of it, and in its differences
  // what that lacks.
  void plan(engine::Target& target, const ImportOptions& options, Plan& plan);
  // After prepare(), and after find() of the file's equal records: who has the row of one of them is asked about no
  // more, so such records stay where they are.
  void stage(engine::Target& target, const StagedFile& file, const EqualRecords& equal_records,
             base::Progress& progress, const std::stop_token& stop);

  const format::Verified& verified() const { return verified_; }
  // Null: nothing is known of what was left out of it.
  const format::Verified* rejects() const { return rejects_ ? &rejects_->verified() : nullptr; }
  outcome::FileIdentity identity(const ImportOptions& options) const;

 private:
  format::Verified verified_;
  std::optional<digests::RecordDigests> digests_;
  base::InputFile file_;  // whose making fills what is above
  std::vector<conversion::Profile> profiles_;
  Plan plan_;
  Conversions conversions_;
  std::optional<BaseRejects> rejects_;
};

// The base's tables, by those of `plan` that they are of: its tables are parallel to those of `plan`. What it lacks is
// added to the differences of `plan`.
Plan plan_base(const format::Verified& base, const outcome::DatabaseInfo& target, const ImportOptions& options,
               const catalog::Types& target_types, Plan& plan);

// Throws kUsage for what no merge can do yet beside `what`.
void demand_mergeable(const engine::TablePlan& table, const std::string& what);

}  // namespace transfer
