// Which imports need somebody's word before they write: into a database that is not on this machine, or that the
// transfer file calls production. Opens no connection; asks nobody.
#pragma once

#include "cli/location.h"
#include "cli/options.h"
#include "outcome/database_info.h"
#include "transfer/config.h"

namespace cli {

// kAnswer: yes or no, on the terminal; kName: the database's name, there.
enum class Consent { kGiven, kAnswer, kName };

enum class Terminal { kNobody, kSomebody };

// What an import with these words into this database needs. Throws Error(kUsage) where --confirm names another one, or
// is missing and nobody is there to be asked. A dry run and a rehearsal need nothing.
Consent consent_needed(const ImportCommand& command, const transfer::Config& config, const Location& location,
                       const outcome::DatabaseInfo& database, Terminal terminal);

// What to say before an import into a database of another machine: which targets called production it could not be
// compared with.
std::vector<std::string> uncompared_targets(const ImportCommand& command, const transfer::Config& config,
                                            const Location& location, const outcome::DatabaseInfo& database);

// Whether `name` is how this database is called: by its server or by the URL; of a file, its name or path.
bool is_name_of(const std::string& name, const Location& location, const outcome::DatabaseInfo& database);

}  // namespace cli
