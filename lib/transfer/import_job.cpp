#include "transfer/import_job.h"

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/input_file.h"
#include "base/sha256.h"
#include "base/spool.h"
#include "base/stop.h"
#include "format/byte_source.h"
#include "format/row_parser.h"
#include "format/row_splitter.h"
#include "format/table_reader.h"
#include "transfer/plan.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;
using Clock = std::chrono::steady_clock;

constexpr int kAttempts = 4;               // the first and three more
constexpr std::size_t kLeftOutShown = 20;  // a table; the counts say how many there are

class ImportJob {
 public:
  ImportJob(const OpenTarget& open_target, const ImportOptions& options, base::Progress& progress,
            const std::stop_token& stop)
      : open_target_(open_target), options_(options), progress_(progress), stop_(stop) {}

  engine::ImportOutcome run() {
    const auto start = Clock::now();
    verify();
    target_ = open_target_();
    for (int attempt = 1;; ++attempt) {
      outcome_ = {};
      try {
        transfer_rows();
        break;
      } catch (const engine::ConcurrentChange& change) {
        if (attempt == kAttempts) throw;
        target_->roll_back();
        progress_.notice("another session changed the same rows; trying again (" + std::string(change.what()) + ")");
        std::this_thread::sleep_for(std::chrono::milliseconds(100) * (1 << attempt));
        base::throw_if_stopped(stop_);
      }
    }
    outcome_.file = identity_of_file();
    outcome_.duration = Clock::now() - start;
    progress_.finish();
    return std::move(outcome_);
  }

 private:
  // The whole file once, before the target is touched. A pipe is kept in an unlinked file while it is read: it is
  // needed again.
  void verify() {
    file_.emplace(base::InputFile::open(options_.input));
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
    format::FileSource<base::InputFile> source(*file_);
    verified_ = format::verify(source, options_.seal, on_progress, on_chunk);
    if (spool) file_.emplace(spool->finish(file_->name()));
  }

  void transfer_rows() {
    target_->begin(options_.intent);
    Plan plan =
        make_plan(verified_.header, target_->tables(options_.selection.schemas), target_->info(), options_.selection);
    for (engine::TablePlan& table : plan.tables) table.mode = options_.mode;
    target_->prepare(plan.tables, plan.components, engine::Detail::kCounts);
    stage(plan);
    progress_.phase("classify", 0);
    target_->classify(progress_);
    outcome_.notices = plan.notices;
    collect(plan);
    const bool must_stay_whole = options_.left_out == LeftOutPolicy::kRollBack;
    if (options_.intent == engine::Intent::kDryRun) {
      outcome_.ending = engine::Ending::kDryRun;
      target_->roll_back();
      return;
    }
    if (!must_stay_whole || outcome_.total.left_out() == 0) {
      progress_.phase("merge", 0);
      target_->merge(progress_);
      collect(plan);
    }
    if (must_stay_whole && outcome_.total.left_out() > 0) {
      outcome_.ending = engine::Ending::kRolledBack;
      target_->roll_back();
      return;
    }
    base::throw_if_stopped(stop_);
    target_->commit();
    outcome_.ending = engine::Ending::kCommitted;
    for (std::string& notice : target_->notices()) outcome_.notices.push_back(std::move(notice));
  }

  // Reads the file a second time, hashing it again: what was verified must be what is imported.
  void stage(const Plan& plan) {
    progress_.phase("stage", verified_.bytes);
    file_->seek(0);
    format::FileSource<base::InputFile> source(*file_);
    format::RowSplitter splitter(source);
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
      std::vector<std::string> columns;
      for (const catalog::Column& column : verified_.header.tables[i].columns) {
        if (!column.generated) columns.push_back(column.name);
      }
      format::RowParser parser(std::move(columns),
                               verified_.sealed ? format::Strictness::kTrusted : format::Strictness::kFull, section);
      format::TableReader records(splitter, parser);
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
    outcome_.tables.clear();
    outcome_.total = {};
    for (std::size_t i = 0; i < plan.table_of_section.size(); ++i) {
      engine::ImportedTable table;
      table.name = format::section_name(verified_.header.tables[i].name, verified_.header.schemas);
      if (plan.table_of_section[i]) {
        table.counts = target_->counts(*plan.table_of_section[i]);
        target_->for_each_decision(*plan.table_of_section[i], engine::Decisions::kLeftOut,
                                   [&](const engine::Decision& row) {
                                     table.left_out.push_back(row);
                                     return table.left_out.size() < kLeftOutShown;
                                   });
      } else {
        table.counts.skipped = verified_.rows[i];
      }
      table.counts.rows = verified_.rows[i];
      if (table.counts.sum() != table.counts.rows) {
        throw Error(ErrorKind::kInternal, "the verdicts of " + table.name + " do not add up to the rows of the file",
                    "please report this");
      }
      outcome_.total += table.counts;
      outcome_.tables.push_back(std::move(table));
    }
  }

  engine::FileIdentity identity_of_file() const {
    const format::Header& header = verified_.header;
    engine::FileIdentity file;
    file.path = options_.input;
    file.bytes = verified_.bytes;
    file.sha256 = verified_.sha256;
    file.sealed = verified_.sealed;
    file.generator = header.generator;
    file.exported_at = header.exported_at;
    file.source = {header.engine, header.server_version, header.database};
    file.last_migration = header.last_migration;
    return file;
  }

  const OpenTarget& open_target_;
  const ImportOptions& options_;
  base::Progress& progress_;
  const std::stop_token& stop_;
  std::optional<base::InputFile> file_;
  format::Verified verified_;
  std::unique_ptr<engine::Target> target_;
  engine::ImportOutcome outcome_;
};

}  // namespace

engine::ImportOutcome run_import(const OpenTarget& open_target, const ImportOptions& options, base::Progress& progress,
                                 const std::stop_token& stop) {
  return ImportJob(open_target, options, progress, stop).run();
}

}  // namespace transfer
