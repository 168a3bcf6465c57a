#include "cli/approve.h"

#include <memory>
#include <utility>

#include "base/error.h"
#include "base/input_file.h"
#include "base/terminal.h"
#include "cli/signers.h"
#include "report/approval_reader.h"
#include "transfer/approval_key.h"
#include "transfer/clock.h"
#include "transfer/selection.h"
#include "transfer/settled.h"

namespace cli {
namespace {

using base::Error;
using base::ErrorKind;

transfer::SettledTarget target_of(const ImportCommand& command) {
  return {command.target.not_valid == engine::NotValid::kAsRestored, command.target.run_code_of};
}

std::string settled_of(const ImportCommand& command) { return transfer::settled_json(command.job, target_of(command)); }

// What holds where nothing is said.
std::string usual() {
  ImportCommand command;
  command.job.masks.usual = true;
  command.job.selection.audit_tables = transfer::usual_audit_tables();
  return settled_of(command);
}

void demand_no_contradiction(const ImportCommand& command, const report::ApprovalReader& plan) {
  const std::vector<std::string> found =
      transfer::contradictions(plan.approval().settled, settled_of(command), usual(), command.named);
  if (found.empty()) return;
  std::string lines;
  for (const std::string& line : found) lines += "\n  " + base::printable(line);
  throw Error(ErrorKind::kUsage, "the options contradict the plan " + base::printable(plan.path()) + ":" + lines,
              "leave them out: what was approved is what is done; or make another plan with them");
}

// Of either all of the plan is settled but the file itself.
void demand_file_of_plan(const report::ApprovalReader& plan, const outcome::ApprovedFile& approved,
                         const std::string& given, const std::string& option, const std::string& what) {
  if (given.empty() == approved.sha256.empty()) return;
  const std::string made = "the plan " + base::printable(plan.path()) + " was made ";
  if (!given.empty())
    throw Error(ErrorKind::kUsage, made + "without " + what, "leave " + option + " out; or make another plan with it");
  throw Error(ErrorKind::kUsage, made + "with " + what, "give the same: " + option + " FILE");
}

void take_plan(ImportCommand& command, const std::string& path, const std::optional<std::string>& signers) {
  transfer::ApprovedPlan approved;
  approved.plan = std::make_shared<report::ApprovalReader>(path);
  if (signers) approved.signer = demand_signature(path, *signers, approved.plan->bytes());
  approved.key = transfer::read_key(path, approved.plan->approval().key_digest);
  approved.done_rows = command.done_rows;
  const outcome::Approval& approval = approved.plan->approval();
  demand_file_of_plan(*approved.plan, approval.base, command.job.base, "--base", "a base");
  demand_file_of_plan(*approved.plan, approval.base_rejects, command.job.base_rejects, "--base-rejects",
                      "rejects of its base");
  demand_no_contradiction(command, *approved.plan);
  transfer::SettledTarget target;
  transfer::take_settled(approved.plan->approval().settled, command.job, target);
  command.target.not_valid = target.as_restored ? engine::NotValid::kAsRestored : engine::NotValid::kJudged;
  command.target.run_code_of = target.run_code_of;
  command.job.kept.push_back({path, "the plan"});
  command.job.kept.push_back({transfer::key_path(path), "the plan's key"});
  command.job.approved = std::move(approved);
}

void demand_signed_undo(ImportCommand& command, const std::string& signers) {
  if (command.job.input == "-")
    throw Error(ErrorKind::kPrivilege, "this machine takes signed undo files only (DB_TRANSFER_SIGNERS)",
                "name the file, with its signature beside it, instead of standard input");
  base::InputFile bytes = base::InputFile::open(command.job.input);
  demand_signature(command.job.input, signers, bytes);
  command.job.kept.push_back({command.job.input + ".sig", "the undo file's signature"});
}

}  // namespace

void settle(ImportCommand& command) {
  const std::optional<std::string> signers = signers_file(command.signers);
  if (command.apply) take_plan(command, *command.apply, signers);
  const bool undoes = command.job.direction == transfer::Direction::kUndo;  // a plan may say so
  const bool wants_signature = signers && command.job.intent == engine::Intent::kImport;
  // A signature of its own: what a plan's says of the file is another matter.
  if (wants_signature && undoes) demand_signed_undo(command, *signers);
  if (wants_signature && !undoes && !command.apply) {
    throw Error(ErrorKind::kPrivilege, "this machine takes approved plans only (DB_TRANSFER_SIGNERS)",
                "make a plan with --dry-run --report audit.json, let it be signed, and run with --apply audit.json");
  }
  command.job.settled = settled_of(command);
  if (command.valid_for) command.job.expires_at = transfer::timestamp_in(*command.valid_for);
}

}  // namespace cli
