#include "cli/command_line.h"

#include <unistd.h>

#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "base/atomic_file.h"
#include "base/progress.h"
#include "base/stop.h"
#include "cli/approve.h"
#include "cli/asked_import.h"
#include "cli/consent.h"
#include "cli/console.h"
#include "cli/engines.h"
#include "cli/guard.h"
#include "cli/location.h"
#include "cli/options.h"
#include "cli/process_title.h"
#include "cli/question.h"
#include "cli/start.h"
#include "report/columns.h"
#include "report/json.h"
#include "report/mermaid.h"
#include "report/text.h"
#include "report/wording.h"
#include "transfer/config.h"
#include "transfer/export_job.h"
#include "transfer/import_job.h"
#include "transfer/limits.h"
#include "transfer/output_files.h"
#include "transfer/selection.h"

namespace cli {
namespace {

using base::Error;
using base::ErrorKind;

// Beside the kinds of base::Error.
constexpr int kDone = 0;
constexpr int kWorkFound = 3;
constexpr int kRowsLeftOut = 4;

Location find_place(const CommonOptions& options, const transfer::Config& config, Use use) {
  DatabaseWords words{options.url, options.env_file, {}};
  if (options.target) {
    const transfer::ConfiguredTarget& target = transfer::target_of(config, *options.target);
    words.target = NamedTarget{target.name, target.url_env, target.env_file};
  }
  return find_database(words, use);
}

transfer::Selection selection_of(const CommonOptions& options, const Location& location,
                                 const transfer::Config& config) {
  transfer::Selection selection;
  selection.schemas = options.schemas;
  if (selection.schemas.empty() && !location.schema.empty()) selection.schemas = {location.schema};
  selection.tables = options.tables;
  selection.excluded = options.excluded;
  selection.audit = options.audit;
  selection.audit_tables = options.audit_tables;
  selection.preferred_order = config.order;
  selection.audit_tables.insert(selection.audit_tables.end(), config.audit_tables.begin(), config.audit_tables.end());
  if (selection.audit_tables.empty()) selection.audit_tables = transfer::usual_audit_tables();
  return selection;
}

// Where it goes is said before anything is done, and also to who asked for quiet, where something is to be written.
void say_place(const Console& console, const CommonOptions& options, const transfer::Config& config,
               const std::string& direction, const Location& location, Use use) {
  if (options.verbosity == Verbosity::kQuiet && use == Use::kRead) return;
  if (!options.config_file && !config.path.empty())
    console.say("with " + base::printable(config.path) + " of this folder (--no-config leaves it aside)");
  console.say(direction + " " + location.place + " (" + location.origin + ")");
  for (const std::string& warning : location.warnings) console.warn(warning);
}

void say_server(const Console& console, const CommonOptions& options, const outcome::DatabaseInfo& info,
                const transfer::Selection& selection) {
  if (options.verbosity != Verbosity::kVerbose) return;
  std::string schemas;
  for (const std::string& schema : selection.schemas) schemas += (schemas.empty() ? "" : ", ") + schema;
  console.say("server: " + info.engine + " " + info.server_version + ", database " + info.database);
  console.say("schemas: " + (schemas.empty() ? "all but the server's own" : schemas));
}

int run_list(const Console& console, const ExportCommand& command, engine::Source& source) {
  const auto tables = transfer::list_tables(source, command.job.selection);
  console.print_result(command.common.form == ResultForm::kJson  ? report::tables_json(tables)
                       : command.list_form == ListForm::kMermaid ? report::tables_mermaid(tables)
                                                                 : report::tables_text(tables));
  return kDone;
}

int run_profile(const Console& console, const base::StopSignals& signals, const ExportCommand& command,
                engine::Source& source) {
  base::Progress progress(progress_mode(command.common), STDERR_FILENO, console.message_color());
  const auto columns =
      transfer::profile_columns(source, command.job.selection, command.job.masks, progress, signals.token());
  progress.finish();
  console.print_result(command.common.form == ResultForm::kJson ? report::columns_json(columns)
                                                                : report::columns_text(columns));
  return kDone;
}

void print_export(const Console& console, const CommonOptions& options, const outcome::ExportOutcome& outcome) {
  if (options.form == ResultForm::kJson) return console.print_result(report::export_json(outcome));
  if (options.verbosity == Verbosity::kQuiet) return;
  if (outcome.path == "-") return console.print_beside_result(report::export_text(outcome, console.message_color()));
  console.print_result(report::export_text(outcome, console.result_color()));
}

int run_export(const Console& console, const base::StopSignals& signals, ExportCommand command) {
  const CommonOptions& options = command.common;
  const transfer::Config config = config_of(options);
  const Location location = find_place(options, config, Use::kRead);
  command.job.selection = selection_of(options, location, config);
  command.job.masks.patterns = config.masked;
  command.job.kept = kept_files(options, config, location);
  say_place(console, options, config, "from", location, Use::kRead);
  const std::unique_ptr<engine::Source> source =
      open_source(location, options.lock_timeout, command.source, signals.token());
  say_server(console, options, source->info(), command.job.selection);
  warn_of_the_way(console, options, source->info());
  if (command.task == ExportTask::kList) return run_list(console, command, *source);
  if (command.task == ExportTask::kProfile) return run_profile(console, signals, command, *source);

  base::Progress progress(progress_mode(options), STDERR_FILENO, console.message_color());
  outcome::ExportOutcome outcome = transfer::run_export(*source, command.job, progress, signals.token());
  const auto complete = [&] { return "the export itself is complete: " + outcome.path; };
  try {
    progress.finish();
    outcome.place = location.place;
    print_export(console, options, outcome);
  } catch (const Error& error) {
    throw Error(error.kind(), error.what(), complete());
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::kInternal, "out of memory", complete());
  }
  return kDone;
}

// `decisions`: a JSON report with every one of them, where that was asked for.
void print_import(const Console& console, const CommonOptions& options, const outcome::ImportOutcome& outcome,
                  int status, const std::string& decisions) {
  if (!decisions.empty()) {
    console.print_result("");
    base::DescriptorSink sink(STDOUT_FILENO, "standard output");
    return report::write_import_json(sink, outcome, status, decisions);
  }
  if (options.form == ResultForm::kJson) return console.print_result(report::import_json(outcome, status));
  const base::Color color = console.result_color();
  console.print_result(options.verbosity == Verbosity::kQuiet ? report::left_out_text(outcome, color)
                                                              : report::import_text(outcome, color));
}

int import_status(const ImportCommand& command, const outcome::ImportOutcome& outcome) {
  if (outcome.total.left_out() != 0 || outcome.blocked) return kRowsLeftOut;
  const bool tried = outcome.ending == outcome::Ending::kDryRun || outcome.ending == outcome::Ending::kRehearsed;
  const bool work_found = tried && outcome.total.to_write() != 0;
  return work_found && command.dry_run_status == DryRunStatus::kTellsWork ? kWorkFound : kDone;
}

const char* direction_of(engine::Intent intent) {
  switch (intent) {
    case engine::Intent::kDryRun:
      return "dry run against";
    case engine::Intent::kRehearsal:
      return "rehearsal against";
    case engine::Intent::kImport:
      break;
  }
  return "into";
}

// What the command line says of a table comes after what the transfer file says: the last word counts.
void take_config(const transfer::Config& config, const Location& location, ImportCommand& command) {
  if (!command.common.config_file && !config.path.empty())
    command.job.words.push_back("--config " + report::shell_word(config.path));
  command.job.selection = selection_of(command.common, location, config);
  // An undo file says itself what becomes of its rows.
  if (command.job.direction == transfer::Direction::kImport) {
    command.job.policies.insert(command.job.policies.begin(), config.policies.begin(), config.policies.end());
    transfer::add_mapping(config.mapping, command.job.mapping);
  }
  transfer::add_limits(config.limits, command.job.limits);
  // A first load writes before there are verdicts.
  if (!command.job.limits.empty()) command.target.first_loads = engine::FirstLoads::kNever;
  if (!command.show_masked) command.job.masks.patterns = config.masked;
}

// A second signal ends at once; its status must not say that nothing was written when that is not so any more.
void tell_commit(const base::StopSignals& signals, transfer::Commit commit) {
  constexpr int kStatus = static_cast<int>(ErrorKind::kCommitUnknown);
  switch (commit) {
    case transfer::Commit::kNotYet:
      return signals.answer_second_with(0, nullptr);
    case transfer::Commit::kUnderWay:
      return signals.answer_second_with(
          kStatus, "db-import: ended at once during the commit; running the import again shows what became of it\n");
    case transfer::Commit::kDone:
      return signals.answer_second_with(kStatus, "db-import: ended at once; the import is committed\n");
  }
}

// One connection for each job; the first may be open already, to find out whether anybody is to be asked.
class ImportRuns {
 public:
  ImportRuns(const Console& console, const base::StopSignals& signals, const transfer::Config& config,
             const Location& location)
      : console_(console), signals_(signals), config_(config), location_(location) {}

  // Who sits at the terminal is asked by who called; where nobody does, --confirm has to say enough.
  outcome::ImportOutcome run(const ImportCommand& command) {
    base::Progress progress(progress_mode(command.common), STDERR_FILENO, console_.message_color());
    const transfer::OpenTarget open = [&] {
      auto target = opened_ ? std::move(opened_) : connect(command);
      progress.finish();
      if (asks_nobody_) consent_needed(command, config_, location_, target->info(), Terminal::kNobody);
      say_server(console_, command.common, target->info(), command.job.selection);
      if (!was_open_) {
        warn_of_the_way(console_, command.common, target->info());
        for (const std::string& line : uncompared_targets(command, config_, location_, target->info()))
          console_.warn(line);
      }
      was_open_ = true;
      return target;
    };
    outcome::ImportOutcome outcome = transfer::run_import(open, command.job, progress, signals_.token());
    progress.finish();
    return outcome;
  }

  // False: somebody was asked, and nothing is to be written.
  bool consented(ImportCommand& command) {
    opened_ = connect(command);
    asks_nobody_ = false;
    const outcome::DatabaseInfo database = opened_->info();
    const Consent consent = consent_needed(command, config_, location_, database, Terminal::kSomebody);
    const AskedTarget target{location_, database, consent};
    if (consent == Consent::kGiven) return true;
    if (command.apply || command.questions == Questions::kNone) return ask_name(target, console_, signals_.token());
    keep_pipe(command, signals_.token());
    folder_.emplace();
    return ask_about(
        command, target, *folder_, console_, [&](const ImportCommand& trial) { return run(trial); }, signals_.token());
  }

 private:
  std::unique_ptr<engine::Target> connect(const ImportCommand& command) {
    return open_target(location_, command.common.lock_timeout, command.target, signals_.token());
  }

  const Console& console_;
  const base::StopSignals& signals_;
  const transfer::Config& config_;
  const Location& location_;
  std::unique_ptr<engine::Target> opened_;
  std::optional<PlanFolder> folder_;
  bool asks_nobody_ = true;
  bool was_open_ = false;
};

int run_import(const Console& console, const base::StopSignals& signals, ImportCommand command) {
  const CommonOptions& options = command.common;
  const transfer::Config config = config_of(options);
  const Location location = find_place(options, config, Use::kWrite);
  take_config(config, location, command);
  command.job.place = location.place;
  command.job.target_option = location.option;
  command.job.kept = kept_files(options, config, location);
  settle(command);
  command.job.on_commit = [&](transfer::Commit commit) { tell_commit(signals, commit); };
  const bool writes = command.job.intent == engine::Intent::kImport;
  say_place(console, options, config, direction_of(command.job.intent), location, writes ? Use::kWrite : Use::kRead);

  std::optional<PlanFolder> decisions;
  if (options.every_decision) command.job.reports.push_back(decisions.emplace().plan());
  ImportRuns runs(console, signals, config, location);
  if (writes && somebody_is_there() && !runs.consented(command)) return static_cast<int>(ErrorKind::kInterrupted);
  outcome::ImportOutcome outcome = runs.run(command);
  const int status = import_status(command, outcome);
  if (decisions && outcome.plan_file == decisions->plan()) {  // which nobody can apply
    outcome.approval.reset();
    outcome.plan_file.clear();
  }
  try {
    print_import(console, options, outcome, status, decisions ? decisions->plan() : std::string{});
  } catch (const std::exception& error) {
    if (outcome.ending != outcome::Ending::kCommitted) throw;
    // An error's status would say that the target is as it was.
    console.warn(std::string(error.what()) + "; the import is committed, and this is its result:");
    console.print_beside_result(report::import_text(outcome, console.message_color()));
  }
  return status;
}

}  // namespace

int run_export_program(int argc, char** argv) {
  return guarded({"db-export", "no export was completed and no file is left behind"},
                 [&](Console& console, const base::StopSignals& signals) {
                   if (asks_for_json(argc, argv)) console.tell_errors_as_json();
                   auto parsed = parse_export(argc, argv);
                   hide_urls(argc, argv);
                   if (const auto* printout = std::get_if<Printout>(&parsed)) {
                     console.print_result(printout->text);
                     return kDone;
                   }
                   auto& command = std::get<ExportCommand>(parsed);
                   console.use_color(command.common.color);
                   return run_export(console, signals, std::move(command));
                 });
}

int run_import_program(int argc, char** argv) {
  return guarded({"db-import", "nothing was written"}, [&](Console& console, const base::StopSignals& signals) {
    if (asks_for_json(argc, argv)) console.tell_errors_as_json();
    auto parsed = parse_import(argc, argv);
    hide_urls(argc, argv);
    if (const auto* printout = std::get_if<Printout>(&parsed)) {
      console.print_result(printout->text);
      return kDone;
    }
    auto& command = std::get<ImportCommand>(parsed);
    console.use_color(command.common.color);
    return run_import(console, signals, std::move(command));
  });
}

}  // namespace cli
