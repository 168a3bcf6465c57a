#include "cli/options_undo.h"

#include "report/wording.h"

namespace cli {

void UndoSyntax::add(Syntax& syntax) {
  syntax.group("Undo");
  syntax.option("--save-undo", "UNDO", save_undo_,
                "write a file that takes this import back: what its rows were before, unmasked (mode 0600), there "
                "before the commit; without it nothing is imported");
  syntax.flag("--undo", undo_,
              "FILE is such a file: updated rows become what they were, inserted ones are deleted; rows that somebody "
              "changed since, or refers to, stay and are named");
}

void UndoSyntax::read(const Syntax& syntax, ImportCommand& command) const {
  if (save_undo_) {
    if (command.job.intent != engine::Intent::kImport)
      throw syntax.wrong("--save-undo goes with an import; --dry-run and --rehearse leave nothing to take back");
    if (save_undo_->empty() || *save_undo_ == "-")
      throw syntax.wrong(
          "--save-undo needs the name of a file: what takes an import back is written before its commit");
    command.job.save_undo = *save_undo_;
    command.job.words.push_back("--save-undo " + report::shell_word(*save_undo_));
  }
  if (!undo_) return;
  const transfer::ImportOptions& job = command.job;
  const char* other = job.mode != engine::Mode::kUpsert                           ? "--mode"
                      : !job.policies.empty() && !job.policies[0].match.empty()   ? "--match"
                      : !job.policies.empty()                                     ? "--empty-as-null"
                      : !job.delete_missing.empty()                               ? "--delete-missing"
                      : !job.mapping.empty()                                      ? "--map-schema"
                      : job.newer_rows == engine::NewerRows::kKeep                ? "--keep-newer"
                      : job.orphans == engine::Orphans::kKeep                     ? "--keep-orphans"
                      : job.growth == engine::Growth::kAllow                      ? "--allow-growth"
                      : command.target.not_valid == engine::NotValid::kAsRestored ? "--as-restored"
                      : job.same_database == transfer::SameDatabase::kAllow       ? "--allow-same"
                                                                                  : nullptr;
  if (other != nullptr)
    throw syntax.wrong(std::string("--undo and ") + other +
                       " contradict each other: an undo file says itself what becomes of its rows");
  command.job.direction = transfer::Direction::kUndo;
  command.target.first_loads = engine::FirstLoads::kNever;
  command.job.words.emplace_back("--undo");
}

}  // namespace cli
