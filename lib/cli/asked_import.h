// An import that somebody at the terminal is asked about: what would happen is tried and shown, in a transaction that
// has ended before the question, and "yes" applies exactly that plan.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "cli/consent.h"
#include "cli/console.h"
#include "cli/options.h"
#include "outcome/import_outcome.h"

namespace cli {

// Runs the job of a command from its beginning to its end.
using RunImport = std::function<outcome::ImportOutcome(const ImportCommand&)>;

// What it takes to tell the person, and to know the answer.
struct AskedTarget {
  const Location& location;
  const outcome::DatabaseInfo& database;
  Consent consent;
};

// A folder of this run alone, for the plan between question and answer; gone with this object.
class PlanFolder {
 public:
  PlanFolder();
  ~PlanFolder();
  PlanFolder(const PlanFolder&) = delete;
  PlanFolder& operator=(const PlanFolder&) = delete;
  std::string plan() const { return path_ + "/audit.json"; }

 private:
  std::string path_;
};

// True: go on, and `command` is bound to what was shown. False: nothing is to be written, and that was said.
bool ask_about(ImportCommand& command, const AskedTarget& target, const PlanFolder& folder, const Console& console,
               const RunImport& run, const std::stop_token& stop);

// The name of a database called production, where there is nothing else to be asked.
bool ask_name(const AskedTarget& target, const Console& console, const std::stop_token& stop);

// Reads a pipe that will be needed twice into a file without a name.
void keep_pipe(ImportCommand& command, const std::stop_token& stop);

}  // namespace cli
