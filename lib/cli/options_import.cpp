#include <algorithm>
#include <charconv>

#include "cli/options.h"
#include "cli/options_approve.h"
#include "cli/options_guard.h"
#include "cli/options_undo.h"
#include "cli/syntax.h"
#include "report/wording.h"
#include "transfer/limits.h"
#include "transfer/reports.h"

namespace cli {
namespace {

Page page() {
  return {
      "db-import",
      "db-import FILE [options]",
      "bring the rows of an export into a database",
      "Brings the rows of a file that db-export wrote into a database, in one transaction: new rows are inserted, "
      "changed rows updated, equal rows left alone; nothing is ever deleted where neither --delete-missing nor --undo "
      "is given.",
      {{"db-import app.json --dry-run", "what would happen; the server refuses every write"},
       {"db-import app.json", "insert new rows, update changed ones"},
       {"db-import app.json --dry-run --report audit.html --report audit.json",
        "the same as the first, for a reviewer and for a program"},
       {"db-import app.json --apply audit.json", "exactly what was read there, or nothing"},
       {"db-import app.json --save-undo app.undo.json", "and keep what takes it back"},
       {"db-import --undo app.undo.json --dry-run", "what taking it back would do; without --dry-run it does"},
       {"db-import app.json --to production", "the database that db-transfer.json calls production"},
       {"db-import app.json --env-file .env.production --atomic", "all rows or none"},
       {"db-import app.json --match users=email -n", "users are the same by e-mail, whatever their id"},
       {"db-import app.json --dry-run --exit-code -q", "in a script: 3 when there is something to write"},
       {"ssh host db-export - -q | db-import - -t users", "straight from another machine, one table"}},
      {},
      {{0, "done"},
       {1, "internal error"},
       {2, "usage, configuration or URL"},
       {3, "--dry-run --exit-code: work to do"},
       {4, "rows were left out, or a --limit was passed over"},
       {5, "no connection, or it broke"},
       {6, "the file is not a sound export"},
       {7, "the file does not fit, or a plan no longer holds"},
       {8, "missing privileges, row security, read-only server"},
       {9, "lock or deadlock; safe to run again"},
       {10, "a local file could not be read or written"},
       {11, "the outcome of the commit is unknown"},
       {130, "interrupted (128 + signal)"}},
      "Every status but 0, 4 and 11 means: the target is exactly as it was."};
}

// "users=email", "teams=org,name".
transfer::TablePolicy parse_match(const Syntax& syntax, const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
    throw syntax.wrong("--match is not TABLE=COLUMN,COLUMN: \"" + base::printable(word) + "\"");
  transfer::TablePolicy policy;
  policy.tables = word.substr(0, equals);
  for (std::size_t start = equals + 1; start <= word.size();) {
    const std::size_t end = std::min(word.find(',', start), word.size());
    if (end == start) throw syntax.wrong("--match names an empty column: \"" + base::printable(word) + "\"");
    policy.match.push_back(word.substr(start, end - start));
    start = end + 1;
  }
  return policy;
}

// "app=public"; nobody calls a schema by a name with "=".
void parse_map_schema(const Syntax& syntax, const std::string& word, transfer::Mapping& mapping) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
    throw syntax.wrong("--map-schema is not SCHEMA=SCHEMA: \"" + base::printable(word) + "\"");
  const std::string from = word.substr(0, equals);
  for (const auto& schema : mapping.schemas) {
    if (schema.first == from) throw syntax.wrong("--map-schema says twice what becomes of " + base::printable(from));
  }
  mapping.schemas.emplace_back(from, word.substr(equals + 1));
}

std::uint64_t parse_most_left_out(const Syntax& syntax, const std::string& word) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (word.empty() || error != std::errc() || end != word.data() + word.size())
    throw syntax.wrong("--max-left-out needs a number of rows: \"" + base::printable(word) + "\"");
  return number;
}

// "users.last_login": what comes before the last dot is the table.
transfer::TablePolicy parse_empty_as_null(const Syntax& syntax, const std::string& word) {
  const std::size_t dot = word.rfind('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == word.size())
    throw syntax.wrong("--empty-as-null is not TABLE.COLUMN: \"" + base::printable(word) + "\"");
  transfer::TablePolicy policy;
  policy.tables = word.substr(0, dot);
  policy.empty_as_null = {word.substr(dot + 1)};
  return policy;
}

// After all that says how the file is taken has been read.
void demand_deletable(const Syntax& syntax, const ImportCommand& command) {
  if (command.job.delete_missing.empty()) return;
  const auto contradict = [&](const std::string& option, const std::string& why) {
    throw syntax.wrong("--delete-missing and " + option + " contradict each other: " + why);
  };
  if (command.job.seal == format::SealPolicy::kIgnore)
    contradict("--unsealed", "what a file without a seal lacks may have been cut off");
  if (command.job.mode == engine::Mode::kInsert) contradict("--mode insert", "nothing of what is there may change");
  if (command.target.not_valid == engine::NotValid::kAsRestored)
    contradict("--as-restored", "that one is for empty tables");
}

struct BaseOptions {
  std::optional<std::string> base;
  std::optional<std::string> unit;
  std::optional<std::string> rejects;
};

void read_base(const Syntax& syntax, const BaseOptions& options, ImportCommand& command) {
  const auto& [base, unit, rejects] = options;
  transfer::ImportOptions& job = command.job;
  if (unit && !base) throw syntax.wrong("--base-unit goes with --base only");
  if (rejects && !base) throw syntax.wrong("--base-rejects goes with --base only: it says what is no part of the base");
  if (!base) return;
  if (base->empty() || *base == "-") throw syntax.wrong("--base needs the name of a file: it is read twice");
  demand_file_name(syntax, *base);
  const bool matches = std::ranges::any_of(job.policies, [](const auto& policy) { return !policy.match.empty(); });
  const char* other = matches                                                     ? "--match"
                      : job.newer_rows == engine::NewerRows::kKeep                ? "--keep-newer"
                      : command.target.not_valid == engine::NotValid::kAsRestored ? "--as-restored"
                                                                                  : nullptr;
  if (job.direction == transfer::Direction::kUndo)
    throw syntax.wrong("--base and --undo contradict each other: an undo file says itself what becomes of its rows");
  if (other != nullptr) throw syntax.wrong(std::string("--base and ") + other + " do not go together yet");
  job.base = *base;
  if (rejects && (rejects->empty() || *rejects == "-"))
    throw syntax.wrong("--base-rejects needs the name of a file: it is read twice");
  if (rejects) demand_file_name(syntax, *rejects);
  job.base_rejects = rejects.value_or("");
  if (unit)
    job.base_unit = choose<engine::MergeUnit>("--base-unit", *unit,
                                              {{"cell", engine::MergeUnit::kCell}, {"row", engine::MergeUnit::kRow}});
  if (unit) command.named.emplace_back("base_unit");
}

// What a reader of a report must know to repeat it.
std::vector<std::string> deciding_words(const ImportCommand& command) {
  std::vector<std::string> words;
  const auto each = [&](const std::string& option, const std::vector<std::string>& values) {
    for (const std::string& value : values) words.push_back(option + " " + report::shell_word(value));
  };
  if (command.common.env_file) words.push_back("--env-file " + report::shell_word(*command.common.env_file));
  if (command.common.target) words.push_back("--to " + report::shell_word(*command.common.target));
  each("--table", command.common.tables);
  each("--exclude-table", command.common.excluded);
  each("--schema", command.common.schemas);
  for (const auto& [from, to] : command.job.mapping.schemas) {
    std::string schemas = from;
    schemas += "=";
    schemas += to;
    words.push_back("--map-schema " + report::shell_word(schemas));
  }
  each("--audit-table", command.common.audit_tables);
  each("--delete-missing", command.job.delete_missing);
  if (!command.job.base.empty()) words.push_back("--base " + report::shell_word(command.job.base));
  if (!command.job.base_rejects.empty())
    words.push_back("--base-rejects " + report::shell_word(command.job.base_rejects));
  if (command.job.base_unit == engine::MergeUnit::kRow) words.emplace_back("--base-unit row");
  if (command.common.audit == transfer::Audit::kSkip) words.emplace_back("--skip-audit");
  if (command.common.config_file) words.push_back("--config " + report::shell_word(*command.common.config_file));
  if (command.job.mode == engine::Mode::kInsert) words.emplace_back("--mode insert");
  if (command.job.mode == engine::Mode::kUpdate) words.emplace_back("--mode update");
  for (const transfer::TablePolicy& policy : command.job.policies) {
    for (const std::string& column : policy.empty_as_null)
      words.push_back("--empty-as-null " + report::shell_word(policy.tables + "." + column));
    if (policy.match.empty()) continue;
    std::string columns;
    for (const std::string& column : policy.match) columns += (columns.empty() ? "" : ",") + column;
    words.push_back("--match " + report::shell_word(policy.tables + "=" + columns));
  }
  if (command.job.newer_rows == engine::NewerRows::kKeep) words.emplace_back("--keep-newer");
  if (command.job.on_conflict == transfer::ConflictPolicy::kFail) words.emplace_back("--on-conflict fail");
  if (command.job.left_out == transfer::LeftOutPolicy::kRollBack) words.emplace_back("--atomic");
  for (const transfer::Limit& limit : command.job.limits)
    words.push_back("--limit " + report::shell_word(transfer::word_of(limit)));
  if (command.job.most_left_out) words.push_back("--max-left-out " + std::to_string(*command.job.most_left_out));
  if (command.job.orphans == engine::Orphans::kKeep) words.emplace_back("--keep-orphans");
  if (command.target.not_valid == engine::NotValid::kAsRestored) words.emplace_back("--as-restored");
  for (const std::string& owner : command.target.run_code_of) words.push_back("--run-code-of " + owner);
  if (command.job.refresh == engine::Refresh::kYes) words.emplace_back("--refresh");
  if (command.job.table_locks == engine::TableLocks::kAgainstWriters) words.emplace_back("--lock-tables");
  if (command.job.growth == engine::Growth::kAllow) words.emplace_back("--allow-growth");
  if (command.job.same_database == transfer::SameDatabase::kAllow) words.emplace_back("--allow-same");
  if (command.job.seal == format::SealPolicy::kIgnore) words.emplace_back("--unsealed");
  if (command.apply) words.push_back("--apply " + report::shell_word(*command.apply));
  if (command.done_rows == transfer::DoneRows::kTolerated) words.emplace_back("--tolerate-done");
  return words;
}

}  // namespace

std::variant<ImportCommand, Printout> parse_import(int argc, const char* const* argv) {
  Syntax syntax(page());
  ImportCommand command;
  CommonSyntax common;
  ApproveSyntax approve;
  GuardSyntax guard;
  UndoSyntax undo;
  std::optional<std::string> mode;
  std::optional<std::string> on_conflict;
  std::optional<std::string> max_left_out;
  std::optional<std::string> rejects;
  std::optional<std::string> first_load;
  BaseOptions base;
  std::vector<std::string> matches;
  std::vector<std::string> empty_as_null;
  std::vector<std::string> map_schemas;
  bool dry_run = false;
  bool rehearse = false;
  bool keep_newer = false;
  bool show_masked = false;
  bool atomic = false;
  bool keep_orphans = false;
  bool allow_growth = false;
  bool exit_code = false;
  bool unsealed = false;
  bool force = false;
  bool as_restored = false;
  bool refresh = false;
  bool lock_tables = false;
  bool allow_same = false;
  syntax.group("Import");
  syntax.argument("FILE", command.job.input, "what to import; - for standard input");
  syntax.flag("-n,--dry-run", dry_run, "say what would happen, and write nothing");
  syntax.flag("--rehearse", rehearse,
              "import for real, triggers and deferred checks included, then roll everything back");
  syntax.option("--mode", "MODE", mode,
                "upsert (if left out), insert: only new rows, or update: only rows that are there",
                {"upsert", "insert", "update"});
  syntax.list("--match", "TABLE=COLUMNS", matches,
              "find rows of TABLE by these columns instead of by their key, and carry the target's keys into every "
              "foreign key of the file (may be repeated)");
  syntax.list("--map-schema", "SCHEMA=SCHEMA", map_schemas,
              "the file's first schema is the target's second: app=public (may be repeated; tables and columns are "
              "renamed by --config)");
  syntax.option("--base", "LAST", base.base,
                "three-way merge: LAST is the export that FILE and the target had in common, as a rule the one "
                "imported last; what FILE changed since goes in, what the target changed since stays, and what both "
                "changed is a conflict");
  syntax.option("--base-unit", "UNIT", base.unit,
                "with --base: what makes a conflict where both sides changed it, a cell (if left out) or a whole row",
                {"cell", "row"});
  syntax.option(
      "--base-rejects", "FILE", base.rejects,
      "with --base: FILE holds the rows that the import of LAST left out; they are no part of the base, so that "
      "what they brought is judged anew");
  syntax.list(
      "--delete-missing", "TABLE", command.job.delete_missing,
      "delete rows of TABLE (a pattern, as of -t) that the file lacks, where it holds the whole table; rows that "
      "others refer to stay and are named; without --limit delete=N at most 20 rows or a tenth of a table, and "
      "never more than 1,000 or all of it (may be repeated)");
  syntax.flag("--keep-newer", keep_newer,
              "leave rows alone that were changed later in the target (updatedAt, updated_at or as in --config)");
  syntax.option("--on-conflict", "WHAT", on_conflict,
                "skip (if left out): leave the row out and go on; fail: roll everything back", {"skip", "fail"});
  syntax.list("--empty-as-null", "TABLE.COLUMN", empty_as_null,
              "take empty texts of this column as NULL (may be repeated)");
  syntax.flag("--keep-orphans", keep_orphans,
              "from SQLite to SQLite: rows whose parent the source lacks itself go in as they are");
  syntax.flag("--atomic", atomic, "roll everything back if a row would be left out");
  syntax.option("--max-left-out", "N", max_left_out,
                "roll everything back, and end early, if more than N rows would be left out");
  syntax.flag("--allow-growth", allow_growth,
              "insert rows of tables without a key also where a trigger changes them, so that each import of the same "
              "file adds them again");
  syntax.option(
      "--rejects", "FILE", rejects,
      "write the rows left out there, with their reasons, to be mended and imported; beside the input if left "
      "out, and then only by an import");
  syntax.flag(
      "--refresh", refresh,
      "refresh the materialized views over the written tables in the same transaction (their owner's role; readers "
      "of them wait until the commit)");
  syntax.flag("--exit-code", exit_code, "with --dry-run: end with 3 if there is something to write");
  syntax.option("--first-load", "WHEN", first_load,
                "auto (if left out): load straight into tables that are all empty while nobody else is connected, "
                "and create their indexes and foreign keys again afterwards; never: judge every row first",
                {"auto", "never"});
  syntax.flag(
      "--as-restored", as_restored,
      "into empty tables of your own, let rows violate constraints that are NOT VALID, as pg_restore does; they "
      "stay NOT VALID (PostgreSQL)");
  syntax.list("--run-code-of", "OWNER", command.target.run_code_of,
              "as a superuser, let triggers, functions and rules that this role has made run when its tables are "
              "written or judged (PostgreSQL; may be repeated)");
  syntax.flag("--lock-tables", lock_tables,
              "keep other writers away from the tables from the beginning, for a busy application on the same rows; "
              "if left out, only when two attempts were in vain (PostgreSQL)");
  syntax.flag("--allow-same", allow_same,
              "import into the database that the file was exported from, or a physical copy of it");
  syntax.flag("--unsealed", unsealed, "take a file without a valid seal, for example one that was edited");
  approve.add(syntax);
  guard.add(syntax);
  undo.add(syntax);
  common.add_tables(syntax);
  common.add_database(syntax);
  common.add_target(syntax, "--to", "the database that the transfer file calls so (\"targets\")");
  common.add_output(syntax);
  syntax.list("--report", "FILE", command.job.reports,
              "write an audit: .html for people, .json with every decision, .txt, .md for a pull request, .xml (JUnit) "
              "for a build server (may be "
              "repeated)");
  syntax.flag("--force", force,
              "let a report or --rejects replace a file that is no report (never the input, the database or a plan)");
  syntax.flag("--show-masked", show_masked,
              "show values of columns that look like secrets (password, token, ...) in reports and messages");

  if (auto text = syntax.parse(argc, argv)) return Printout{std::move(*text)};
  command.common = common.read(syntax);
  if (command.job.input.empty()) throw syntax.wrong("FILE is missing: which file is to be imported?");
  demand_file_name(syntax, command.job.input);
  if (dry_run && rehearse) throw syntax.wrong("--dry-run and --rehearse are two ways to try; give one of them");
  if (exit_code && !dry_run && !rehearse) throw syntax.wrong("--exit-code goes with --dry-run and --rehearse only");
  if (lock_tables && dry_run) throw syntax.wrong("--lock-tables is for what writes; a dry run does not");
  if (lock_tables) command.job.table_locks = engine::TableLocks::kAgainstWriters;
  if (dry_run) command.job.intent = engine::Intent::kDryRun;
  if (rehearse) command.job.intent = engine::Intent::kRehearsal;
  if (keep_orphans) command.job.orphans = engine::Orphans::kKeep;
  if (atomic) command.job.left_out = transfer::LeftOutPolicy::kRollBack;
  if (max_left_out) command.job.most_left_out = parse_most_left_out(syntax, *max_left_out);
  if (atomic && max_left_out) throw syntax.wrong("--atomic and --max-left-out are two limits; give one of them");
  if (allow_growth) command.job.growth = engine::Growth::kAllow;
  if (exit_code) command.dry_run_status = DryRunStatus::kTellsWork;
  if (as_restored) command.target.not_valid = engine::NotValid::kAsRestored;
  if (force) command.job.overwrite = base::Overwrite::kReplace;
  if (refresh) command.job.refresh = engine::Refresh::kYes;
  if (allow_same) command.job.same_database = transfer::SameDatabase::kAllow;
  if (unsealed) command.job.seal = format::SealPolicy::kIgnore;
  if (keep_newer) command.job.newer_rows = engine::NewerRows::kKeep;
  command.job.masks.usual = !show_masked;
  command.show_masked = show_masked;
  for (const std::string& path : command.job.reports) transfer::demand_report_form(path);
  if (rejects) {
    if (rejects->empty()) throw syntax.wrong("--rejects needs the name of a file");
    command.job.rejects = *rejects;
  }
  for (const std::string& word : matches) command.job.policies.push_back(parse_match(syntax, word));
  for (const std::string& word : map_schemas) parse_map_schema(syntax, word, command.job.mapping);
  for (const std::string& word : empty_as_null) command.job.policies.push_back(parse_empty_as_null(syntax, word));
  if (on_conflict) {
    command.job.on_conflict = choose<transfer::ConflictPolicy>(
        "--on-conflict", *on_conflict,
        {{"skip", transfer::ConflictPolicy::kSkip}, {"fail", transfer::ConflictPolicy::kFail}});
  }
  if (first_load) {
    command.target.first_loads = choose<engine::FirstLoads>(
        "--first-load", *first_load, {{"auto", engine::FirstLoads::kAuto}, {"never", engine::FirstLoads::kNever}});
  }
  if (mode) {
    command.job.mode = choose<engine::Mode>(
        "--mode", *mode,
        {{"upsert", engine::Mode::kUpsert}, {"insert", engine::Mode::kInsert}, {"update", engine::Mode::kUpdate}});
  }
  if (mode) command.named.emplace_back("mode");
  if (on_conflict) command.named.emplace_back("on_conflict");
  undo.read(syntax, command);
  demand_deletable(syntax, command);
  read_base(syntax, base, command);
  approve.read(syntax, command);
  guard.read(syntax, command);
  const std::vector<std::string> words = deciding_words(command);
  command.job.words.insert(command.job.words.begin(), words.begin(), words.end());
  return command;
}

}  // namespace cli
