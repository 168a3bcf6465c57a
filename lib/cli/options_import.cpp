#include "cli/options.h"
#include "cli/syntax.h"

namespace cli {
namespace {

constexpr const char* kFooter =
    R"(Examples:
  db-import app.json --dry-run                     what would happen; the server refuses every write
  db-import app.json                               insert new rows, update changed ones
  db-import app.json --env-file .env.production --atomic
                                                   all rows or none
  db-import app.json --dry-run --exit-code -q      in a script: 3 when there is something to write
  ssh host db-export - -q | db-import - -t users   straight from another machine, one table

Exit status:
  0 done                                      7 the file does not fit the target's tables
  1 internal error                            8 missing privileges, row security, read-only server
  2 usage, configuration or URL               9 lock or deadlock; safe to run again
  3 --dry-run --exit-code: work to do        10 a local file could not be read or written
  4 rows were left out                       11 the outcome of the commit is unknown
  5 no connection, or it broke              130 interrupted (128 + signal)
  6 the file is not a sound export
  Every status but 0, 4 and 11 means: the target is exactly as it was.
)";

}  // namespace

std::variant<ImportCommand, Printout> parse_import(int argc, const char* const* argv) {
  Syntax syntax({"db-import", "db-import FILE [options]",
                 "Brings the rows of a file that db-export wrote into a database, in one transaction: new rows\n"
                 "are inserted, changed rows updated, equal rows left alone; nothing is ever deleted.",
                 kFooter});
  ImportCommand command;
  CommonSyntax common;
  std::optional<std::string> mode;
  bool dry_run = false;
  bool atomic = false;
  bool exit_code = false;
  bool unsealed = false;
  syntax.group("Import");
  syntax.argument("FILE", command.job.input, "what to import; - for standard input");
  syntax.flag("-n,--dry-run", dry_run, "say what would happen, and write nothing");
  syntax.option("--mode", "MODE", mode,
                "upsert (if left out), insert: only new rows, or update: only rows that are there");
  syntax.flag("--atomic", atomic, "roll everything back if a row would be left out");
  syntax.flag("--exit-code", exit_code, "with --dry-run: end with 3 if there is something to write");
  syntax.flag("--unsealed", unsealed, "take a file without a valid seal, for example one that was edited");
  common.add_tables(syntax);
  common.add_database(syntax);
  common.add_output(syntax);

  if (auto text = syntax.parse(argc, argv)) return Printout{std::move(*text)};
  command.common = common.read(syntax);
  if (command.job.input.empty()) throw syntax.wrong("FILE is missing: which file is to be imported?");
  demand_file_name(syntax, command.job.input);
  if (exit_code && !dry_run) throw syntax.wrong("--exit-code goes with --dry-run only");
  if (dry_run) command.job.intent = engine::Intent::kDryRun;
  if (atomic) command.job.left_out = transfer::LeftOutPolicy::kRollBack;
  if (exit_code) command.dry_run_status = DryRunStatus::kTellsWork;
  if (unsealed) command.job.seal = format::SealPolicy::kIgnore;
  if (mode) {
    command.job.mode = choose<engine::Mode>(
        "--mode", *mode,
        {{"upsert", engine::Mode::kUpsert}, {"insert", engine::Mode::kInsert}, {"update", engine::Mode::kUpdate}});
  }
  return command;
}

}  // namespace cli
