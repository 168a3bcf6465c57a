#include "sqlite/import/hand_over.h"

#include "sqlite/import/table_sql.h"

namespace sqlite {
namespace {

// The holder waits for a key itself, and is neither written nor set aside yet.
constexpr const char* kUnsatisfied = R"sql(EXISTS (SELECT 1 FROM {claims} w WHERE w.record = {claim}.freed_by)
AND NOT EXISTS (SELECT 1 FROM {order} o WHERE o.record = {claim}.freed_by)
AND NOT EXISTS (SELECT 1 FROM {parked} p WHERE p.record = {claim}.freed_by))sql";

// Chains begin at their free end.
constexpr const char* kBegin = R"sql(
INSERT INTO {order} (record)
SELECT DISTINCT c.record
FROM {claims} c
WHERE NOT EXISTS (SELECT 1 FROM {claims} d WHERE d.record = c.record AND {unsatisfied})
ORDER BY c.record)sql";

constexpr const char* kNext = "SELECT place, record FROM {order} WHERE place > ? ORDER BY place LIMIT 1";

constexpr const char* kFollow = R"sql(
INSERT OR IGNORE INTO {order} (record)
SELECT DISTINCT c.record
FROM {claims} c
WHERE c.freed_by = ? AND NOT EXISTS (SELECT 1 FROM {claims} d WHERE d.record = c.record AND {unsatisfied}))sql";

constexpr const char* kWaiting = R"sql(
SELECT c.record
FROM {claims} c
WHERE c.record > {after} AND NOT EXISTS (SELECT 1 FROM {order} o WHERE o.record = c.record)
ORDER BY c.record
LIMIT 1)sql";

constexpr const char* kPark = R"sql(
INSERT OR IGNORE INTO {parked}
SELECT d.freed_by
FROM {claims} d
WHERE d.record = {waiting} AND {unsatisfied})sql";

// Once a row has its place, so have all others that waited for the same rows and for nothing else.
constexpr const char* kFollowParked = R"sql(
INSERT OR IGNORE INTO {order} (record)
SELECT DISTINCT c.record
FROM {claims} c
WHERE c.freed_by IN (SELECT e.freed_by FROM {claims} e WHERE e.record = {waiting})
  AND NOT EXISTS (SELECT 1 FROM {claims} d WHERE d.record = c.record AND {unsatisfied}))sql";

std::string unsatisfied(const StagedTable& table, const char* claim) {
  return table_sql(table, kUnsatisfied, fmt::arg("claim", claim));
}

// {unsatisfied}: condition that the claim d is unsatisfied.
template <typename... Places>
std::string claims_sql(const StagedTable& table, const char* text, const Places&... places) {
  return table_sql(table, text, fmt::arg("unsatisfied", unsatisfied(table, "d")), places...);
}

}  // namespace

HandOver::HandOver(Connection& connection, const StagedTable& table) : connection_(connection), table_(table) {
  connection_.execute("DELETE FROM " + table_.order);
  connection_.execute("DELETE FROM " + table_.parked);
}

std::string HandOver::is_in_circle() const { return unsatisfied(table_, "c"); }

void HandOver::arrange() {
  connection_.execute(claims_sql(table_, kBegin));
  drain();
}

// After each row that has its place come those that waited for it alone: each claim is looked at once.
void HandOver::drain() {
  Statement next = connection_.prepare(table_sql(table_, kNext));
  Statement follow = connection_.prepare(claims_sql(table_, kFollow));
  while (true) {
    next.bind_integer(1, drained_);
    if (!next.next()) break;
    drained_ = next.integer(0);  // by position: for each row
    const std::int64_t record = next.integer(1);
    next.reset();
    follow.bind_integer(1, record);
    follow.execute();
    follow.reset();
  }
}

void HandOver::open_circles() {
  std::int64_t record = 0;
  while (true) {
    {
      Statement waiting = connection_.prepare(table_sql(table_, kWaiting, fmt::arg("after", record)));
      if (!waiting.next()) return;
      record = waiting.integer(0);
    }
    connection_.execute(claims_sql(table_, kPark, fmt::arg("waiting", record)));
    connection_.execute(claims_sql(table_, kFollowParked, fmt::arg("waiting", record)));
    drain();
  }
}

}  // namespace sqlite
