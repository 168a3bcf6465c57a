#include "cli/options_diff.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "cli/syntax.h"
#include "transfer/diff_reports.h"

namespace cli {
namespace {

Page page() {
  return {
      "db-diff",
      "db-diff A B [options]",
      "tell what differs between two exports or databases",
      "Compares two exports, or databases, or one with the other: which tables and columns one of them lacks, which "
      "rows are in one of them only, and in which cells the others differ.",
      {{"db-diff old.json new.json", "two exports"},
       {"db-diff app.json.zst postgresql:///app_production", "an export and a database"},
       {"db-diff sqlite:dev.db postgresql:///app_dev --skip-audit", "two databases, of two engines"},
       {"db-diff old.json new.json -t users --max-rows 100", "more rows of one table"},
       {"db-diff old.json new.json --report diff.html --report diff.json", "for people and for programs"},
       {"db-diff old.json new.json -q && echo equal", "in a script"}},
      {"Rows are paired by the primary key, else by a unique key without NULL; of a table without one, rows are "
       "counted. Values are compared as they would be stored, not as an edited file spells them. A database is "
       "exported for it, rows in the order of their keys, to a temporary file without a name in TMPDIR; two are "
       "read one after the other, not at one point in time. Exports made with --sorted are compared as they are "
       "read, others are sorted on disk first.",
       "SQLite beside PostgreSQL: its values are compared as an import into PostgreSQL would take them. \"rename\" "
       "and \"drop\" of the transfer file hold for both sides; \"ignore\", \"match\" and \"set\" are not used."},
      {{0, "equal"},
       {1, "internal error"},
       {2, "usage, configuration or URL"},
       {3, "something differs"},
       {5, "no connection, or the connection broke"},
       {6, "a file is damaged, cut or not an export"},
       {7, "the tables changed while they were read, or a record is too long"},
       {8, "missing privileges, row security"},
       {9, "a lock was not to be had; safe to run again"},
       {10, "a file could not be read or written"},
       {130, "interrupted (128 + signal)"}},
      {}};
}

std::size_t parse_most_rows(const Syntax& syntax, const std::string& word) {
  std::size_t rows = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), rows);
  if (word.empty() || error != std::errc{} || end != word.data() + word.size() || rows > 100'000)
    throw syntax.wrong("--max-rows is not a number up to 100000: \"" + base::printable(word) + "\"");
  return rows;
}

}  // namespace

bool is_database_url(const std::string& word) {
  constexpr std::array<std::string_view, 4> kSchemes = {"postgresql:", "postgres:", "sqlite:", "file:"};
  return std::ranges::any_of(kSchemes, [&](std::string_view scheme) { return word.starts_with(scheme); });
}

std::variant<DiffCommand, Printout> parse_diff(int argc, const char* const* argv) {
  Syntax syntax(page());
  DiffCommand command;
  CommonSyntax common;
  std::optional<std::string> most_rows;
  bool unsealed = false;
  bool force = false;
  bool through_parents = false;
  syntax.group("Compare");
  syntax.argument("A", command.a,
                  "a file that db-export wrote, - for standard input, or the URL of a database: "
                  "postgresql://USER@HOST:PORT/DATABASE or sqlite:PATH");
  syntax.argument("B", command.b, "the same");
  syntax.option("--max-rows", "N", most_rows,
                "show at most N rows of a table that were changed, and of those in A or B only; 10 if left out");
  syntax.flag("--unsealed", unsealed, "take files without a valid seal, for example edited ones");
  syntax.flag("--through-parents", through_parents,
              "rows of children by inheritance that are not compared, and of foreign partitions, are read as rows of "
              "their parent instead of being refused (PostgreSQL)");
  syntax.list("--run-code-of", "OWNER", command.source.run_code_of,
              "as a superuser, let functions that this role has made run where the server computes them beforehand for "
              "a query, of indexes and the like (PostgreSQL; may be repeated)");
  common.add_tables(syntax);
  common.add_databases(syntax);
  common.add_output(syntax);
  syntax.list("--report", "FILE", command.job.reports,
              "write a report: .html for people, .json with every row that differs, .txt (may be repeated)");
  syntax.flag("--force", force,
              "let a report replace a file that is no report (never a file that is compared, or a database)");
  syntax.flag("--show-masked", command.show_masked,
              "show values of columns that look like secrets (password, token, ...)");

  if (auto text = syntax.parse(argc, argv)) return Printout{std::move(*text)};
  command.common = common.read(syntax);
  if (command.a.empty() || command.b.empty())
    throw syntax.wrong("A or B is missing: which two files or databases are to be compared?");
  for (const std::string& word : {command.a, command.b}) {
    if (!is_database_url(word) && word.find("://") != std::string::npos)
      throw syntax.wrong("a URL begins with postgresql:// or sqlite: (not shown: it may hold a password)");
  }
  if (command.a == "-" && command.b == "-") throw syntax.wrong("standard input can be one of the sides only");
  if (most_rows) command.job.most_rows = parse_most_rows(syntax, *most_rows);
  if (unsealed) command.job.seal = format::SealPolicy::kIgnore;
  if (force) command.job.overwrite = base::Overwrite::kReplace;
  if (through_parents) command.job.rows_elsewhere = engine::RowsElsewhere::kThroughParents;
  command.job.masks.usual = !command.show_masked;
  for (const std::string& path : command.job.reports) transfer::demand_difference_form(path);
  return command;
}

}  // namespace cli
