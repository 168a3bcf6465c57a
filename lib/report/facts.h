// What a reviewer must not overlook, the worst first, each with its remedy: the top of every report. Pure functions
// over a finished outcome. Texts may hold names from the file or the database as they are: the forms make them safe.
#pragma once

#include <string>
#include <vector>

#include "outcome/import_outcome.h"
#include "report/findings.h"

namespace report {

struct Fact {
  Grade grade = Grade::kWarning;
  Topic topic = Topic::kTables;
  std::string text;
  std::string remedy;   // words; empty: none, but to look at it
  std::string option;   // the remedy, where it is an option of another dry run; otherwise empty
  std::string command;  // complete: that dry run, or a remedy that is no option; may be empty
};

std::vector<Fact> facts(const outcome::ImportOutcome& outcome);

}  // namespace report
