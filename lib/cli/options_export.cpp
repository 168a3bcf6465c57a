#include <charconv>

#include "cli/options.h"
#include "cli/syntax.h"

namespace cli {
namespace {

Page page() {
  return {"db-export",
          "db-export [FILE] [options]",
          "write the rows of a database into one JSON file",
          "Writes the rows of a database into one JSON file, parents before children, as of one point in time.",
          {{"db-export", "all tables into exports/export-<time>.json"},
           {"db-export app.json --env-file .env.production", "the database of another .env file"},
           {"db-export app.json --from staging", "the database that db-transfer.json calls staging"},
           {"db-export --list --config schema/document-sharing/transfer.json", "the tables in the order of the export"},
           {"db-export --list --format mermaid", "their foreign keys as a graph"},
           {"db-export app.json --skip-audit --where \"users=created_at >= '2025-01-01'\"", "some rows only"},
           {"db-export seed.json --reproducible", "a file for git: equal rows are equal bytes"},
           {"db-export - -q | ssh host 'cat > app.json'", "to another machine, without a file here"}},
          {},
          {{0, "done"},
           {1, "internal error"},
           {2, "usage, configuration or URL"},
           {5, "no connection, or the connection broke"},
           {7, "the tables changed while the export began, or a record is too long"},
           {8, "missing privileges, row security"},
           {9, "a lock was not to be had; safe to run again"},
           {10, "the output could not be written"},
           {130, "interrupted (128 + signal)"}},
          {}};
}

// "users=active AND age > 17": everything after the first = is SQL.
std::pair<std::string, std::string> split_condition(const Syntax& syntax, const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
    throw syntax.wrong("--where is not TABLE=SQL: \"" + base::printable(word) + "\"");
  return {word.substr(0, equals), word.substr(equals + 1)};
}

unsigned parse_jobs(const std::string& word) {
  constexpr unsigned kMostJobs = 64;
  unsigned jobs = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), jobs);
  if (error != std::errc{} || end != word.data() + word.size() || jobs < 1 || jobs > kMostJobs) {
    throw base::Error(base::ErrorKind::kUsage, "--jobs is not a number from 1 to 64: \"" + base::printable(word) + "\"",
                      "about as many as the machines have cores");
  }
  return jobs;
}

void check(const Syntax& syntax, const ExportCommand& command) {
  if (command.common.every_decision) throw syntax.wrong("--json=full is of db-import; an export decides nothing");
  const bool json = command.common.form == ResultForm::kJson;
  const char* const task = command.task == ExportTask::kList ? "--list" : "--profile";
  if (command.task != ExportTask::kExport && !command.job.output.empty())
    throw syntax.wrong(std::string(task) + " writes no FILE; leave one of them out");
  if (json && command.job.output == "-")
    throw syntax.wrong("standard output takes the document (FILE is -) or the result (--json), not both");
}

ListForm read_list_form(const Syntax& syntax, const ExportCommand& command, const std::string& word) {
  if (command.task != ExportTask::kList) throw syntax.wrong("--format goes with --list only");
  const auto form = choose<ListForm>("--format", word, {{"table", ListForm::kTable}, {"mermaid", ListForm::kMermaid}});
  if (command.common.form == ResultForm::kJson)
    throw syntax.wrong("--format and --json are two forms; give one of them");
  return form;
}

}  // namespace

std::variant<ExportCommand, Printout> parse_export(int argc, const char* const* argv) {
  Syntax syntax(page());
  ExportCommand command;
  CommonSyntax common;
  std::vector<std::string> conditions;
  bool list = false;
  bool profile = false;
  bool sorted = false;
  bool force = false;
  bool reproducible = false;
  bool through_parents = false;
  std::optional<std::string> format;
  std::optional<std::string> compression;
  std::optional<std::string> jobs;
  syntax.group("Export");
  syntax.argument("FILE", command.job.output,
                  "where to; exports/export-<time>.json if left out, - for standard output");
  syntax.flag("--list", list, "print the tables in the order of the export, and write nothing");
  syntax.option("--format", "FORM", format, "of --list: table, or mermaid for a graph that Markdown pages draw",
                {"table", "mermaid"});
  syntax.flag("--profile", profile, "print what the columns of an SQLite file really hold, and write nothing");
  syntax.list("--where", "TABLE=SQL", conditions, "only rows of TABLE that fulfil SQL (may be repeated)");
  syntax.flag("--sorted", sorted, "rows in the order of their keys, for files that are compared");
  syntax.flag("--reproducible", reproducible,
              "--sorted, and without time, host, user, system identifier and the positions of sequences: exports of "
              "equal rows are equal bytes, for files that are kept in git");
  syntax.flag("--through-parents", through_parents,
              "rows of children by inheritance that are not in the export, and of foreign partitions, are read as rows "
              "of their parent instead of being refused (PostgreSQL)");
  syntax.option("--jobs", "N", jobs,
                "read large tables over N connections (PostgreSQL); the file is the same, byte for byte");
  syntax.list("--run-code-of", "OWNER", command.source.run_code_of,
              "as a superuser, let functions that this role has made run where the server computes them beforehand for "
              "a query, of indexes and the like (PostgreSQL; may be repeated)");
  syntax.option("--compress", "FORM", compression,
                "zstd, gzip or none; if left out, as FILE's ending says: .json.zst, .json.gz",
                {"zstd", "gzip", "none"});
  syntax.flag("--force", force, "replace FILE if it exists");
  common.add_tables(syntax);
  common.add_database(syntax);
  common.add_target(syntax, "--from", "the database that the transfer file calls so (\"targets\")");
  common.add_output(syntax);

  if (auto text = syntax.parse(argc, argv)) return Printout{std::move(*text)};
  command.common = common.read(syntax);
  demand_file_name(syntax, command.job.output);
  if (reproducible && (list || profile))
    throw syntax.wrong("--reproducible is for a file; " + std::string(list ? "--list" : "--profile") + " writes none");
  if (list && profile) throw syntax.wrong("--list and --profile are two results; give one of them");
  if (list) command.task = ExportTask::kList;
  if (profile) command.task = ExportTask::kProfile;
  if (format) command.list_form = read_list_form(syntax, command, *format);
  if (reproducible) command.job.origin = transfer::Origin::kLeftOut;
  if (sorted || reproducible) command.job.row_order = engine::RowOrder::kIdentity;
  if (through_parents) command.job.rows_elsewhere = engine::RowsElsewhere::kThroughParents;
  if (jobs) command.source.jobs = parse_jobs(*jobs);
  if (compression) {
    command.job.compression = choose<format::Compression>("--compress", *compression,
                                                          {{"zstd", format::Compression::kZstd},
                                                           {"gzip", format::Compression::kGzip},
                                                           {"none", format::Compression::kNone}});
  }
  if (force) command.job.overwrite = base::Overwrite::kReplace;
  for (const std::string& word : conditions) command.job.where.push_back(split_condition(syntax, word));
  check(syntax, command);
  return command;
}

}  // namespace cli
