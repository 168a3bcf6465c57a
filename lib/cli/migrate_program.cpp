#include "cli/migrate_program.h"

#include <memory>
#include <utility>

#include "cli/guard.h"
#include "cli/location.h"
#include "cli/options_migrate.h"
#include "cli/process_title.h"
#include "migrate/report.h"
#include "migrate/runner.h"
#include "migrate/verify.h"
#include "postgres/migrations.h"
#include "postgres/session/connection.h"
#include "sqlite/migrations.h"
#include "sqlite/session/settings.h"
#include "transfer/secrets.h"

namespace cli {
namespace {

using base::Error;
using base::ErrorKind;
using migrate::State;

constexpr int kDone = 0;
constexpr int kWorkFound = 3;

sqlite::Purpose purpose_of(const MigrateCommand& command) {
  switch (command.task) {
    case MigrateTask::kUp:
      return command.intent == migrate::Intent::kDryRun ? sqlite::Purpose::kTry : sqlite::Purpose::kCreate;
    case MigrateTask::kBaseline:
      return sqlite::Purpose::kWrite;
    case MigrateTask::kStatus:
    case MigrateTask::kVerify:
      break;
  }
  return sqlite::Purpose::kRead;
}

std::unique_ptr<engine::MigrationDatabase> open_database(const MigrateCommand& command, const Location& location,
                                                         const base::StopSignals& signals) {
  const CommonOptions& options = command.common;
  if (location.sqlite_path.empty())
    return std::make_unique<postgres::PostgresMigrations>(
        std::make_unique<postgres::Connection>(location.parameters, location.place, signals.token()),
        options.schemas.empty() ? location.schema : options.schemas.front(), options.lock_timeout,
        command.show_masked ? nullptr : transfer::says_secret);
  sqlite::refuse_schemas(options.schemas);
  return std::make_unique<sqlite::SqliteMigrations>(location.sqlite_path, purpose_of(command), options.lock_timeout,
                                                    signals.token());
}

bool writes(const MigrateCommand& command) {
  const bool does = command.task == MigrateTask::kUp || command.task == MigrateTask::kBaseline;
  return does && command.intent == migrate::Intent::kApply;
}

void say_where(const Console& console, const MigrateCommand& command, const Location& location,
               const engine::MigrationDatabase& database, const migrate::Folder& folder) {
  const CommonOptions& options = command.common;
  if (options.verbosity == Verbosity::kQuiet && !writes(command)) return;
  console.say("on " + location.place + " (" + location.origin + ")");
  for (const std::string& warning : location.warnings) console.warn(warning);
  if (database.info().is_readable_on_the_way)
    console.warn("the connection to " + database.info().host + " is not encrypted");
  for (const std::string& name : folder.look_alikes)
    console.warn(name + " is no migration: it would be with three digits or more and an underscore, 001_name.sql");
  if (options.verbosity != Verbosity::kVerbose) return;
  const outcome::DatabaseInfo& info = database.info();
  console.say("server: " + info.engine + " " + info.server_version + ", database " + info.database);
  if (!database.schema().empty()) console.say("schema: " + database.schema());
  console.say("migrations: " + folder.path);
}

void run_task(const Console& console, const MigrateCommand& command, engine::MigrationDatabase& database,
              const migrate::Folder& folder, migrate::Report& report) {
  switch (command.task) {
    case MigrateTask::kUp: {
      const auto tell = [&](const migrate::MigrationFile& file) {
        if (command.common.verbosity != Verbosity::kVerbose) return;
        console.say((command.intent == migrate::Intent::kDryRun ? "trying " : "applying ") + file.name);
      };
      report.plan = migrate::up(database, folder.files, command.intent, tell);
      return;
    }
    case MigrateTask::kStatus:
      report.plan = migrate::make_plan(folder.files, database.ledger());
      return;
    case MigrateTask::kVerify: {
      migrate::Verification verification = migrate::verify(database, folder.files);
      report.plan = std::move(verification.plan);
      report.objects = verification.objects;
      report.findings = std::move(verification.findings);
      return;
    }
    case MigrateTask::kBaseline:
      report.plan = migrate::baseline(database, folder.files, command.baseline);
      return;
  }
}

void print_report(const Console& console, const CommonOptions& options, const migrate::Report& report,
                  int exit_status) {
  if (options.form == ResultForm::kJson) return console.print_result(migrate::report_json(report, exit_status));
  // A result that only says that all is well is not asked for then.
  if (options.verbosity == Verbosity::kQuiet && report.findings.empty()) return;
  console.print_result(migrate::report_text(report));
}

// Throws kSchema when something is wrong.
int status_of(const MigrateCommand& command, const migrate::Report& report) {
  migrate::demand_sound(report.plan);
  if (!report.findings.empty())
    throw Error(ErrorKind::kSchema, "the database is not what the applied migrations make",
                "write what is missing as a new migration, or see who changed the schema by hand");
  const bool pending =
      migrate::count(report.plan, State::kPending) + migrate::count(report.plan, State::kWouldApply) != 0;
  return pending && command.pending_status == PendingStatus::kTellsPending ? kWorkFound : kDone;
}

int run_migrate(const Console& console, const base::StopSignals& signals, const MigrateCommand& command) {
  const bool is_to_change = command.task == MigrateTask::kUp || command.task == MigrateTask::kBaseline;
  const Location location =
      find_database({command.common.url, command.common.env_file, {}}, is_to_change ? Use::kWrite : Use::kRead);
  const auto database = open_database(command, location, signals);
  const migrate::Folder folder = migrate::read_folder(command.folder, database->info().engine);
  say_where(console, command, location, *database, folder);
  migrate::Report report{command.task_name,
                         folder.path,
                         location.place,
                         database->schema(),
                         command.intent == migrate::Intent::kDryRun,
                         {},
                         {},
                         0};
  run_task(console, command, *database, folder, report);
  int status = kDone;
  try {
    status = status_of(command, report);
  } catch (const Error& error) {  // after the result, which shows what is wrong
    print_report(console, command.common, report, static_cast<int>(error.kind()));
    throw;
  }
  print_report(console, command.common, report, status);
  return status;
}

}  // namespace

int run_migrate_program(int argc, char** argv) {
  return guarded({"db-migrate", "files that were applied stay applied, a file in its transaction is rolled back"},
                 [&](Console& console, const base::StopSignals& signals) {
                   if (asks_for_json(argc, argv)) console.tell_errors_as_json();
                   const auto parsed = parse_migrate(argc, argv);
                   hide_urls(argc, argv);
                   if (const auto* printout = std::get_if<Printout>(&parsed)) {
                     console.print_result(printout->text);
                     return kDone;
                   }
                   const auto& command = std::get<MigrateCommand>(parsed);
                   console.use_color(command.common.color);
                   return run_migrate(console, signals, command);
                 });
}

}  // namespace cli
