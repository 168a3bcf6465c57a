// What comes before `data` in an export: who wrote it, from where, and what its tables are. Plain values.
// Tables are in dependency order, parents first; the sections of `data` follow the same order.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/sequence.h"
#include "catalog/table.h"
#include "catalog/types.h"

namespace format {

inline constexpr int kFormatVersion = 1;
inline constexpr std::size_t kMaxHeaderBytes = std::size_t{256} << 20;

// A column that points at large objects, which are in no file.
struct LargeObjectColumn {
  catalog::TableName table;
  std::string column;
};

// A table of which the export took the rows only that fulfil a condition. It is for people, and never executed.
struct Narrowed {
  catalog::TableName table;
  std::string where;
};

// What makes a document an undo file: its records hold what rows of the target were before an import.
struct Undo {
  // The key that is beside the columns in each record and says what taking back means for its row. No table has a
  // column of that name.
  std::string mark;
  std::vector<std::pair<std::string, std::string>> target;  // where it can be taken back: names and values
  // Tables without a key whose rows the import found by these columns.
  std::vector<std::pair<catalog::TableName, std::vector<std::string>>> matched;
};

struct Header {
  int version = kFormatVersion;
  std::string exported_at;  // ISO 8601, UTC; empty where the file does not tell
  std::string generator;    // "db-export 0.1.0"
  std::string engine;       // "postgresql", "sqlite"
  std::string server_version;
  std::string database;
  // Where it is, as engine::DatabaseInfo has it; of an older file, and of one that tells nothing of its origin, empty.
  std::string host;
  std::string port;
  std::string user;
  std::string system_identifier;
  std::vector<std::string> schemas;  // empty where the engine has none
  std::string migrations_table;      // empty: the database has no migration ledger
  std::string last_migration;
  // What the tables depend on; of an older file empty.
  catalog::Types types;
  std::vector<catalog::Sequence> sequences;
  std::vector<LargeObjectColumn> large_objects;
  std::vector<catalog::Table> tables;
  // A key that is beside the columns in each record and is no column: what a rejects file says of it. Empty: none.
  std::string annotation;
  // Another one, beside that of a rejects file: in records that were left out because the target changed their rows,
  // too, {"base": …, "target": …}: what both held, null where the row was not there. Empty: none.
  std::string conflict;
  // Of such a file: the bases that its records hold are what they were settled by, no export's.
  bool settled = false;
  std::optional<Undo> undo;  // none: an export
  // Of all other tables every row is in the file. None: the file does not say, as older ones do not.
  std::optional<std::vector<Narrowed>> narrowed;
};

// How the file calls a table: the bare name inside the one schema of `schemas` (inside `public` when there are
// several), otherwise `schema.table`. A part that holds a dot or a double quote is quoted as SQL does.
std::string section_name(const catalog::TableName& table, const std::vector<std::string>& schemas);
// The inverse. Throws Error(kFile) for a name that section_name never gives.
catalog::TableName table_of_section(std::string_view section, const std::vector<std::string>& schemas);

// The document from its first byte up to and including `"data": {` and the line break.
// Throws Error(kSchema) when a name is not valid UTF-8.
std::string header_text(const Header& header);

// Reads a JSON object that holds the members that come before `data`; unknown members are ignored.
// Throws Error(kFile), beginning with `file`, for anything that is not a header of this version.
Header parse_header(std::string_view json, const std::string& file);

}  // namespace format
