// Brings a schema up to its files: each file in one transaction together with its row in the ledger, under the lock of
// all migrations of that schema. The ledger is read again for every file, so that several runs at once share the work
// and none does it twice. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/migration_database.h"
#include "migrate/folder.h"
#include "migrate/plan.h"

namespace migrate {

// kDryRun: everything pending in one transaction, which is rolled back. It takes the locks that the files take.
enum class Intent { kApply, kDryRun };

using OnFile = std::function<void(const MigrationFile&)>;  // before a file is run

// Applies what is pending. Throws kSchema (the ledger contradicts the files, a statement is refused), kLock,
// kPrivilege, kConnection, kCommitUnknown; what was applied before the file that failed stays.
std::vector<Entry> up(engine::MigrationDatabase& database, const std::vector<MigrationFile>& files, Intent intent,
                      const OnFile& on_file);

// Writes the files up to `number` into the ledger without running them. Throws kUsage when there is no such file.
std::vector<Entry> baseline(engine::MigrationDatabase& database, const std::vector<MigrationFile>& files,
                            std::uint64_t number);

// Runs the file's statements in the open transaction as far as they can run in one. Shared with verify.
void rehearse(engine::MigrationDatabase& database, const MigrationFile& file);

}  // namespace migrate
