#include "report/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/human.h"
#include "base/terminal.h"
#include "outcome/engine_traits.h"

namespace report {
namespace {

using base::human_count;

struct Phrases {
  std::string_view begin;  // before the inserted rows
  std::string_view inserted;
};

// "Dry run: 412 rows would be inserted, 37 updated, 9,951 unchanged, 2 skipped"
std::string counts_phrase(const outcome::VerdictCounts& total, const Phrases& phrases) {
  std::string text = fmt::format("{}: {} {}, {} updated, {} unchanged", phrases.begin, rows(total.insert),
                                 phrases.inserted, human_count(total.update), human_count(total.unchanged));
  if (total.deleted != 0) text += fmt::format(", {} deleted", human_count(total.deleted));
  if (total.skipped != 0) text += fmt::format(", {} skipped", human_count(total.skipped));
  return text;
}

std::string left_out_phrase(const outcome::VerdictCounts& total) {
  return counted(total.left_out(), "row was", "rows were") + " left out.";
}

// ", 3 of them for want of another"
std::string dependants_phrase(const outcome::VerdictCounts& total) {
  if (total.dependants == 0) return {};
  return fmt::format(", {} of them for want of another", human_count(total.dependants));
}

// The first row that the option minds, for itself and not for want of another where there is one.
const outcome::Decision* cause_of(const outcome::ImportOutcome& outcome, std::string& table_name) {
  const bool conflicts_only = outcome.blocked_by == "--on-conflict fail";
  const outcome::Decision* found = nullptr;
  for (const outcome::ImportedTable& table : outcome.tables) {
    for (const outcome::Decision& row : table.left_out) {
      if (conflicts_only && row.verdict != outcome::Verdict::kConflict) continue;
      const bool by_itself = std::ranges::find(table.foreign_keys, row.constraint) == table.foreign_keys.end();
      if (found != nullptr && !by_itself) continue;
      table_name = table.name;
      found = &row;
      if (by_itself) return found;
    }
  }
  return found;
}

// "more would change than is allowed: users: insert 8, update 87 (--limit users=50)."
std::string limits_phrase(const outcome::ImportOutcome& outcome) {
  std::string list;
  for (const std::string& line : outcome.passed_limits) list += (list.empty() ? "" : "; ") + base::printable(line);
  return fmt::format("more would change than is allowed: {}.", list);
}

// "…, because of 1 conflict (--on-conflict fail): users record 3 id=7: …"
std::string blocked_sentence(const outcome::ImportOutcome& outcome, std::string_view beginning) {
  const std::string_view would = outcome.ending == outcome::Ending::kRolledBack ? "would have been" : "would be";
  const outcome::VerdictCounts& total = outcome.total;
  const bool conflicts_only = outcome.blocked_by == "--on-conflict fail";
  const std::uint64_t others = total.left_out() - total.conflict;
  std::string text = fmt::format("{} because ", beginning);
  if (outcome.blocked_by.starts_with("--limit ")) return text + limits_phrase(outcome);
  if (conflicts_only) {
    text += fmt::format("of {} ({})", counted(total.conflict, "conflict", "conflicts"), outcome.blocked_by);
  } else {
    text += fmt::format("{} {} left out{} ({})", rows(total.left_out()), would, dependants_phrase(total),
                        outcome.blocked_by);
  }
  std::string table;
  const outcome::Decision* cause = cause_of(outcome, table);
  if (cause != nullptr)
    text += fmt::format(": {} {} {}: {}", base::printable(table), place_of(*cause), base::printable(cause->key),
                        base::printable(cause->reason));
  text += ".";
  if (conflicts_only && others > 0) text += fmt::format(" {} {} left out, too.", more_rows(others), would);
  return text;
}

// What a dry run is worth.
std::string foretold(const outcome::ImportOutcome& outcome) {
  if (outcome.untold.empty()) return " The import will do just that: every row is foretold.";
  return fmt::format(" What {} above, only the import itself or --rehearse can tell.",
                     counted(outcome.untold.size(), "note names", "notes name"));
}

bool needs_no_quotes(std::string_view word) {
  return !word.empty() && word.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "_-./=:,@%+") == std::string_view::npos;
}

}  // namespace

std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", human_count(count), count == 1 ? singular : plural);
}

std::string rows(std::uint64_t count) { return counted(count, "row", "rows"); }

std::string more_rows(std::uint64_t count) { return counted(count, "more row", "more rows"); }

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string_view ending_name(outcome::Ending ending) {
  switch (ending) {
    case outcome::Ending::kDryRun:
      return "dry-run";
    case outcome::Ending::kRehearsed:
      return "rehearsed";
    case outcome::Ending::kCommitted:
      return "committed";
    case outcome::Ending::kRolledBack:
      break;
  }
  return "rolled-back";
}

std::span<const outcome::Verdict> told_verdicts(const outcome::ImportOutcome& outcome) {
  if (outcome.may_delete()) return outcome::kAllVerdicts;
  return outcome::kVerdicts;
}

std::string outcome_sentence(const outcome::ImportOutcome& outcome) {
  const outcome::VerdictCounts& total = outcome.total;
  if (outcome.is_undo && total.rows == 0 && outcome.ending != outcome::Ending::kRolledBack)
    return "The undo file holds no row: the import that it takes back wrote none. Nothing was written.";
  switch (outcome.ending) {
    case outcome::Ending::kDryRun:
      if (outcome.blocked) return blocked_sentence(outcome, "Dry run: nothing would be written,") + foretold(outcome);
      return counts_phrase(total, {"Dry run", "would be inserted"}) +
             fmt::format("; {} would be left out{}. Nothing was written.", human_count(total.left_out()),
                         dependants_phrase(total)) +
             foretold(outcome);
    case outcome::Ending::kRehearsed:
      return counts_phrase(total, {"Rehearsal", total.insert == 1 ? "was inserted" : "were inserted"}) + "; " +
             left_out_phrase(total) + " Everything was rolled back.";
    case outcome::Ending::kCommitted:
      return counts_phrase(total, {outcome.is_undo ? "Taken back" : "Imported", "inserted"}) + "; " +
             left_out_phrase(total);
    case outcome::Ending::kRolledBack:
      break;
  }
  return blocked_sentence(outcome, "Rolled back") + " Nothing was written.";
}

std::string three_values(const outcome::Decision& row) {
  std::string text;
  for (const outcome::ColumnChange& change : row.changes) {
    if (!change.base || *change.base == change.after || *change.base == change.before) continue;
    text += fmt::format("; {}: base {}, target {}, file {}", change.column, shown_value(*change.base),
                        shown_value(change.before), shown_value(change.after));
  }
  return text;
}

std::string_view unsealed_warning() {
  return "the file has no seal that matches it: nothing vouches that it is whole and unchanged (--unsealed). "
         "What rewrote it may have changed numbers: jq before 1.7 does (12345678901234567890, 1.10).";
}

std::string file_name(const outcome::ImportOutcome& outcome) {
  return outcome.file.path == "-" ? "standard input" : outcome.file.path;
}

std::string server_name(const outcome::DatabaseInfo& info) {
  const std::string_view title = outcome::traits_of(info.engine).title;
  std::string name = title.empty() ? info.engine : std::string(title);
  if (!info.server_version.empty()) name += (name.empty() ? "" : " ") + info.server_version;
  return name;
}

std::string shell_word(std::string_view word) {
  if (needs_no_quotes(word)) return std::string(word);
  std::string quoted;
  if (base::printable(word) == word) {
    for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return "'" + quoted + "'";
  }
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\'' || c == '\\') {
      quoted += std::string("\\") + c;
    } else if (byte < 0x20 || byte > 0x7E) {
      // Always three octal digits: a following digit cannot be taken for a part of it.
      quoted += fmt::format("\\{:03o}", byte);
    } else {
      quoted += c;
    }
  }
  return "$'" + quoted + "'";
}

std::string plan_sentence(const outcome::ImportOutcome& outcome) {
  constexpr std::size_t kQuotedDigits = 12;
  if (outcome.applied) {
    return "By plan " + outcome.applied->id.substr(0, kQuotedDigits) +
           (outcome.applied->signer.empty() ? "" : ", signed by " + outcome.applied->signer);
  }
  if (!outcome.approval || outcome.approval->id.empty()) return {};
  return "Plan " + outcome.approval->id.substr(0, kQuotedDigits) +
         (outcome.approval->expires_at.empty() ? "" : ", to be applied until " + outcome.approval->expires_at);
}

std::string shown_value(const outcome::ShownValue& value) {
  switch (value.form) {
    case outcome::ShownValue::Form::kNull:
      return "NULL";
    case outcome::ShownValue::Form::kWhole:
      return value.text.empty() ? "(empty)" : value.text;
    case outcome::ShownValue::Form::kCut:
      return fmt::format("{}… ({})", value.text, counted(value.characters, "character", "characters"));
    case outcome::ShownValue::Form::kMasked:
      break;
  }
  return "••• " + masked_value(value);
}

std::string masked_value(const outcome::ShownValue& value) {
  return fmt::format("({}, digest {})", counted(value.characters, "character", "characters"), value.text);
}

std::string place_of(const outcome::Decision& row) {
  return row.missing ? std::string("(not in the file)") : fmt::format("record {}", row.record);
}

std::string shown_key(const outcome::Decision& row) {
  if (row.file_key.empty() || row.file_key == row.key) return row.key;
  return fmt::format("{} (in the file {})", row.key, row.file_key);
}

}  // namespace report
