// What an outcome says of the file and of its tables before a row of it is read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/input_file.h"
#include "base/progress.h"
#include "format/header.h"
#include "format/verify.h"
#include "outcome/import_outcome.h"
#include "transfer/options.h"
#include "transfer/plan.h"

namespace transfer {

// What commands to go on with need to know: the plan, where names of files begin. Of dry runs and rehearsals.
void tell_surroundings(const ImportOptions& options, bool makes_plans, outcome::ImportOutcome& outcome);

outcome::FileIdentity identity_of_file(const std::string& input, const format::Verified& file);

// What its changed columns are about, by their names; `masked` ones hold secrets.
void tell_meanings(const std::vector<std::string>& masked, outcome::ImportedTable& table);

// The size and the hash of the file itself, as ls and sha256sum tell them. Reads it once.
void identify_whole(base::InputFile& file, outcome::FileIdentity& identity);

// In the order of the file, with their parents and without counts.
std::vector<outcome::ImportedTable> tables_of_outcome(const Plan& plan, const Selection& selection);

// How far the source's schema had come and how far the target's has, where both are known and differ.
void note_migrations(const format::Header& header, const std::optional<engine::LastMigration>& target,
                     std::vector<std::string>& differences);

// What there is to be told after the last phase.
void take_notices(const engine::Target& target, outcome::ImportOutcome& outcome);

// After classify: what refers to rows that --match renumbers, and no foreign key declares it. An import says it before
// it writes.
void tell_loose_references(engine::Target& target, engine::Intent intent, base::Progress& progress,
                           outcome::ImportOutcome& outcome);

// How an import of this intent ends where nothing prevents it.
outcome::Ending ending_of(engine::Intent intent);

}  // namespace transfer
