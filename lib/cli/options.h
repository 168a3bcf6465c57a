// The command lines of both programs as values. parse_* only reads words: it opens no file and asks no environment.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/terminal.h"
#include "cli/engines.h"
#include "transfer/options.h"

namespace cli {

enum class ProgressChoice { kAuto, kBar, kPlain, kNone };
enum class Verbosity { kQuiet, kNormal, kVerbose };
enum class ResultForm { kText, kJson };

// What both programs take.
struct CommonOptions {
  std::optional<std::string> url;
  std::optional<std::string> env_file;
  std::optional<std::string> config_file;
  bool find_config = true;            // take the one that lies in the working folder
  std::optional<std::string> target;  // --to, --from: a name of the transfer file's "targets"
  std::vector<std::string> schemas;
  std::vector<std::string> tables;
  std::vector<std::string> excluded;
  std::vector<std::string> audit_tables;
  transfer::Audit audit = transfer::Audit::kInclude;
  std::chrono::milliseconds lock_timeout{5000};
  ProgressChoice progress = ProgressChoice::kAuto;
  base::ColorChoice color = base::ColorChoice::kAuto;
  Verbosity verbosity = Verbosity::kNormal;
  ResultForm form = ResultForm::kText;
  bool every_decision = false;  // in the JSON form
};

enum class ExportTask { kExport, kList, kProfile };
enum class ListForm { kTable, kMermaid };

struct ExportCommand {
  CommonOptions common;
  ExportTask task = ExportTask::kExport;
  ListForm list_form = ListForm::kTable;
  SourceOptions source;
  transfer::ExportOptions job;  // its selection is left empty: see CommonOptions
};

enum class DryRunStatus { kSuccess, kTellsWork };  // 0, or 3 when there is something to write

// Whether a person is asked before rows are written into a database that is not here.
enum class Questions { kOnTerminal, kNone };

struct ImportCommand {
  CommonOptions common;
  DryRunStatus dry_run_status = DryRunStatus::kSuccess;
  bool show_masked = false;
  TargetOptions target;
  transfer::ImportOptions job;         // the same
  std::optional<std::string> apply;    // a plan
  std::optional<std::string> signers;  // the list of those who may approve one
  transfer::DoneRows done_rows = transfer::DoneRows::kDiffer;
  std::optional<std::chrono::seconds> valid_for;  // of a plan that is made
  Questions questions = Questions::kOnTerminal;
  std::optional<std::string> confirm;  // how the database is called that is meant
  std::vector<std::string> named;      // members of what a plan settles that were named, also with their usual value
};

// What --help and --version ask for: to be printed, and nothing else to be done.
struct Printout {
  std::string text;
};

// Also of words that cannot be parsed.
bool asks_for_json(int argc, const char* const* argv);

// Throw Error(kUsage). Never repeat a word that may hold a password.
std::variant<ExportCommand, Printout> parse_export(int argc, const char* const* argv);
std::variant<ImportCommand, Printout> parse_import(int argc, const char* const* argv);

}  // namespace cli
