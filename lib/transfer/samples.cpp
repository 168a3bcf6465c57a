#include "transfer/samples.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "outcome/verdict.h"
#include "report/findings.h"
#include "transfer/moves.h"
#include "transfer/secrets.h"

namespace transfer {
namespace {

using outcome::Decision;
using outcome::Meaning;
using outcome::Verdict;

constexpr std::size_t kLeftOutKept = 200;  // of a table; of a cause that is met later at least
constexpr std::size_t kRowsOfACause = 40;
constexpr std::size_t kRowsOfALateCause = 3;
constexpr std::size_t kInsertsKept = 20;    // of a table
constexpr std::size_t kDeletesKept = 1000;  // of a table: all that may go where nobody says more
constexpr std::size_t kCausesKept = 50;     // told apart in a table
constexpr std::size_t kSetsKept = 60;       // told apart in a table
constexpr std::size_t kColumnsKept = 60;    // whose moves are followed
constexpr std::size_t kMovesKept = 3;       // of a column
constexpr std::size_t kRowsOfASet = 8;      // that are shown
constexpr std::size_t kSensitiveRows = 30;  // that are shown of a set with secrets or rights
constexpr std::size_t kUpdatesKept = 150;   // that are shown of a table
constexpr std::size_t kValuesTold = 8;      // of a column
constexpr std::size_t kLongestValue = 20;
constexpr std::size_t kColumnsTold = 12;

bool is_left_out(Verdict verdict) { return verdict == Verdict::kConflict || verdict == Verdict::kInvalid; }

Meaning meaning_of_value(const std::string& column, const outcome::ShownValue& value) {
  return value.form == outcome::ShownValue::Form::kMasked ? Meaning::kSecret : meaning_of(column);
}

bool is_sensitive(const Decision& decision) {
  return std::ranges::any_of(decision.changes, [](const outcome::ColumnChange& change) {
    return meaning_of_value(change.column, change.after) != Meaning::kPlain ||
           meaning_of_value(change.column, change.before) != Meaning::kPlain;
  });
}

void keep_up_to(std::size_t most, std::vector<Decision>& list, const Decision& decision) {
  if (list.size() < most) list.push_back(decision);
}

}  // namespace

void Samples::add(const Decision& decision) {
  if (is_left_out(decision.verdict)) {
    const std::uint64_t kept = add_cause(decision);
    const bool room = table_.left_out.size() < kLeftOutKept;
    if (kept <= (room ? kRowsOfACause : kRowsOfALateCause)) table_.left_out.push_back(decision);
  } else if (decision.verdict == Verdict::kUpdate) {
    add_update(decision);
  } else if (decision.verdict == Verdict::kInsert) {
    add_insert(decision);
  } else if (decision.missing && decision.verdict == Verdict::kDelete) {
    keep_up_to(kDeletesKept, table_.deletes, decision);
  } else if (decision.verdict == Verdict::kUnchanged) {
    keep_up_to(kDeletesKept, table_.gone, decision);
  }
}

// Returns how many there are of it by now.
std::uint64_t Samples::add_cause(const Decision& decision) {
  const std::string name = report::cause_name(decision);
  std::vector<outcome::CountedCause>& causes = table_.causes;
  auto cause = std::ranges::find_if(causes, [&](const outcome::CountedCause& known) {
    return known.verdict == decision.verdict && known.name == name;
  });
  if (cause == causes.end() && causes.size() >= kCausesKept) {
    cause = std::ranges::find_if(causes, [&](const outcome::CountedCause& known) {
      return known.verdict == decision.verdict && known.name.empty();
    });
    if (cause == causes.end()) cause = causes.insert(causes.end(), {decision.verdict, {}, 0});
  }
  if (cause == causes.end()) cause = causes.insert(causes.end(), {decision.verdict, name, 0});
  return ++cause->rows;
}

std::size_t Samples::set_of(const Decision& decision) {
  std::string key;
  for (const outcome::ColumnChange& change : decision.changes) key += change.column + '\0';
  const auto known = set_by_columns_.find(key);
  if (known != set_by_columns_.end()) return known->second;
  // Beyond the limit all are one set.
  if (sets_.size() >= kSetsKept) key = std::string(1, '\0');
  const auto [place, is_new] = set_by_columns_.emplace(key, sets_.size());
  if (!is_new) return place->second;
  Set set;
  if (sets_.size() < kSetsKept) {
    for (const outcome::ColumnChange& change : decision.changes) set.counted.columns.push_back(change.column);
    set.sensitive = is_sensitive(decision);
  }
  sets_.push_back(std::move(set));
  return place->second;
}

void Samples::add_update(const Decision& decision) {
  const std::size_t number = set_of(decision);
  Set& set = sets_[number];
  ++set.counted.rows;
  const std::size_t most = set.sensitive ? kSensitiveRows : kRowsOfASet;
  if (decision.target_is_newer) {
    ++set.counted.newer;
    keep_up_to(most, set.newer, decision);
  } else {
    keep_up_to(most, set.first, decision);
  }
  add_moves(decision, number);
}

void Samples::add_moves(const Decision& decision, std::size_t set) {
  for (const outcome::ColumnChange& change : decision.changes) {
    const auto distance = move_of(change);
    if (!distance || *distance == 0) continue;
    auto known = moves_.find(change.column);
    if (known == moves_.end()) {
      if (moves_.size() >= kColumnsKept) continue;
      known = moves_.emplace(change.column, std::vector<Move>()).first;
    }
    std::vector<Move>& moves = known->second;
    if (moves.size() == kMovesKept && moves.back().distance >= *distance) continue;
    if (moves.size() == kMovesKept) moves.pop_back();
    const auto place = std::ranges::find_if(moves, [&](const Move& move) { return move.distance < *distance; });
    moves.insert(place, {*distance, set, decision});
  }
}

void Samples::add_insert(const Decision& decision) {
  ++inserts_;
  keep_up_to(kInsertsKept, table_.inserts, decision);
  if (columns_.empty()) {
    for (const outcome::ColumnValue& value : decision.values) columns_.push_back(value.column);
    values_.resize(columns_.size());
  }
  for (std::size_t i = 0; i < std::min(values_.size(), decision.values.size()); ++i) {
    Values& values = values_[i];
    const outcome::ShownValue& value = decision.values[i].value;
    if (!values.told) continue;
    if (value.form == outcome::ShownValue::Form::kNull) {
      ++values.nulls;
    } else if (value.form == outcome::ShownValue::Form::kWhole && value.characters <= kLongestValue) {
      ++values.counts[value.text];
    } else {
      values.told = false;
    }
    if (values.counts.size() > kValuesTold) values.told = false;
    if (!values.told) values.counts.clear();
  }
}

void Samples::finish() {
  finish_updates();
  finish_values();
  std::ranges::stable_sort(table_.causes, std::greater(), &outcome::CountedCause::rows);
}

// One row is in one set, and there once.
void Samples::keep(std::size_t number, const std::vector<const Decision*>& candidates) {
  Set& set = sets_[number];
  const std::size_t most = set.sensitive ? kSensitiveRows : kRowsOfASet;
  std::set<std::uint64_t> seen;
  for (const Decision* candidate : candidates) {
    if (set.counted.samples.size() == most || table_.updates.size() == kUpdatesKept) break;
    if (!seen.insert(candidate->record).second) continue;
    set.counted.samples.push_back(table_.updates.size());
    table_.updates.push_back(*candidate);
  }
  table_.changed_sets.push_back(set.counted);
}

// Secrets and rights first, then what most rows change.
void Samples::finish_updates() {
  std::vector<std::size_t> order(sets_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    const Set& first = sets_[a];
    const Set& second = sets_[b];
    if (first.sensitive != second.sensitive) return first.sensitive;
    return first.counted.rows > second.counted.rows;
  });
  for (auto& [column, moves] : moves_) {
    for (Move& move : moves)
      move.decision.remark = (&move == &moves.front() ? "the largest move of " : "a large move of ") + column;
  }
  for (const std::size_t number : order) {
    std::vector<const Decision*> candidates;
    // Of one row the largest move of all, then the next of each column.
    for (std::size_t rank = 0; rank < kMovesKept; ++rank) {
      for (const auto& [column, moves] : moves_)
        if (rank < moves.size() && moves[rank].set == number) candidates.push_back(&moves[rank].decision);
    }
    std::ranges::stable_sort(candidates, std::greater(), &Decision::target_is_newer);
    const auto moved_and_newer = std::ranges::count_if(candidates, &Decision::target_is_newer);
    std::vector<const Decision*> newer;
    for (const Decision& decision : sets_[number].newer) newer.push_back(&decision);
    candidates.insert(candidates.begin() + moved_and_newer, newer.begin(), newer.end());
    for (const Decision& decision : sets_[number].first) candidates.push_back(&decision);
    keep(number, candidates);
  }
}

// Not those whose every row has a value of its own, or none at all.
void Samples::finish_values() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Values& values = values_[i];
    const std::uint64_t filled = inserts_ - values.nulls;
    const Meaning meaning = meaning_of(columns_[i]);
    const bool tells = meaning == Meaning::kRights || values.counts.size() < filled;
    if (!values.told || values.counts.empty() || !tells) continue;
    outcome::CountedValues told{columns_[i], meaning, {values.counts.begin(), values.counts.end()}, values.nulls};
    std::ranges::stable_sort(told.values, std::greater(), &std::pair<std::string, std::uint64_t>::second);
    table_.inserted_values.push_back(std::move(told));
  }
  std::ranges::stable_sort(table_.inserted_values, [](const auto& a, const auto& b) {
    return a.meaning == Meaning::kRights && b.meaning != Meaning::kRights;
  });
  if (table_.inserted_values.size() > kColumnsTold) table_.inserted_values.resize(kColumnsTold);
}

}  // namespace transfer
