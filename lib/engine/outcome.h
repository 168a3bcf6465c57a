// What a finished job has to tell: counts, names, times. Plain values that report turns into something to read.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/decision.h"
#include "engine/source.h"
#include "engine/verdict.h"

namespace engine {

struct ListedTable {
  std::string name;                  // as the export calls it
  std::vector<std::string> parents;  // tables of the list that its foreign keys refer to, itself left out
  bool refers_to_itself = false;
  bool audit = false;
  std::uint64_t component = 0;                // equal for the tables of one cycle
  std::vector<std::string> parents_left_out;  // that its foreign keys refer to as well, but the list does not hold
  std::string ledger = {};                    // the tool whose ledger of migrations it is: left out; empty: data
};

// A ledger of migrations, which describes its schema and is no data.
struct LeftOutLedger {
  std::string name;
  std::string tool;
};

struct ExportedTable {
  std::string name;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

struct ExportOutcome {
  std::string path;                   // "-": standard output
  std::string place;                  // the database, without a password
  std::vector<ExportedTable> tables;  // in the order of the file
  std::vector<std::string> skipped;   // tables left out by --skip-audit
  std::vector<LeftOutLedger> ledgers;
  std::vector<std::string> notices;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string sha256;
  std::chrono::nanoseconds duration{};
};

// kRehearsed: merged for real, then rolled back.
enum class Ending { kDryRun, kRehearsed, kCommitted, kRolledBack };

// In how many rows to be updated a column differs.
struct ChangedColumn {
  std::string name;
  std::uint64_t rows = 0;
};

// What the import of a table sets off beyond its own rows.
struct Trigger {
  std::string name;
  std::string when;  // "before insert or update, for each row"
  std::string function;
};

// A foreign key of another table with ON UPDATE CASCADE, SET NULL or SET DEFAULT: updates of `columns` reach its rows.
struct Cascade {
  std::string table;  // whose rows would be changed
  std::string foreign_key;
  std::string action;                // "CASCADE"
  std::vector<std::string> columns;  // of this table
  std::uint64_t rows = 0;            // rows to be updated in which one of `columns` changes
  std::uint64_t reached = 0;         // rows of `table` that change with them, where that is counted
  std::uint64_t outside = 0;         // of these, rows that the file does not speak of
};

// The value that a sequence stands at. Equal ones: it stood before its first value, and that is taken now.
struct SequenceChange {
  std::string sequence;
  std::int64_t before = 0;
  std::int64_t after = 0;
};
// "raised from 7 to 9"
std::string in_words(const SequenceChange& change);

// Rows to be written that refer to a table which takes no part in the import.
struct OutsideReference {
  std::string foreign_key;
  std::string parent;
  std::uint64_t rows = 0;
};

// What a target knows of one table once its rows are classified.
struct TableAudit {
  std::uint64_t rows_before = 0;               // in the target
  std::vector<std::string> identity;           // the columns that tell its rows apart; empty: the whole row
  std::vector<std::string> match;              // the natural key that was asked for; empty: none
  std::uint64_t remapped = 0;                  // rows of the file that took over the key of the target's row by that
  std::vector<ChangedColumn> changed_columns;  // most often changed first
  std::uint64_t newer_rows = 0;                // rows to be updated that are newer in the target
  std::vector<Trigger> triggers;               // those that this import fires
  std::vector<Cascade> cascades;
  std::vector<SequenceChange> sequences;
  std::vector<OutsideReference> outside_references;
};

struct ImportedTable {
  std::string name;                  // as the file calls it
  bool taken = true;                 // false: skipped as a whole, by the user's own word
  bool audit = false;                // an audit table, for --skip-audit
  std::vector<std::string> parents;  // tables of the file that its foreign keys refer to, itself left out
  VerdictCounts counts;
  TableAudit details;  // filled where a report was asked for
  // The first rows of each kind, in the order of the file; the counts say how many there are. Rows that are written or
  // skipped only where a report was asked for.
  std::vector<Decision> left_out;
  std::vector<Decision> updates;
  std::vector<Decision> inserts;
};

struct FileIdentity {
  std::string path;  // "-": standard input
  std::uint64_t bytes = 0;
  std::string sha256;  // of what the seal covers
  bool sealed = false;
  std::string generator;  // "db-export 0.1.0"
  std::string exported_at;
  DatabaseInfo source;
  std::string last_migration;  // empty: none known
};

struct TargetIdentity {
  std::string place;  // without a password
  DatabaseInfo info;
  std::string role;
  std::string last_migration;
};

struct ImportOutcome {
  Ending ending = Ending::kDryRun;
  FileIdentity file;
  TargetIdentity target;
  std::string decided_at;             // ISO 8601, UTC
  std::vector<std::string> options;   // those that decide what happens, as they would be typed
  std::vector<ImportedTable> tables;  // in the order of the file
  VerdictCounts total;
  std::vector<std::string> differences;  // between the file's schema and the target's, harmless ones
  std::vector<std::string> notices;
  std::string rejects_file;  // empty: none written
  // The rows left out would end, or have ended, the import as a whole.
  bool blocked = false;
  std::chrono::nanoseconds duration{};
};

}  // namespace engine
