#include "cli/asked_import.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "base/input_file.h"
#include "base/spool.h"
#include "cli/approve.h"
#include "cli/question.h"
#include "report/text.h"
#include "report/wording.h"
#include "transfer/approval_key.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
using base::printable;

enum class Answer { kYes, kNo, kReport };

std::string name_question(const AskedTarget& target) {
  return "To write into " + target.location.place + ", which is called production, type its name (" +
         printable(target.database.database) + ")";
}

Answer answer_to(const AskedTarget& target, const std::stop_token& stop) {
  const bool by_name = target.consent == Consent::kName;
  const std::string question = by_name ? name_question(target) + ", or report: "
                                       : "Write this into " + target.location.place + "? yes, no or report: ";
  const std::optional<std::string> answer = ask(question, stop);
  if (!answer) return Answer::kNo;
  if (by_name ? is_name_of(*answer, target.location, target.database) : *answer == "yes" || *answer == "y")
    return Answer::kYes;
  return *answer == "report" ? Answer::kReport : Answer::kNo;
}

// The rows as they were, tried; with triggers that only writing can tell, written for real and rolled back.
outcome::ImportOutcome try_out(const ImportCommand& command, const std::vector<std::string>& reports,
                               const RunImport& run) {
  ImportCommand trial = command;
  trial.job.intent = engine::Intent::kDryRun;
  trial.job.reports = reports;
  trial.job.rejects.clear();
  const outcome::ImportOutcome tried = run(trial);
  if (tried.untold.empty() || tried.blocked) return tried;
  // A plan is never replaced, and this one has been read by nobody.
  for (const std::string& report : reports) {
    fs::remove(report);
    fs::remove(transfer::key_path(report));
  }
  trial.job.intent = engine::Intent::kRehearsal;
  return run(trial);
}

// "app.audit" beside app.json, with a number if that is taken; of standard input, in this folder.
std::string report_stem(const std::string& input) {
  std::string stem = input == "-" ? "import" : input;
  for (const std::string_view ending : {".gz", ".zst", ".json"}) {
    if (stem.ends_with(ending)) stem.erase(stem.size() - ending.size());
  }
  stem += ".audit";
  const auto is_taken = [](const std::string& name) {
    return fs::exists(name + ".html") || fs::exists(name + ".json");
  };
  std::string free = stem;
  for (int number = 2; is_taken(free); ++number) free = stem + "-" + std::to_string(number);
  return free;
}

void write_reports(const ImportCommand& command, const Console& console, const RunImport& run) {
  const std::string stem = report_stem(command.job.input);
  try_out(command, {stem + ".html", stem + ".json"}, run);
  console.say("nothing was written into the database; " + stem + ".html tells what would be, and --apply " +
              report::shell_word(stem + ".json") + " does it");
}

}  // namespace

PlanFolder::PlanFolder() {
  const char* chosen = std::getenv("TMPDIR");
  std::string name = std::string(chosen != nullptr && *chosen != '\0' ? chosen : "/tmp") + "/db-import-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    throw base::system_error(base::ErrorKind::kInputOutput, "cannot create a folder", name, errno,
                             "set TMPDIR to a folder with enough room");
  path_ = name;
}

PlanFolder::~PlanFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

bool ask_about(ImportCommand& command, const AskedTarget& target, const PlanFolder& folder, const Console& console,
               const RunImport& run, const std::stop_token& stop) {
  const outcome::ImportOutcome tried = try_out(command, {folder.plan()}, run);
  const bool is_work = tried.total.to_write() != 0 && !tried.blocked;
  if (is_work) {
    console.print_beside_result(report::import_text(tried, console.message_color()));
    switch (answer_to(target, stop)) {
      case Answer::kYes:
        break;
      case Answer::kNo:
        console.say("nothing was written: the answer was not " +
                    (target.consent == Consent::kName ? "the name of the database" : std::string("yes")));
        return false;
      case Answer::kReport:
        write_reports(command, console, run);
        return false;
    }
  }
  command.apply = folder.plan();
  settle(command);
  return true;
}

bool ask_name(const AskedTarget& target, const Console& console, const std::stop_token& stop) {
  const std::optional<std::string> answer = ask(name_question(target) + ": ", stop);
  if (answer && is_name_of(*answer, target.location, target.database)) return true;
  console.say("nothing was written: the answer was not the name of the database");
  return false;
}

void keep_pipe(ImportCommand& command, const std::stop_token& stop) {
  base::InputFile pipe = base::InputFile::open(command.job.input, stop);
  if (pipe.seekable()) return;
  const auto spool = std::make_shared<base::Spool>();
  std::array<char, 65536> chunk{};
  while (const std::size_t bytes = pipe.read(chunk.data(), chunk.size())) spool->write({chunk.data(), bytes});
  command.job.spooled = std::move(spool);
}

}  // namespace cli
