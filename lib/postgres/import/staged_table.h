// One table of an import while it is under way: the target's table, the columns that the file brings, and the names and
// SQL fragments that stage, classify and merge share. Holds no rows: those are in temporary tables of the server
// (temporary_tables.h), which several tables may share. `verdicts`, `rejects` and so on are relations to read; who
// writes goes through the part of the temporary table, HeapPart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/target.h"
#include "postgres/catalog/introspect.h"
#include "postgres/catalog/reached_code.h"
#include "postgres/codec/codec.h"
#include "postgres/import/heap_part.h"

namespace postgres {

using outcome::Verdict;

struct StagedColumn {
  std::size_t file_column;
  std::string name;  // of the target, as it is
  std::string quoted;
  std::string stage_type;  // of a domain, its base; empty: the target column's own
  std::string cast;        // "::public.email": what its checks are asked by; empty: nothing to ask
  Codec codec;
  bool in_identity = false;
  std::string staged;  // the column of the stage that holds it, quoted
};

inline constexpr const char* kStagedPlace = "\"db-transfer place\"";
// What a record of an undo file says beside its columns (engine/undo_mark.h): a column of a stage that tables share.
inline constexpr const char* kSharedMark = "mark";

// A column by which rows set the key of a unique index aside for a while.
struct ParkedKey {
  std::size_t place;       // the index's, in unique_indexes
  std::string column;      // quoted
  std::string values;      // a relation of values and their rank; empty: NULL
  std::uint64_t rows = 0;  // there is a value for every rank up to it
};

// A default of the target's, of a column that the file lacks, that the column's own type refuses.
struct FailingDefault {
  std::string column;
  std::string words;  // the server's
};

// What changes of a table while its rows are staged, judged and written.
struct TableProgress {
  outcome::VerdictCounts counts;  // rows, unchanged and skipped; the rest is counted in the server
  std::uint64_t staged_rows = 0;
  std::uint64_t unstaged_rows = 0;  // records that are equal to rows of the target: unchanged_rows.h
  std::uint64_t rejected_rows = 0;
  std::uint64_t delete_records = 0;    // of an undo: records that want a row to go; they are in no stage any more
  std::uint64_t rejected_deletes = 0;  // among both
  std::uint64_t may_be_deleted = 0;    // rows that they found, or that the file lacks and that are to go
  std::uint64_t missing = 0;           // rows that the file lacks; their records are numbered behind those of the file
  std::uint64_t gone = 0;              // records of rows that had gone already
  std::uint64_t may_be_written = 0;    // verdicts that the comparison with the target found; some may be rejected since
  std::uint64_t reached = 0;           // of these, updates of rows that do not differ, but will by a cascade
  std::uint64_t remapped = 0;          // rows that took over the target's identity
  bool keys_differ = false;            // no two staged rows have the same identity: known without asking the server
  bool loaded = false;                 // by FirstLoad: the rows are in the target and nowhere else
  std::vector<ParkedKey> parked;       // keys of rows that swap or rotate them
  bool handed_on = false;              // what claims keys and what gives them up is written
  bool claims_left = false;            // claims of accepted rows are left
  bool evaluated = false;              // a view shows what may fail of its rows
  bool large_values = false;           // some value of its stage may be too large for an index
  bool unevaluated = false;            // and failed for another reason than a row
  bool unjudged = false;               // something that could refuse its rows was not judged
  bool careful = false;                // some of its rows make an expression of the target's fail
  bool records_indexed = false;        // verdicts and stage have an index by record
  std::uint64_t made_by_triggers = 0;  // inserts that became updates while the merge was at work
  std::uint64_t made_equal = 0;        // that became unchanged
};

struct StagedTable : TableProgress {
  // `room` begins the names of its temporary tables.
  StagedTable(std::size_t number, const TableDetails& details, engine::TablePlan plan, const std::string& room = "");

  const TableDetails details;
  engine::TablePlan plan;
  std::vector<StagedColumn> columns;
  StagedTable* base = nullptr;  // the base's rows of it, staged beside those of the file; nothing: no base
  std::string room;             // "pg_temp.", and what tells its temporary tables from those of another use
  std::string target;           // "schema"."table"
  // The same to read and to update: without children by inheritance, which are tables of their own.
  std::string target_rows;
  HeapPart stage_part;  // read by typed_rows()
  HeapPart verdict_part;
  HeapPart reject_part;
  HeapPart claim_part;
  HeapPart match_part;
  std::string verdicts;  // of each the relation that holds this table's rows only, for FROM and JOIN
  std::string rejects;
  std::string claims;
  std::string matches;
  std::string plan_number;  // its number in the import
  std::string deletes;      // the rows of the target that are to go (undo_judge.h)
  std::string mark;         // of an undo: what its records say, quoted name of a column of marked_rows()
  std::string exclusions;   // pg_temp.exclusion_N_, to be followed by the constraint's number
  std::string record;  // quoted name of the record number's column in typed_rows(); no column of the table is called so
  // A table of as many columns as a table may have leaves no room for one more in its stage: there the first column is
  // of this row type and holds the record number beside the value. Empty for any other table.
  std::string first_column_type;   // pg_temp.first_N
  bool by_text = false;            // staged by COPY in text: a column has no binary codec
  bool inserts_by_column = false;  // the role has that right on columns, and not on the table
  bool updates_by_column = false;
  bool never_inserts = false;  // it has that right on no column either
  bool never_updates = false;
  std::vector<std::string> not_insertable;  // columns that the role may not write, where it may write others
  std::vector<std::string> not_updatable;
  bool hashes_records = false;  // the server can, by a seed: since 14
  // By column that the file lacks: the value that its default makes, where that is computed once (made_defaults.h);
  // empty: none, and NULL takes its place.
  std::map<std::string, std::string> computed_defaults;
  std::vector<FailingDefault> failing_defaults;
  // Expressions that may fail on a row: at first all of details.evaluated, from Evaluation::prepare on those to be
  // asked.
  std::vector<Evaluated> may_fail;

  using Progress = TableProgress;
  Progress& progress() { return *this; }
  const Progress& progress() const { return *this; }

  // Of an undo file: its stage has a column for its marks.
  bool has_marks() const { return plan.mark.has_value(); }
  // Rows of the target go that the file lacks.
  bool deletes_missing() const { return plan.missing_rows == engine::MissingRows::kDelete; }
  // Rows of the target may go.
  bool may_lose_rows() const { return has_marks() || deletes_missing(); }
  // The file says something of the table's rows; others have no stage. That there is none is said with deletes_missing.
  bool has_rows() const { return plan.rows > 0 || deletes_missing(); }
  // Makes it read and write these.
  void take_parts(const std::string& suffix, const std::string& number);

  // Rows of other tables decide about its own, beside foreign keys and triggers: a function of the target's may read
  // them.
  bool looks_elsewhere() const;

  // The record number in the stage itself: a column, or a part of the first one.
  std::string stage_record() const;
  std::string stage_record(const std::string& alias) const;
  // The mark in the stage itself.
  std::string stage_mark() const { return stage_part.number.empty() ? mark : kSharedMark; }
  // The expression that makes the value of a column that the file lacks; empty: NULL.
  const std::string& made_value(const std::string& column) const;
  // A quoted name like `wish` that no column of the table has.
  std::string free_name(const std::string& wish) const;
  // To write a value of the target's type into the stage: SET stage_target = stage_value.
  std::string stage_target(const std::string& column) const;
  std::string stage_value(const std::string& column, const std::string& value) const;
  bool has_columns(const std::vector<std::string>& names) const;

  // "(SELECT record, "a", "b" FROM stage)": no value of it can fail. A domain is its base here.
  std::string typed_rows() const;
  // The same with domains, "b"::public.email AS "b", and the staged row's own place (ctid) under a name that no column
  // has, kStagedPlace. What their checks say may depend on the session's settings.
  std::string placed_rows() const;
  // typed_rows() with the column `mark`.
  std::string marked_rows() const;
  // The columns by which staged rows are joined with anything, for ANALYZE.
  std::string joined_columns() const;
  // INSERT INTO target … SELECT … FROM the staged rows, called s; more of the FROM clause may follow.
  std::string insert_sql() const { return insert_sql(typed_rows()); }
  // The same from another relation of such rows.
  std::string insert_sql(const std::string& rows) const;
  // UPDATE target AS t SET … to the values of a staged row, called s. Names no column of `unnamed`; empty when none is
  // left to name.
  std::string update_head(const std::vector<std::string>& unnamed = {}) const;
  // The same with FROM the staged rows.
  std::string update_sql(const std::vector<std::string>& unnamed = {}) const;
  // ROW(s."a", s."b")::record over the file's columns but the ignored ones: for comparison by image.
  std::string image(const std::string& alias) const;
  // An update never writes it: an identity column GENERATED ALWAYS keeps its value.
  bool is_kept(const StagedColumn& column) const;
  // An update may have to write it: not what its row was found by, byte for byte.
  bool is_assigned(const StagedColumn& column) const;
  // Condition: the row, found by its identity, has to be updated, because a column differs that is not ignored; or, one
  // of the columns `only` of it differs. By image, so that 1.0 and 1.00 differ; where a type has several images of one
  // value, by its text as well.
  std::string differs(const std::string& a, const std::string& b, const std::vector<std::string>& only = {}) const;
  // The same of one column alone.
  std::string column_differs(const StagedColumn& column, const std::string& a, const std::string& b) const;
  // a."id" = b."id" with the operators of the identity's index. Only with an identity.
  std::string same_identity(const std::string& a, const std::string& b) const;
  // The same for other columns: with the operators of an index over just these, where there is one.
  std::string same_columns(const std::vector<std::string>& names, const std::string& a, const std::string& b) const;
  // Whether the target allows NULL in some of these columns; condition: `alias` has NULL in one.
  bool may_be_null(const std::vector<std::string>& names) const;
  std::string any_null(const std::vector<std::string>& names, const std::string& alias) const;
  // Whether the target's row, called t, was changed later than the file's, called s; "false" where nothing says so.
  std::string target_is_newer() const;
  // Text expression of a value that is made of `columns`, given its text: a digest where one of them must not be shown.
  std::string readable(const std::string& text, const std::vector<std::string>& from_columns) const;
  // Text expression of the digest that stands for a masked text.
  std::string digest_of(const std::string& text) const;
  // The same for a column as it is.
  std::string column_text(const std::string& column, const std::string& alias) const;
  // "a=1, b=2".
  std::string columns_text(const std::vector<std::string>& names, const std::string& alias) const;
  bool is_ignored(const std::string& column) const;
  bool is_masked(const std::string& column) const;
  // Text expression that names the row to a person: id=c17…
  std::string key_text(const std::string& alias) const;
  // The identity's columns, each with `alias`.
  std::string identity_list(const std::string& alias) const;

 private:
  enum class Casts { kApplied, kLeftOut };
  std::string rows(Casts casts) const;
  std::string no_rows() const;
};

// For a question about the code that runs for it.
WrittenTable written_table(const StagedTable& table);
// Those of which the file has rows.
std::vector<WrittenTable> written_tables(const std::vector<StagedTable>& tables);

}  // namespace postgres
