// The migrations of a folder: its files NNN_name.sql (three digits or more) in the order of their numbers, read whole.
// Every other file is none of its business. Opens no database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "migrate/sql_splitter.h"

namespace migrate {

// kNone: the file begins with the line "-- no-transaction".
enum class TransactionUse { kOne, kNone };

struct MigrationFile {
  std::string name;  // "001_initial_schema.sql"
  std::uint64_t number = 0;
  std::string checksum;  // SHA-256 of the bytes, in hexadecimal
  TransactionUse transaction = TransactionUse::kOne;
  std::vector<Statement> statements;  // without a BEGIN … COMMIT that encloses all of them
};

struct Folder {
  std::string path;  // where the files are
  std::vector<MigrationFile> files;
  std::vector<std::string> look_alikes;  // "12_x.sql", "001-x.SQL": perhaps meant, but not migrations
};

// The number of a migration's file name; 0 for every other name (000_x.sql is none).
std::uint64_t number_of(const std::string& file_name);

MigrationFile parse_file(const std::string& name, const std::string& bytes, Dialect dialect = Dialect::kPostgresql);

// `engine` ("postgresql", "sqlite") says the dialect, and is the subfolder that counts when the folder itself holds no
// migrations.
// Throws kUsage (no folder, no migration, two files of one number, a file that cannot be split or controls the
// transaction itself) or kInputOutput.
Folder read_folder(const std::string& path, const std::string& engine);

}  // namespace migrate
