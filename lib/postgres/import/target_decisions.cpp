// The part of PostgresTarget that tells what was decided: counts, decisions, and what an approval holds.
#include <fmt/format.h>

#include "engine/tally.h"
#include "postgres/import/blocking.h"
#include "postgres/import/conflicting_rows.h"
#include "postgres/import/decisions.h"
#include "postgres/import/effects.h"
#include "postgres/import/facts.h"
#include "postgres/import/fingerprints.h"
#include "postgres/import/loose_references.h"
#include "postgres/import/target.h"
#include "postgres/import/target_code.h"
#include "postgres/import/untold.h"
#include "postgres/session/guarded.h"
#include "postgres/session/settings.h"

namespace postgres {
namespace {

constexpr const char* kCountDeletes = "SELECT pg_catalog.count(*) FROM {deletes} d WHERE d.state <> 'k'";

constexpr const char* kCountVerdicts = R"sql(
SELECT x.verdict, pg_catalog.count(*) AS rows
FROM (SELECT v.verdict FROM {verdicts} v UNION ALL SELECT r.verdict FROM {rejects} r) x
GROUP BY x.verdict)sql";

}  // namespace

using base::Error;
using base::ErrorKind;

std::vector<outcome::LooseReference> PostgresTarget::loose_references() {
  std::vector<outcome::LooseReference> found;
  guarded([&] { found = postgres::loose_references(*connection_, tables_); });
  return found;
}

outcome::VerdictCounts PostgresTarget::counts(std::size_t plan) {
  const StagedTable& table = tables_.at(plan);
  outcome::VerdictCounts counts = table.counts;
  if (table.loaded) {
    counts.insert = counts.rows;
    return counts;
  }
  if (table.may_be_deleted > 0) {
    counts.deleted =
        connection_->query_value(fmt::format(kCountDeletes, fmt::arg("deletes", table.deletes))).as<std::uint64_t>();
  }
  if (table.may_be_written == 0 && table.rejected_rows == 0) return counts;
  counts.dependants = count_dependants(*connection_, tables_, table);
  for (const auto& row : connection_->query(
           fmt::format(kCountVerdicts, fmt::arg("verdicts", table.verdicts), fmt::arg("rejects", table.rejects)))) {
    engine::add_verdict(counts, row["verdict"].c_str()[0], row["rows"].as<std::uint64_t>());
  }
  engine::demand_sum(counts, table.target);
  return counts;
}

std::uint64_t PostgresTarget::rows_there(std::size_t plan) {
  const std::string sql = "SELECT pg_catalog.count(*) FROM " + tables_.at(plan).target_rows;
  return guarded([&] { return connection_->query_value(sql).as<std::uint64_t>(); });
}

void PostgresTarget::keep_rows_before() {
  kept_rows_.emplace(*connection_, tables_);
  guarded([&] {
    std::vector<std::uint32_t> written;
    for (const StagedTable& table : tables_) written.push_back(table.details.oid);
    const bool foreseen = classifier_->cascades().empty() && !classifier_->undo().is_any() &&
                          read_target_code(*connection_, written).empty();
    kept_rows_->keep(foreseen ? Foresight::kOfUpdates : Foresight::kNone);
  });
}

std::unique_ptr<engine::RowReader> PostgresTarget::rows_before(std::size_t plan, const std::string& key) {
  return guarded([&] {
    // Some types name what they hold by the search path (regclass).
    use_own_settings(*connection_);
    return kept_rows_->read(plan, key);
  });
}

void PostgresTarget::for_each_decision(std::size_t plan, engine::Decisions which,
                                       const std::function<bool(const outcome::Decision&)>& take) {
  std::optional<base::LineReader> kept;
  if (kept_decisions_) kept = kept_decisions_->of(plan);
  guarded([&] {
    if (kept && !merge_changed_decisions_) return read_kept_decisions(tables_.at(plan), which, *kept, take);
    read_decisions(*connection_, tables_.at(plan), which, detail_, kept, take);
  });
}

std::unique_ptr<engine::RowReader> PostgresTarget::conflicting_rows(std::size_t plan, engine::Side side,
                                                                    const std::vector<engine::NamedColumn>& columns) {
  return guarded([&] {
    use_own_settings(*connection_);
    return postgres::conflicting_rows(*connection_, tables_.at(plan), side, columns);
  });
}

outcome::TableEffects PostgresTarget::effects(std::size_t plan) { return effects_.at(plan); }

void PostgresTarget::gather() {
  for (const StagedTable& table : tables_) {
    effects_.push_back(effects_of(*connection_, tables_, table, classifier_->cascades()));
  }
  std::vector<std::vector<outcome::BlockingCause>> blocking = find_blocking(*connection_, tables_);
  for (std::size_t i = 0; i < effects_.size(); ++i) effects_[i].blocking = std::move(blocking[i]);
}

void PostgresTarget::gather_details() {
  if (detail_ == engine::Detail::kFull) return;
  detail_ = engine::Detail::kFull;
  guarded([&] { gather(); });
}

// Asked for before the merge at the latest.
KeptDecisions& PostgresTarget::kept_decisions() {
  if (!kept_decisions_) kept_decisions_.emplace(*connection_, tables_);
  return *kept_decisions_;
}

void PostgresTarget::for_each_fingerprint(std::size_t plan, outcome::Merged merged,
                                          const std::function<void(const outcome::Fingerprint&)>& take) {
  const bool kept =
      merged == outcome::Merged::kBefore && detail_ == engine::Detail::kFull && intent_ != engine::Intent::kDryRun;
  guarded([&] {
    if (kept) return read_kept_fingerprints(tables_.at(plan), kept_decisions().of(plan), take);
    read_fingerprints(*connection_, tables_.at(plan), merged, take);
  });
}

std::vector<outcome::Fact> PostgresTarget::whereabouts() {
  return guarded([&] { return whereabouts_of(*connection_, tables_); });
}

std::vector<outcome::Fact> PostgresTarget::used_catalog() {
  return guarded([&] { return with_empty_path(*connection_, [&] { return used_catalog_of(*connection_, locked_); }); });
}

std::vector<outcome::Fact> PostgresTarget::followers() {
  std::vector<outcome::Cascade> cascades;
  for (const CascadeEffect& effect : classifier_->cascades()) cascades.push_back(cascade_of(effect));
  return outcome::followers_of(cascades);
}

}  // namespace postgres
