// What the user asked for, as plain values: cli fills them in, the jobs read them. Nothing here is validated twice:
// names and patterns are checked by the job that knows the tables.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/byte_sink.h"
#include "base/spool.h"
#include "conversion/convert.h"
#include "engine/source.h"
#include "engine/target.h"
#include "format/compression.h"
#include "format/verify.h"
#include "transfer/mapping.h"
#include "transfer/secrets.h"

namespace report {
class ApprovalReader;
}

namespace transfer {

enum class Audit { kInclude, kSkip };

// Which tables. Patterns know * and ?; with a dot they are matched against schema.table, without against the table
// alone.
struct Selection {
  std::vector<std::string> schemas;  // empty: all of the database's own
  std::vector<std::string> tables;   // empty: all
  std::vector<std::string> excluded;
  std::vector<std::string> audit_tables;
  Audit audit = Audit::kInclude;
  std::vector<std::string> preferred_order;  // of the transfer file: decides where foreign keys do not
};

// What no output may replace: a file by its path, or what an open descriptor leads to.
struct KeptFile {
  std::string path;  // empty: see descriptor
  std::string what;  // "the database"
  int descriptor = -1;
};

// Whether a file says when and from where it was exported and how far sequences had come. kLeftOut: exports of equal
// rows are equal, byte for byte.
enum class Origin { kTold, kLeftOut };

struct ExportOptions {
  Selection selection;
  std::string output;  // a path; "-": standard output; empty: exports/export-<time>.json
  std::function<std::unique_ptr<base::ByteSink>()> open_sink;  // in place of `output`, anew for each attempt
  std::optional<format::Compression> compression;              // none: as the name of the output says
  base::Overwrite overwrite = base::Overwrite::kRefuse;
  std::vector<KeptFile> kept;
  engine::RowOrder row_order = engine::RowOrder::kPhysical;
  std::vector<std::pair<std::string, std::string>> where;  // table, SQL condition
  engine::RowsElsewhere rows_elsewhere = engine::RowsElsewhere::kRefused;
  Origin origin = Origin::kTold;
  Masks masks{true, {}};  // columns whose values a profile does not tell
  // From when on a snapshot is worth a warning: rows that others delete meanwhile cannot be cleaned away.
  std::chrono::seconds long_snapshot = std::chrono::minutes(15);
};

enum class LeftOutPolicy { kContinue, kRollBack };
enum class ConflictPolicy { kSkip, kFail };

// How the rows of some tables are to be treated, where that differs from the rest.
struct TablePolicy {
  std::string tables;  // a pattern, as of Selection
  std::optional<engine::Mode> mode;
  std::optional<engine::NewerRows> newer_rows;
  std::optional<ConflictPolicy> on_conflict;
  std::vector<std::string> match;          // columns of a natural key
  std::string changed_at;                  // the column that says when a row was last changed
  std::vector<std::string> ignore;         // columns that make no difference
  std::vector<std::string> empty_as_null;  // columns
  std::vector<std::string> blob_as_text;   // columns; in a file of SQLite
  std::vector<std::pair<std::string, conversion::TimeReading>> times;  // by column; for a file of SQLite
};

// The most that an import may change: of tables, by a pattern as of Selection, or of one kind of change in all of them.
struct Limit {
  enum class Unit { kRows, kPercent };  // kPercent: of the rows that the target holds before
  std::string name;                     // "users", or one of "insert", "update", "delete"
  double amount = 0;
  Unit unit = Unit::kRows;
};

// Whether a row that has meanwhile become what the plan wants is a difference.
enum class DoneRows { kDiffer, kTolerated };

// A plan that somebody approved, and that an import is held to.
struct ApprovedPlan {
  std::shared_ptr<report::ApprovalReader> plan;
  std::string key;     // of its digests
  std::string signer;  // empty: nobody was asked for
  DoneRows done_rows = DoneRows::kDiffer;
};
// Whether an import may go into the database that its file came from.
enum class SameDatabase { kRefuse, kAllow };

// kUndo: the file is one that --save-undo wrote, and takes its import back.
enum class Direction { kImport, kUndo };

// How far an import has come with making itself lasting.
enum class Commit { kNotYet, kUnderWay, kDone };

struct ImportOptions {
  Selection selection;
  std::string input;                           // a path; "-": standard input
  std::shared_ptr<const base::Spool> spooled;  // what a pipe brought, where it was read already
  std::string place;                           // how reports call the target; never holds a password
  std::string target_option;                   // names it on any command line; empty: `words` do
  engine::Intent intent = engine::Intent::kImport;
  engine::Mode mode = engine::Mode::kUpsert;
  LeftOutPolicy left_out = LeftOutPolicy::kContinue;
  std::optional<std::uint64_t> most_left_out;  // more rows left out roll everything back
  ConflictPolicy on_conflict = ConflictPolicy::kSkip;
  engine::NewerRows newer_rows = engine::NewerRows::kOverwrite;
  engine::Orphans orphans = engine::Orphans::kLeaveOut;
  engine::Refresh refresh = engine::Refresh::kNo;
  engine::Growth growth = engine::Growth::kRefuse;
  SameDatabase same_database = SameDatabase::kRefuse;
  Direction direction = Direction::kImport;
  Mapping mapping;                          // of the file's schema to the target's
  std::vector<TablePolicy> policies;        // of the same table the last word counts
  std::vector<Limit> limits;                // all of them hold
  std::vector<std::string> delete_missing;  // patterns: tables that lose the rows which the file lacks
  std::string base;          // a path: the export that both sides had in common; empty: no three-way merge
  std::string base_rejects;  // a path: what was left out of the base when it was imported; empty: nothing is known
  engine::MergeUnit base_unit = engine::MergeUnit::kCell;
  Masks masks;  // columns no report and no message may show
  engine::TableLocks table_locks = engine::TableLocks::kAgainstChangesOfShape;  // of the first attempt
  std::string rejects;               // a path; empty: beside the input, and only of an import that leaves rows out
  std::string save_undo;             // a path; empty: the import cannot be taken back
  std::vector<std::string> reports;  // paths; the ending says the form
  std::vector<KeptFile> kept;        // beside the input
  base::Overwrite overwrite = base::Overwrite::kRefuse;  // of what is no report of ours
  std::vector<std::string> words;  // the options that decide what happens, as typed: for the reports
  format::SealPolicy seal = format::SealPolicy::kDemand;
  std::string settled;     // JSON: all of the above that decides (settled.h); empty: reports of this run are no plans
  std::string expires_at;  // of plans that are made; empty: never
  std::optional<ApprovedPlan> approved;
  std::function<void(Commit)> on_commit = [](Commit) {};  // before and after it; must not throw
};

// The words every generated file names itself with.
inline constexpr const char* kVersion = "0.2.0";
inline constexpr const char* kVersionDate = "November 30, 2026";  // of the manuals

}  // namespace transfer
