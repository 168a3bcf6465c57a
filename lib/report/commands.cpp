#include "report/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/terminal.h"
#include "outcome/engine_traits.h"
#include "report/findings.h"
#include "report/wording.h"

namespace report {
namespace {

using outcome::Ending;
using outcome::ImportOutcome;

bool begins_with_one_of(std::string_view option, const auto& words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return option == word || option.starts_with(std::string(word) + " "); });
}

// Options that have no place in a command that imports; and what a repeated dry run brings itself.
bool only_tries(std::string_view option) {
  constexpr std::array<std::string_view, 4> kTrying = {"-n", "--dry-run", "--rehearse", "--exit-code"};
  return begins_with_one_of(option, kTrying);
}

// What no plan settles.
bool is_beside_a_plan(std::string_view option) {
  constexpr std::array<std::string_view, 7> kWords = {"--env-file",   "--to",   "--config", "--lock-tables",
                                                      "--allow-same", "--undo", "--base"};
  return begins_with_one_of(option, kWords);
}

// A name that begins with a dash would be read as an option.
std::string file_word(const std::string& path) {
  const bool like_option = path.size() > 1 && path.front() == '-';
  return shell_word(like_option ? "./" + path : path);
}

// "db-import FILE … --url …": those options that `wanted` lets through. Standard input has to be given again.
std::string command(const ImportOutcome& outcome, const auto& wanted, const std::string& more) {
  const std::string& path = outcome.file.path;
  std::string text = "db-import " + file_word(path);
  for (const std::string& option : outcome.options)
    if (wanted(option)) text += " " + base::printable(option);
  if (!outcome.target.option.empty()) text += " " + outcome.target.option;
  return text + more + (path == "-" ? " < FILE" : "");
}

// "audit-2.json" after "audit.json", "audit-3.json" after that: no plan is ever replaced.
std::string next_name(const std::string& plan) {
  constexpr std::string_view kEnding = ".json";
  std::string stem = plan.substr(0, plan.size() - kEnding.size());
  const std::size_t digits = stem.find_last_not_of("0123456789") + 1;
  int number = 1;
  if (digits > 1 && digits < stem.size() && stem.size() - digits < 4 && stem[digits - 1] == '-') {
    number = std::stoi(stem.substr(digits));
    stem.resize(digits - 1);
  }
  return stem + "-" + std::to_string(number + 1) + std::string(kEnding);
}

bool is_plan(const ImportOutcome& outcome) { return outcome.approval && !outcome.plan_file.empty(); }

NextStep step_of_rejects(const ImportOutcome& outcome) {
  return {fmt::format("The {} left out {} in {}, with the reasons. Mend them there (--unsealed then says "
                      "that you did) or in the target, then import it:",
                      rows(outcome.total.left_out_of_file()), outcome.total.left_out_of_file() == 1 ? "is" : "are",
                      base::printable(outcome.rejects_file)),
          rejects_command(outcome)};
}

}  // namespace

std::string import_command(const ImportOutcome& outcome) {
  return command(outcome, [](const std::string& option) { return !only_tries(option); }, {});
}

std::string apply_command(const ImportOutcome& outcome) {
  if (!is_plan(outcome)) return import_command(outcome);
  return command(
      outcome, [](const std::string& option) { return is_beside_a_plan(option); },
      " --apply " + file_word(outcome.plan_file));
}

std::string try_command(const ImportOutcome& outcome, const std::string& option, const std::string& without) {
  const auto wanted = [&](const std::string& given) {
    return !only_tries(given) && given != without && !given.starts_with("--apply ") && given != "--tolerate-done";
  };
  const std::string again = outcome.ending == Ending::kRehearsed ? " --rehearse" : " --dry-run";
  return command(outcome, wanted,
                 (option.empty() ? "" : " " + option) + again + " --report " +
                     (outcome.plan_file.empty() ? "audit.json" : file_word(next_name(outcome.plan_file))));
}

std::string rejects_command(const ImportOutcome& outcome) {
  ImportOutcome rejects = outcome;
  rejects.file.path = outcome.rejects_file;
  // What has been written is replaced by no second import, and what rejects lack is not gone.
  constexpr std::array<std::string_view, 4> kOfThisOne = {"--apply", "--tolerate-done", "--save-undo",
                                                          "--delete-missing"};
  const auto wanted = [&](const std::string& option) {
    return !only_tries(option) && !begins_with_one_of(option, kOfThisOne);
  };
  return command(rejects, wanted, {});
}

std::string undo_command(const ImportOutcome& outcome) {
  ImportOutcome undo = outcome;
  undo.file.path = outcome.undo_file;
  return command(
      undo,
      [](const std::string& option) {
        return is_beside_a_plan(option) && option != "--allow-same" && option != "--undo" &&
               !option.starts_with("--base ");
      },
      " --undo");
}

std::string assumptions(const ImportOutcome& outcome) {
  std::string text;
  if (!outcome.folder.empty())
    text += fmt::format("Run it in {}, which names of files are relative to.", outcome.folder);
  const bool by_file = outcome.target.option.empty();
  if (outcome::traits_of(outcome.target.info.engine).has_roles && !by_file)
    text += std::string(text.empty() ? "" : " ") +
            "The password is not in it: PGPASSWORD or ~/.pgpass gives it, where one is asked for.";
  if (outcome.file.path == "-")
    text += std::string(text.empty() ? "" : " ") + "FILE holds what standard input held, byte for byte.";
  return text;
}

NextStep unblocking_step(const ImportOutcome& outcome) {
  if (!outcome.missing_grants.empty()) {
    std::string grants;
    for (const std::string& grant : outcome.missing_grants) grants += (grants.empty() ? "" : "\n") + grant + ";";
    return {"The role lacks what the import needs. Somebody who may has to grant:", grants};
  }
  const std::string& by = outcome.blocked_by;
  if (by == "--limit delete")
    return {"More rows would go than may where nobody says how many: look at them, and where they are meant, say it:",
            try_command(outcome, fmt::format("--limit delete={}", outcome.total.deleted))};
  if (by.starts_with("--limit"))
    return {"More would change than " + by + " allows: look at the changes, and where they are meant, raise the limit:",
            try_command(outcome, {}, by)};
  const bool from_options = std::ranges::find(outcome.options, by) != outcome.options.end();
  if (!by.empty() && from_options)
    return {"Mend the rows, or let the import go on without them, which is another decision to be reviewed:",
            try_command(outcome, {}, by)};
  return {"Mend the rows, in the file or in the target, then try again" +
              std::string(by.empty() ? ":" : " (" + by + " comes from the transfer file):"),
          try_command(outcome, {})};
}

NextStep next_step(const ImportOutcome& outcome) {
  switch (outcome.ending) {
    case Ending::kDryRun:
    case Ending::kRehearsed:
      break;
    case Ending::kRolledBack:
      return unblocking_step(outcome);
    case Ending::kCommitted:
      return outcome.rejects_file.empty() ? NextStep{} : step_of_rejects(outcome);
  }
  if (judgement(outcome) == Judgement::kBlocked) return unblocking_step(outcome);
  if (outcome.total.to_write() == 0 && outcome.total.left_out() == 0 && outcome.base)
    return {"There is nothing to import: the target has all that the file changed since the base.", {}};
  if (outcome.total.to_write() == 0 && outcome.total.left_out() == 0)
    return {outcome.is_undo ? "" : "There is nothing to import: the target holds every row of the file.", {}};
  if (outcome.total.to_write() == 0)
    return {"Nothing would be written: mend the rows left out, in the file or in the target, then try again:",
            try_command(outcome, {})};
  if (is_plan(outcome)) return {"To apply just this, once it is approved:", apply_command(outcome)};
  return {outcome.is_undo ? "To take it back:" : "To import it:", import_command(outcome)};
}

}  // namespace report
