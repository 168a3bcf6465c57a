#include "cli/options_guard.h"

#include "transfer/limits.h"

namespace cli {

void GuardSyntax::add(Syntax& syntax) {
  syntax.group("Guard");
  syntax.list(
      "--limit", "WHAT=N", limits_,
      "roll back before the first write, and end with 4, if more would change: TABLE=100, TABLE=5% (of the rows "
      "that the target holds), or update=, insert=, delete= with either, of all tables together (may be "
      "repeated)");
  syntax.option("--confirm", "NAME", confirm_,
                "the name of the database that is meant; needed without a terminal where the transfer file calls the "
                "target production");
  syntax.flag("--yes", yes_,
              "ask nothing on a terminal before rows are written (but the name of a database called production)");
}

void GuardSyntax::read(const Syntax& syntax, ImportCommand& command) const {
  for (const std::string& word : limits_) command.job.limits.push_back(transfer::parse_limit(word));
  if (confirm_ && confirm_->empty()) throw syntax.wrong("--confirm needs the name of a database");
  command.confirm = confirm_;
  command.questions = yes_ ? Questions::kNone : Questions::kOnTerminal;
}

}  // namespace cli
