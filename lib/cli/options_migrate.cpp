#include "cli/options_migrate.h"

#include <algorithm>
#include <charconv>

#include "cli/syntax.h"

namespace cli {
namespace {

Page page() {
  return {
      "db-migrate",
      "db-migrate up|status|verify|baseline [DIR] [NNN] [options]",
      "apply SQL migrations to a database",
      "Applies the migrations of a folder to a database, in order, each once.",
      {{"db-migrate up schema/messenger", "apply what is pending, each file in one transaction"},
       {"db-migrate up schema/messenger --dry-run", "try it in a transaction that is rolled back"},
       {"db-migrate status schema/messenger --exit-code", "in a script: 3 when something is pending"},
       {"db-migrate verify schema/messenger", "is all that the applied files make really there?"},
       {"db-migrate baseline schema/messenger 001", "the database has 001 already: write it down, run nothing"}},
      {"A migration is a file NNN_name.sql with three digits or more. A file that begins with \"-- no-transaction\" "
       "runs statement by statement, for what the database does in no transaction (CREATE INDEX CONCURRENTLY, "
       "VACUUM). Everything happens in one schema, where the ledger (the table migrations) is: --schema, else the "
       "URL's, else the first of the search_path. On SQLite (sqlite:PATH) that is the file, and up makes it if it "
       "is missing."},
      {{0, "done"},
       {1, "internal error"},
       {2, "usage, configuration, URL or a file"},
       {3, "--exit-code: something is pending"},
       {5, "no connection, or it broke"},
       {7,
        "a statement failed, a file was changed after it was applied, the order has a gap, or verify found "
        "something"},
       {8, "missing privileges, read-only server"},
       {9, "a lock was not to be had; safe to run again"},
       {10, "a local file could not be read"},
       {11, "the outcome of a commit is unknown: see db-migrate status"},
       {130, "interrupted (128 + signal)"}},
      {}};
}

bool is_number(const std::string& word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
}

std::uint64_t parse_number(const Syntax& syntax, const std::string& word) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (word.empty() || error != std::errc() || end != word.data() + word.size() || number == 0)
    throw syntax.wrong("baseline needs the number of the last migration that is there: baseline schema/messenger 001");
  return number;
}

// The words after the command: a folder, and for baseline a number, in either order.
void take_words(const Syntax& syntax, MigrateCommand& command, std::string first, std::string second) {
  if (command.task == MigrateTask::kBaseline) {
    if (is_number(first) && !is_number(second)) std::swap(first, second);
    command.baseline = parse_number(syntax, second);
  } else if (!second.empty()) {
    throw syntax.wrong("there is one DIR too many (only one is taken)");
  }
  demand_file_name(syntax, first);
  if (!first.empty()) command.folder = first;
}

}  // namespace

std::variant<MigrateCommand, Printout> parse_migrate(int argc, const char* const* argv) {
  Syntax syntax(page());
  MigrateCommand command;
  CommonSyntax common;
  std::string folder;
  std::string number;
  bool dry_run = false;
  bool exit_code = false;
  syntax.group("Migrate");
  syntax.argument("COMMAND", command.task_name,
                  "up: apply what is pending; status: list; verify: compare with the database; baseline: write "
                  "down as applied without running");
  syntax.argument("DIR", folder, "where the migrations are; this folder if left out");
  syntax.argument("NNN", number, "baseline: the number of the last migration that the database has already");
  syntax.flag("-n,--dry-run", dry_run, "up: try everything in a transaction that is rolled back");
  syntax.flag("--exit-code", exit_code, "status, up --dry-run: end with 3 if something is pending");
  common.add_database(syntax);
  common.add_output(syntax);
  syntax.flag(
      "--show-masked", command.show_masked,
      "show the server's messages as they are, though the database has columns that look like secrets (password, "
      "token, ...)");

  if (auto text = syntax.parse(argc, argv)) return Printout{std::move(*text)};
  command.common = common.read(syntax);
  if (command.common.every_decision) throw syntax.wrong("--json=full is of db-import; a migration decides on no rows");
  if (command.task_name.empty()) throw syntax.wrong("COMMAND is missing: up, status, verify or baseline?");
  command.task = choose<MigrateTask>("COMMAND", command.task_name,
                                     {{"up", MigrateTask::kUp},
                                      {"status", MigrateTask::kStatus},
                                      {"verify", MigrateTask::kVerify},
                                      {"baseline", MigrateTask::kBaseline}});
  take_words(syntax, command, folder, number);
  if (command.common.schemas.size() > 1)
    throw syntax.wrong("--schema is given more than once; migrations go into one schema");
  if (dry_run && command.task != MigrateTask::kUp) throw syntax.wrong("--dry-run goes with up only");
  const bool tells_pending = command.task == MigrateTask::kStatus || dry_run;
  if (exit_code && !tells_pending) throw syntax.wrong("--exit-code goes with status and up --dry-run only");
  if (dry_run) command.intent = migrate::Intent::kDryRun;
  if (exit_code) command.pending_status = PendingStatus::kTellsPending;
  return command;
}

}  // namespace cli
