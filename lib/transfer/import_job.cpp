#include "transfer/import_job.h"

// The steps of one job in their order.

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/input_file.h"
#include "base/stop.h"
#include "format/table_reader.h"
#include "transfer/approval.h"
#include "transfer/approval_check.h"
#include "transfer/approval_key.h"
#include "transfer/audit_pass.h"
#include "transfer/base_file.h"
#include "transfer/carried_values.h"
#include "transfer/clock.h"
#include "transfer/cross_engine.h"
#include "transfer/equal_records.h"
#include "transfer/foretold.h"
#include "transfer/identity.h"
#include "transfer/limits.h"
#include "transfer/locked_plan.h"
#include "transfer/look_ahead.h"
#include "transfer/missing_rows.h"
#include "transfer/output_files.h"
#include "transfer/plan.h"
#include "transfer/policies.h"
#include "transfer/reports.h"
#include "transfer/same_database.h"
#include "transfer/samples.h"
#include "transfer/selection.h"
#include "transfer/staged_file.h"
#include "transfer/undo.h"
#include "transfer/undo_file.h"
#include "transfer/verified_input.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;
using Clock = std::chrono::steady_clock;

std::vector<KeptFile> with_inputs(const ImportOptions& options) {
  std::vector<KeptFile> kept = with_input(options.kept, options.input);
  if (!options.base.empty()) kept.push_back({options.base, "the base"});
  if (!options.base_rejects.empty()) kept.push_back({options.base_rejects, "what was left out of the base"});
  return kept;
}

class ImportJob {
 public:
  ImportJob(const OpenTarget& open_target, const ImportOptions& options, base::Progress& progress,
            const std::stop_token& stop)
      : open_target_(open_target),
        options_(options),
        progress_(progress),
        stop_(stop),
        files_(with_inputs(options), options.overwrite),
        key_(options.approved ? options.approved->key : new_key()),
        limits_(options.limits),
        pass_(options, files_, key_, progress, stop) {}

  outcome::ImportOutcome run() {
    const auto start = Clock::now();
    // Not only when there is something to write.
    add_reports(options_.reports, makes_plans() || options_.approved.has_value(), files_);
    if (!options_.rejects.empty())
      files_.add(options_.rejects, "the file of rows left out", OutputFiles::Existing::kByForce);
    if (!options_.save_undo.empty()) files_.add(options_.save_undo, "the undo file", OutputFiles::Existing::kStays);
    look_ahead();
    if (!target_) target_ = open_target_();
    demand_another_database(verified_.header, target_->info(), options_.same_database);
    demand_two_of_sqlite(verified_.header, target_->info(), options_.orphans);
    profile();
    for (int attempt = 1; !succeeds(attempt); ++attempt) base::throw_if_stopped(stop_);
    if (!moved_.empty()) approval_check_->fail(moved_);
    outcome_.duration = Clock::now() - start;
    carefully([&] { progress_.finish(); });
    return std::move(outcome_);
  }

 private:
  // False: another session changed what the attempt built on, and there may be one more.
  bool succeeds(int attempt) {
    pass_.reset();
    limits_ = LimitCheck(options_.limits);
    undo_file_.reset();
    outcome_ = {};
    moved_.clear();
    attempt_begun_ = Clock::now();
    const engine::TableLocks locks = locks_of_attempt(attempt, options_, last_attempt_, progress_);
    try {
      transfer_rows(locks);
      return true;
    } catch (const engine::AllRowsNeeded&) {
      target_->roll_back();
      undo_file_.reset();
      if (!equal_records_.forget()) throw Error(ErrorKind::kInternal, "all rows are staged", "please report this");
      return succeeds(attempt);
    } catch (const engine::ConcurrentChange& change) {
      if (attempt == engine::kAttempts) throw;
      target_->roll_back();
      undo_file_.reset();
      progress_.notice(std::string(change.what()) + "; trying again");
    }
    last_attempt_ = Clock::now() - attempt_begun_;
    std::this_thread::sleep_for(std::chrono::milliseconds(100) * (1 << attempt));
    return false;
  }

  // What the file may be blamed for is said when it was found to be sound: a damaged one may well not fit.
  void look_ahead() {
    base::InputFile file = open_input(options_, stop_);
    const std::optional<format::Header> header = read_ahead(file);
    std::optional<Error> misfit;
    if (header) demand_fitting(*header, options_);
    if (header || !file.seekable()) target_ = open_target_();
    const auto choose = [&](const Plan& plan) { equal_records_.choose(*target_, plan, file.size()); };
    if (header) misfit = find_misfit(*target_, *header, options_, detail(), choose);
    if (misfit) progress_.notice(misfit_notice(*misfit));
    verify(std::move(file));
    if (misfit) throw Error(*misfit);
    if (!verified_.header.conflict.empty()) carried_.emplace(*file_, verified_, options_, progress_, stop_);
  }

  void verify(base::InputFile file) {
    VerifiedInput input = verify_input(std::move(file), options_.seal, progress_, stop_, equal_records_.taker());
    equal_records_.taken();
    file_.emplace(std::move(input.file));
    verified_ = std::move(input.verified);
    demand_fitting(verified_.header, options_);
    if (!options_.base.empty()) base_.emplace(options_, equal_records_, progress_, stop_);
    if (options_.approved) ApprovalCheck(*options_.approved, {}).demand_file(approval_of_file());
  }

  // What a column of SQLite holds, only its values tell.
  void profile() {
    if (base_) base_->profile(target_->info(), progress_, stop_);
    if (!crosses_engines(verified_.header, target_->info())) return;
    progress_.phase("profile", verified_.bytes);
    profiles_ = profile_file(*file_, verified_.header, strictness_of(verified_), progress_, stop_);
    hide_masked(profiles_, verified_.header, options_.masks);
  }

  void transfer_rows(engine::TableLocks locks) {
    try {
      transfer_rows_once(locks);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kSchema || error.kind() == ErrorKind::kInternal) demand_own_fault();
      throw;
    }
  }

  // An error may be another session's doing: then it is as good as any other change of it.
  void demand_own_fault() {
    try {
      target_->demand_unchanged();
    } catch (const engine::ConcurrentChange&) {
      throw;
    } catch (const Error&) {  // the first error says more
    }
  }

  void transfer_rows_once(engine::TableLocks locks) {
    options_.on_commit(Commit::kNotYet);
    target_->begin(options_.intent);
    Plan plan = lock_and_plan(*target_, verified_.header, options_, locks);
    set_rows(verified_, plan);
    if (base_) base_->plan(*target_, options_, plan);
    if (carried_) carried_->plan(options_, plan);
    hide_masked(profiles_, plan.mapped.header, options_.masks);
    withhold_values(*target_, options_.masks, shown_digest_key(key_), plan.tables);
    if (makes_plans() || options_.approved) set_row_key(key_, plan.tables);
    conversions_ = decide_conversions(plan, profiles_, target_->info(), options_);
    set_marks(verified_.header, options_, plan);
    identify(plan);
    target_->prepare(plan.tables, plan.components, detail());
    demand_target_of_undo(verified_.header, *target_);
    hold_to_plan(plan);
    stage_and_classify(plan);
    hold_to_followers();
    tell_loose_references(*target_, options_.intent, progress_, outcome_);
    outcome_.missing_grants = target_->missing_grants();
    collect(plan);
    outcome_.ending = ending_of(options_.intent);
    if (approval_check_) moved_ = approval_check_->differences(*target_, outcome::Merged::kBefore);
    if (!moved_.empty()) return tell_what_moved(plan);
    if (options_.intent != engine::Intent::kDryRun && !outcome_.blocked) merge(plan);
    if (!outcome_.blocked) target_->refresh_views(options_.refresh);
    if (outcome_.blocked && options_.intent == engine::Intent::kImport) outcome_.ending = outcome::Ending::kRolledBack;
    write_reports(plan);
    base::throw_if_stopped(stop_);
    target_->demand_unchanged();
    if (outcome_.ending == outcome::Ending::kCommitted) {
      commit_import(*target_, undo_file_ ? &*undo_file_ : nullptr, options_.on_commit);
    } else {
      target_->roll_back();
    }
    carefully([&] { take_notices(*target_, outcome_); });
    publish();
  }

  void merge(const Plan& plan) {
    const bool saves = !options_.save_undo.empty() && options_.intent == engine::Intent::kImport;
    if (saves) target_->keep_rows_before();
    if (foretold_) foretold_->remember(*target_);
    progress_.phase("merge", 0, plan.tables.size());
    if (options_.most_left_out) target_->end_early_beyond(*options_.most_left_out - outcome_.total.left_out());
    target_->merge(progress_);
    for (outcome::ImportedTable& table : outcome_.tables) table.foretold = table.counts;
    collect(plan);
    if (approval_check_ && target_->merge_changed_decisions()) {
      const std::string moved = approval_check_->differences(*target_, outcome::Merged::kAfter);
      if (!moved.empty()) approval_check_->fail(moved);
    }
    if (!saves || outcome_.blocked) return;
    undo_file_.emplace(options_.save_undo, files_.guard(options_.save_undo), *target_, plan, progress_);
    outcome_.undo_file = options_.save_undo;
  }

  // Where this is, and what is used of it: what a plan says, and what an import is held to.
  void hold_to_plan(const Plan& plan) {
    const std::vector<ApprovedSection> sections = approved_sections(plan);
    outcome::Approval now = approval_of_file();
    if (makes_plans() || options_.approved) {
      now.target = target_->whereabouts();
      now.objects = target_->used_catalog();
    }
    if (options_.approved) {
      approval_check_.emplace(*options_.approved, sections);
      approval_check_->demand_target(now);
      outcome_.applied = {options_.approved->plan->approval().id, options_.approved->signer};
    }
    if (makes_plans()) outcome_.approval = now;
    if (makes_plans() && options_.intent == engine::Intent::kRehearsal) foretold_.emplace(sections);
    approval_ = std::move(now);
  }

  void hold_to_followers() {
    if (!outcome_.approval && !approval_check_) return;
    approval_.followers = target_->followers();
    if (outcome_.approval) outcome_.approval->followers = approval_.followers;
    if (approval_check_) approval_check_->demand_followers(approval_.followers);
  }

  // The reports show the state of now, as a dry run does.
  void tell_what_moved(const Plan& plan) {
    outcome_.ending = outcome::Ending::kDryRun;
    outcome_.applied.reset();
    if (has_json(options_.reports)) outcome_.approval = approval_;
    collect(plan);
    write_reports(plan);
    target_->demand_unchanged();
    target_->roll_back();
    publish();
  }

  bool makes_plans() const {
    return !options_.settled.empty() && options_.intent != engine::Intent::kImport && has_json(options_.reports);
  }

  outcome::Approval approval_of_file() const {
    return approval_of(verified_, base_ ? &*base_ : nullptr, options_, key_);
  }

  engine::Detail detail() const {
    if (!options_.reports.empty()) return engine::Detail::kFull;
    return options_.approved ? engine::Detail::kLater : engine::Detail::kCounts;
  }

  // What is known before a row is read.
  void identify(const Plan& plan) {
    const format::Header& header = verified_.header;
    outcome_.is_undo = header.undo.has_value();
    const std::optional<engine::LastMigration> migration = target_->last_migration(options_.selection.schemas);
    outcome_.file = identity_of_file(options_.input, verified_);
    if (!options_.reports.empty()) identify_whole(*file_, outcome_.file);
    if (base_) outcome_.base = base_->identity(options_);
    outcome_.target = {options_.place, target_->info(), target_->role(), migration ? migration->name : std::string{}};
    tell_surroundings(options_, makes_plans(), outcome_);
    outcome_.decided_at = timestamp_now();
    outcome_.options = options_.words;
    outcome_.differences = plan.differences;
    outcome_.differences.insert(outcome_.differences.end(), conversions_.differences.begin(),
                                conversions_.differences.end());
    note_migrations(header, migration, outcome_.differences);
    outcome_.tables = tables_of_outcome(plan, options_.selection);
    outcome_.deletes_missing = names_of_losing(plan);
  }

  void stage_and_classify(const Plan& plan) {
    equal_records_.find(*target_, plan, verified_.header, conversions_, progress_);
    while (true) {
      if (stage(plan) == engine::Staging::kOnceMore) continue;
      progress_.phase("classify", 0, plan.tables.size());
      if (target_->classify(progress_) == engine::Staging::kGoesOn) return;
    }
  }

  engine::Staging stage(const Plan& plan) {
    const StagedFile file{*file_, verified_, plan, conversions_};
    const bool all_equal = equal_records_.has_all(plan);
    if (base_ && !all_equal) base_->stage(*target_, file, equal_records_, progress_, stop_);
    if (carried_) carried_->stage(*target_, plan, conversions_, progress_, stop_);
    progress_.phase("stage", verified_.bytes, verified_.header.tables.size());
    if (all_equal) return file_->check_unchanged(), engine::Staging::kGoesOn;
    return stage_records(
        file, progress_, stop_, [&](std::size_t section) { return equal_records_.has_all(section); },
        [&](std::size_t table, format::TableReader& records) { return target_->stage(table, records, progress_); });
  }

  void collect(const Plan& plan) {
    outcome_.total = {};
    for (std::size_t i = 0; i < outcome_.tables.size(); ++i) {
      outcome::ImportedTable& table = outcome_.tables[i];
      table.counts = {};
      if (plan.table_of_section[i]) {
        table.counts = target_->counts(*plan.table_of_section[i]);
        if (detail() == engine::Detail::kFull) {
          table.effects = target_->effects(*plan.table_of_section[i]);
          tell_meanings(plan.tables[*plan.table_of_section[i]].masked, table);
        }
      } else {
        table.counts.skipped = verified_.rows[i];
      }
      table.counts.rows = verified_.rows[i];
      if (table.counts.sum() != table.counts.judged()) {
        throw Error(ErrorKind::kInternal, "the verdicts of " + table.name + " do not add up to the rows of the file",
                    "please report this");
      }
      outcome_.total += table.counts;
    }
    outcome_.blocked_by = option_that_blocks(outcome_, plan.mapped.header.tables, options_);
    outcome_.blocked = !outcome_.blocked_by.empty();
    limits_.run(plan, *target_, outcome_);
  }

  void write_reports(const Plan& plan) {
    if (outcome_.total.left_out() + outcome_.total.gone == 0 && options_.reports.empty()) return;
    progress_.phase("report", 0, verified_.header.tables.size());
    pass_.run(*target_, {plan, verified_.header, *file_, conversions_}, foretold_ ? &*foretold_ : nullptr, outcome_);
  }

  void publish() {
    carefully([&] { pass_.publish_rejects(); });
    carefully([&] { pass_.publish_reports(); });
  }

  // After the commit an error can no longer say that the target is as it was. It is said at once, for a quiet program
  // prints no notices of its outcome.
  template <typename Work>
  void carefully(const Work& work) {
    try {
      work();
    } catch (const std::exception& error) {
      if (outcome_.ending != outcome::Ending::kCommitted) throw;
      outcome_.notices.push_back("the import is committed, but " + std::string(error.what()));
      progress_.notice(outcome_.notices.back());
    }
  }

  const OpenTarget& open_target_;
  const ImportOptions& options_;
  base::Progress& progress_;
  const std::stop_token& stop_;
  OutputFiles files_;
  std::optional<base::InputFile> file_;
  std::optional<BaseFile> base_;
  std::optional<CarriedValues> carried_;
  EqualRecords equal_records_;
  format::Verified verified_;
  std::unique_ptr<engine::Target> target_;
  std::vector<conversion::Profile> profiles_;  // by table of the file; empty: nothing crosses engines
  Conversions conversions_;
  const std::string key_;  // of the digests of a plan
  std::optional<ApprovalCheck> approval_check_;
  outcome::Approval approval_;  // of now
  std::optional<Foretold> foretold_;
  std::optional<UndoFile> undo_file_;
  std::string moved_;  // since the plan was approved, in words
  outcome::ImportOutcome outcome_;
  Clock::time_point attempt_begun_;
  Clock::duration last_attempt_{};
  LimitCheck limits_;
  AuditPass pass_;
};

}  // namespace

outcome::ImportOutcome run_import(const OpenTarget& open_target, const ImportOptions& options, base::Progress& progress,
                                  const std::stop_token& stop) {
  return ImportJob(open_target, options, progress, stop).run();
}

}  // namespace transfer
