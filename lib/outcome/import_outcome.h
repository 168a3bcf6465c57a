// What a finished import or dry run has to tell: identities, counts, decisions, times. Plain values that report turns
// into something to read.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "outcome/approval.h"
#include "outcome/database_info.h"
#include "outcome/decision.h"
#include "outcome/effects.h"
#include "outcome/samples.h"
#include "outcome/verdict.h"

namespace outcome {

// kRehearsed: merged for real, then rolled back.
enum class Ending { kDryRun, kRehearsed, kCommitted, kRolledBack };

struct ImportedTable {
  std::string name;    // as the file calls it
  bool taken = true;   // false: skipped as a whole, by the user's own word
  bool audit = false;  // an audit table, for --skip-audit
  Meaning meaning = Meaning::kPlain;
  std::vector<std::string> parents;            // tables of the file that its foreign keys refer to, itself left out
  std::vector<std::string> foreign_keys = {};  // of the target's table, by name
  VerdictCounts counts;
  std::optional<VerdictCounts> foretold;  // of what was merged: how it was judged before
  TableEffects effects;                   // filled where a report was asked for
  // Some rows of each kind: of left_out and inserts the first in the order of the file, of updates those to look at
  // first. The counts say how many there are. Rows that are written only where a report was asked for.
  std::vector<Decision> left_out;
  std::vector<Decision> updates;
  std::vector<Decision> inserts;
  std::vector<Decision> deletes;     // of rows that the file lacks, as long as they are not too many
  std::vector<Decision> gone;        // some of those that are gone from the target since the base
  std::vector<CountedCause> causes;  // of all rows left out
  std::vector<ChangedSet> changed_sets;
  std::vector<CountedValues> inserted_values;
};

struct FileIdentity {
  std::string path;         // "-": standard input
  std::uint64_t bytes = 0;  // of what the seal covers
  std::string sha256;       // of the same
  bool sealed = false;
  std::string generator;  // "db-export 0.1.0"
  std::string exported_at;
  DatabaseInfo source;
  std::string last_migration;     // empty: none known
  std::uint64_t whole_bytes = 0;  // of the file itself, as ls tells it; 0: not known
  std::string whole_sha256 = {};  // as sha256sum tells it
};

struct TargetIdentity {
  std::string place;  // without a password
  DatabaseInfo info;
  std::string role;
  std::string last_migration;
  // The option that names it on any command line, without a password: "--url postgresql://app@db/app". Empty: the
  // options of the import name it themselves.
  std::string option = {};
};

struct ImportOutcome {
  Ending ending = Ending::kDryRun;
  FileIdentity file;
  std::optional<FileIdentity> base;  // of a three-way merge
  TargetIdentity target;
  std::string decided_at;             // ISO 8601, UTC
  std::vector<std::string> options;   // those that decide what happens, as they would be typed
  std::vector<ImportedTable> tables;  // in the order of the file
  VerdictCounts total;
  // What the import itself will need beyond what trying it did, a statement each. Nothing where it was done.
  std::vector<std::string> missing_grants;
  std::vector<std::string> differences;  // between the file's schema and the target's, harmless ones
  std::vector<std::string> notices;
  std::string rejects_file;                  // empty: none written
  std::string undo_file;                     // the same: what takes this import back
  bool is_undo = false;                      // it took another import back, or would
  std::vector<std::string> deletes_missing;  // the tables whose rows go that the file lacks
  bool may_delete() const { return is_undo || !deletes_missing.empty(); }
  // The rows left out, or more changes than a limit allows, would end, or have ended, the import as a whole.
  bool blocked = false;
  std::optional<Approval> approval;    // what was only tried can be approved, where a report says all of it
  std::optional<AppliedPlan> applied;  // what was approved
  std::string plan_file;               // where the plan is written to; empty: nowhere
  std::vector<std::string> reports;    // that are written beside this outcome, as they were named
  std::string ran_by;                  // user and machine; empty: not known
  std::string folder;                  // that names of files are relative to
  std::string blocked_by;  // the option that wants it so: "--atomic", "--on-conflict fail", "--limit …"; empty: not
  std::vector<std::string> passed_limits;        // a line each, with the option
  std::vector<LooseReference> loose_references;  // to rows that take another key by --match
  // What the dry run could not tell, a line a cause; they are among the notices, too.
  std::vector<std::string> untold;
  std::chrono::nanoseconds duration{};
};

}  // namespace outcome
