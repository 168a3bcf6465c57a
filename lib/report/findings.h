// What a reviewer should know that no single field of an outcome says: the verdict on the import as a whole, the checks
// that it rests on, causes of rows left out, anomalies, and what a report cannot show. Pure functions over a finished
// outcome; pointers point into it. Texts may hold names from the file or the database as they are: the forms make them
// safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "outcome/import_outcome.h"

namespace report {

enum class Judgement { kReady, kReadyWithWarnings, kBlocked, kDone, kDoneRowsLeftOut, kRolledBack };

Judgement judgement(const outcome::ImportOutcome& outcome);
// "READY WITH WARNINGS"
std::string_view judgement_title(Judgement value);
// "ready-with-warnings": for programs.
std::string_view judgement_word(Judgement value);
// One plain sentence on what it means for whoever has to approve.
std::string judgement_sentence(const outcome::ImportOutcome& outcome);

// Grades from harmless to harmful.
enum class Grade { kGood, kNote, kWarning, kBad };
std::string_view grade_symbol(Grade grade);  // ✓ i ! ✗
std::string_view grade_word(Grade grade);    // "passed", "note", "warning", "failed"

// Where in a report the details of a check are.
enum class Topic {
  kIdentity,
  kTables,
  kConflicts,
  kInvalid,
  kUpdates,
  kInserts,
  kDeletes,
  kEffects,
  kDifferences,
  kLimits
};

// Words of our own; of what passed a limit the detail also names tables.
struct Check {
  Grade grade = Grade::kGood;
  std::string title;
  std::string detail;
  Topic topic = Topic::kTables;
};

std::vector<Check> checks(const outcome::ImportOutcome& outcome);

// What speaks against a row left out: the constraint or key; else "age" of "age: 'x' is no integer"; else the reason.
std::string cause_name(const outcome::Decision& row);

// Rows left out for the same reason: by the constraint, key or column that speaks against them.
struct Cause {
  const outcome::ImportedTable* table = nullptr;
  std::string name;                            // empty: the reason names nothing
  std::vector<const outcome::Decision*> rows;  // samples
  std::uint64_t total = 0;
};

// Of the rows with this verdict (kConflict or kInvalid); tables in order, most frequent cause first. They point into
// `outcome`.
std::vector<Cause> causes(const outcome::ImportOutcome& outcome, outcome::Verdict verdict);
std::vector<Cause> causes(const outcome::ImportOutcome&& outcome, outcome::Verdict verdict) = delete;

// The sampled rows of a table with this verdict, in whichever of its lists they are.
std::vector<const outcome::Decision*> sampled(const outcome::ImportedTable& table, outcome::Verdict verdict);

// What is unusual about a table as a whole: "more than half of the target's rows change".
std::vector<std::string> anomalies(const outcome::ImportedTable& table);

std::uint64_t rows_after(const outcome::ImportedTable& table);
// The worst thing that happens to a row of the table; kUnchanged where nothing does, kSkipped where it is not taken.
outcome::Verdict worst_verdict(const outcome::ImportedTable& table);

// How the rows of a table are told apart: "id", "email (natural key)", "the whole row"; empty: not known.
std::string identity_used(const outcome::ImportedTable& table);

// Side effects, as a sentence each.
std::string trigger_sentence(const outcome::ImportedTable& table, const outcome::Trigger& trigger);
std::string cascade_sentence(const outcome::ImportedTable& table, const outcome::Cascade& cascade);
std::string outside_sentence(const outcome::ImportedTable& table, const outcome::OutsideReference& reference);
std::string sequence_sentence(const outcome::SequenceChange& change);

// All of them, in the order of the tables.
std::vector<std::string> effect_sentences(const outcome::ImportOutcome& outcome);

// What a report does not show, a sentence each. They name the tables of --delete-missing.
std::vector<std::string> limits(const outcome::ImportOutcome& outcome);

}  // namespace report
