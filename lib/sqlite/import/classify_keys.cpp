#include "sqlite/import/classify_keys.h"

#include <algorithm>

#include "sqlite/import/hand_over.h"
#include "sqlite/import/index_key.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string staged_record() { return std::string("s.") + kKeyRecord; }

}  // namespace

void KeyClassifier::classify() {
  const auto& indexes = table_.details.unique_indexes;
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    if (indexes[i].plain && indexes[i].columns == table_.plan.identity) continue;
    if (!table_.foretells(indexes[i].columns)) continue;
    reject_taken(i);
    reject_repeated(indexes[i]);
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

// Beside the condition that two keys are the same: the rows are two.
std::string KeyClassifier::other_row() const {
  return table_.plan.identity.empty() ? "1" : "NOT coalesce(" + table_.same_identity("s", "t") + ", 0)";
}

void KeyClassifier::reject_taken(std::size_t place) {
  const UniqueIndex& index = table_.details.unique_indexes[place];
  const std::string number = std::to_string(place);
  std::string freed_by = "NULL";
  if (!table_.plan.identity.empty())
    freed_by = "(SELECT w.record FROM " + table_.stage + " f CROSS JOIN " + table_.verdicts + " w ON w.record = f." +
               table_.record + " WHERE " + table_.same_identity("f", "t") + " AND w.verdict = 'u')";
  const bool is_judged =
      is_executed(connection_, "INSERT INTO " + table_.claims + " SELECT " + number + ", v.record, " + freed_by +
                                   " FROM " + table_.verdicts + " v CROSS JOIN " + staged_keys(table_, index) +
                                   " s ON " + staged_record() + " = v.record CROSS JOIN " + target_keys(table_, index) +
                                   " t ON " + same_key(index, "s", "t") + " WHERE " + other_row());
  if (!is_judged) return table_.unjudged.push_back("the key " + index.name);
  if (connection_.number("SELECT EXISTS (SELECT 1 FROM " + table_.claims + " WHERE place = " + number + ")") == 0)
    return;
  // A holder that keeps its key frees nothing.
  connection_.execute("UPDATE " + table_.claims + " AS c SET freed_by = NULL WHERE c.place = " + number +
                      " AND EXISTS (SELECT 1 FROM " + staged_keys(table_, index) + " k CROSS JOIN " +
                      staged_keys(table_, index) + " s WHERE k." + kKeyRecord + " = c.freed_by AND " + staged_record() +
                      " = c.record AND " + same_key(index, "k", "s") + ")");
  reject_claims(place, "c.freed_by IS NULL", "");
  forget_rejected_claims();
}

void KeyClassifier::reject_kept() {
  if (table_.may_be_deleted == 0 || table_.plan.identity.empty()) return;
  for (const UniqueIndex& index : table_.details.unique_indexes) {
    if (!table_.foretells(index.columns)) continue;
    const std::string reason = quote_literal(index.name + ": the target holds ") + " || " +
                               index_key_text(table_, index, "s") + " || ' as ' || " + table_.key_text("t") +
                               " || ', which stays'";
    reject_if_judged(
        connection_, table_,
        reject_sql(table_, staged_record(), {'c', reason, index.name, table_.key_text("t"), {}},
                   table_.verdicts + " v CROSS JOIN " + staged_keys(table_, index) + " s ON " + staged_record() +
                       " = v.record CROSS JOIN " + kept_keys(table_, index) + " t ON " + same_key(index, "s", "t")));
  }
}

void KeyClassifier::forget_rejected_claims() {
  connection_.execute("DELETE FROM " + table_.claims + " WHERE record NOT IN (SELECT record FROM " + table_.verdicts +
                      ")");
  table_.claims_left = connection_.number("SELECT EXISTS (SELECT 1 FROM " + table_.claims + ")") != 0;
}

// `condition` is on the claims, called c.
std::uint64_t KeyClassifier::reject_claims(std::size_t place, const std::string& condition, const std::string& why) {
  const UniqueIndex& index = table_.details.unique_indexes[place];
  const std::string holder = table_.plan.identity.empty() ? std::string{} : table_.key_text("t");
  std::string reason = quote_literal(index.name + ": the target holds ") + " || " + index_key_text(table_, index, "s");
  if (!holder.empty()) reason += " || ' as ' || " + holder;
  if (!why.empty()) reason += " || " + quote_literal(why);
  return reject(
      connection_, table_,
      reject_sql(table_, staged_record(), {'c', reason, index.name, holder, {}},
                 table_.claims + " c CROSS JOIN " + staged_keys(table_, index) + " s ON " + staged_record() +
                     " = c.record CROSS JOIN " + target_keys(table_, index) + " t ON " + same_key(index, "s", "t") +
                     " WHERE c.place = " + std::to_string(place) + " AND " + other_row() + " AND " + condition));
}

std::uint64_t KeyClassifier::reject_unfreed() {
  std::uint64_t found = 0;
  for (std::size_t i = 0; table_.claims_left && i < table_.details.unique_indexes.size(); ++i) {
    found += reject_claims(i, "c.freed_by NOT IN (SELECT record FROM " + table_.verdicts + " WHERE verdict = 'u')",
                           ", and the row of the file that would give it up is left out");
  }
  if (found > 0) forget_rejected_claims();
  return found;
}

void KeyClassifier::reject_all_circles() {
  HandOver order(connection_, table_);
  order.arrange();
  for (std::size_t i = 0; table_.claims_left && i < table_.details.unique_indexes.size(); ++i)
    reject_claims(i, order.is_in_circle(), ", and the merge could not give it up first");
  forget_rejected_claims();
}

void KeyClassifier::reject_repeated(const UniqueIndex& index) {
  const std::string mine = table_.verdicts + " v CROSS JOIN " + staged_keys(table_, index) + " ";
  const std::string reason = quote_literal(index.name + ": more than one record of the file claims ") + " || " +
                             index_key_text(table_, index, "s");
  const bool is_judged =
      reject_if_judged(connection_, table_,
                       reject_sql(table_, staged_record(), {'c', reason, index.name, {}, {}},
                                  "(SELECT k.* FROM " + mine + "k ON k." + kKeyRecord + " = v.record GROUP BY " +
                                      key_list(index, "k") + " HAVING count(*) > 1) d CROSS JOIN " + mine + "s ON " +
                                      staged_record() + " = v.record AND " + same_key(index, "d", "s")));
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

// Whether some part of the key is NULL then, or another one for each record: a part that is of this column alone.
bool KeyClassifier::frees(const UniqueIndex& index, const StagedColumn& column, const std::string& value) {
  const std::string rows =
      "(SELECT " + value + " AS " + column.quoted + " FROM (SELECT 1 AS record UNION ALL SELECT 2) h) x";
  return std::ranges::any_of(computed_keys(index), [&](const std::string& part) {
    if (part == column.quoted) return true;
    // As rows of a table: a part that cannot be judged inserts none.
    const std::uint64_t freed = execute_if_judged(
        connection_, "INSERT INTO " + table_.claims +
                         " SELECT NULL, NULL, NULL FROM (SELECT count(*) AS all_rows, "
                         "count(k) AS present, count(DISTINCT k) AS different FROM (SELECT " +
                         part + " AS k FROM " + rows + ")) WHERE present = 0 OR different = all_rows");
    if (freed > 0) connection_.execute("DELETE FROM " + table_.claims + " WHERE place IS NULL");
    return freed > 0;
  });
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

// Rows of some table refer to it, and may follow it.
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
  // As a table of one row: an expression that cannot be judged inserts none, so it fails.
  return execute_if_judged(connection_, "INSERT INTO " + table_.claims +
                                            " SELECT NULL, NULL, NULL FROM (SELECT NULL AS " + quote_name(column) +
                                            ") WHERE coalesce((" + check.expression + "\n), 1)") == 0 ||
         connection_.execute("DELETE FROM " + table_.claims + " WHERE place IS NULL") == 0;
}

bool KeyClassifier::park() {
  HandOver order(connection_, table_);
  order.arrange();
  order.open_circles();
  std::uint64_t parked = 0;
  for (std::size_t i = 0; i < table_.details.unique_indexes.size(); ++i) {
    const std::string holders =
        table_.parked + " h JOIN " + table_.claims + " c ON c.freed_by = h.record AND c.place = " + std::to_string(i);
    if (connection_.number("SELECT EXISTS (SELECT 1 FROM " + holders + ")") == 0) continue;
    const auto [column, value] = parking(table_.details.unique_indexes[i]);
    parked +=
        connection_.execute("UPDATE" + table_.or_abort + " " + table_.target + " AS t SET " + column + " = " + value +
                            " FROM (SELECT DISTINCT h.record FROM " + holders + ") h JOIN " + table_.stage +
                            " s ON s." + table_.record + " = h.record WHERE " + table_.same_identity("s", "t"));
  }
  return parked > 0;
}

}  // namespace sqlite
