// Commands to go on with, complete: with the target (never its password), so that they mean the same database wherever
// they are copied to; words quoted for a shell. Pure functions over a finished outcome.
#pragma once

#include <string>

#include "outcome/import_outcome.h"

namespace report {

// The command that imports what was tried, or that did import: without the options that only try.
std::string import_command(const outcome::ImportOutcome& outcome);

// The same held to the plan, where there is one: what decides is in it.
std::string apply_command(const outcome::ImportOutcome& outcome);

// Another dry run, or another rehearsal if this was one, with `option` and without the option `without`; either may be
// empty.
std::string try_command(const outcome::ImportOutcome& outcome, const std::string& option,
                        const std::string& without = {});

// The command that imports the rejects file, once it is mended.
std::string rejects_command(const outcome::ImportOutcome& outcome);

// The command that takes the import back by the undo file that it saved.
std::string undo_command(const outcome::ImportOutcome& outcome);

// What a command takes for granted: the folder, the login. A sentence.
std::string assumptions(const outcome::ImportOutcome& outcome);

// What to do now: words, and a command where there is one.
struct NextStep {
  std::string words;
  std::string command;
};
NextStep next_step(const outcome::ImportOutcome& outcome);

// What removes the obstacles of a blocked import.
NextStep unblocking_step(const outcome::ImportOutcome& outcome);

}  // namespace report
