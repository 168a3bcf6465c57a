#include "transfer/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/human.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "transfer/selection.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;

bool is_kind(std::string_view name) { return name == "insert" || name == "update" || name == "delete"; }

Error wrong(std::string_view word) {
  return {ErrorKind::kUsage, "\"" + base::printable(word) + "\" is no limit",
          "write TABLE=100, TABLE=5%, or update=, insert= or delete= with such a number"};
}

std::uint64_t changes_of(const outcome::VerdictCounts& counts, const std::string& kind) {
  if (kind == "insert") return counts.insert;
  if (kind == "update") return counts.update;
  return kind.empty() ? counts.to_write() : counts.deleted;
}

std::string in_words(const outcome::VerdictCounts& counts) {
  const std::string deletes = counts.deleted == 0 ? "" : ", delete " + base::human_count(counts.deleted);
  return fmt::format("insert {}, update {}{}", base::human_count(counts.insert), base::human_count(counts.update),
                     deletes);
}

}  // namespace

Limit parse_limit(std::string_view name, std::string_view amount) {
  const std::string word = std::string(name) + "=" + std::string(amount);
  Limit limit;
  limit.name = name;
  if (amount.ends_with('%')) {
    limit.unit = Limit::Unit::kPercent;
    amount.remove_suffix(1);
  }
  const bool plain = !amount.empty() && amount.front() >= '0' && amount.front() <= '9';
  double number = 0;
  const auto [end, error] =
      std::from_chars(amount.data(), amount.data() + amount.size(), number, std::chars_format::fixed);
  const bool whole = end == amount.data() + amount.size() && error == std::errc();
  if (name.empty() || !plain || !whole || number > 1e15) throw wrong(word);
  if (limit.unit == Limit::Unit::kRows && amount.find('.') != std::string_view::npos) throw wrong(word);
  limit.amount = number;
  return limit;
}

Limit parse_limit(std::string_view word) {
  const std::size_t equals = word.rfind('=');
  if (equals == std::string_view::npos) throw wrong(word);
  return parse_limit(word.substr(0, equals), word.substr(equals + 1));
}

std::string word_of(const Limit& limit) {
  return fmt::format("{}={}{}", limit.name, limit.amount, limit.unit == Limit::Unit::kPercent ? "%" : "");
}

void add_limits(const std::vector<Limit>& of_file, std::vector<Limit>& limits) {
  const std::vector<Limit> typed = limits;
  for (const Limit& limit : of_file) {
    if (std::ranges::find(typed, limit.name, &Limit::name) == typed.end()) limits.push_back(limit);
  }
}

void demand_tables_of_limits(const std::vector<catalog::Table>& tables, const std::vector<Limit>& limits) {
  for (const Limit& limit : limits) {
    if (is_kind(limit.name)) continue;
    std::vector<std::string> names = {"insert", "update", "delete"};
    for (const catalog::Table& table : tables) names.push_back(table.name.name);
    const auto is_meant = [&](const catalog::Table& table) { return matches(limit.name, table.name); };
    if (std::ranges::any_of(tables, is_meant)) continue;
    const auto near = base::closest(limit.name, names);
    throw Error(ErrorKind::kUsage,
                "the limit " + base::printable(word_of(limit)) + " is about no table that is imported",
                near ? "did you mean " + base::printable(*near) + "?"
                     : "name a table of the file, or insert, update or delete");
  }
}

void LimitCheck::run(const Plan& plan, engine::Target& target, outcome::ImportOutcome& outcome) {
  rows_there_.resize(plan.tables.size());
  outcome.passed_limits.clear();
  for (const Limit& limit : *limits_) {
    const bool relative = limit.unit == Limit::Unit::kPercent;
    std::uint64_t all_changes = 0;
    std::uint64_t all_rows = 0;
    for (std::size_t i = 0; i < outcome.tables.size(); ++i) {
      if (!plan.table_of_section[i]) continue;
      const std::size_t table = *plan.table_of_section[i];
      const outcome::VerdictCounts& counts = outcome.tables[i].counts;
      const bool of_kind = is_kind(limit.name);
      if (!of_kind && !matches(limit.name, plan.tables[table].target.name)) continue;
      const std::uint64_t rows = relative ? rows_there(table, target) : 0;
      if (!of_kind) hold(limit, outcome.tables[i].name + ": " + in_words(counts), counts.to_write(), rows, outcome);
      all_changes += changes_of(counts, limit.name);
      all_rows += rows;
    }
    if (!is_kind(limit.name)) continue;
    hold(limit, fmt::format("{} {}", limit.name, base::human_count(all_changes)), all_changes, all_rows, outcome);
  }
  hold_missing(plan, target, outcome);
}

// Of rows that the file lacks, where nobody said how many may go.
void LimitCheck::hold_missing(const Plan& plan, engine::Target& target, outcome::ImportOutcome& outcome) {
  constexpr std::uint64_t kFew = 20;
  constexpr std::uint64_t kShare = 10;  // one in so many rows of the table
  constexpr std::uint64_t kMost = 1000;
  if (std::ranges::find(*limits_, "delete", &Limit::name) != limits_->end()) return;
  for (std::size_t i = 0; i < outcome.tables.size(); ++i) {
    const auto& table = plan.table_of_section[i];
    const std::uint64_t deleted = outcome.tables[i].counts.deleted;
    if (!table || deleted == 0 || plan.tables[*table].missing_rows != engine::MissingRows::kDelete) continue;
    const std::uint64_t there = rows_there(*table, target);
    const std::uint64_t most = std::clamp(there / kShare, kFew, kMost);
    const bool all = deleted >= there;
    if (!all && deleted <= most) continue;
    pass_over(fmt::format("{}: delete {}, {} (without --limit delete=N {})", outcome.tables[i].name,
                          base::human_count(deleted),
                          all ? "every row that the target holds" : "of " + base::human_count(there) + " in the target",
                          all ? "no table is emptied" : "at most " + base::human_count(most)),
              "--limit delete", outcome);
  }
}

void LimitCheck::pass_over(const std::string& line, const std::string& option, outcome::ImportOutcome& outcome) {
  outcome.passed_limits.push_back(line);
  outcome.blocked = true;
  if (outcome.blocked_by.empty()) outcome.blocked_by = option;
}

void LimitCheck::hold(const Limit& limit, const std::string& what, std::uint64_t changes, std::uint64_t rows_there,
                      outcome::ImportOutcome& outcome) const {
  const bool relative = limit.unit == Limit::Unit::kPercent;
  const double most = relative ? limit.amount * static_cast<double>(rows_there) / 100 : limit.amount;
  if (static_cast<double>(changes) <= most) return;
  const std::string option = "--limit " + word_of(limit);
  pass_over(what + (relative ? fmt::format(", of {} in the target", base::human_count(rows_there)) : "") + " (" +
                option + ")",
            option, outcome);
}

std::uint64_t LimitCheck::rows_there(std::size_t table, engine::Target& target) {
  if (!rows_there_[table]) rows_there_[table] = target.rows_there(table);
  return *rows_there_[table];
}

}  // namespace transfer
