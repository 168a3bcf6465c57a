#include "transfer/import_job.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/input_file.h"
#include "base/random.h"
#include "base/sha256.h"
#include "base/spool.h"
#include "base/stop.h"
#include "format/byte_source.h"
#include "format/compression.h"
#include "format/row_parser.h"
#include "format/row_splitter.h"
#include "format/table_reader.h"
#include "transfer/clock.h"
#include "transfer/cross_engine.h"
#include "transfer/identity.h"
#include "transfer/locked_plan.h"
#include "transfer/output_files.h"
#include "transfer/plan.h"
#include "transfer/policies.h"
#include "transfer/rejects.h"
#include "transfer/reports.h"
#include "transfer/reshape.h"
#include "transfer/samples.h"
#include "transfer/selection.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;
using Clock = std::chrono::steady_clock;

class ImportJob {
 public:
  ImportJob(const OpenTarget& open_target, const ImportOptions& options, base::Progress& progress,
            const std::stop_token& stop)
      : open_target_(open_target),
        options_(options),
        progress_(progress),
        stop_(stop),
        files_(with_input(options.kept, options.input), options.overwrite) {}

  outcome::ImportOutcome run() {
    const auto start = Clock::now();
    // Not only when there is something to write.
    for (const std::string& path : options_.reports) files_.add(path, "the report", OutputFiles::Existing::kReport);
    if (!options_.rejects.empty())
      files_.add(options_.rejects, "the file of rows left out", OutputFiles::Existing::kByForce);
    verify();
    target_ = open_target_();
    demand_two_of_sqlite();
    profile();
    for (int attempt = 1; !succeeds(attempt); ++attempt) base::throw_if_stopped(stop_);
    outcome_.duration = Clock::now() - start;
    carefully([&] { progress_.finish(); });
    return std::move(outcome_);
  }

 private:
  // False: another session changed what the attempt built on, and there may be one more.
  bool succeeds(int attempt) {
    rejects_.reset();
    reports_.reset();
    outcome_ = {};
    const auto start = Clock::now();
    const engine::TableLocks locks = locks_of_attempt(attempt, options_, last_attempt_, progress_);
    try {
      transfer_rows(locks);
      return true;
    } catch (const engine::ConcurrentChange& change) {
      if (attempt == engine::kAttempts) throw;
      target_->roll_back();
      progress_.notice(std::string(change.what()) + "; trying again");
    }
    last_attempt_ = Clock::now() - start;
    std::this_thread::sleep_for(std::chrono::milliseconds(100) * (1 << attempt));
    return false;
  }

  // The whole file once, before the target is touched. A pipe is kept in an unlinked file while it is read: it is
  // needed again.
  void verify() {
    file_.emplace(base::InputFile::open(options_.input, stop_));
    progress_.phase("verify", file_->size());
    std::optional<base::Spool> spool;
    if (!file_->seekable()) spool.emplace();
    std::uint64_t reported = 0;
    const auto on_progress = [&](std::uint64_t bytes) {
      base::throw_if_stopped(stop_);
      progress_.advance(0, bytes - reported);
      reported = bytes;
    };
    const auto on_chunk =
        spool ? format::OnChunk([&](std::string_view chunk) { spool->write(chunk); }) : format::OnChunk{};
    format::FileSource<base::InputFile> raw(*file_);
    const auto source = format::decompress(raw);
    verified_ = format::verify(*source, options_.seal, on_progress, on_chunk);
    if (spool) file_.emplace(spool->finish(file_->name()));
  }

  void demand_two_of_sqlite() const {
    if (options_.orphans == engine::Orphans::kLeaveOut) return;
    if (verified_.header.engine == "sqlite" && target_->info().engine == "sqlite") return;
    throw Error(ErrorKind::kUsage, "--keep-orphans is for a file of SQLite that goes into SQLite",
                "leave it out: only SQLite holds rows without their parent");
  }

  // What a column of SQLite holds, only its values tell.
  void profile() {
    if (!crosses_engines(verified_.header, target_->info())) return;
    progress_.phase("profile", verified_.bytes);
    profiles_ = profile_file(*file_, verified_.header, strictness(), progress_, stop_);
    hide_masked(profiles_, verified_.header, options_.masks);
  }

  format::Strictness strictness() const {
    return verified_.sealed ? format::Strictness::kTrusted : format::Strictness::kFull;
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
    for (std::size_t i = 0; i < verified_.rows.size(); ++i) {
      if (plan.table_of_section[i]) plan.tables[*plan.table_of_section[i]].rows = verified_.rows[i];
    }
    withhold_values(*target_, options_.masks, digest_key_, plan.tables);
    conversions_ = decide_conversions(verified_.header, plan, profiles_, target_->info(), options_);
    identify(plan);
    target_->prepare(plan.tables, plan.components, detail());
    stage_and_classify(plan);
    collect(plan);
    outcome_.ending = ending_of(options_.intent);
    if (options_.intent != engine::Intent::kDryRun && !outcome_.blocked) {
      progress_.phase("merge", 0);
      target_->merge(progress_);
      collect(plan);
    }
    if (!outcome_.blocked) target_->refresh_views(options_.refresh);
    if (outcome_.blocked && options_.intent == engine::Intent::kImport) outcome_.ending = outcome::Ending::kRolledBack;
    audit(plan);
    base::throw_if_stopped(stop_);
    target_->demand_unchanged();
    if (outcome_.ending == outcome::Ending::kCommitted) {
      options_.on_commit(Commit::kUnderWay);
      target_->commit();
      options_.on_commit(Commit::kDone);
    } else {
      target_->roll_back();
    }
    carefully([&] { take_notices(); });
    publish();
  }

  void take_notices() {
    outcome_.untold = target_->untold();
    for (const auto& lines : {target_->notices(), outcome_.untold})
      outcome_.notices.insert(outcome_.notices.end(), lines.begin(), lines.end());
  }

  static outcome::Ending ending_of(engine::Intent intent) {
    switch (intent) {
      case engine::Intent::kDryRun:
        return outcome::Ending::kDryRun;
      case engine::Intent::kRehearsal:
        return outcome::Ending::kRehearsed;
      case engine::Intent::kImport:
        break;
    }
    return outcome::Ending::kCommitted;
  }

  engine::Detail detail() const { return options_.reports.empty() ? engine::Detail::kCounts : engine::Detail::kFull; }

  // What is known before a row is read.
  void identify(const Plan& plan) {
    const format::Header& header = verified_.header;
    const std::optional<engine::LastMigration> migration = target_->last_migration(options_.selection.schemas);
    outcome_.file = identity_of_file(options_.input, verified_);
    outcome_.target = {options_.place, target_->info(), target_->role(), migration ? migration->name : std::string{}};
    outcome_.decided_at = timestamp_now();
    outcome_.options = options_.words;
    outcome_.differences = plan.differences;
    outcome_.differences.insert(outcome_.differences.end(), conversions_.differences.begin(),
                                conversions_.differences.end());
    if (!header.last_migration.empty() && migration && header.last_migration != migration->name) {
      outcome_.differences.push_back("the last migration of the source is " + header.last_migration +
                                     ", that of the target is " + (migration->name.empty() ? "none" : migration->name));
    }
    outcome_.tables = tables_of_outcome(header, plan, options_.selection);
  }

  void stage_and_classify(const Plan& plan) {
    for (bool again = true; again;) {
      again = false;
      try {
        stage(plan);
        progress_.phase("classify", 0);
        target_->classify(progress_);
      } catch (const engine::StageAgain&) {
        again = true;
      }
    }
  }

  // Reads the file a second time, hashing it again: what was verified must be what is imported.
  void stage(const Plan& plan) {
    progress_.phase("stage", verified_.bytes);
    file_->seek(0);
    format::FileSource<base::InputFile> raw(*file_);
    const auto source = format::decompress(raw);
    format::RowSplitter splitter(*source);
    base::Sha256 hash;
    splitter.on_sealed_bytes([&](std::string_view bytes) { hash.update(bytes); });
    splitter.read_header();
    std::string section;
    for (std::size_t i = 0; splitter.next_table(section); ++i) {
      base::throw_if_stopped(stop_);
      progress_.table(section);
      if (!plan.table_of_section[i]) {
        splitter.skip_records();
        continue;
      }
      format::RowParser parser(record_columns(verified_.header, i), strictness(), section);
      format::TableReader records(splitter, parser);
      std::optional<conversion::Conversion>& conversion = conversions_.of_section[i];
      Reshaper reshaper(plan.reshapes[i]);
      if (!plan.reshapes[i].empty()) {
        records.rewrite_values([&](auto values) {
          const auto reshaped = reshaper.reshape(values);
          return conversion ? conversion->convert(reshaped) : reshaped;
        });
      } else if (conversion) {
        records.rewrite_values([&](auto values) { return conversion->convert(values); });
      }
      target_->stage(*plan.table_of_section[i], records, progress_);
    }
    splitter.read_seal();
    file_->check_unchanged();
    if (hash.hex() != verified_.sha256) {
      throw Error(ErrorKind::kFile, file_->name() + ": the file was changed while it was read",
                  "nothing was written; run the import again");
    }
  }

  void collect(const Plan& plan) {
    outcome_.total = {};
    outcome_.blocked = false;
    outcome_.blocked_by.clear();
    for (std::size_t i = 0; i < outcome_.tables.size(); ++i) {
      outcome::ImportedTable& table = outcome_.tables[i];
      table.counts = {};
      if (plan.table_of_section[i]) {
        table.counts = target_->counts(*plan.table_of_section[i]);
        if (detail() == engine::Detail::kFull) table.details = target_->audit(*plan.table_of_section[i]);
      } else {
        table.counts.skipped = verified_.rows[i];
      }
      table.counts.rows = verified_.rows[i];
      if (table.counts.sum() != table.counts.rows) {
        throw Error(ErrorKind::kInternal, "the verdicts of " + table.name + " do not add up to the rows of the file",
                    "please report this");
      }
      outcome_.total += table.counts;
      const std::string option = option_that_minds(table.counts, verified_.header.tables[i].name, options_);
      if (option == kAtomic || outcome_.blocked_by.empty()) outcome_.blocked_by = option;
      outcome_.blocked = !outcome_.blocked_by.empty();
    }
  }

  // Goes through the file once more, beside the decisions on its rows: what a reviewer wants to see of a row stands
  // partly here (its place, its text), partly in the target (its verdict).
  void audit(const Plan& plan) {
    if (outcome_.total.left_out() == 0 && options_.reports.empty()) return;
    progress_.phase("report", 0);
    open_rejects();
    if (!options_.reports.empty()) reports_.emplace(options_.reports, files_, outcome_);
    file_->seek(0);
    format::FileSource<base::InputFile> raw(*file_);
    const auto source = format::decompress(raw);
    format::RowSplitter splitter(*source);
    splitter.read_header();
    std::string section;
    for (std::size_t i = 0; splitter.next_table(section); ++i) {
      progress_.table(section);
      if (plan.table_of_section[i]) audit_table(i, *plan.table_of_section[i], splitter);
    }
    if (rejects_) rejects_->finish();
    if (reports_) reports_->finish();
  }

  void audit_table(std::size_t section, std::size_t plan, format::RowSplitter& splitter) {
    outcome::ImportedTable& table = outcome_.tables[section];
    if (reports_) reports_->begin_table(section);
    format::RawRecord record;
    target_->for_each_decision(
        plan, reports_ ? engine::Decisions::kAll : engine::Decisions::kLeftOut, [&](const outcome::Decision& decision) {
          base::throw_if_stopped(stop_);
          while (record.number < decision.record) {
            if (splitter.next_record(record)) continue;
            throw Error(ErrorKind::kInternal, "a decision on " + table.name + " is about no record of the file");
          }
          outcome::Decision placed = decision;
          placed.offset = record.offset;
          const bool left_out =
              decision.verdict == outcome::Verdict::kConflict || decision.verdict == outcome::Verdict::kInvalid;
          if (left_out && rejects_) rejects_->add(section, record.text, decision.reason);
          if (reports_) reports_->write(placed);
          keep_sample(table, std::move(placed));
          return true;
        });
  }

  // By default only what an import really leaves out is kept, and a folder that takes no file is no reason to fail.
  void open_rejects() {
    if (outcome_.total.left_out() == 0) return;
    const bool asked_for = !options_.rejects.empty();
    if (!asked_for && outcome_.ending != outcome::Ending::kCommitted) return;
    std::vector<std::size_t> sections;
    for (std::size_t i = 0; i < outcome_.tables.size(); ++i) {
      if (outcome_.tables[i].counts.left_out() > 0) sections.push_back(i);
    }
    std::string path = asked_for ? options_.rejects : default_rejects_;
    try {
      if (path.empty()) path = default_rejects_ = default_rejects_path(options_.input, files_);
      rejects_.emplace(path, files_.guard(path), verified_.header, sections);
      outcome_.rejects_file = path;
    } catch (const Error& error) {
      if (asked_for) throw;
      outcome_.notices.push_back("the rows left out are in no file of their own: " + std::string(error.what()) +
                                 "; --rejects FILE names another place");
    }
  }

  void publish() {
    if (rejects_) carefully([&] { rejects_->publish(); });
    if (reports_) carefully([&] { reports_->publish(); });
  }

  // Behind the commit an error can no longer say that the target is as it was. It is said at once, for a quiet program
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
  std::string default_rejects_;  // once it was needed
  std::optional<base::InputFile> file_;
  format::Verified verified_;
  std::unique_ptr<engine::Target> target_;
  std::vector<conversion::Profile> profiles_;  // by table of the file; empty: nothing crosses engines
  Conversions conversions_;
  const std::string digest_key_ = base::random_hex(16);
  outcome::ImportOutcome outcome_;
  Clock::duration last_attempt_{};
  std::optional<Rejects> rejects_;  // like the reports: of this attempt
  std::optional<Reports> reports_;
};

}  // namespace

outcome::ImportOutcome run_import(const OpenTarget& open_target, const ImportOptions& options, base::Progress& progress,
                                  const std::stop_token& stop) {
  return ImportJob(open_target, options, progress, stop).run();
}

}  // namespace transfer
