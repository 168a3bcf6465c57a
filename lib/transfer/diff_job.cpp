#include "transfer/diff_job.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/stop.h"
#include "transfer/cross_engine.h"
#include "transfer/diff_plan.h"
#include "transfer/diff_reader.h"
#include "transfer/diff_reports.h"
#include "transfer/diff_rows.h"
#include "transfer/diff_side.h"
#include "transfer/selection.h"

namespace transfer {
namespace {

using Clock = std::chrono::steady_clock;

class DiffJob {
 public:
  DiffJob(const DiffOptions& options, base::Progress& progress, const std::stop_token& stop)
      : options_(options), progress_(progress), stop_(stop), reports_(options) {}

  outcome::Difference run() {
    const auto start = Clock::now();
    DiffSide a(options_.a, options_, progress_, stop_);
    DiffSide b(options_.b, options_, progress_, stop_);
    read_both(a, b);
    const std::vector<conversion::Profile> profiles = profile(a, b);
    compare(a, b, profiles);
    a.file().check_unchanged();
    b.file().check_unchanged();
    difference_.duration = Clock::now() - start;
    reports_.finish(difference_);
    progress_.finish();
    reports_.publish();
    return std::move(difference_);
  }

 private:
  // Where both headers are known ahead, verifying finds out as well which tables come in the order of their keys.
  void read_both(DiffSide& a, DiffSide& b) {
    std::optional<OrderCheck> order_a;
    std::optional<OrderCheck> order_b;
    if (a.header() && b.header()) {
      plan_ = make_plan(a, b);
      if (plan_ && plan_->crossing != Crossing::kA) order_a.emplace(*a.header(), *plan_, DiffPlace::kA);
      if (plan_ && plan_->crossing != Crossing::kB) order_b.emplace(*b.header(), *plan_, DiffPlace::kB);
    }
    in_order_a_ = verify(a, order_a);
    in_order_b_ = verify(b, order_b);
    plan_ = make_diff_plan(a.verified().header, b.verified().header, known(a, b), options_);
    difference_.a = a.told();
    difference_.b = b.told();
    difference_.skipped = plan_->skipped;
    difference_.notices = plan_->notices;
  }

  static std::vector<catalog::Table> known(const DiffSide& a, const DiffSide& b) {
    std::vector<catalog::Table> tables = a.known_tables();
    tables.insert(tables.end(), b.known_tables().begin(), b.known_tables().end());
    return tables;
  }

  // What a file may be blamed for is said when it was found to be sound.
  std::optional<DiffPlan> make_plan(const DiffSide& a, const DiffSide& b) const {
    try {
      return make_diff_plan(*a.header(), *b.header(), known(a, b), options_);
    } catch (const base::Error&) {
      return std::nullopt;
    }
  }

  std::vector<bool> verify(DiffSide& side, std::optional<OrderCheck>& order) {
    format::OnRecord on_record;
    if (order) on_record = [&](std::size_t table, std::string_view record) { order->take(table, record); };
    side.verify(options_.seal, progress_, stop_, on_record);
    const std::size_t tables = side.verified().header.tables.size();
    return order ? order->in_order() : std::vector<bool>(tables, false);
  }

  // What a column of SQLite holds, only its values tell.
  std::vector<conversion::Profile> profile(DiffSide& a, DiffSide& b) {
    if (plan_->crossing == Crossing::kNone) return {};
    DiffSide& side = plan_->crossing == Crossing::kA ? a : b;
    progress_.phase("profile", side.verified().bytes);
    auto profiles = profile_file(side.file(), side.verified().header, side.strictness(), progress_, stop_);
    hide_masked(profiles, side.verified().header, options_.masks);
    return profiles;
  }

  void compare(DiffSide& a, DiffSide& b, const std::vector<conversion::Profile>& profiles) {
    progress_.phase("compare", a.verified().bytes + b.verified().bytes, plan_->tables.size());
    const auto on_records = [this](std::uint64_t records, std::uint64_t bytes) {
      base::throw_if_stopped(stop_);
      progress_.advance(records, bytes);
    };
    DiffReader reader_a(a, in_order_a_, options_.sort_room, on_records);
    DiffReader reader_b(b, in_order_b_, options_.sort_room, on_records);
    base::KeyedDigest digests;
    for (const TablePair& pair : plan_->tables) {
      progress_.table(pair.name);
      outcome::ComparedTable table;
      table.name = pair.name;
      table.other = pair.other;
      table.differences = pair.differences;
      table.notes = pair.notes;
      for (const std::size_t column : pair.key) table.key.push_back(pair.columns[column].name);
      if (pair.is_compared()) {
        compare(pair, reader_a, reader_b, a, b, profiles, digests, table);
      } else {
        table.presence = pair.a ? outcome::Presence::kOnlyA : outcome::Presence::kOnlyB;
        (pair.a ? table.rows_a : table.rows_b) = pair.a ? a.verified().rows[*pair.a] : b.verified().rows[*pair.b];
      }
      difference_.a.rows += table.rows_a;
      difference_.b.rows += table.rows_b;
      difference_.tables.push_back(std::move(table));
    }
  }

  void compare(const TablePair& pair, DiffReader& reader_a, DiffReader& reader_b, const DiffSide& a, const DiffSide& b,
               const std::vector<conversion::Profile>& profiles, base::KeyedDigest& digests,
               outcome::ComparedTable& table) {
    DiffTable table_a(pair, DiffPlace::kA);
    DiffTable table_b(pair, DiffPlace::kB);
    if (plan_->crossing == Crossing::kA)
      table_a.convert(conversion_of(pair, a.verified().header, *pair.a, DiffPlace::kA, profiles, table.notes));
    if (plan_->crossing == Crossing::kB)
      table_b.convert(conversion_of(pair, b.verified().header, *pair.b, DiffPlace::kB, profiles, table.notes));
    const auto rows_a = reader_a.rows(*pair.a, table_a);
    const auto rows_b = reader_b.rows(*pair.b, table_b);
    DiffRows::TakeRow take;
    if (reports_.take_rows()) take = [&](const outcome::DifferingRow& row) { reports_.write(table.name, row); };
    DiffRows rows(pair, options_.most_rows, digests, take, table);
    join::Join join(*rows_a, *rows_b);
    std::uint64_t pairs = 0;
    for (join::Pair found; join.next(found);) {
      rows.add(found);
      if (++pairs % kPairsBetweenChecks == 0) base::throw_if_stopped(stop_);
    }
    rows.finish();
  }

  // As an import into the typed side would take the values; what it would have to ask is compared as it is written.
  conversion::Conversion conversion_of(const TablePair& pair, const format::Header& header, std::size_t place,
                                       DiffPlace side, const std::vector<conversion::Profile>& profiles,
                                       std::vector<std::string>& notes) const {
    const std::vector<std::string> names = record_columns(header, place);
    std::vector<conversion::ColumnConversion> made(
        names.size(),
        {conversion::Wanted::kUntouched, std::nullopt, conversion::EmptyText::kKept, conversion::BlobAs::kBytes});
    for (const ColumnPair& column : pair.columns) {
      const std::size_t value = side == DiffPlace::kA ? column.value_a : column.value_b;
      conversion::DecidedColumn decided = conversion::decide(
          pair.name + "." + column.name, column.type,
          column.refers ? conversion::Role::kForeignKey : conversion::Role::kPlain, profiles[place].columns()[value],
          wish_of(header.tables[place].name, names[value], column.name));
      made[value] = decided.conversion;
      notes.insert(notes.end(), decided.notes.begin(), decided.notes.end());
      if (!decided.unclear.empty())
        notes.push_back(decided.unclear +
                        ": which times are meant is not clear, so they are compared as they are "
                        "written (\"times\" of the transfer file says it)");
    }
    return conversion::Conversion(std::move(made));
  }

  conversion::ColumnWish wish_of(const catalog::TableName& table, const std::string& own,
                                 const std::string& name) const {
    conversion::ColumnWish wish;
    const auto named = [&](const std::vector<std::string>& columns) {
      return std::ranges::count(columns, own) + std::ranges::count(columns, name) > 0;
    };
    for (const TablePolicy& policy : options_.policies) {
      if (!matches(policy.tables, table)) continue;
      if (named(policy.empty_as_null)) wish.empty_text = conversion::EmptyText::kNull;
      if (named(policy.blob_as_text)) wish.blobs = conversion::BlobAs::kText;
      for (const auto& [column, times] : policy.times) {
        if (column == own || column == name) wish.times = times;
      }
    }
    return wish;
  }

  static constexpr std::uint64_t kPairsBetweenChecks = 4096;

  const DiffOptions& options_;
  base::Progress& progress_;
  const std::stop_token& stop_;
  DiffReports reports_;
  std::optional<DiffPlan> plan_;
  std::vector<bool> in_order_a_;  // by table of the header
  std::vector<bool> in_order_b_;
  outcome::Difference difference_;
};

}  // namespace

outcome::Difference run_diff(const DiffOptions& options, base::Progress& progress, const std::stop_token& stop) {
  return DiffJob(options, progress, stop).run();
}

}  // namespace transfer
