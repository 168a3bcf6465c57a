#include "sqlite/import/classify_keys.h"

#include <algorithm>

#include "engine/reasons.h"
#include "sqlite/import/hand_over.h"
#include "sqlite/import/index_key.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

namespace reasons = engine::reasons;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr const char* kClaimant = "s.\"db-transfer record\"";

// Condition: the rows s and t, which have the same key, are not the same row.
std::string other_row(const StagedTable& table) {
  return table.plan.identity.empty() ? "1" : table_sql(table, "NOT coalesce({same}, 0)");
}

// Statements about one unique index. Beside the places of table_sql: {place}, its number, {keys} of the staged rows and
// {held} ones of the target's (index_key.h), {same_key} of a staged row s and a row t of the target.
template <typename... Places>
std::string key_sql(const StagedTable& table, std::size_t place, const char* text, const Places&... places) {
  const UniqueIndex& index = table.details.unique_indexes[place];
  return table_sql(table, text, fmt::arg("place", place), fmt::arg("keys", staged_keys(table, index)),
                   fmt::arg("held", target_keys(table, index)), fmt::arg("same_key", same_key(index, "s", "t")),
                   fmt::arg("other_row", other_row(table)), places...);
}

// The record whose update gives up the key that the row t holds.
constexpr const char* kFreedBy = R"sql((
    SELECT w.record
    FROM {stage} f
    CROSS JOIN {verdicts} w ON w.record = f.{record}
    WHERE {same_row} AND w.verdict = 'u'))sql";

constexpr const char* kClaim = R"sql(
INSERT INTO {claims}
SELECT {place}, v.record, {freed_by}
FROM {verdicts} v
CROSS JOIN {keys} s ON s."db-transfer record" = v.record
CROSS JOIN {held} t ON {same_key}
WHERE {other_row})sql";

// A holder that keeps its key frees nothing.
constexpr const char* kForgetKept = R"sql(
UPDATE {claims} AS c SET freed_by = NULL
WHERE c.place = {place} AND EXISTS (
  SELECT 1
  FROM {keys} k
  CROSS JOIN {keys} s
  WHERE k."db-transfer record" = c.freed_by AND s."db-transfer record" = c.record AND {kept}))sql";

// FROM: the staged rows s that claim a key of the row t of the target. `condition` is on their claims c.
constexpr const char* kClaimants = R"sql({claims} c
CROSS JOIN {keys} s ON s."db-transfer record" = c.record
CROSS JOIN {held} t ON {same_key}
WHERE c.place = {place} AND {other_row} AND {condition})sql";

// FROM: the staged rows s that claim a key of a row t which stays after all.
constexpr const char* kClaimantsOfKept = R"sql({verdicts} v
CROSS JOIN {keys} s ON s."db-transfer record" = v.record
CROSS JOIN {kept} t ON {same_key})sql";

// FROM: the staged rows s whose key another row to be written claims, too.
constexpr const char* kRepeated = R"sql((
  SELECT k.*
  FROM {verdicts} v
  CROSS JOIN {keys} k ON k."db-transfer record" = v.record
  GROUP BY {key_list}
  HAVING count(*) > 1) d
CROSS JOIN {verdicts} v
CROSS JOIN {keys} s ON s."db-transfer record" = v.record AND {repeated})sql";

// Inserts one row where a part of a key is NULL for every record, or another one for each: as rows of a table, so that
// a part that cannot be judged inserts none.
constexpr const char* kIsFreed = R"sql(
INSERT INTO {claims}
SELECT NULL, NULL, NULL
FROM (
  SELECT count(*) AS all_rows, count(k) AS present, count(DISTINCT k) AS different
  FROM (
    SELECT {part} AS k
    FROM (SELECT {value} AS {column} FROM (SELECT 1 AS record UNION ALL SELECT 2) h) x))
WHERE present = 0 OR different = all_rows)sql";

// Inserts one row where the check takes NULL; as a table of one row, so that an expression that cannot be judged
// inserts none.
constexpr const char* kTakesNull = R"sql(
INSERT INTO {claims}
SELECT NULL, NULL, NULL
FROM (SELECT NULL AS {column})
WHERE coalesce(({check}
), 1))sql";

// FROM: the rows, by their records h.record, whose key of this index has to be set aside.
constexpr const char* kHolders = R"sql({parked} h
JOIN {claims} c ON c.freed_by = h.record AND c.place = {place})sql";

constexpr const char* kPark = R"sql(
UPDATE{or_abort} {target} AS t SET {column} = {value}
FROM (SELECT DISTINCT h.record FROM {holders}) h
JOIN {stage} s ON s.{record} = h.record
WHERE {same})sql";

}  // namespace

void KeyClassifier::classify() {
  const auto& indexes = table_.details.unique_indexes;
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    if (indexes[i].plain && indexes[i].columns == table_.plan.identity) continue;
    if (!table_.foretells(indexes[i].columns)) continue;
    reject_taken(i);
    reject_repeated(i);
  }
  if (table_.claims_left) reject_circles();
}

// A row of a circle gets its key only when another's is set aside meanwhile, for all to see that look.
void KeyClassifier::reject_circles() {
  HandOver order(connection_, table_);
  order.arrange();
  const bool watched = is_watched(table_.details, details_);
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < table_.details.unique_indexes.size(); ++i) {
    if (!watched && !parking(table_.details.unique_indexes[i]).column.empty()) continue;
    found += reject_claims(i, order.is_in_circle(),
                           watched ? ", rows hand it on in a circle, and a trigger would see a value set aside"
                                   : ", and rows hand it on in a circle that no order of updates opens");
  }
  if (found > 0) forget_rejected_claims();
}

void KeyClassifier::reject_taken(std::size_t place) {
  const UniqueIndex& index = table_.details.unique_indexes[place];
  const std::string freed_by = table_.plan.identity.empty()
                                   ? "NULL"
                                   : table_sql(table_, kFreedBy, fmt::arg("same_row", table_.same_identity("f", "t")));
  if (!is_executed(connection_, key_sql(table_, place, kClaim, fmt::arg("freed_by", freed_by))))
    return table_.unjudged.push_back("the key " + index.name);
  if (connection_.number(key_sql(table_, place, "SELECT EXISTS (SELECT 1 FROM {claims} WHERE place = {place})")) == 0)
    return;
  connection_.execute(key_sql(table_, place, kForgetKept, fmt::arg("kept", same_key(index, "k", "s"))));
  reject_claims(place, "c.freed_by IS NULL", "");
  forget_rejected_claims();
}

void KeyClassifier::reject_kept() {
  if (table_.may_be_deleted == 0 || table_.plan.identity.empty()) return;
  for (std::size_t i = 0; i < table_.details.unique_indexes.size(); ++i) {
    const UniqueIndex& index = table_.details.unique_indexes[i];
    if (!table_.foretells(index.columns)) continue;
    const std::string reason = reasons::key_taken(quote_literal, index.name, index_key_text(table_, index, "s"),
                                                  table_.key_text("t"), reasons::kHolderStays);
    reject_if_judged(
        connection_, table_,
        reject_sql(
            table_, kClaimant,
            {.verdict = Verdict::kConflict, .reason = reason, .constraint = index.name, .holder = table_.key_text("t")},
            key_sql(table_, i, kClaimantsOfKept, fmt::arg("kept", kept_keys(table_, index)))));
  }
}

void KeyClassifier::forget_rejected_claims() {
  connection_.execute(table_sql(table_, "DELETE FROM {claims} WHERE record NOT IN (SELECT record FROM {verdicts})"));
  table_.claims_left = connection_.number(table_sql(table_, "SELECT EXISTS (SELECT 1 FROM {claims})")) != 0;
}

std::uint64_t KeyClassifier::reject_claims(std::size_t place, const std::string& condition, const std::string& why) {
  const UniqueIndex& index = table_.details.unique_indexes[place];
  const std::string holder = table_.plan.identity.empty() ? std::string{} : table_.key_text("t");
  const std::string reason =
      reasons::key_taken(quote_literal, index.name, index_key_text(table_, index, "s"), holder, why);
  return reject(
      connection_, table_,
      reject_sql(table_, kClaimant,
                 {.verdict = Verdict::kConflict, .reason = reason, .constraint = index.name, .holder = holder},
                 key_sql(table_, place, kClaimants, fmt::arg("condition", condition))));
}

std::uint64_t KeyClassifier::reject_unfreed() {
  std::uint64_t found = 0;
  for (std::size_t i = 0; table_.claims_left && i < table_.details.unique_indexes.size(); ++i) {
    found +=
        reject_claims(i, table_sql(table_, "c.freed_by NOT IN (SELECT record FROM {verdicts} WHERE verdict = 'u')"),
                      reasons::kHolderIsLeftOut);
  }
  if (found > 0) forget_rejected_claims();
  return found;
}

void KeyClassifier::reject_all_circles() {
  HandOver order(connection_, table_);
  order.arrange();
  for (std::size_t i = 0; table_.claims_left && i < table_.details.unique_indexes.size(); ++i)
    reject_claims(i, order.is_in_circle(), reasons::kNotGivenUpFirst);
  forget_rejected_claims();
}

void KeyClassifier::reject_repeated(std::size_t place) {
  const UniqueIndex& index = table_.details.unique_indexes[place];
  const std::string reason = reasons::key_repeated(quote_literal, index.name, index_key_text(table_, index, "s"));
  const bool is_judged = reject_if_judged(
      connection_, table_,
      reject_sql(table_, kClaimant, {.verdict = Verdict::kConflict, .reason = reason, .constraint = index.name},
                 key_sql(table_, place, kRepeated, fmt::arg("key_list", key_list(index, "k")),
                         fmt::arg("repeated", same_key(index, "d", "s")))));
  if (!is_judged) table_.unjudged.push_back("the key " + index.name);
}

KeyClassifier::Parking KeyClassifier::parking(const UniqueIndex& index) {
  if (table_.plan.identity.empty()) return {};
  for (const StagedColumn& column : table_.columns) {
    if (!contains(index.columns, column.name) || contains(table_.plan.identity, column.name) ||
        column.name == table_.details.rowid_column || is_needed_elsewhere(column.name))
      continue;
    if (!minds_null(index, column.name) && frees(index, column, "NULL")) return {column.quoted, "NULL"};
    const auto reads = [&](const auto& guard) { return contains(guard.columns, column.name); };
    if (std::ranges::any_of(table_.details.checks, reads) ||
        std::ranges::any_of(table_.details.table.foreign_keys, reads))
      continue;
    const std::string value = unused_value(column.name);
    const auto is_free = [&](const UniqueIndex& other) {
      return (other.name != index.name && (other.plain || !contains(other.columns, column.name))) ||
             frees(other, column, value);
    };
    if (!value.empty() && std::ranges::all_of(table_.details.unique_indexes, is_free)) return {column.quoted, value};
  }
  return {};
}

// Whether the key is free while the column holds `value`: some part of it is NULL then, or another one for each record.
// A part that reads other columns, too, says nothing.
bool KeyClassifier::frees(const UniqueIndex& index, const StagedColumn& column, const std::string& value) {
  return std::ranges::any_of(computed_keys(index), [&](const std::string& part) {
    return part == column.quoted ||
           inserts_claim(table_sql(table_, kIsFreed, fmt::arg("part", part), fmt::arg("value", value),
                                   fmt::arg("column", column.quoted)));
  });
}

// Whether the statement inserts a row into the claims; takes it out again.
bool KeyClassifier::inserts_claim(const std::string& statement) {
  if (execute_if_judged(connection_, statement) == 0) return false;
  connection_.execute(table_sql(table_, "DELETE FROM {claims} WHERE place IS NULL"));
  return true;
}

// Should one be in use after all, the database refuses it and the claims become conflicts.
std::string KeyClassifier::unused_value(const std::string& column) const {
  const ColumnType& type = table_.details.details_of(column).type;
  const std::string record = "h.record";
  const std::string number = "(-9223372036854775807 + " + record + ")";
  const std::string text = "'db-transfer sets this aside: ' || " + record;
  if (!type.strict_type.empty()) {
    if (type.strict_type == "INT" || type.strict_type == "INTEGER") return number;
    return type.strict_type == "TEXT" || type.strict_type == "ANY" ? text : std::string{};
  }
  switch (type.affinity) {
    case Affinity::kInteger:
    case Affinity::kNumeric:
      return number;
    case Affinity::kText:
    case Affinity::kNone:
      return text;
    case Affinity::kReal:
      break;
  }
  return {};
}

// Whether rows of some table refer to the column, and so may follow it.
bool KeyClassifier::is_needed_elsewhere(const std::string& column) const {
  return std::ranges::any_of(details_, [&](const TableDetails& child) {
    return std::ranges::any_of(child.table.foreign_keys, [&](const catalog::ForeignKey& key) {
      return key.parent == table_.details.table.name && contains(key.parent_columns, column);
    });
  });
}

// Whether the column has a say in other keys than by its own value: a predicate or an expression reads it.
bool KeyClassifier::decides_elsewhere(const UniqueIndex& index, const std::string& column) const {
  return std::ranges::any_of(table_.details.unique_indexes, [&](const UniqueIndex& other) {
    return other.name != index.name && !other.plain && contains(other.columns, column);
  });
}

// Whether a NULL for a while could be refused, or could make rows equal in another key.
bool KeyClassifier::minds_null(const UniqueIndex& index, const std::string& column) {
  if (table_.details.table.find_column(column)->not_null || decides_elsewhere(index, column)) return true;
  return std::ranges::any_of(table_.details.checks, [&](const CheckConstraint& check) {
    return contains(check.columns, column) && (check.columns.size() > 1 || fails_for_null(check, column));
  });
}

bool KeyClassifier::fails_for_null(const CheckConstraint& check, const std::string& column) {
  return !inserts_claim(
      table_sql(table_, kTakesNull, fmt::arg("column", quote_name(column)), fmt::arg("check", check.expression)));
}

bool KeyClassifier::park() {
  HandOver order(connection_, table_);
  order.arrange();
  order.open_circles();
  std::uint64_t parked = 0;
  for (std::size_t i = 0; i < table_.details.unique_indexes.size(); ++i) {
    const std::string holders = table_sql(table_, kHolders, fmt::arg("place", i));
    if (connection_.number("SELECT EXISTS (SELECT 1 FROM " + holders + ")") == 0) continue;
    const auto [column, value] = parking(table_.details.unique_indexes[i]);
    parked += connection_.execute(
        table_sql(table_, kPark, fmt::arg("column", column), fmt::arg("value", value), fmt::arg("holders", holders)));
  }
  return parked > 0;
}

}  // namespace sqlite
