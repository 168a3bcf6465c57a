#include "cli/diff_program.h"

#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "base/spool.h"
#include "base/stop.h"
#include "cli/guard.h"
#include "cli/options_diff.h"
#include "cli/process_title.h"
#include "cli/start.h"
#include "report/difference_json.h"
#include "report/difference_text.h"
#include "transfer/diff_job.h"
#include "transfer/output_files.h"
#include "transfer/selection.h"

namespace cli {
namespace {

constexpr int kEqual = 0;
constexpr int kDifferent = 3;

// A word of the command line as a side; of a database also what none of the reports may replace.
transfer::DiffEnd end_of(const Console& console, const base::StopSignals& signals, const DiffCommand& command,
                         const char* side, const std::string& word, std::vector<transfer::KeptFile>& kept) {
  const CommonOptions& options = command.common;
  if (!is_database_url(word)) return {word == "-" ? "standard input" : word, word, {}, {}};
  DatabaseWords words{word, {}, {}};
  words.url_origin = side;
  const Location location = find_database(words, Use::kRead);
  if (!location.sqlite_path.empty()) {
    for (transfer::KeptFile& file : transfer::files_of_sqlite(location.sqlite_path)) kept.push_back(std::move(file));
  }
  SourceOptions source = command.source;
  if (!location.sqlite_path.empty()) source.run_code_of.clear();
  transfer::DiffEnd end;
  end.name = location.place;
  end.schemas = options.schemas;
  if (!location.sqlite_path.empty()) end.schemas.clear();
  if (end.schemas.empty() && !location.schema.empty()) end.schemas = {location.schema};
  end.open_source = [&console, &signals, &options, side, location, source] {
    if (options.verbosity != Verbosity::kQuiet) {
      console.say(std::string(side) + " is " + location.place);
      for (const std::string& warning : location.warnings) console.warn(warning);
    }
    auto opened = open_source(location, options.lock_timeout, source, signals.token());
    warn_of_the_way(console, options, opened->info());
    return opened;
  };
  return end;
}

// Rows that were kept on disk until it was known that all went well.
void print_all_rows(const Console& console, base::Spool& rows) {
  console.print_result("");
  base::InputFile file = rows.finish("the result");
  base::DescriptorSink sink(STDOUT_FILENO, "standard output");
  const auto chunk = std::make_unique<std::array<char, std::size_t{256} << 10>>();
  while (const std::size_t bytes = file.read(chunk->data(), chunk->size())) sink.write({chunk->data(), bytes});
}

void print_difference(const Console& console, const CommonOptions& options, const outcome::Difference& difference) {
  if (options.form == ResultForm::kJson) return console.print_result(report::difference_json(difference));
  if (options.verbosity == Verbosity::kQuiet) return;
  console.print_result(report::difference_text(difference, console.result_color()));
}

int run_diff(const Console& console, const base::StopSignals& signals, DiffCommand command) {
  const CommonOptions& options = command.common;
  const transfer::Config config = config_of(options);
  if (!options.config_file && !config.path.empty() && options.verbosity != Verbosity::kQuiet)
    console.say("with " + base::printable(config.path) + " of this folder (--no-config leaves it aside)");
  transfer::DiffOptions& job = command.job;
  job.kept = kept_files(options, config, {});
  job.a = end_of(console, signals, command, "A", command.a, job.kept);
  job.b = end_of(console, signals, command, "B", command.b, job.kept);
  job.selection.tables = options.tables;
  job.selection.excluded = options.excluded;
  job.selection.audit = options.audit;
  job.selection.preferred_order = config.order;
  job.selection.audit_tables = options.audit_tables;
  job.selection.audit_tables.insert(job.selection.audit_tables.end(), config.audit_tables.begin(),
                                    config.audit_tables.end());
  if (job.selection.audit_tables.empty()) job.selection.audit_tables = transfer::usual_audit_tables();
  job.mapping = config.mapping;
  job.mapping.constants.clear();
  job.policies = config.policies;
  if (!command.show_masked) job.masks.patterns = config.masked;

  std::optional<base::Spool> rows;
  std::optional<base::SpoolSink> rows_sink;
  if (options.every_decision) job.rows_sink = &rows_sink.emplace(rows.emplace());
  base::Progress progress(progress_mode(options), STDERR_FILENO, console.message_color());
  const outcome::Difference difference = transfer::run_diff(job, progress, signals.token());
  progress.finish();
  if (rows) {
    print_all_rows(console, *rows);
  } else {
    print_difference(console, options, difference);
  }
  return difference.is_equal() ? kEqual : kDifferent;
}

}  // namespace

int run_diff_program(int argc, char** argv) {
  return guarded({"db-diff", "no report was written"}, [&](Console& console, const base::StopSignals& signals) {
    if (asks_for_json(argc, argv)) console.tell_errors_as_json();
    auto parsed = parse_diff(argc, argv);
    hide_urls(argc, argv);
    if (const auto* printout = std::get_if<Printout>(&parsed)) {
      console.print_result(printout->text);
      return kEqual;
    }
    auto& command = std::get<DiffCommand>(parsed);
    console.use_color(command.common.color);
    return run_diff(console, signals, std::move(command));
  });
}

}  // namespace cli
