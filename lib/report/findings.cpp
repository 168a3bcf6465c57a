#include "report/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/human.h"
#include "report/wording.h"

namespace report {
namespace {

using base::human_count;
using outcome::Ending;
using outcome::ImportedTable;
using outcome::ImportOutcome;
using outcome::Verdict;

// Rows of a table below which a share of it says nothing.
constexpr std::uint64_t kFewRows = 10;

bool is_over(const ImportOutcome& outcome) {
  return outcome.ending == Ending::kCommitted || outcome.ending == Ending::kRolledBack;
}

bool any_warning(const ImportOutcome& outcome) {
  const std::vector<Check> all = checks(outcome);
  return std::any_of(all.begin(), all.end(), [](const Check& check) { return check.grade >= Grade::kWarning; });
}

}  // namespace

std::string cause_name(const outcome::Decision& row) {
  if (!row.constraint.empty()) return row.constraint;
  constexpr std::size_t kLongestName = 63;
  const std::size_t colon = row.reason.find(": ");
  if (colon != std::string::npos && colon <= kLongestName) return row.reason.substr(0, colon);
  return row.reason;
}

Judgement judgement(const ImportOutcome& outcome) {
  if (outcome.ending == Ending::kRolledBack) return Judgement::kRolledBack;
  if (outcome.ending == Ending::kCommitted)
    return outcome.total.left_out() == 0 ? Judgement::kDone : Judgement::kDoneRowsLeftOut;
  if (outcome.blocked || !outcome.missing_grants.empty()) return Judgement::kBlocked;
  return any_warning(outcome) ? Judgement::kReadyWithWarnings : Judgement::kReady;
}

std::string_view judgement_title(Judgement value) {
  constexpr std::array<std::string_view, 6> kTitles = {"READY", "READY WITH WARNINGS", "BLOCKED",
                                                       "DONE",  "DONE, ROWS LEFT OUT", "ROLLED BACK"};
  return kTitles.at(static_cast<std::size_t>(value));
}

std::string_view judgement_word(Judgement value) {
  constexpr std::array<std::string_view, 6> kWords = {"ready", "ready-with-warnings", "blocked",
                                                      "done",  "done-rows-left-out",  "rolled-back"};
  return kWords.at(static_cast<std::size_t>(value));
}

std::string judgement_sentence(const ImportOutcome& outcome) {
  const outcome::VerdictCounts& total = outcome.total;
  if (outcome.ending == Ending::kRolledBack) return outcome_sentence(outcome);
  const bool over = is_over(outcome);
  std::string text = fmt::format("{} {} inserted, {} updated, {} unchanged", rows(total.insert),
                                 outcome.blocked && !over ? "would be"
                                 : !over                  ? "will be"
                                 : total.insert == 1      ? "was"
                                                          : "were",
                                 human_count(total.update), human_count(total.unchanged));
  if (total.kept + total.gone != 0)
    text += fmt::format(" ({} of them kept as the target has {})", human_count(total.kept + total.gone),
                        total.kept + total.gone == 1 ? "it" : "them");
  if (total.skipped != 0) text += fmt::format(", {} skipped", human_count(total.skipped));
  if (total.deleted != 0) text += fmt::format(", {} deleted", human_count(total.deleted));
  text += fmt::format("; {} left out. ", human_count(total.left_out()));
  if (outcome.blocked && !over) {
    text += outcome.passed_limits.empty() ? "Rows left out would end the import as a whole: nothing would be written. "
                                          : "More would change than a limit allows: nothing would be written. ";
  }
  if (outcome.is_undo) return text + "Taking an import back deletes what it inserted, and nothing else.";
  if (!outcome.deletes_missing.empty())
    return text + fmt::format("Of {} rows {} that the file lacks (--delete-missing).", joined(outcome.deletes_missing),
                              over ? "went" : "go");
  return text + (over ? "Nothing was deleted." : "Nothing is ever deleted.");
}

std::string_view grade_symbol(Grade grade) {
  constexpr std::array<std::string_view, 4> kSymbols = {"✓", "i", "!", "✗"};
  return kSymbols.at(static_cast<std::size_t>(grade));
}

std::string_view grade_word(Grade grade) {
  constexpr std::array<std::string_view, 4> kWords = {"passed", "note", "warning", "failed"};
  return kWords.at(static_cast<std::size_t>(grade));
}

std::vector<const outcome::Decision*> sampled(const ImportedTable& table, Verdict verdict) {
  std::vector<const outcome::Decision*> found;
  for (const auto* list : {&table.left_out, &table.updates, &table.inserts, &table.deletes, &table.gone})
    for (const outcome::Decision& row : *list)
      if (row.verdict == verdict) found.push_back(&row);
  return found;
}

std::vector<Cause> causes(const ImportOutcome& outcome, Verdict verdict) {
  std::vector<Cause> all;
  for (const ImportedTable& table : outcome.tables) {
    std::vector<Cause> of_table;
    for (const outcome::CountedCause& counted : table.causes)
      if (counted.verdict == verdict) of_table.push_back({&table, counted.name, {}, counted.rows});
    const auto named = [&](const std::string& name) { return std::ranges::find(of_table, name, &Cause::name); };
    for (const outcome::Decision* row : sampled(table, verdict)) {
      const std::string name = cause_name(*row);
      auto cause = named(name);
      if (cause == of_table.end()) cause = named({});
      if (cause == of_table.end()) cause = of_table.insert(of_table.end(), {&table, name, {}, 0});
      cause->rows.push_back(row);
      cause->total = std::max<std::uint64_t>(cause->total, cause->rows.size());
    }
    std::ranges::stable_sort(of_table, std::greater(), &Cause::total);
    all.insert(all.end(), std::make_move_iterator(of_table.begin()), std::make_move_iterator(of_table.end()));
  }
  return all;
}

std::vector<std::string> anomalies(const ImportedTable& table) {
  std::vector<std::string> found;
  const std::uint64_t before = table.effects.rows_before;
  if (!table.taken) return found;
  if (before >= kFewRows && table.counts.update > before / 2)
    found.push_back(fmt::format("more than half of the target's rows are updated ({} of {})",
                                human_count(table.counts.update), human_count(before)));
  if (table.counts.rows == 0 && before > 0)
    found.push_back(fmt::format("empty in the file, {} in the target", rows(before)));
  for (const outcome::ChangedColumn& column : table.effects.changed_columns)
    if (table.counts.update >= kFewRows && column.rows == table.counts.update)
      found.push_back(fmt::format("{} differs in every row that is updated", column.name));
  return found;
}

std::uint64_t rows_after(const ImportedTable& table) {
  return table.effects.rows_before + table.counts.insert - std::min(table.effects.rows_before, table.counts.deleted);
}

Verdict worst_verdict(const ImportedTable& table) {
  if (!table.taken) return Verdict::kSkipped;
  for (const Verdict verdict :
       {Verdict::kConflict, Verdict::kInvalid, Verdict::kDelete, Verdict::kUpdate, Verdict::kInsert})
    if (table.counts.of(verdict) != 0) return verdict;
  return table.counts.skipped != 0 ? Verdict::kSkipped : Verdict::kUnchanged;
}

std::string identity_used(const ImportedTable& table) {
  const outcome::TableEffects& effects = table.effects;
  if (!table.taken) return {};
  if (!effects.match.empty()) return joined(effects.match) + " (natural key)";
  return effects.identity.empty() ? "the whole row" : joined(effects.identity);
}

std::string trigger_sentence(const ImportedTable& table, const outcome::Trigger& trigger) {
  const std::string what = trigger.function.empty() ? "" : " and runs " + trigger.function;
  return fmt::format("{}: the trigger {} fires {}{}", table.name, trigger.name, trigger.when, what);
}

std::string cascade_sentence(const ImportedTable& table, const outcome::Cascade& cascade) {
  const std::string what =
      fmt::format("{} of {} ({})", cascade.foreign_key, cascade.table, "ON UPDATE " + cascade.action);
  if (cascade.rows == 0)
    return fmt::format("{}: {} is not set off: {} stays as it is in every row", table.name, what,
                       joined(cascade.columns));
  std::string sentence = fmt::format("{}: {} changes in {}, which {} passes on", table.name, joined(cascade.columns),
                                     rows(cascade.rows), what);
  if (cascade.reached == 0) return sentence;
  return fmt::format("{} to {}; the file speaks of {} of them", sentence, rows(cascade.reached),
                     cascade.reached - cascade.outside);
}

std::string outside_sentence(const ImportedTable& table, const outcome::OutsideReference& reference) {
  return fmt::format("{}: {} to be written {} by {} to {}, which takes no part in the import", table.name,
                     rows(reference.rows), reference.rows == 1 ? "refers" : "refer", reference.foreign_key,
                     reference.parent);
}

std::string sequence_sentence(const outcome::SequenceChange& change) {
  return fmt::format("the sequence {} is {}", change.sequence, outcome::in_words(change));
}

std::vector<std::string> effect_sentences(const ImportOutcome& outcome) {
  std::vector<std::string> all;
  for (const ImportedTable& table : outcome.tables) {
    const outcome::TableEffects& effects = table.effects;
    for (const auto& trigger : effects.triggers) all.push_back(trigger_sentence(table, trigger));
    for (const auto& cascade : effects.cascades) all.push_back(cascade_sentence(table, cascade));
    for (const auto& change : effects.sequences) all.push_back(sequence_sentence(change));
    for (const auto& reference : effects.outside_references) all.push_back(outside_sentence(table, reference));
  }
  return all;
}

std::vector<std::string> limits(const ImportOutcome& outcome) {
  std::vector<std::string> all = {
      "Counts are complete; rows are samples, the first of each kind in each table. A JSON report lists every row that "
      "is not unchanged.",
      fmt::format("A value of more than {} characters is cut; a key never is.", human_count(outcome::kShownCharacters)),
      "Values of columns that hold secrets are masked: only their length and a digest are shown, whose key is this "
      "report's own. The server's messages are withheld where such columns are about; keys of other columns are shown "
      "as they are."};
  if (outcome.ending == Ending::kDryRun)
    all.push_back(outcome.untold.empty()
                      ? "Not rehearsed, and nothing in the target calls for it: every row is foretold."
                      : "Not rehearsed: what only the writing itself can tell is named above. --rehearse writes for "
                        "real and rolls back.");
  if (outcome.ending == Ending::kRehearsed)
    all.emplace_back("Rehearsed: the rows were written for real, constraints checked, and everything was rolled back.");
  if (!is_over(outcome))
    all.emplace_back(
        "This is the state of the target at the time above. Whoever changes it before the import changes the outcome.");
  if (outcome.is_undo) {
    all.emplace_back(
        "Not taken back: what triggers and cascades of the import did to other rows, and sequences, which are never "
        "lowered.");
  } else if (outcome.deletes_missing.empty()) {
    all.emplace_back("Rows of the target that the file does not hold stay as they are: nothing is ever deleted.");
  } else {
    all.push_back("Rows of the target that the file does not hold go from " + joined(outcome.deletes_missing) +
                  " and from no other table. What refers to a row and is declared by no foreign key keeps none from "
                  "going. Of a row that goes the columns are shown that the file has.");
  }
  all.emplace_back("Files beside the database (uploads, for instance), views and permissions are not transferred.");
  return all;
}

}  // namespace report
