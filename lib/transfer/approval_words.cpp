#include "transfer/approval_words.h"

#include <algorithm>
#include <vector>

#include "base/terminal.h"
#include "report/wording.h"

namespace transfer {
namespace {

using outcome::ColumnChange;
using outcome::Decision;
using outcome::ShownValue;
using outcome::Verdict;

constexpr std::size_t kMostColumns = 5;
constexpr std::size_t kMostBytes = 120;  // of a value

std::string value_words(const ShownValue& value) {
  if (value.form == ShownValue::Form::kNull || value.form == ShownValue::Form::kMasked)
    return report::shown_value(value);
  if (value.text.size() <= kMostBytes && value.form == ShownValue::Form::kWhole)
    return "\"" + base::printable(value.text) + "\"";
  std::size_t end = std::min(kMostBytes, value.text.size());
  while (end > 0 && end < value.text.size() && (static_cast<unsigned char>(value.text[end]) & 0xC0U) == 0x80U) --end;
  return "\"" + base::printable(value.text.substr(0, end)) + "…\"";
}

std::string list_words(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < std::min(parts.size(), kMostColumns); ++i) text += (i == 0 ? "" : ", ") + parts[i];
  if (parts.size() > kMostColumns)
    text += " and " + report::counted(parts.size() - kMostColumns, "more column", "more columns");
  return text;
}

std::string verdict_words(const std::optional<Decision>& decision) {
  if (!decision) return "unchanged";
  std::string text(outcome::verdict_name(decision->verdict));
  if (decision->verdict == Verdict::kUpdate) {
    std::vector<std::string> changes;
    for (const ColumnChange& change : decision->changes)
      changes.push_back(base::printable(change.column) + " " + value_words(change.before) + " → " +
                        value_words(change.after));
    if (!changes.empty()) text += " " + list_words(changes);
  }
  if (!decision->reason.empty()) text += ": " + base::printable(decision->reason);
  if (!decision->rewritten.empty()) {
    std::vector<std::string> columns;
    for (const std::string& column : decision->rewritten) columns.push_back(base::printable(column));
    text += ", with another value than the file's in " + list_words(columns) + " (the target's own code)";
  }
  return text;
}

const ColumnChange* find(const std::optional<Decision>& decision, const std::string& column) {
  if (!decision) return nullptr;
  const auto found = std::ranges::find(decision->changes, column, &ColumnChange::column);
  return found == decision->changes.end() ? nullptr : &*found;
}

// The target's value of a column, which is the file's where no change is told of it.
std::vector<std::string> changed_by_somebody(const std::optional<Decision>& approved,
                                             const std::optional<Decision>& now) {
  std::vector<std::string> changed;
  const auto add = [&](const ColumnChange& of, const ShownValue& was, const ShownValue& is) {
    // How many characters a whole value has, a plan does not say.
    if (was.form == is.form && was.text == is.text) return;
    changed.push_back(base::printable(of.column) + " from " + value_words(was) + " to " + value_words(is));
  };
  if (approved) {
    for (const ColumnChange& then : approved->changes) {
      const ColumnChange* still = find(now, then.column);
      add(then, then.before, still == nullptr ? then.after : still->before);
    }
  }
  if (now) {
    for (const ColumnChange& change : now->changes) {
      if (find(approved, change.column) == nullptr) add(change, change.after, change.before);
    }
  }
  return changed;
}

// Of an insert: what goes in, where it holds ids of the target.
std::vector<std::string> written_otherwise(const Decision& approved, const Decision& now) {
  std::vector<std::string> changed;
  for (const outcome::ColumnValue& then : approved.values) {
    const auto is = std::ranges::find(now.values, then.column, &outcome::ColumnValue::column);
    if (is == now.values.end() || (is->value.form == then.value.form && is->value.text == then.value.text)) continue;
    changed.push_back(base::printable(then.column) + " " + value_words(then.value) + ", now " + value_words(is->value));
  }
  return changed;
}

// Rows that are compared with a row of the target before the merge.
bool is_of_a_row(const std::optional<Decision>& decision) { return !decision || decision->verdict == Verdict::kUpdate; }

bool has_verdict(const std::optional<Decision>& decision, Verdict verdict) {
  return decision && decision->verdict == verdict;
}

// Of a row that the file lacks.
std::string missing_words(const std::optional<Decision>& approved, const std::optional<Decision>& now) {
  if (!approved) return "nothing, it was not there; now " + verdict_words(now);
  if (!now) return verdict_words(approved) + "; now it is gone, or another row";
  const std::string text = verdict_words(approved) + "; now " + verdict_words(now);
  if (approved->verdict != now->verdict) return text;
  const std::vector<std::string> changed = written_otherwise(*approved, *now);
  return text + "; somebody changed " + (changed.empty() ? "a value that is not shown here" : list_words(changed));
}

}  // namespace

std::string moved_row(const std::optional<Decision>& approved, const std::optional<Decision>& now,
                      outcome::Merged merged) {
  const std::string key = base::printable(report::shown_key(now ? *now : *approved)) + ": approved ";
  if ((approved && approved->missing) || (now && now->missing)) return key + missing_words(approved, now);
  std::string text = key + verdict_words(approved) + "; now " + verdict_words(now);
  if (merged == outcome::Merged::kAfter) return text;
  if (is_of_a_row(approved) && has_verdict(now, Verdict::kInsert))
    return text + "; somebody deleted the row from the target";
  if (has_verdict(approved, Verdict::kInsert) && is_of_a_row(now))
    return text + "; somebody made the row in the target";
  if (has_verdict(approved, Verdict::kInsert) && has_verdict(now, Verdict::kInsert)) {
    const std::vector<std::string> changed = written_otherwise(*approved, *now);
    return text + "; other rows of the target are meant" +
           (changed.empty() ? ", in a column that is not shown here" : ": " + list_words(changed));
  }
  const bool conflicts = has_verdict(approved, Verdict::kConflict) && has_verdict(now, Verdict::kConflict);
  const bool both = conflicts || (is_of_a_row(approved) && is_of_a_row(now));
  if (!both) return text;
  const std::vector<std::string> changed = changed_by_somebody(approved, now);
  if (!changed.empty()) return text + "; somebody changed " + list_words(changed);
  if (approved && now) return text + "; somebody changed a value of the row that is not shown here";
  return text;
}

}  // namespace transfer
