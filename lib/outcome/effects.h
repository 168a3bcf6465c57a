// What the import of one table sets off beyond its own rows, and what is known of the target's side of it. Plain
// values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "outcome/approval.h"

namespace outcome {

// What a column or a table is about, as far as its name says so: secrets (passwords, tokens), or who may do what
// (roles, permissions).
enum class Meaning { kPlain, kSecret, kRights };

// In how many rows to be updated a column differs, and what of numbers and dates in these rows: the target's values
// before, the file's after. Empty where the column holds neither, or nothing of it was counted.
struct ChangedColumn {
  std::string name;
  std::uint64_t rows = 0;
  Meaning meaning = Meaning::kPlain;
  std::string sum_before = {};  // of numbers only
  std::string sum_after = {};
  std::string least_before = {};
  std::string least_after = {};
  std::string greatest_before = {};
  std::string greatest_after = {};
};

// Rows of a table that are left out for the same constraint and for themselves, not for want of another row of the
// file.
struct BlockingCause {
  std::string constraint;
  std::uint64_t needed = 0;     // those that other rows of the file refer to
  std::uint64_t held_back = 0;  // rows of any table that are left out only for want of these
  // The columns of the key that others hold, where finding rows by them (--match) would let some in; otherwise empty.
  std::vector<std::string> match = {};
  std::uint64_t matched = 0;  // how many it would let in
};

// A trigger of a table that the import fires.
struct Trigger {
  std::string name;
  std::string when;      // "before insert or update, for each row"
  std::string function;  // empty: its statements are its own, as in SQLite
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
  std::string digest = {};           // for an approval: of the keys of all that change, before and after
};

// What an approval holds of them: how many rows of each table follow by each foreign key, and, after a blank, a digest
// that tells which ("3 9f…"). In the order of their names.
std::vector<Fact> followers_of(const std::vector<Cascade>& cascades);

// The value that a sequence is at. Equal ones: it was before its first value, and that is taken now.
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

// Rows to be written whose column holds the key that a row of `parent` had in the file and does not have in the target,
// where no foreign key declares it: it is written as it is, and means another row there.
struct LooseReference {
  std::string table;
  std::string column;
  std::string parent;
  std::uint64_t rows = 0;
  std::string example;  // "2 → 102"; empty: not to be shown
};

// "posts.owner_id holds …", a sentence.
std::string in_words(const LooseReference& reference);

// What a target knows of one table once its rows are classified.
struct TableEffects {
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
  std::vector<BlockingCause> blocking;  // that hold other rows back or that --match would mend
};

}  // namespace outcome
