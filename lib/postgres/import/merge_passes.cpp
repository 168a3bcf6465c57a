// The order in which a merge writes the components of the plan. Foreign keys alone do not tell it: triggers and checks
// look up rows of any table. So a component that is refused waits for the others and is tried again, as a whole, as
// long as that admits one; only what is stuck then is written row by row, and its refused rows are tried again in the
// end, as long as some go in. Attempts are bounded by the number of components, rows of the last tries by those that
// were refused; where that bound is met, another import is asked for.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/merge_rounds.h"
#include "postgres/import/match.h"
#include "postgres/import/merge.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kRoot = R"sql(
SELECT n.nspname, c.relname
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.pg_partition_root({table}::pg_catalog.regclass))sql";

}  // namespace

struct Merger::Passes {
  base::Progress& progress;
  std::vector<bool> open;                   // components that are not written yet
  std::vector<std::optional<Waits>> waits;  // why the last attempt ended
  std::vector<std::size_t> pending;         // open ones, in their order
  std::size_t attempts_left;
  bool refused = false;           // a row of some table was left out
  bool stuck = false;             // some of those may have waited for others
  bool others_written = false;    // since then
  std::size_t tried_at_once = 0;  // how many components
};

void Merger::merge(base::Progress& progress) {
  if (classifier_.undo().is_undo() && write_with_deletes()) return;
  const bool triggers =
      std::ranges::any_of(tables_, [](const StagedTable& table) { return !table.details.triggers.empty(); });
  if (!triggers) reorders_left_ = 0;
  find_tables_near_end();
  rejected_before_ = 0;
  for (const StagedTable& table : tables_) rejected_before_ += table.rejected_rows;
  const auto before = engine::progress_of(tables_);
  if (classifier_.undo().is_any()) delete_unreferred();
  if (missing_at_once()) return;
  Savepoint start(connection_, "passes");
  for (bool written = false; !written;) {
    try {
      run_passes(progress);
      written = true;
    } catch (const EndsEarly&) {
      ended_early_ = true;
      return;
    } catch (const OtherOrder&) {
      start.roll_back();
      engine::put_back(tables_, before);
      notices_.clear();
    }
  }
  start.end();
  if (!classifier_.undo().is_any()) return;
  delete_unreferred();
  classifier_.undo().reject_rest();
}

void Merger::run_passes(base::Progress& progress) {
  Passes passes{progress, std::vector<bool>(components_.size(), true),
                std::vector<std::optional<Waits>>(components_.size()), order_.sequence(),
                1000 + 4 * components_.size()};
  while (!passes.pending.empty()) {
    bool admitted = false;
    std::vector<std::size_t> left;
    for (const std::size_t component : passes.pending) {
      const Patience patience = passes.attempts_left == 0 ? Patience::kRows : Patience::kWhole;
      const bool written = !order_.waits_for_parent(component, passes.open) && attempt(passes, component, patience);
      admitted = written || admitted;
      if (!written) left.push_back(component);
    }
    passes.pending = std::move(left);
    if (!admitted && !write_pending_at_once(passes)) write_stuck(passes);
  }
  if (passes.others_written) retry_refused();
}

// False: nothing of it is kept.
bool Merger::attempt(Passes& passes, std::size_t component, Patience patience) {
  const std::vector<std::size_t>& tables = components_[component];
  passes.progress.table(tables_[tables.front()].details.table.name.name, tables.front() + 1);
  std::vector<TableProgress> before;
  for (const std::size_t number : tables) before.push_back(tables_[number].progress());
  // Near the end of a sequence nothing is tried as a whole: the values that a failed try draws are lost.
  const bool singly = std::ranges::any_of(tables, [&](std::size_t number) { return near_end_[number]; });
  patience_ = singly ? Patience::kRows : patience;
  Savepoint start(connection_, "component");
  try {
    if (passes.refused) classifier_.reject_dependants(tables);
    const bool refused = write_anew(component);
    passes.refused = refused || passes.refused;
    // Rows may wait for others of their own table, too.
    const bool waited = refused && (passes.waits[component] || singly);
    passes.others_written = passes.others_written || passes.stuck || (waited && any_accepted(tables));
    passes.stuck = passes.stuck || waited;
  } catch (const Waits& waits) {
    start.end_without();
    for (std::size_t i = 0; i < tables.size(); ++i) tables_[tables[i]].progress() = std::move(before[i]);
    passes.waits[component] = waits;
    if (passes.attempts_left > 0) --passes.attempts_left;
    return false;
  }
  start.end();
  passes.open[component] = false;
  return true;
}

bool Merger::any_accepted(const std::vector<std::size_t>& component) {
  return std::ranges::any_of(component, [&](std::size_t number) {
    return !connection_.query("SELECT FROM " + tables_[number].verdicts + " v WHERE v.verdict IN ('i', 'u') LIMIT 1")
                .empty();
  });
}

// Compares with what triggers have made meanwhile, then writes. True when a row was left out.
bool Merger::write_anew(std::size_t component) {
  const bool refused = compare_anew(component);
  if (refused) classifier_.reject_dependants(components_[component]);
  return merge_component(components_[component]) || refused;
}

// What is left out here was judged, not refused: another try would take somebody else's row for it.
bool Merger::match_made(const std::vector<std::size_t>& component) {
  const auto rejected = [&] {
    std::uint64_t rows = 0;
    for (const StagedTable& table : tables_) rows += table.rejected_rows;
    return rows;
  };
  const std::uint64_t before = rejected();
  for (const std::size_t number : component) {
    StagedTable& table = tables_[number];
    if (!table.plan.match.empty() && table.has_rows() && trigger_rows_.watch().touched(table))
      Matcher(connection_, tables_).match_made(table);
  }
  if (rejected() == before) return false;
  refused_rows_.take_as_judged();
  return true;
}

bool Merger::compare_anew(std::size_t component) {
  const std::vector<std::size_t>& tables = components_[component];
  bool refused = match_made(tables);
  for (const std::size_t number : tables) {
    const catalog::Table& table = tables_[number].details.table;
    const bool inside = tables.size() > 1 ||
                        std::ranges::any_of(table.foreign_keys,
                                            [&](const catalog::ForeignKey& key) { return key.parent == table.name; });
    const auto inserts = inside ? Parking::Inserts::kInside : Parking::Inserts::kBefore;
    refused = trigger_rows_.compare_again(number, inserts) > 0 || refused;
  }
  return refused;
}

// Where a column follows two keys, each update needs the other one's: the server asks after the statement. False:
// nothing of it is kept.
bool Merger::write_pending_at_once(Passes& passes) {
  const bool any_follows = std::ranges::any_of(passes.pending, [&](std::size_t component) {
    return passes.waits[component] && passes.waits[component]->follows;
  });
  if (!any_follows || passes.pending.size() < 2 || passes.tried_at_once == passes.pending.size()) return false;
  passes.tried_at_once = passes.pending.size();
  const auto before = engine::progress_of(tables_);
  std::vector<std::size_t> all;
  for (const std::size_t component : passes.pending)
    all.insert(all.end(), components_[component].begin(), components_[component].end());
  bool refused = passes.refused;
  const bool written = keep_if(connection_, "pending", [&] {
                         for (const std::size_t component : passes.pending) {
                           refused = compare_anew(component) || refused;
                           if (refused) classifier_.reject_dependants(components_[component]);
                         }
                         return write_all_at_once(all, {});
                       }).kept;
  if (!written) {
    engine::put_back(tables_, before);
    return false;
  }
  for (const std::size_t component : passes.pending) passes.open[component] = false;
  passes.refused = refused;
  passes.pending.clear();
  return true;
}

// A whole pass admitted nothing: what comes first is written as far as it goes.
void Merger::write_stuck(Passes& passes) {
  if (reorder(passes)) throw OtherOrder{};
  may_end_early_ = passes.pending.size() == 1;
  attempt(passes, passes.pending.front(), Patience::kRows);
  may_end_early_ = true;
  passes.pending.erase(passes.pending.begin());
}

// A trigger wanted to make a row that the merge had written already: the other way round its row is updated.
bool Merger::reorder(const Passes& passes) {
  for (const std::size_t component : passes.pending) {
    if (reorders_left_ == 0 || !passes.waits[component] || passes.waits[component]->holder.name.empty()) continue;
    const catalog::TableName holder = root_of(passes.waits[component]->holder);
    for (std::size_t other = 0; other < components_.size(); ++other) {
      const bool holds = std::ranges::any_of(
          components_[other], [&](std::size_t number) { return tables_[number].details.table.name == holder; });
      if (!holds || passes.open[other] || !order_.put_before(component, other)) continue;
      --reorders_left_;
      return true;
    }
  }
  return false;
}

// The table of the plan that stands for a partition.
catalog::TableName Merger::root_of(const catalog::TableName& table) {
  const pqxx::result root = connection_.query(fmt::format(kRoot, fmt::arg("table", quote_literal(quote_name(table)))));
  return root.empty() ? table : catalog::TableName{root[0]["nspname"].c_str(), root[0]["relname"].c_str()};
}

void Merger::retry_refused() {
  patience_ = Patience::kRows;
  may_end_early_ = false;
  engine::Retries retries(refused_rows_.left_out());
  for (bool admitted = true; admitted && refused_rows_.left_out() > 0;) {
    const std::uint64_t before = refused_rows_.left_out();
    if (!retries.may_try(before)) {
      notices_.push_back(engine::Retries::notice(before));
      break;
    }
    const std::vector<bool> restored = refused_rows_.restore();
    for (const std::size_t component : order_.sequence()) {
      const std::vector<std::size_t>& tables = components_[component];
      if (std::ranges::none_of(tables, [&](std::size_t number) { return restored[number]; })) continue;
      classifier_.reject_dependants(tables);
      write_anew(component);
    }
    admitted = refused_rows_.left_out() < before;
  }
  refused_rows_.end();
}

// Whether rows of other tables could make the difference: a function of the target's was asked.
bool Merger::may_wait(const StagedTable& table) const {
  return !table.details.triggers.empty() || table.looks_elsewhere();
}

void Merger::wait_for_others(const StagedTable& table, const ServerError& error) const {
  const catalog::TableName blamed{error.fields().schema, error.fields().table};
  // Of a row that an action of a foreign key has changed.
  const bool follows = error.reference_is_broken() && blamed != table.details.table.name;
  if (patience_ == Patience::kRows || (error.fields().context.empty() && !follows && !may_wait(table))) return;
  const bool another = error.key_is_taken() && blamed != table.details.table.name;
  throw Waits{another ? blamed : catalog::TableName{}, follows};
}

bool Merger::others_wrote() { return trigger_rows_.watch().any_touched(tables_); }

std::vector<std::string> Merger::notices() const {
  std::vector<std::string> all = notices_;
  for (const std::string& notice : trigger_rows_.notices()) all.push_back(notice);
  return all;
}

}  // namespace postgres
