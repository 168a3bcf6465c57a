// One table of an import while it is under way: the target's table, the columns that the file brings, and the names and
// SQL fragments that stage, classify and merge share. Holds no rows: those are in temporary tables of the connection
//   stage_N    one row a record that could be staged; its row number is the record's
//   verdict_N  record, verdict ('i' or 'u') of the rows to be written, whether the target's row is newer; a staged row
//              without an entry is unchanged
//   reject_N   record, verdict ('c', 'x', or 's' for a skipped row), key, reason, the constraint against the row, the
//              key of the target's row that holds what it claims, whether the target's row is newer
//   claim_N    place of a unique index, record of a row that claims a key which a row of the target holds, and the
//              record that frees the key by its update; in which order, hand_over.h says
//   mask_N     record, which of the columns that triggers wait for differ, a digit each
//   early_N    records that were left out before the merge; retry_N those that the merge tries again
//   change_N   record, column, its values before, after and in the base; only where details are asked for
//   delete_N   of tables that may lose rows: see undo_judge.h
//   base_stage_N and others of that beginning: the rows of the base of a three-way merge (base_merge.h)
//   remap_N    record, the identity it had in the file and the one it took over by a natural key
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/target.h"
#include "sqlite/catalog/introspect.h"
#include "sqlite/codec/codec.h"

namespace sqlite {

using outcome::Verdict;

struct StagedColumn {
  std::size_t file_column;
  std::string name;  // of the target, as it is
  std::string quoted;
  std::string stage_type;  // with its collation: makes of a value what the target's column makes of it
  Codec codec;
};

// A column that the file does not bring and the target fills by itself, where it matters to what is judged. The stage
// computes generated columns as the target does, and holds defaults; rows to be updated get what the target holds. A
// default that is computed is so once, for the stage, and the row goes in with that value.
struct MadeColumn {
  std::string name;
  std::string quoted;
  std::string definition;  // of the stage's column
  bool generated = false;
  bool not_null = false;
  bool read = false;          // by a constraint, an index or a generated column
  bool random = false;        // the next import makes another value
  std::string computed = {};  // the default's expression where that is no literal
};

// What changes of a table while its rows are staged, judged and written.
struct TableProgress {
  outcome::VerdictCounts counts;  // rows and unchanged; the rest is counted in the database
  std::uint64_t staged_rows = 0;
  std::uint64_t rejected_rows = 0;
  std::uint64_t delete_records = 0;    // of an undo: records that want a row to go; they are in no stage any more
  std::uint64_t rejected_deletes = 0;  // of rows that were to go, by these records or because the file lacks them
  std::uint64_t rejected_marks = 0;    // of an undo: records that do not say what they want
  std::uint64_t may_be_deleted = 0;    // rows of the target that delete_N was filled with
  std::uint64_t missing = 0;           // of these what the file lacks; their records are numbered after the file's
  std::uint64_t gone = 0;              // of an undo: records that want a row to go which had gone already
  std::uint64_t made_by_triggers = 0;  // inserts that became updates, because a trigger had made their row
  std::uint64_t made_equal = 0;        // inserts that became unchanged, because a trigger had made the row like that
  std::uint64_t kept_orphans = 0;      // rows taken along without their parent, once a foreign key
  std::vector<std::string> unjudged;   // constraints that could not be judged, for people
  bool claims_left = false;            // rows wait for keys that others give up
};

struct StagedTable : TableProgress {
  // `room` begins the names of its temporary tables: "base_" or nothing.
  StagedTable(std::size_t number, const TableDetails& details, engine::TablePlan plan, const std::string& room = "");

  const TableDetails details;
  engine::TablePlan plan;
  std::vector<StagedColumn> columns;
  std::vector<MadeColumn> made;
  StagedTable* base = nullptr;  // the base's rows of it, staged beside those of the file; nothing: no base
  std::string target;           // main."users"
  // " OR ABORT" where a conflict clause of the schema must not delete or replace a row. Nowhere else: it would also
  // take the place of what the target's triggers say (INSERT OR IGNORE).
  std::string or_abort;
  std::string stage;  // temp.stage_N and so on
  std::string verdicts;
  std::string rejects;
  std::string changes;
  std::string remaps;
  std::string deletes;
  std::string claims;
  std::string order;  // this and parked only where a key may be claimed
  std::string parked;
  std::string masks;  // only where triggers wait for single columns
  std::string early;  // this and retries only where triggers may refuse a row
  std::string retries;
  std::string mark;              // of an undo: what its records say (engine/undo_mark.h), quoted column of stage_N
  std::string record;            // name of the row number in stage_N; no column of the table is called so
  bool declares_record = false;  // as a column of its own: the table's columns have taken every other name

  using Progress = TableProgress;
  Progress& progress() { return *this; }
  const Progress& progress() const { return *this; }

  // Of an undo file: its stage has the column `mark`.
  bool has_marks() const { return plan.mark.has_value(); }
  // Rows of the target go that the file lacks.
  bool deletes_missing() const { return plan.missing_rows == engine::MissingRows::kDelete; }
  // Rows of the target may go.
  bool may_lose_rows() const { return has_marks() || deletes_missing(); }
  // Whether the file says something of the rows of the table: it holds some, or what it lacks is to go.
  bool has_rows() const { return plan.rows > 0 || deletes_missing(); }
  // A quoted name like `wish` that no column of the table has.
  std::string free_name(const std::string& wish) const;
  bool has_columns(const std::vector<std::string>& names) const;
  // Whether the stage tells what these columns hold after the merge, by the file or by what the target makes.
  bool foretells(const std::vector<std::string>& names) const;
  // Whether the target makes the value of the column by chance, or from one that it makes so.
  bool is_random(const std::string& name) const;
  // Whether a row may have NULL in its identity: SQLite lets NULL into most primary keys. Such a row is told apart by
  // all of its values, as if its table had no identity.
  bool identity_may_be_null() const;
  // alias."id" IS NULL OR …; only where that may be.
  std::string lacks_identity(const std::string& alias) const;
  // A difference in it makes no update.
  bool is_ignored(const std::string& column) const;
  // db_transfer_differs over the file's columns but the ignored ones.
  std::string differs(const std::string& a, const std::string& b) const;
  // The same over the columns `only`; "0" where there are none.
  std::string differs(const std::string& a, const std::string& b, const std::vector<std::string>& only) const;
  // a."id" = b."id" as the identity's index compares; NULL equals nothing. Only with an identity.
  std::string same_identity(const std::string& a, const std::string& b) const;
  // The same for the natural key of the plan.
  std::string same_match(const std::string& a, const std::string& b) const;
  // Whether the target's row, called t, was changed later than the file's, called s; "0" where nothing says so.
  std::string target_is_newer() const;
  bool is_masked(const std::string& column) const;
  // Text expression of a value that is made of these columns: a digest where one of them must not be shown.
  std::string readable(const std::string& value, const std::vector<std::string>& from_columns) const;
  // Text expression that names the row to a person: id=c17…
  std::string key_text(const std::string& alias) const;
  // The columns that key_text reads, each with `alias`.
  std::vector<std::string> naming_columns(const std::string& alias) const;
  // The identity's columns with `alias`, each with the collation of its index.
  std::vector<std::string> collated_identity(const std::string& alias) const;
  // "verdict_N v CROSS JOIN stage_N s ON …": the staged rows that are still to be written.
  std::string accepted_rows() const;

 private:
  void find_made_columns();
  std::string same_columns(const std::vector<std::string>& names, const std::string& a, const std::string& b) const;
  std::string collation_of(const std::string& column) const;
};

// Why rows are left out. All but `verdict` and `constraint` are SQL expressions; empty: NULL.
struct Rejection {
  Verdict verdict;  // kConflict, kInvalid or kSkipped
  std::string reason;
  std::string constraint{};  // its name as it is
  std::string holder{};      // names the row of the target, called t, that holds what the row claims
  std::string newer{};
};

// INSERT INTO reject_N …: `rows` is what follows FROM, `record` an expression over it, the staged rows called s. One
// entry a record.
std::string reject_sql(const StagedTable& table, const std::string& record, const Rejection& rejection,
                       const std::string& rows);

// "stage_3" of "temp.stage_3": as CREATE INDEX wants it.
std::string unqualified(const std::string& temporary_table);

const StagedTable* find_staged(const std::vector<StagedTable>& tables, const catalog::TableName& name);

}  // namespace sqlite
