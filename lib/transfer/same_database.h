// Whether the database that an import goes into is the one that its file came from: a slip that otherwise passes in
// silence, with every row unchanged.
#pragma once

#include "format/header.h"
#include "outcome/database_info.h"
#include "transfer/options.h"

namespace transfer {

// Throws Error(kUsage) where it is, or may be a physical copy: a cluster's identifier and the database's name tell,
// without the identifier its host and port; of an SQLite file its machine, device and inode. Older files do not tell.
// Of an undo file there is no question: it goes where it came from.
void demand_another_database(const format::Header& header, const outcome::DatabaseInfo& target, SameDatabase policy);

}  // namespace transfer
