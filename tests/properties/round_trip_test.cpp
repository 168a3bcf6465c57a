// The promise "the round trip is exact for every type and every kind of table", held against random schemas and rows.
// RC_PARAMS="max_success=2000 seed=…" makes it look longer or again.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "base/error.h"
#include "properties/generate_scenario.h"
#include "properties/generate_type.h"
#include "properties/transfers.h"
#include "support/dump.h"

namespace properties {
namespace {

// Fewer than RapidCheck's hundred, so that a whole test run stays short, and always the same ones: a change is judged
// by what it does, not by luck. Other cases are found with RC_PARAMS="max_success=20" (a random seed).
const int kDefaultRuns = setenv("RC_PARAMS", "max_success=20 seed=20", 0);

// Two databases that are emptied between cases, which is quicker than making them; made anew now and then, because the
// server's catalogs grow with every case.
struct Pair {
  support::Database source;
  support::Database target;
  support::TemporaryFolder folder;
  int cases = 0;

  Pair() {
    source.run(extension_sql());
    target.run(extension_sql());
  }
};

Pair& fresh_pair() {
  static auto pair = std::make_unique<Pair>();
  if (++pair->cases > 100) pair = std::make_unique<Pair>();
  clear(pair->source);
  clear(pair->target);
  return *pair;
}

// A scenario that was made smaller may have lost what another part of it needs.
void build_or_discard(support::Database& database, const Scenario& scenario, Difference difference, Rows rows) {
  try {
    build(database, scenario, difference, rows);
  } catch (const std::runtime_error&) {
    if (scenario.shrunk == 0) throw;
    RC_DISCARD("not a schema any more");
  }
}

std::string picture(support::Database& database, const Scenario& scenario) {
  return scenario.difference == Difference::kColumnOrder ? rows_of(database, scenario)
                                                         : support::normalized_dump(database.url());
}

RC_GTEST_PROP(RoundTrip, IsExactForEverySchema, ()) {
  const Scenario scenario = *scenarios();
  Pair& pair = fresh_pair();
  build_or_discard(pair.source, scenario, Difference::kNone, Rows::kAll);
  build_or_discard(pair.target, scenario, scenario.difference, Rows::kNone);
  const std::string file = pair.folder.file("export.json");
  const std::string expected = picture(pair.source, scenario);

  export_to(file, pair.source.url());
  const outcome::ImportOutcome first = import_from(file, pair.target.url());
  RC_CLASSIFY(first.total.rows > 20, "more than 20 rows");
  RC_ASSERT(left_out(first) == "");
  RC_ASSERT(first.total.insert == first.total.rows);
  RC_ASSERT(picture(pair.target, scenario) == expected);

  const std::string traces = traces_of(pair.target, scenario);
  const outcome::ImportOutcome second = import_from(file, pair.target.url());
  RC_ASSERT(second.total.unchanged == second.total.rows);
  RC_ASSERT(traces_of(pair.target, scenario) == traces);

  const std::string again = pair.folder.file("again.json");
  export_to(again, pair.target.url());
  if (scenario.difference != Difference::kColumnOrder) RC_ASSERT(data_of(again) == data_of(file));
  const outcome::ImportOutcome back = import_from(again, pair.source.url(), engine::Intent::kDryRun);
  RC_ASSERT(back.total.unchanged == back.total.rows);
  RC_ASSERT(colliding_sequences(pair.target) == "");
}

RC_GTEST_PROP(RoundTrip, MendsWhatIsMissingOrChanged, ()) {
  const Scenario scenario = *scenarios();
  Pair& pair = fresh_pair();
  build_or_discard(pair.source, scenario, Difference::kNone, Rows::kAll);
  build_or_discard(pair.target, scenario, scenario.difference, Rows::kNone);
  const std::string file = pair.folder.file("export.json");
  export_to(file, pair.source.url());
  import_from(file, pair.target.url());

  damage(pair.target, scenario);
  const outcome::ImportOutcome dry = import_from(file, pair.target.url(), engine::Intent::kDryRun);
  const outcome::ImportOutcome outcome = import_from(file, pair.target.url());

  RC_CLASSIFY(outcome.total.insert > 0, "inserts");
  RC_CLASSIFY(outcome.total.update > 0, "updates");
  RC_ASSERT(left_out(outcome) == "");
  RC_ASSERT(dry.total == outcome.total);
  RC_ASSERT(rows_of(pair.target, scenario) == rows_of(pair.source, scenario));
  if (scenario.difference == Difference::kColumnOrder) return;
  // By now the rows stand in another order there, unless they are put in order.
  const std::string mended = pair.folder.file("mended.json");
  export_to(file, pair.source.url(), {}, engine::RowOrder::kIdentity);
  export_to(mended, pair.target.url(), {}, engine::RowOrder::kIdentity);
  RC_ASSERT(data_of(mended) == data_of(file));
}

}  // namespace
}  // namespace properties
