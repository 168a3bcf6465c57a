#include "cli/options_approve.h"

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "transfer/reports.h"

namespace cli {
namespace {

// "90min", "24h", "7d".
std::chrono::seconds parse_validity(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits = {
      {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}}};
  constexpr std::int64_t kLongest = std::int64_t{3650} * 86400;
  std::int64_t amount = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, amount);
  const std::string_view unit(stopped, static_cast<std::size_t>(end - stopped));
  for (const auto& [name, seconds] : kUnits) {
    if (name == unit && error == std::errc() && amount > 0 && amount <= kLongest / seconds)
      return std::chrono::seconds(amount * seconds);
  }
  throw base::Error(base::ErrorKind::kUsage,
                    "--valid-for is not a time from 1s to ten years: \"" + base::printable(text) + "\"",
                    "write 90min, 24h or 7d");
}

}  // namespace

void ApproveSyntax::add(Syntax& syntax) {
  syntax.group("Approve");
  syntax.option("--apply", "PLAN", apply_,
                "import exactly what this plan holds (the .json report of a dry run), or nothing: any difference ends "
                "with 7 and says what moved");
  syntax.flag("--tolerate-done", tolerate_done_,
              "with --apply: rows that are by now as the plan wants them are no difference");
  syntax.option(
      "--signers", "FILE", signers_,
      "with --apply and --undo: only a file that one of these has signed (OpenSSH's allowed_signers; ssh-keygen "
      "-Y sign -n db-transfer PLAN); DB_TRANSFER_SIGNERS asks for it on every import");
  syntax.option("--valid-for", "TIME", valid_for_,
                "with --dry-run --report x.json: the plan can be applied until then: 90min, 24h, 7d");
}

void ApproveSyntax::read(const Syntax& syntax, ImportCommand& command) const {
  const bool undo = command.job.direction == transfer::Direction::kUndo;
  if (signers_ && !apply_ && !undo) throw syntax.wrong("--signers goes with --apply and --undo only");
  if (tolerate_done_ && !apply_) throw syntax.wrong("--tolerate-done goes with --apply only");
  const bool makes_plan = command.job.intent != engine::Intent::kImport && transfer::has_json(command.job.reports);
  if (valid_for_ && !makes_plan)
    throw syntax.wrong("--valid-for goes with --dry-run --report x.json, which makes a plan");
  command.apply = apply_;
  command.signers = signers_;
  if (tolerate_done_) command.done_rows = transfer::DoneRows::kTolerated;
  if (valid_for_) command.valid_for = parse_validity(*valid_for_);
}

}  // namespace cli
