#include <algorithm>
#include <string_view>

#include "cli/syntax.h"

namespace cli {
namespace {

constexpr const char* kFull = "full";

}  // namespace

void CommonSyntax::add_database(Syntax& syntax) {
  syntax.group("Database");
  syntax.option(
      "--url", "URL", options_.url,
      "postgresql://USER:PASSWORD@HOST:PORT/DATABASE or sqlite:PATH; else DATABASE_URL of --env-file, of the "
      "environment or of .env in this folder, else PGHOST, PGDATABASE, PGSERVICE ... of either; to read from, else the "
      "SQLite file dev.db");
  syntax.option("--env-file", "FILE", options_.env_file,
                "read DATABASE_URL from FILE: it comes before the environment");
  add_databases(syntax);
}

void CommonSyntax::add_databases(Syntax& syntax) {
  syntax.group("Database");
  syntax.list("--schema", "NAME", options_.schemas,
              "only this schema (may be repeated); else the URL's schema, else all");
  syntax.option("--lock-timeout", "TIME", lock_timeout_,
                "give up waiting for a lock after TIME: 500ms, 5s; 5s if left out");
}

void CommonSyntax::add_target(Syntax& syntax, const std::string& option, const std::string& description) {
  target_option_ = option;
  syntax.option(option, "NAME", options_.target, description);
}

void CommonSyntax::add_tables(Syntax& syntax) {
  syntax.group("Tables");
  syntax.list("-t,--table", "PATTERN", options_.tables,
              "only tables that match: users, user*, sales.* (may be repeated)");
  syntax.list("-T,--exclude-table", "PATTERN", options_.excluded, "without tables that match (may be repeated)");
  syntax.flag("--skip-audit", skip_audit_, "without the audit tables");
  syntax.list("--audit-table", "PATTERN", options_.audit_tables,
              "what an audit table is (may be repeated), beside those of --config; audit_logs and audit_log if "
              "neither names any");
  syntax.option("--config", "FILE", options_.config_file,
                "the system's transfer file: preferred order, audit tables, targets; if left out, db-transfer.json or "
                "transfer.json of this folder");
  syntax.flag("--no-config", no_config_, "take no transfer file, even if one lies in this folder");
}

void CommonSyntax::add_output(Syntax& syntax) {
  syntax.group("Output");
  syntax.flag_or_word(
      "--json", kFull, json_,
      "print the result as one JSON object; --json=full with every decision of an import, or every row of a "
      "comparison that differs");
  syntax.option("--progress", "MODE", progress_, "auto, bar, plain or none", {"auto", "bar", "plain", "none"});
  syntax.option("--color", "WHEN", color_, "auto, always or never; NO_COLOR is honoured", {"auto", "always", "never"});
  syntax.flag("-q,--quiet", quiet_, "print only errors and rows that were left out");
  syntax.flag("-v,--verbose", verbose_, "tell more: server, schemas, phases");
}

CommonOptions CommonSyntax::read(const Syntax& syntax) const {
  CommonOptions options = options_;
  if (options.target && (options.url || options.env_file))
    throw syntax.wrong(target_option_ + " and " + (options.url ? "--url" : "--env-file") +
                       " both name a database; give one of them");
  if (no_config_ && options.config_file)
    throw syntax.wrong("--config and --no-config contradict each other; give one of them");
  if (no_config_ && options.target)
    throw syntax.wrong(target_option_ + " is a name of the transfer file, which --no-config leaves aside");
  options.find_config = !no_config_;
  if (quiet_ && verbose_) throw syntax.wrong("--quiet and --verbose contradict each other");
  if (lock_timeout_) options.lock_timeout = parse_duration("--lock-timeout", *lock_timeout_);
  if (progress_) {
    options.progress = choose<ProgressChoice>("--progress", *progress_,
                                              {{"auto", ProgressChoice::kAuto},
                                               {"bar", ProgressChoice::kBar},
                                               {"plain", ProgressChoice::kPlain},
                                               {"none", ProgressChoice::kNone}});
  }
  if (color_) {
    options.color = choose<base::ColorChoice>("--color", *color_,
                                              {{"auto", base::ColorChoice::kAuto},
                                               {"always", base::ColorChoice::kAlways},
                                               {"never", base::ColorChoice::kNever}});
  }
  if (skip_audit_) options.audit = transfer::Audit::kSkip;
  if (quiet_) options.verbosity = Verbosity::kQuiet;
  if (verbose_) options.verbosity = Verbosity::kVerbose;
  if (!json_.empty()) options.form = ResultForm::kJson;
  options.every_decision = std::ranges::find(json_, kFull) != json_.end();
  return options;
}

bool asks_for_json(int argc, const char* const* argv) {
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i)
    if (const std::string_view word = argv[i]; word == "--json" || word.starts_with("--json=")) return true;
  return false;
}

}  // namespace cli
