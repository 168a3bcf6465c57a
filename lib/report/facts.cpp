#include "report/facts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/human.h"
#include "report/commands.h"
#include "report/wording.h"

namespace report {
namespace {

using base::human_count;
using outcome::Ending;
using outcome::ImportedTable;
using outcome::ImportOutcome;
using outcome::Meaning;

bool is_over(const ImportOutcome& outcome) {
  return outcome.ending == Ending::kCommitted || outcome.ending == Ending::kRolledBack;
}

class Facts {
 public:
  explicit Facts(const ImportOutcome& outcome) : outcome_(outcome), over_(is_over(outcome)) {}

  std::vector<Fact> all() {
    add_blocked();
    add_deletes();
    add_rights();
    add_secrets();
    add_loose_references();
    add_newer();
    add_keys_of_others();
    add_held_back();
    return std::move(facts_);
  }

 private:
  // `option` makes the command: another dry run with it. Without a remedy once the import is over, for nothing can be
  // chosen any more, and of an undo, whose file itself says what becomes of its rows.
  void add(Grade grade, Topic topic, std::string text, std::string remedy, const std::string& option) {
    // --mode insert leaves all rows as they are that are there.
    const bool contradicts = !outcome_.deletes_missing.empty() && option == "--mode insert";
    if (over_ || outcome_.is_undo || contradicts) return facts_.push_back({grade, topic, std::move(text), {}, {}, {}});
    facts_.push_back({grade, topic, std::move(text), std::move(remedy), option,
                      option.empty() ? std::string{} : try_command(outcome_, option)});
  }

  void add_blocked() {
    if (over_) return;
    if (!outcome_.missing_grants.empty()) {
      const NextStep step = unblocking_step(outcome_);
      facts_.push_back({Grade::kBad,
                        Topic::kIdentity,
                        fmt::format("The import would end with status 8: its role lacks {}.",
                                    counted(outcome_.missing_grants.size(), "privilege", "privileges")),
                        step.words,
                        {},
                        step.command});
    }
    if (!outcome_.blocked) return;
    const NextStep step = unblocking_step(outcome_);
    facts_.push_back({Grade::kBad,
                      outcome_.total.conflict != 0 ? Topic::kConflicts : Topic::kInvalid,
                      outcome_.blocked_by.empty() ? std::string("The import would be rolled back.")
                                                  : "The import would be rolled back, by " + outcome_.blocked_by + ".",
                      step.words,
                      {},
                      step.command});
  }

  void add_deletes() {
    if (outcome_.is_undo) return;
    for (const ImportedTable& table : outcome_.tables) {
      if (table.counts.deleted == 0) continue;
      facts_.push_back(
          {Grade::kWarning,
           Topic::kDeletes,
           fmt::format("{} of {} {} from the target, for the file lacks {}.", rows(table.counts.deleted), table.name,
                       table.counts.deleted == 1 ? "goes" : "go", table.counts.deleted == 1 ? "it" : "them"),
           {},
           {},
           {}});
    }
  }

  template <typename Work>
  void for_each_changed(Meaning meaning, const Work& work) {
    for (const ImportedTable& table : outcome_.tables)
      for (const outcome::ChangedColumn& column : table.effects.changed_columns)
        if (column.meaning == meaning && column.rows != 0) work(table, column);
  }

  void add_rights() {
    for_each_changed(Meaning::kRights, [&](const ImportedTable& table, const outcome::ChangedColumn& column) {
      add(Grade::kWarning, Topic::kUpdates,
          fmt::format("{}.{} says who may do what, and changes in {} of the target.", table.name, column.name,
                      rows(column.rows)),
          "To leave rows that are there as they are:", "--mode insert");
    });
    for (const ImportedTable& table : outcome_.tables) {
      for (const outcome::CountedValues& column : table.inserted_values)
        if (column.meaning == Meaning::kRights) add_inserted_rights(table, column);
      if (table.meaning == Meaning::kRights && table.counts.to_write() != 0)
        add(Grade::kWarning, table.counts.update != 0 ? Topic::kUpdates : Topic::kInserts,
            fmt::format("{} says who may do what: {} inserted, {} updated.", table.name, rows(table.counts.insert),
                        human_count(table.counts.update)),
            "To leave the table out:", "--exclude-table " + shell_word(table.name));
    }
  }

  void add_inserted_rights(const ImportedTable& table, const outcome::CountedValues& column) {
    std::string list;
    for (const auto& [value, count] : column.values)
      list += (list.empty() ? "" : ", ") + value + " " + human_count(count);
    add(Grade::kWarning, Topic::kInserts,
        fmt::format("{} inserted into {} {} who may do what by {}: {}.", rows(table.counts.insert), table.name,
                    table.counts.insert == 1 ? "says" : "say", column.column, list),
        "To change rows that are there alone:", "--mode update");
  }

  void add_secrets() {
    for_each_changed(Meaning::kSecret, [&](const ImportedTable& table, const outcome::ChangedColumn& column) {
      add(Grade::kWarning, Topic::kUpdates,
          fmt::format("{}.{} holds secrets (passwords, hashes, tokens): those of {} of the target are replaced.",
                      table.name, column.name, rows(column.rows)),
          "To leave rows that are there as they are:", "--mode insert");
    });
  }

  void add_loose_references() {
    for (const outcome::LooseReference& reference : outcome_.loose_references)
      add(Grade::kWarning, Topic::kTables, outcome::in_words(reference),
          "Declare the foreign key in the target, leave the table out, or mend the column after the import.", {});
  }

  void add_newer() {
    std::uint64_t newer = 0;
    std::string list;
    for (const ImportedTable& table : outcome_.tables) {
      if (table.effects.newer_rows == 0) continue;
      newer += table.effects.newer_rows;
      list += (list.empty() ? "" : ", ") + table.name + " " + human_count(table.effects.newer_rows);
    }
    if (newer == 0) return;
    add(Grade::kWarning, Topic::kUpdates,
        fmt::format("{} of {} {} newer in the target than in the file: {}.", human_count(newer),
                    counted(outcome_.total.update, "update", "updates"),
                    newer == 1 ? "overwrites a row that is" : "overwrite rows that are", list),
        "To leave those as they are:", "--keep-newer");
  }

  void add_keys_of_others() {
    for (const ImportedTable& table : outcome_.tables) {
      for (const outcome::BlockingCause& cause : table.effects.blocking) {
        if (cause.match.empty() || cause.matched == 0) continue;
        const std::string word = table.name + "=" + joined_words(cause.match);
        std::string remedy = fmt::format("Finding rows by {} would let {} in", joined(cause.match),
                                         cause.matched == 1 ? "that row" : human_count(cause.matched) + " of them");
        if (cause.held_back != 0) remedy += fmt::format(", and may let in the {} held back", rows(cause.held_back));
        add(Grade::kWarning, Topic::kConflicts,
            fmt::format("{} of {} {} a key that other rows of the target hold ({}).",
                        rows(total_of(table, cause.constraint)), table.name,
                        total_of(table, cause.constraint) == 1 ? "claims" : "claim", cause.constraint),
            remedy + ":", "--match " + shell_word(word));
      }
    }
  }

  void add_held_back() {
    for (const ImportedTable& table : outcome_.tables) {
      for (const outcome::BlockingCause& cause : table.effects.blocking) {
        if (cause.held_back == 0) continue;
        add(outcome_.blocked ? Grade::kBad : Grade::kWarning, Topic::kInvalid,
            fmt::format("{} of {}, left out for {}, {} back {} that only {} {}.", rows(cause.needed), table.name,
                        cause.constraint.empty() ? "their own values" : cause.constraint,
                        cause.needed == 1 ? "holds" : "hold", rows(cause.held_back),
                        cause.held_back == 1 ? "needs" : "need", cause.needed == 1 ? "it" : "them"),
            {}, {});
      }
    }
  }

  static std::string joined_words(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
    return text;
  }

  static std::uint64_t total_of(const ImportedTable& table, const std::string& constraint) {
    for (const outcome::CountedCause& cause : table.causes)
      if (cause.verdict == outcome::Verdict::kConflict && cause.name == constraint) return cause.rows;
    return table.counts.conflict;
  }

  const ImportOutcome& outcome_;
  const bool over_;
  std::vector<Fact> facts_;
};

}  // namespace

std::vector<Fact> facts(const ImportOutcome& outcome) { return Facts(outcome).all(); }

}  // namespace report
