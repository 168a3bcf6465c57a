// Databases that others made, as files of pg_dump -Fc in the folder shared/databases beside the repository, or in
// $DB_TRANSFER_SHARED/databases. They are no part of the repository: a test skips where they are absent.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/server.h"

namespace databases {

// The path of a dump, "pagila"; empty if it is not there.
std::string dump_path(const std::string& name);

// pg_restore into an empty database.
enum class Content { kSchema, kSchemaAndRows };
void restore(support::Database& database, const std::string& dump, Content content);

// The trace of every write: transaction ids and places of all rows, a digest a table. Equal before and after exactly if
// no row was written, moved or locked.
std::vector<std::string> write_trace(support::Database& database);

// Sequences that would next give a value that their column already holds.
std::vector<std::string> stale_sequences(support::Database& database);

// What alter.sql did to a table.
struct Altered {
  std::string table;
  std::uint64_t rows = 0;  // before
  std::uint64_t added = 0;
  std::uint64_t deleted = 0;
  std::uint64_t changed = 0;
};
std::vector<Altered> alter(support::Database& database);

}  // namespace databases
