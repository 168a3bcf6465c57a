// What a database must offer to be imported into: one transaction that goes stage → classify → merge → commit.
// A target and all that comes from it live on one thread. Virtual per table, never per row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "catalog/sequence.h"
#include "catalog/table.h"
#include "catalog/types.h"
#include "engine/concurrent_change.h"
#include "engine/source.h"
#include "format/table_reader.h"
#include "outcome/approval.h"
#include "outcome/decision.h"
#include "outcome/effects.h"
#include "outcome/verdict.h"

namespace digests {
class RecordDigests;
}

namespace engine {

// Whether a target may load empty tables in a faster way of its own that takes exclusive locks.
enum class FirstLoads { kAuto, kNever };

// Whether the rows of empty tables are held against constraints that are NOT VALID, or go in before them.
enum class NotValid { kJudged, kAsRestored };
// Whom the tables that an import writes are kept from until its end: only those who would change their shape, or every
// other writer as well.
enum class TableLocks { kAgainstChangesOfShape, kAgainstWriters };

// kOnceMore: the target has gone back to where prepare() left it and wants every record again.
enum class Staging { kGoesOn, kOnceMore };

// kRehearsal: the real merge, then everything is rolled back.
enum class Intent { kDryRun, kRehearsal, kImport };
enum class Mode { kUpsert, kInsert, kUpdate };
// What happens to a row that was changed later in the target than in the file.
enum class NewerRows { kOverwrite, kKeep };
// What happens to rows that the source itself holds without the row that they refer to. kKeep only from SQLite to
// SQLite.
enum class Orphans { kLeaveOut, kKeep };
// What happens to rows of a table without a key that would come again with every import of the same file, because the
// target changes what goes in.
enum class Growth { kRefuse, kAllow };
// What becomes of rows of the target that the file lacks.
enum class MissingRows { kStay, kDelete };
// What of a row is merged by itself with a base: each cell, or the row as a whole.
enum class MergeUnit { kCell, kRow };
// What a target gathers of each decision: kFull also the values that change and what TableEffects tells.
// kLater: makes room for that, and gathers it when it is asked.
enum class Detail { kCounts, kLater, kFull };

// A sequence of the source that one column of a table drew from.
struct SourceSequence {
  std::string column;  // of the target
  catalog::Sequence sequence;
};

// Whether materialized views over the written tables are brought up to date in the same transaction.
enum class Refresh { kNo, kYes };

// What the base of a three-way merge holds of one table: the export that the file's source and the target had in
// common.
struct BaseTable {
  // By column of the base's records: index into target.columns; kNotWritten: the file does not bring such a column.
  std::vector<std::size_t> target_column;
  std::vector<std::string> file_type;  // parallel, as of TablePlan
  std::uint64_t rows = 0;
  // Records of the file carry the values of the base themselves: which value of the base's records says whose they are
  // (engine/base_mark.h). None: there is only the base's own file.
  std::optional<std::size_t> mark;
  bool has_file = true;  // false: there is only what records carry
  // Of those, what a person settled is judged by what the target held; else by what the base did.
  bool settled = false;
};

// The sides of a conflict that the file is not.
enum class Side { kBase, kTarget };

// A column of the target under the name that it has in records.
struct NamedColumn {
  std::size_t column = 0;  // index into TablePlan::target.columns
  std::string name;
};

// The key of the number in records of Target::conflicting_rows(); it comes first.
inline constexpr const char* kNumberKey = "record";

// One table of the file and the table of the target that takes its rows. Every name below is the target's own.
struct TablePlan {
  static constexpr std::size_t kNotWritten = static_cast<std::size_t>(-1);

  catalog::Table target;
  // By column of the file: index into target.columns; kNotWritten: generated there.
  std::vector<std::size_t> target_column;
  std::vector<std::string> file_type;  // parallel to target_column: the file's, of a domain its base
  std::vector<std::string> identity;   // columns of the target, all in the file; empty: the whole row, as a multiset
  Mode mode = Mode::kUpsert;
  // A natural key: a row of the file that finds its row of the target by it takes over that row's `identity`, and so
  // do the foreign keys of the file that referred to it. Empty: rows are found by `identity` itself.
  std::vector<std::string> match;
  std::string changed_at;                        // the column that says when a row was last changed; empty: none does
  NewerRows newer_rows = NewerRows::kOverwrite;  // kKeep only with `changed_at`
  std::vector<std::string> masked;               // columns whose values no report may show
  bool values_withheld = false;  // some table of the target has such a column: no message repeats what may be a value
  std::string digest_key;        // of this run, for the digests that stand for masked values: nobody can guess by them
  std::string row_key;           // for the digests of whole rows that an approval holds; empty: none are made
  bool renumbered = false;       // by `match` of some table: then digests are of what is written, too
  std::uint64_t rows = 0;        // that the file holds of it
  Orphans orphans = Orphans::kLeaveOut;
  // Columns that make no difference: a row that differs in them alone is unchanged. Written with the rest of a row that
  // is inserted or updated. None of the identity.
  std::vector<std::string> ignored;
  Growth growth = Growth::kRefuse;
  MissingRows missing_rows = MissingRows::kStay;  // kDelete only with an identity
  std::vector<SourceSequence> sequences;          // what its columns drew from in the source
  // With a base a row of the file stands for what it changed since, and what the target changed since stays. Columns
  // that the base lacks are new on both sides; without `rows` so is every row. None: the import has no base.
  std::optional<BaseTable> base;
  MergeUnit base_unit = MergeUnit::kCell;
  // An undo file's: which value of a record says what taking back means for its row (engine/undo_mark.h).
  std::optional<std::size_t> mark;
  // Whether values of a column of any table may be shown in no message; empty: all may be.
  std::function<bool(const catalog::TableName& table, const std::string& column)> hides;
};

// kLeftOut: also those that are gone from the target since the base.
enum class Decisions { kAll, kLeftOut };

// Thrown by classify(): a record that find_unchanged() found is needed after all. The attempt begins again, without it.
struct AllRowsNeeded {};

class Target {
 public:
  Target() = default;
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  virtual ~Target() = default;

  virtual const outcome::DatabaseInfo& info() const = 0;
  virtual std::string role() const = 0;  // who the import is done as; empty where the engine has no roles
  virtual std::optional<LastMigration> last_migration(const std::vector<std::string>& schemas) = 0;

  // Begins an attempt. A target that is still in a transaction abandons it first, so that a retry starts clean.
  virtual void begin(Intent intent) = 0;
  // What is there: before lock() as it is at the moment, after it as it stays for the rest of the attempt.
  virtual std::vector<catalog::Table> tables(const std::vector<std::string>& schemas) = 0;
  // All schemas of the user's, whichever were asked for; nothing where the engine has none.
  virtual std::vector<std::string> schemas() { return {}; }
  // What is there under a name that tables() does not know, in words: "is a view", "is a partition of public.ev".
  // Empty: nothing. Without a schema it is looked for in all.
  virtual std::string other_object(const catalog::TableName&) { return {}; }
  // The types of the user's own that columns of those tables are of. Nothing where the engine has none.
  virtual catalog::Types types() { return {}; }
  // Begins the one transaction, of one point in time: `written` and what their rows are judged by keep their shape from
  // here on, and no other import writes them. Throws ConcurrentChange when they are no longer what tables() said.
  virtual void lock(const std::vector<catalog::Table>& written, TableLocks locks) = 0;

  // Whether any table of the database, chosen or not, has a column that is `wanted`: a trigger may read it.
  virtual bool has_column(
      const std::function<bool(const catalog::TableName& table, const std::string& column)>& wanted) = 0;

  // What prepare() would say of what the role may do, before the file is read. Reads the catalog; leaves no
  // transaction.
  virtual void look_ahead(const std::vector<TablePlan>&, const std::vector<std::string>&, Detail) {}

  // Makes room for the staged rows of `plans` and checks what the role may do (kPrivilege names every missing GRANT).
  // From here on a dry run cannot write: the server itself refuses. `components` groups indices into `plans`,
  // parents first; the tables of one group refer to each other.
  virtual void prepare(std::vector<TablePlan> plans, std::vector<std::vector<std::size_t>> components,
                       Detail detail) = 0;

  // After tables(), before the file is read: by plan, whether the target holds so many rows that looking for equal ones
  // may be worth it.
  virtual std::vector<bool> may_hold_equal_rows(const std::vector<TablePlan>& plans) {
    return std::vector<bool>(plans.size(), false);
  }
  // After prepare() and before stage(): finds records that are equal to rows of the target, by the digests of a
  // `section` of the file. stage() passes them over, and they count as unchanged. `columns`: the keys of the records.
  // True: it found all of the table's, so that nothing is to be staged.
  virtual bool find_unchanged(std::size_t /*plan*/, const std::vector<std::string>& /*columns*/,
                              digests::RecordDigests& /*file*/, std::size_t /*section*/) {
    return false;
  }

  // Takes all records of the reader's table. A record that cannot be held is left out, with its reason.
  [[nodiscard]] virtual Staging stage(std::size_t plan, format::TableReader& records, base::Progress& progress) = 0;

  // The same of the base's records of that table, before or after stage(). One that cannot be held is as good as none.
  virtual void stage_base(std::size_t plan, format::TableReader& records, base::Progress& progress) = 0;

  // One verdict for each staged row, set-based; nothing is written to the user's tables.
  [[nodiscard]] virtual Staging classify(base::Progress& progress) = 0;

  // After classify and before merge: columns that refer to rows which took another key, and that no foreign key
  // declares.
  virtual std::vector<outcome::LooseReference> loose_references() { return {}; }

  // Before merge(): it may end where it is once it has left out more rows than that. What it says of the others is
  // what classify said.
  virtual void end_early_beyond(std::uint64_t /*most_left_out*/) {}
  // Writes what classify accepted, deferred constraints included. A row that the server refuses after all is left out
  // with its reason.
  virtual void merge(base::Progress& progress) = 0;

  // After merge, or instead of it: names what shows the tables' old rows for good (materialized views), or refreshes
  // it. Only kYes after a merge writes.
  virtual void refresh_views(Refresh) {}

  // For an undo file. After classify and before merge: keeps what the rows to be written are now. Throws kSchema for a
  // table whose rows cannot be kept.
  virtual void keep_rows_before() = 0;
  // After merge: the rows of a plan that it wrote, as records of its target's columns, each with its mark under `key`:
  // updated and deleted ones as they were, of inserted ones what they are found by. One reader at a time.
  virtual std::unique_ptr<RowReader> rows_before(std::size_t plan, const std::string& key) = 0;

  virtual outcome::VerdictCounts counts(std::size_t plan) = 0;
  // After classify and before merge: how many rows the target's own table holds. Reads it as a whole.
  virtual std::uint64_t rows_there(std::size_t plan) = 0;
  // Every row of the file but the unchanged ones, of these those that are gone from the target since the base, and the
  // rows that it lacks and that are to go, in the order of the records; `offset` is not filled. Stops early when `take`
  // returns false. Values only with Detail::kFull.
  virtual void for_each_decision(std::size_t plan, Decisions which,
                                 const std::function<bool(const outcome::Decision&)>& take) = 0;
  // After classify: the rows that records of the file are left out for, because the target changed them too, as one
  // side holds them; by the number of the record, which is the text of kNumberKey. Of columns that the base lacks
  // nothing is told. Null: there are none. One reader at a time.
  virtual std::unique_ptr<RowReader> conflicting_rows(std::size_t plan, Side side,
                                                      const std::vector<NamedColumn>& columns) = 0;
  // The same decisions in the same order, as an approval holds them: nothing of the values.
  virtual void for_each_fingerprint(std::size_t plan, outcome::Merged merged,
                                    const std::function<void(const outcome::Fingerprint&)>& take) = 0;
  // After merge: some decision is not what it was before, or a row does not hold the file's values. May say yes where
  // that is not so.
  virtual bool merge_changed_decisions() const = 0;
  // With Detail::kLater, after classify and before merge: from here on it is kFull.
  virtual void gather_details() = 0;
  // After prepare: where this is, and what of its catalog the import uses. Both in an order that stays.
  virtual std::vector<outcome::Fact> whereabouts() = 0;
  virtual std::vector<outcome::Fact> used_catalog() = 0;
  // After classify and before merge: how many rows, and which, follow its updates by way of foreign keys. In an order
  // that stays.
  virtual std::vector<outcome::Fact> followers() = 0;

  // Only with Detail::kFull. As classify found it: also after merge.
  virtual outcome::TableEffects effects(std::size_t plan) = 0;
  // What the user should know beyond the counts, gathered since begin(): sequences raised, values that a trigger
  // changed.
  virtual std::vector<std::string> notices() const = 0;
  // After prepare of a dry run: the GRANTs that the import would need and the dry run does not.
  virtual std::vector<std::string> missing_grants() const { return {}; }
  // After classify in a dry run: what only the writing itself can tell, by name, a line a cause. Nothing: every
  // verdict is the import's.
  virtual std::vector<std::string> untold() const = 0;

  // After the last phase, before commit() or roll_back(): throws ConcurrentChange when something that no lock holds (a
  // type, a function) was changed since lock(). The end of a dry run: its transaction is over then.
  virtual void demand_unchanged() = 0;
  virtual void commit() = 0;
  virtual void roll_back() = 0;
};

}  // namespace engine
