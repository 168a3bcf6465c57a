#include "postgres/import/classify_keys.h"

#include <algorithm>

#include "engine/reasons.h"
#include "postgres/import/index_key.h"
#include "postgres/import/judged_rows.h"
#include "postgres/import/key_order.h"
#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

namespace reasons = engine::reasons;

// Beside the condition that two keys are the same: the rows are two. A natural key may be NULL in part.
std::string other_row(const StagedTable& table) {
  return table.plan.identity.empty() ? "true" : table_sql(table, "({same}) IS NOT TRUE");
}

// Statements about one unique index or exclusion. Beside the places of table_sql: {place}, its number, {claim_heap} and
// {only_mine}, the claims to be written, {keys} of the staged rows.
template <typename... Places>
std::string key_sql(const StagedTable& table, std::size_t place, const char* text, const Places&... places) {
  return table_sql(table, text, fmt::arg("place", place), fmt::arg("claims", table.claims),
                   fmt::arg("claim_heap", table.claim_part.heap), fmt::arg("only_mine", table.claim_part.only("c")),
                   fmt::arg("keys", staged_keys(table, key_at(table.details, place))), places...);
}

constexpr const char* kCreateExclusion = R"sql(
CREATE TEMPORARY TABLE {exclusion} ON COMMIT DROP AS
SELECT NULL::pg_catalog.int8 AS record, {key_list}
FROM {whole_target}
WITH NO DATA;
CREATE INDEX ON {exclusion} USING {access_method} ({indexed}))sql";

// Returns the claims of staged rows to keys that rows of the target hold, for one way in which two keys can be the
// same (index_key.h).
constexpr const char* kClaim = R"sql(
SELECT {first}{place}, s.{record}, t.tableoid, t.ctid, NULL::pg_catalog.int8
FROM {keys} s
JOIN {held} t ON {same_key}
WHERE {other_row})sql";

constexpr const char* kFindFreed = R"sql(
UPDATE {claim_heap} c SET freed_by = v.record
FROM {verdicts} v
JOIN {staged} s ON s.{record} = v.record
JOIN {target} t ON {same}
WHERE v.verdict = 'u' AND c.place = {place} AND c.holder_table = t.tableoid AND c.holder_row = t.ctid{only_mine})sql";

// A holder that keeps its key frees nothing.
constexpr const char* kForgetKept = R"sql(
UPDATE {claim_heap} c SET freed_by = NULL
FROM {keys} k, {keys} s
WHERE k.{record} = c.freed_by AND s.{record} = c.record AND c.place = {place} AND {kept}{only_mine})sql";

// `condition` is on the claims, called c.
constexpr const char* kClaimants = R"sql({keys} s
JOIN {claims} c ON c.record = s.{record}
JOIN {target} t ON t.tableoid = c.holder_table AND t.ctid = c.holder_row
WHERE c.place = {place} AND {condition})sql";

constexpr const char* kIsUnfreed = R"sql((c.freed_by IS NOT NULL
  AND NOT EXISTS (SELECT FROM {verdicts} v WHERE v.record = c.freed_by AND v.verdict = 'u') OR {lost}))sql";

constexpr const char* kForgetJudged = R"sql(
DELETE FROM {claim_heap} c
WHERE NOT EXISTS (SELECT FROM {verdicts} v WHERE v.record = c.record){only_mine})sql";

constexpr const char* kCopyKeys = R"sql(
DELETE FROM {exclusion};
INSERT INTO {exclusion}
SELECT s.{record}, {key_list}
FROM {accepted}{predicate})sql";

// Of records of the file, by what they exclude among themselves.
constexpr const char* kExcluded = R"sql({keys} s
JOIN {exclusion} a ON a.record = s.{record}
WHERE EXISTS (SELECT FROM {exclusion} b WHERE b.record <> a.record AND {same_key}))sql";

std::string key_excluded(const std::string& exclusion, const std::string& key, const std::string& holder,
                         const std::string& why) {
  std::vector<std::string> reason{quote_literal(exclusion + ": "), key, "' excludes what the target holds'"};
  if (!holder.empty()) reason.insert(reason.end(), {"' as '", holder});
  if (!why.empty()) reason.push_back(quote_literal(why));
  return join(reason, " || ");
}

std::string holder_text(const StagedTable& table) {
  return table.plan.identity.empty() ? std::string{} : table.key_text("t");
}

}  // namespace

void KeyClassifier::prepare() {
  if (!table_.has_rows()) return;
  for (std::size_t i = 0; i < table_.details.exclusions.size(); ++i) {
    const Exclusion& exclusion = table_.details.exclusions[i];
    if (!foretells(table_, exclusion.key.columns)) continue;
    std::vector<std::string> keys;
    for (std::size_t k = 0; k < exclusion.operator_classes.size(); ++k)
      keys.push_back(fmt::format("{} {}", key_column(k), exclusion.operator_classes[k]));
    connection_.execute(
        table_sql(table_, kCreateExclusion, fmt::arg("whole_target", table_.target),
                  fmt::arg("exclusion", exclusion_table(i)), fmt::arg("key_list", index_key_list(exclusion.key)),
                  fmt::arg("access_method", exclusion.access_method), fmt::arg("indexed", join(keys, ", "))));
  }
}

void KeyClassifier::classify(Parking::Inserts inserts) {
  const auto& indexes = table_.details.unique_indexes;
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    if (indexes[i].plain && indexes[i].columns == table_.plan.identity) continue;
    if (!foretells(table_, indexes[i].columns)) continue;  // a volatile default decides: the server's matter
    reject_taken(i);
    reject_repeated(indexes[i]);
  }
  for (std::size_t i = 0; i < table_.details.exclusions.size(); ++i) {
    if (!foretells(table_, table_.details.exclusions[i].key.columns)) continue;
    reject_taken(indexes.size() + i);
    reject_excluded(i);
  }
  std::uint64_t found = 0;
  KeyOrder(connection_, table_, number_)
      .arrange(inserts, [&](std::size_t place, const std::string& condition, const std::string& why) {
        found += reject_claims(place, condition, why);
      });
  if (found > 0) forget_judged_claims();
}

void KeyClassifier::classify_again(Parking::Inserts inserts) {
  if (table_.claims_left) KeyOrder(connection_, table_, number_).forget();
  connection_.execute(
      fmt::format("DELETE FROM {} c WHERE true{}", table_.claim_part.heap, table_.claim_part.only("c")));
  table_.claims_left = false;
  classify(inserts);
}

void KeyClassifier::reject_taken(std::size_t place) {
  const UniqueIndex& index = key_at(table_.details, place);
  std::uint64_t found = 0;
  const auto claim = [&] {
    std::vector<std::string> ways;
    for (const std::string& same : ways_to_be_same(table_, index, "s", "t"))
      ways.push_back(key_sql(table_, place, kClaim, fmt::arg("first", table_.claim_part.first()),
                             fmt::arg("held", held_keys(table_, index)), fmt::arg("same_key", same),
                             fmt::arg("other_row", other_row(table_))));
    found = connection_.execute(table_.claim_part.into(kClaimColumns) + join(ways, "\nUNION ALL"));
  };
  // As in reject_if_judged: an expression of the index is the user's.
  if (refusal_of(connection_, "claims", claim, Refusal::kOfAnExpression)) table_.unjudged = true;
  if (found == 0) return;
  const std::string analyze = "ANALYZE " + table_.claim_part.heap;
  connection_.execute(analyze);  // else the planner takes the claims for one and loops over the rest
  if (!table_.plan.identity.empty()) {
    connection_.execute(key_sql(table_, place, kFindFreed));
    connection_.execute(analyze);  // or it takes all of them for NULL
    connection_.execute(key_sql(table_, place, kForgetKept, fmt::arg("kept", same_index_key(index, "k", "s"))));
  }
  reject_claims(place, "c.freed_by IS NULL", "");
  forget_judged_claims();
  const pqxx::result left = connection_.query("SELECT FROM " + table_.claims + " c LIMIT 1");
  table_.claims_left = !left.empty();
}

std::uint64_t KeyClassifier::reject_claims(std::size_t place, const std::string& condition, const std::string& why) {
  const UniqueIndex& index = key_at(table_.details, place);
  const bool excludes = is_exclusion(table_.details, place);
  const std::string holder = holder_text(table_);
  std::string reason = reasons::key_taken(quote_literal, index.name, index_key_text(table_, index, "s"), holder, why);
  if (excludes) reason = key_excluded(index.name, index_key_text(table_, index, "s"), holder, why);
  return reject(connection_, table_,
                reject_sql(table_,
                           {.verdict = excludes ? Verdict::kInvalid : Verdict::kConflict,
                            .reason = reason,
                            .constraint = index.name,
                            .holder = holder},
                           key_sql(table_, place, kClaimants, fmt::arg("condition", condition))));
}

std::uint64_t KeyClassifier::reject_unfreed() {
  std::uint64_t found = 0;
  for (std::size_t i = 0; table_.claims_left && i < key_count(table_.details); ++i) {
    found +=
        reject_claims(i, table_sql(table_, kIsUnfreed, fmt::arg("lost", KeyOrder::behind_lost_row(table_, number_))),
                      reasons::kHolderIsLeftOut);
  }
  if (found > 0) forget_judged_claims();
  return found;
}

void KeyClassifier::reject_kept() {
  if (table_.may_be_deleted == 0 || table_.plan.identity.empty()) return;
  for (std::size_t i = 0; i < key_count(table_.details); ++i) {
    const UniqueIndex& index = key_at(table_.details, i);
    if (!foretells(table_, index.columns)) continue;
    const bool excludes = is_exclusion(table_.details, i);
    const std::string holder = holder_text(table_);
    const std::string key = index_key_text(table_, index, "s");
    const std::string reason = excludes
                                   ? key_excluded(index.name, key, holder, reasons::kHolderStays)
                                   : reasons::key_taken(quote_literal, index.name, key, holder, reasons::kHolderStays);
    reject_if_judged(connection_, table_,
                     reject_sql(table_,
                                {.verdict = excludes ? Verdict::kInvalid : Verdict::kConflict,
                                 .reason = reason,
                                 .constraint = index.name,
                                 .holder = holder},
                                fmt::format("{} s\nJOIN {} t ON {}", staged_keys(table_, index),
                                            kept_keys(table_, index), same_index_key(index, "s", "t"))));
  }
}

void KeyClassifier::forget_judged_claims() {
  connection_.execute(table_sql(table_, kForgetJudged, fmt::arg("claim_heap", table_.claim_part.heap),
                                fmt::arg("only_mine", table_.claim_part.only("c"))));
}

std::uint64_t KeyClassifier::reject_all_claims() {
  std::uint64_t found = 0;
  for (std::size_t i = 0; table_.claims_left && i < key_count(table_.details); ++i)
    found += reject_claims(i, "true", reasons::kNotGivenUpFirst);
  table_.claims_left = false;
  return found;
}

void KeyClassifier::reject_repeated(const UniqueIndex& index) {
  const std::string reason = reasons::key_repeated(quote_literal, index.name, index_key_text(table_, index, "s"));
  reject_if_judged(connection_, table_,
                   reject_sql(table_, {.verdict = Verdict::kConflict, .reason = reason, .constraint = index.name},
                              repeated_keys(table_, index, staged_keys(table_, index)) + " s"));
}

// Leaves out records of the file that an exclusion constraint does not let stand beside another one of the file.
void KeyClassifier::reject_excluded(std::size_t place) {
  const UniqueIndex& key = table_.details.exclusions[place].key;
  const std::string exclusion = exclusion_table(place);
  const auto copy_keys = [&] {
    connection_.execute(
        table_sql(table_, kCopyKeys, fmt::arg("exclusion", exclusion), fmt::arg("key_list", index_key_list(key)),
                  fmt::arg("accepted", accepted_rows(table_, key.columns)),
                  fmt::arg("predicate", key.predicate.empty() ? "" : fmt::format(" AND ({})", key.predicate))));
  };
  if (refusal_of(connection_, "exclusion", copy_keys, Refusal::kOfAnExpression)) table_.unjudged = true;
  connection_.execute("ANALYZE " + exclusion);
  const std::string reason = fmt::format("{} || {}", quote_literal(key.name + ": another record of the file excludes "),
                                         index_key_text(table_, key, "s"));
  reject_if_judged(
      connection_, table_,
      reject_sql(table_, {.verdict = Verdict::kInvalid, .reason = reason, .constraint = key.name},
                 key_sql(table_, table_.details.unique_indexes.size() + place, kExcluded,
                         fmt::arg("exclusion", exclusion), fmt::arg("same_key", same_index_key(key, "a", "b")))));
}

void KeyClassifier::defer() {
  for (std::size_t i = 0; i < key_count(table_.details); ++i) {
    const UniqueIndex& index = key_at(table_.details, i);
    if (!index.deferrable) continue;
    const std::string claims = fmt::format("SELECT FROM {} c WHERE c.place = {} LIMIT 1", table_.claims, i);
    if (!connection_.query(claims).empty())
      connection_.execute(fmt::format("SET CONSTRAINTS {} DEFERRED", constraint_name(index)));
  }
}

void KeyClassifier::check() {
  for (std::size_t i = 0; i < key_count(table_.details); ++i) {
    const UniqueIndex& index = key_at(table_.details, i);
    if (index.deferrable) connection_.execute(fmt::format("SET CONSTRAINTS {} IMMEDIATE", constraint_name(index)));
  }
}

std::string KeyClassifier::constraint_name(const UniqueIndex& index) const {
  return quote_name(catalog::TableName{table_.details.table.name.schema, index.name});
}

std::string KeyClassifier::exclusion_table(std::size_t place) const {
  return table_.exclusions + std::to_string(place);
}

}  // namespace postgres
