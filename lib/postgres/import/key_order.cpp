#include "postgres/import/key_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "postgres/import/changed_columns.h"
#include "postgres/import/index_key.h"
#include "postgres/import/judged_rows.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr int kMaxRounds = 20;      // of chains that meet in one row
constexpr int kMaxStatements = 64;  // of one table

constexpr const char* kTables = R"sql(
CREATE TEMPORARY TABLE key_order (plan pg_catalog.int4, record pg_catalog.int8, observed pg_catalog.text,
    round pg_catalog.int4, pass pg_catalog.int4, depth pg_catalog.int8, chain pg_catalog.int8,
    PRIMARY KEY (plan, record)) ON COMMIT DROP;
CREATE TEMPORARY TABLE key_wait (plan pg_catalog.int4, record pg_catalog.int8, freed_by pg_catalog.int8,
    single pg_catalog.bool, alone pg_catalog.bool) ON COMMIT DROP;
CREATE INDEX ON pg_temp.key_wait (plan, record);
CREATE INDEX ON pg_temp.key_wait (plan, freed_by);
CREATE TEMPORARY TABLE key_aside (plan pg_catalog.int4, place pg_catalog.int4, record pg_catalog.int8,
    rank pg_catalog.int8, tried pg_catalog.bool) ON COMMIT DROP)sql";

// Every update that a claim speaks of, where the claim needs an order.
constexpr const char* kUpdates = R"sql(
INSERT INTO pg_temp.key_order (plan, record, observed)
SELECT {plan}, s.{record}, {observed}
FROM (SELECT c.record FROM {claims} c WHERE c.place IN ({places})
      UNION SELECT c.freed_by FROM {claims} c WHERE c.place IN ({places})) m
JOIN {verdicts} v ON v.record = m.record AND v.verdict = 'u'
JOIN {rows} s ON s.{record} = m.record
JOIN {target} t ON {same};
ANALYZE pg_temp.key_order)sql";

constexpr const char* kWaits = R"sql(
INSERT INTO pg_temp.key_wait
SELECT {plan}, w.record, w.freed_by, pg_catalog.count(*) OVER (PARTITION BY w.record) = 1,
       pg_catalog.count(*) OVER (PARTITION BY w.freed_by) = 1
FROM (SELECT DISTINCT c.record, c.freed_by FROM {claims} c
      JOIN pg_temp.key_order o ON o.plan = {plan} AND o.record = c.record
      JOIN pg_temp.key_order f ON f.plan = {plan} AND f.record = c.freed_by
      WHERE c.place IN ({places})) w;
ANALYZE pg_temp.key_wait)sql";

// From the rows that wait for nobody along the chains of those that wait for one only. Each step looks up who waits, so
// a chain costs what its rows cost.
constexpr const char* kRound = R"sql(
WITH RECURSIVE walk(record, observed, pass, depth, chain) AS (
    SELECT o.record, o.observed, 0, 0::pg_catalog.int8, o.record FROM pg_temp.key_order o
    WHERE o.plan = {plan} AND o.round IS NULL
      AND NOT EXISTS (SELECT FROM pg_temp.key_wait k WHERE k.plan = {plan} AND k.record = o.record)
    UNION ALL
    SELECT o.record, o.observed, w.pass + CASE WHEN o.observed < w.observed THEN 1 ELSE 0 END, w.depth + 1,
           CASE WHEN k.alone THEN w.chain ELSE o.record END
    FROM walk w
    JOIN pg_temp.key_wait k ON k.plan = {plan} AND k.freed_by = w.record AND k.single
    JOIN pg_temp.key_order o ON o.plan = {plan} AND o.record = k.record
)
UPDATE pg_temp.key_order o SET round = {round}, pass = w.pass, depth = w.depth, chain = w.chain
FROM walk w WHERE o.plan = {plan} AND o.record = w.record)sql";

// Who waits for nobody but rows that have their place.
constexpr const char* kForgetWaits = R"sql(
DELETE FROM pg_temp.key_wait k USING pg_temp.key_order o
WHERE k.plan = {plan} AND o.plan = {plan} AND o.record = k.freed_by AND o.round IS NOT NULL;
UPDATE pg_temp.key_wait k SET single = true
WHERE k.plan = {plan} AND NOT k.single AND NOT EXISTS (
    SELECT FROM pg_temp.key_wait x WHERE x.plan = {plan} AND x.record = k.record AND x.freed_by <> k.freed_by))sql";

// Where all wait for rows of a greater number, or all for rows of a smaller one, the numbers are an order.
constexpr const char* kOrderOfRecords = R"sql(
SELECT CASE WHEN pg_catalog.bool_and(k.freed_by > k.record) THEN -1
            WHEN pg_catalog.bool_and(k.freed_by < k.record) THEN 1 ELSE 0 END
FROM pg_temp.key_wait k WHERE k.plan = {plan})sql";

constexpr const char* kByRecords = R"sql(
UPDATE pg_temp.key_order o SET round = {round}, pass = x.pass, depth = x.depth, chain = x.record
FROM (SELECT y.record, y.depth, pg_catalog.sum(y.turn) OVER (ORDER BY y.depth) AS pass
      FROM (SELECT p.record, {sign} * p.record AS depth,
                   CASE WHEN p.observed < pg_catalog.lag(p.observed) OVER (ORDER BY {sign} * p.record) THEN 1 ELSE 0 END AS turn
            FROM pg_temp.key_order p WHERE p.plan = {plan} AND p.round IS NULL) y) x
WHERE o.plan = {plan} AND o.record = x.record)sql";

// The rows that give up a key of this index to one that waits for them.
constexpr const char* kSetAside = R"sql(
INSERT INTO pg_temp.key_aside (plan, place, record, tried)
SELECT DISTINCT {plan}, {place}, c.freed_by, true FROM {claims} c
JOIN pg_temp.key_wait k ON k.plan = {plan} AND k.record = c.record AND k.freed_by = c.freed_by
WHERE c.place = {place} AND {which} AND NOT EXISTS (
    SELECT FROM pg_temp.key_aside a WHERE a.plan = {plan} AND a.place = {place} AND a.record = c.freed_by))sql";

constexpr const char* kHighestRank =
    "SELECT pg_catalog.max(rank) FROM pg_temp.key_aside WHERE plan = {plan} AND place = {place}";
constexpr const char* kForgetTried = "DELETE FROM pg_temp.key_aside WHERE plan = {plan} AND place = {place} AND tried";
constexpr const char* kKeepTried =
    "UPDATE pg_temp.key_aside SET tried = false WHERE plan = {plan} AND place = {place} AND tried";

// One rank a row, for all of its keys that are set aside: two rows never take the same value.
constexpr const char* kRankAside = R"sql(
ANALYZE pg_temp.key_aside;
UPDATE pg_temp.key_aside a SET rank = r.rank
FROM (SELECT x.record,
             COALESCE(k.rank, (SELECT COALESCE(pg_catalog.max(z.rank), 0) FROM pg_temp.key_aside z WHERE z.plan = {plan}) +
                              pg_catalog.row_number() OVER (PARTITION BY k.rank IS NULL ORDER BY x.record)) AS rank
      FROM pg_temp.key_aside x
      LEFT JOIN (SELECT DISTINCT y.record, y.rank FROM pg_temp.key_aside y
                 WHERE y.plan = {plan} AND y.rank IS NOT NULL) k ON k.record = x.record
      WHERE x.plan = {plan} AND x.place = {place} AND x.rank IS NULL) r
WHERE a.plan = {plan} AND a.place = {place} AND a.record = r.record;
ANALYZE pg_temp.key_aside)sql";

// Whether fewer rows, or as many, wait for an earlier record than for a later one.
constexpr const char* kFewerGoUp = R"sql(
SELECT pg_catalog.count(*) FILTER (WHERE k.freed_by < k.record) <=
       pg_catalog.count(*) FILTER (WHERE k.freed_by > k.record)
FROM pg_temp.key_wait k
WHERE k.plan = {plan})sql";

// Who gets all that it waits for from rows that set it aside.
constexpr const char* kForgetAside = R"sql(
DELETE FROM pg_temp.key_wait k WHERE k.plan = {plan} AND NOT EXISTS (
    SELECT FROM {claims} c WHERE c.record = k.record AND c.freed_by = k.freed_by AND c.place IN ({places})
      AND NOT EXISTS (SELECT FROM pg_temp.key_aside a
                      WHERE a.plan = {plan} AND a.place = c.place AND a.record = c.freed_by));
UPDATE pg_temp.key_wait k SET single = NOT EXISTS (
    SELECT FROM pg_temp.key_wait x WHERE x.plan = {plan} AND x.record = k.record AND x.freed_by <> k.freed_by)
WHERE k.plan = {plan})sql";

constexpr const char* kStatementOf = R"sql(
SELECT o.record, o.observed, o.depth, pg_catalog.dense_rank() OVER (ORDER BY o.round, o.pass, o.observed) AS statement
FROM pg_temp.key_order o JOIN {verdicts} v ON v.record = o.record AND v.verdict = 'u'
WHERE o.plan = {plan} AND o.round IS NOT NULL)sql";

constexpr const char* kPlace = "\"db-transfer place\"";
constexpr const char* kRelation = "\"db-transfer relation\"";

}  // namespace

void KeyOrder::prepare(Connection& connection, const std::vector<StagedTable>& tables) {
  const auto has_more_keys = [](const StagedTable& table) {
    for (std::size_t i = 0; !table.plan.identity.empty() && i < key_count(table.details); ++i) {
      const UniqueIndex& key = key_at(table.details, i);
      if (!(key.plain && key.columns == table.plan.identity) && foretells(table, key.columns)) return true;
    }
    return false;
  };
  if (std::ranges::any_of(tables, has_more_keys)) connection.execute(kTables);
}

std::string KeyOrder::behind_lost_row(const StagedTable& table, std::size_t number) {
  return fmt::format(
      R"sql(c.record IN (
SELECT o.record FROM pg_temp.key_order o
JOIN (SELECT l.chain, pg_catalog.min(l.depth) AS depth FROM pg_temp.key_order l
      WHERE l.plan = {plan} AND NOT EXISTS (
          SELECT FROM {verdicts} v WHERE v.record = l.record AND v.verdict = 'u') GROUP BY l.chain) l
  ON l.chain = o.chain AND l.depth < o.depth
WHERE o.plan = {plan}))sql",
      fmt::arg("plan", number), fmt::arg("verdicts", table.verdicts));
}

void KeyOrder::arrange(Parking::Inserts inserts, const Reject& reject) {
  if (!table_.claims_left) return;
  forget();  // rows may be judged a second time, that were refused
  gather_updates();
  gather_waits();
  if (run_rounds() > 0) set_aside(inserts, reject);
  reject_late(reject);
}

void KeyOrder::forget() {
  for (const char* what : {"key_order", "key_wait", "key_aside"})
    connection_.execute(fmt::format("DELETE FROM pg_temp.{} k WHERE k.plan = {}", what, number_));
}

// Indexes whose claims need an order: the others are checked when all is written.
std::string KeyOrder::ordered_places() const {
  std::vector<std::string> places{"-1"};
  for (std::size_t i = 0; i < key_count(table_.details); ++i) {
    if (!key_at(table_.details, i).deferrable) places.push_back(std::to_string(i));
  }
  return join(places, ", ");
}

void KeyOrder::gather_updates() {
  const bool grouped = !table_.details.column_observers.empty();
  connection_.execute(fmt::format(kUpdates, fmt::arg("plan", number_), fmt::arg("record", table_.record),
                                  fmt::arg("observed", grouped ? update_group_sql(table_, "s", "t") : "''"),
                                  fmt::arg("claims", table_.claims), fmt::arg("places", ordered_places()),
                                  fmt::arg("verdicts", table_.verdicts), fmt::arg("rows", table_.typed_rows()),
                                  fmt::arg("target", table_.target_rows),
                                  fmt::arg("same", table_.same_identity("s", "t"))));
}

void KeyOrder::gather_waits() {
  connection_.execute(fmt::format(kWaits, fmt::arg("plan", number_), fmt::arg("claims", table_.claims),
                                  fmt::arg("places", ordered_places())));
}

std::uint64_t KeyOrder::waiting() {
  return connection_
      .query_value("SELECT pg_catalog.count(*) FROM pg_temp.key_order o WHERE o.plan = " + number_ +
                   " AND o.round IS NULL")
      .as<std::uint64_t>();
}

// Returns how many rows are left without a place.
std::uint64_t KeyOrder::run_rounds() {
  const std::string restore = plans_in_order(connection_);
  std::uint64_t left = waiting();
  for (int last = rounds_ + kMaxRounds; left > 0 && rounds_ < last; ++rounds_) {
    const std::uint64_t placed =
        connection_.execute(fmt::format(kRound, fmt::arg("plan", number_), fmt::arg("round", rounds_)));
    if (placed == 0) break;
    left -= placed;
    if (left > 0) connection_.execute(fmt::format(kForgetWaits, fmt::arg("plan", number_)));
  }
  connection_.execute(restore);
  if (left == 0) return 0;
  const int sign = connection_.query_value(fmt::format(kOrderOfRecords, fmt::arg("plan", number_))).as<int>();
  if (sign == 0) return left;
  connection_.execute(
      fmt::format(kByRecords, fmt::arg("plan", number_), fmt::arg("round", rounds_++), fmt::arg("sign", sign)));
  return 0;
}

// One row of each circle is enough, and one that is written before the row it waits for is in every circle: those with
// a smaller number, or with a greater one, whichever are fewer. Where not every key can be set aside it may take more.
void KeyOrder::set_aside(Parking::Inserts inserts, const Reject& reject) {
  Parking parking(connection_, table_, number_, inserts);
  if (!parking.observer().empty()) {
    reject_waiting(reject, ", which rows of the file swap: that takes a value which " + parking.observer() +
                               " of the target would see and neither side has");
    return;
  }
  const bool fewer_go_up = connection_.query_value(fmt::format(kFewerGoUp, fmt::arg("plan", number_))).as<bool>();
  const char* const some = fewer_go_up ? "k.freed_by < k.record" : "k.freed_by > k.record";
  for (const char* which : {some, "true"}) {
    for (std::size_t place = 0; place < table_.details.unique_indexes.size(); ++place) {
      if (!key_at(table_.details, place).deferrable) set_aside(parking, place, which);
    }
    connection_.execute(fmt::format(kForgetAside, fmt::arg("plan", number_), fmt::arg("claims", table_.claims),
                                    fmt::arg("places", ordered_places())));
    if (run_rounds() == 0) return;
  }
  reject_waiting(reject,
                 ", which rows of the file swap, and no column of the key has a value to spare meanwhile: "
                 "make its constraint DEFERRABLE, or give one of them another value first");
}

// All that are set aside for the index so far have a value, or those of this time stay.
void KeyOrder::set_aside(Parking& parking, std::size_t place, const std::string& which) {
  const auto arguments = [&](const char* sql) {
    return fmt::format(fmt::runtime(sql), fmt::arg("plan", number_), fmt::arg("place", place),
                       fmt::arg("claims", table_.claims), fmt::arg("which", which));
  };
  if (connection_.execute(arguments(kSetAside)) == 0) return;
  connection_.execute(arguments(kRankAside));
  const auto rows = connection_.query_value(arguments(kHighestRank)).as<std::uint64_t>();
  auto key = parking.find(place, rows);
  if (!key) {
    connection_.execute(arguments(kForgetTried));
    return;
  }
  connection_.execute(arguments(kKeepTried));
  std::erase_if(table_.parked, [&](const ParkedKey& parked) { return parked.place == place; });
  table_.parked.push_back(std::move(*key));
}

// Rows without a place. Who waits for them is left out with them, as one who waits for a row that is left out. A key
// that can be set aside is not what they lack.
void KeyOrder::reject_waiting(const Reject& reject, const std::string& why) {
  const std::string condition =
      "c.record IN (SELECT o.record FROM pg_temp.key_order o WHERE o.plan = " + number_ + " AND o.round IS NULL)";
  const auto is_parked = [&](std::size_t place) {
    return std::ranges::any_of(table_.parked, [&](const ParkedKey& key) { return key.place == place; });
  };
  for (const bool parked : {false, true}) {
    for (std::size_t place = 0; place < key_count(table_.details); ++place) {
      if (!key_at(table_.details, place).deferrable && is_parked(place) == parked) reject(place, condition, why);
    }
  }
}

// Rows of chains that would take more statements than kMaxStatements.
void KeyOrder::reject_late(const Reject& reject) {
  if (table_.details.column_observers.empty() && rounds_ < kMaxStatements) return;
  const std::string statements =
      fmt::format(kStatementOf, fmt::arg("plan", number_), fmt::arg("verdicts", table_.verdicts));
  const std::string late =
      fmt::format("c.record IN (SELECT x.record FROM ({}) x WHERE x.statement > {})", statements, kMaxStatements);
  for (std::size_t place = 0; place < key_count(table_.details); ++place) {
    if (!key_at(table_.details, place).deferrable)
      reject(place, late, ", and too many statements would be needed to hand it on");
  }
}

// Keys that take the same values in the same column are set aside together.
void KeyOrder::park() {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> places;
  for (const ParkedKey& key : table_.parked) places[{key.column, key.values}].push_back(std::to_string(key.place));
  for (const auto& [what, of] : places) {
    const auto& [column, values] = what;
    connection_.execute(fmt::format(
        R"sql(
UPDATE {target} AS t SET {column} = {value} FROM {rows} s
JOIN (SELECT DISTINCT k.record, k.rank FROM pg_temp.key_aside k WHERE k.plan = {plan} AND k.place IN ({places})) a
  ON a.record = s.{record}
JOIN {verdicts} v ON v.record = a.record AND v.verdict = 'u'{values}
WHERE {same})sql",
        fmt::arg("target", table_.target_rows), fmt::arg("column", column),
        fmt::arg("value", values.empty() ? "NULL" : "x.value"), fmt::arg("rows", table_.typed_rows()),
        fmt::arg("plan", number_), fmt::arg("places", join(of, ", ")), fmt::arg("record", table_.record),
        fmt::arg("verdicts", table_.verdicts),
        fmt::arg("values", values.empty() ? std::string{} : " JOIN " + values + " x ON x.rank = a.rank"),
        fmt::arg("same", table_.same_identity("s", "t"))));
  }
}

std::vector<KeyOrder::Statement> KeyOrder::begin() {
  park();
  if (connection_.query_value("SELECT pg_catalog.to_regclass('pg_temp.key_place') IS NULL").as<bool>()) {
    connection_.execute(R"sql(
CREATE TEMPORARY TABLE key_place (plan pg_catalog.int4, record pg_catalog.int8, statement pg_catalog.int8,
    depth pg_catalog.int8, relation pg_catalog.oid, place pg_catalog.tid) ON COMMIT DROP;
CREATE INDEX ON pg_temp.key_place (plan, record))sql");
  }
  connection_.execute(fmt::format(
      R"sql(
INSERT INTO pg_temp.key_place
SELECT {plan}, m.record, m.statement, m.depth, t.tableoid, t.ctid
FROM ({statements}) m JOIN {rows} s ON s.{record} = m.record JOIN {target} t ON {same};
ANALYZE pg_temp.key_place)sql",
      fmt::arg("plan", number_),
      fmt::arg("statements",
               fmt::format(kStatementOf, fmt::arg("plan", number_), fmt::arg("verdicts", table_.verdicts))),
      fmt::arg("rows", table_.typed_rows()), fmt::arg("record", table_.record), fmt::arg("target", table_.target_rows),
      fmt::arg("same", table_.same_identity("s", "t"))));
  std::vector<Statement> statements;
  for (const auto& row : connection_.query(fmt::format(
           R"sql(
SELECT p.statement, o.observed, pg_catalog.count(*) AS rows FROM pg_temp.key_place p
JOIN pg_temp.key_order o ON o.plan = p.plan AND o.record = p.record
WHERE p.plan = {plan} GROUP BY p.statement, o.observed ORDER BY p.statement)sql",
           fmt::arg("plan", number_)))) {
    const std::string update = table_.update_head(unnamed_columns(table_, row["observed"].c_str()));
    if (update.empty()) continue;
    // The rows are found by their place, one after the other: an index is asked for each before the next is written.
    statements.push_back({fmt::format(
                              R"sql({update} FROM (
    SELECT s.*, p.relation AS {relation}, p.place AS {place}
    FROM pg_temp.key_place p JOIN {rows} s ON s.{record} = p.record
    WHERE p.plan = {plan} AND p.statement = {statement} ORDER BY p.depth) s
WHERE t.ctid = s.{place} AND t.tableoid = s.{relation})sql",
                              fmt::arg("update", update), fmt::arg("relation", kRelation), fmt::arg("place", kPlace),
                              fmt::arg("rows", table_.typed_rows()), fmt::arg("record", table_.record),
                              fmt::arg("plan", number_), fmt::arg("statement", row["statement"].c_str())),
                          row["rows"].as<std::uint64_t>()});
  }
  return statements;
}

std::string KeyOrder::not_handed_on(std::size_t number) {
  return fmt::format(" AND NOT EXISTS (SELECT FROM pg_temp.key_place p WHERE p.plan = {} AND p.record = v.record)",
                     number);
}

std::string KeyOrder::plans_in_order(Connection& connection) {
  std::string undo;
  std::string now;
  for (const auto& [setting, value] : {std::pair{"enable_hashjoin", "off"},
                                       {"enable_mergejoin", "off"},
                                       {"enable_seqscan", "off"},
                                       {"enable_nestloop", "on"},
                                       {"enable_tidscan", "on"},
                                       {"enable_indexscan", "on"}}) {
    const std::string before =
        connection.query_value(std::string("SELECT pg_catalog.current_setting('") + setting + "')").c_str();
    undo += std::string("SET LOCAL ") + setting + " = " + before + ";";
    now += std::string("SET LOCAL ") + setting + " = " + value + ";";
  }
  connection.execute(now);
  return undo;
}

}  // namespace postgres
