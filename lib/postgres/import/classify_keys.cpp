#include "postgres/import/classify_keys.h"

#include <algorithm>

#include "postgres/import/index_key.h"
#include "postgres/import/judged_rows.h"
#include "postgres/import/key_order.h"
#include "postgres/import/rejects.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Beside the condition that two keys are the same: the rows are two. A natural key may be NULL in part.
std::string other_row(const StagedTable& table) {
  return table.plan.identity.empty() ? "true" : "(" + table.same_identity("s", "t") + ") IS NOT TRUE";
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
      keys.push_back(key_column(k) + " " + exclusion.operator_classes[k]);
    connection_.execute("CREATE TEMPORARY TABLE " + exclusion_table(i) +
                        " ON COMMIT DROP AS SELECT NULL::pg_catalog.int8 AS record, " + index_key_list(exclusion.key) +
                        " FROM " + table_.target + " WITH NO DATA; CREATE INDEX ON " + exclusion_table(i) + " USING " +
                        exclusion.access_method + " (" + join(keys, ", ") + ")");
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
  connection_.execute("DELETE FROM " + table_.claim_part.heap + " c WHERE true" + table_.claim_part.only("c"));
  table_.claims_left = false;
  classify(inserts);
}

void KeyClassifier::reject_taken(std::size_t place) {
  const UniqueIndex& index = key_at(table_.details, place);
  const std::string number = std::to_string(place);
  std::uint64_t found = 0;
  const auto claim = [&] {
    std::vector<std::string> ways;
    for (const std::string& same : ways_to_be_same(table_, index, "s", "t"))
      ways.push_back("SELECT " + table_.claim_part.first() + number + ", s." + table_.record +
                     ", t.tableoid, t.ctid, NULL::pg_catalog.int8 FROM " + staged_keys(table_, index) + " s JOIN " +
                     held_keys(table_, index) + " t ON " + same + " WHERE " + other_row(table_));
    found = connection_.execute(table_.claim_part.into(kClaimColumns) + " " + join(ways, " UNION ALL "));
  };
  // As in reject_if_judged: an expression of the index is the user's.
  if (refusal_of(connection_, "claims", claim, Refusal::kOfAnExpression)) table_.unjudged = true;
  if (found == 0) return;
  connection_.execute("ANALYZE " +
                      table_.claim_part.heap);  // else the planner takes the claims for one and loops over the rest
  if (!table_.plan.identity.empty()) {
    connection_.execute("UPDATE " + table_.claim_part.heap + " c SET freed_by = v.record FROM " + table_.verdicts +
                        " v JOIN " + table_.typed_rows() + " s ON s." + table_.record + " = v.record JOIN " +
                        table_.target_rows + " t ON " + table_.same_identity("s", "t") +
                        " WHERE v.verdict = 'u' AND c.place = " + number +
                        " AND c.holder_table = t.tableoid AND c.holder_row = t.ctid" + table_.claim_part.only("c"));
    connection_.execute("ANALYZE " + table_.claim_part.heap);  // or it takes all of them for NULL
    // A holder that keeps its key frees nothing.
    connection_.execute("UPDATE " + table_.claim_part.heap + " c SET freed_by = NULL FROM " +
                        staged_keys(table_, index) + " k, " + staged_keys(table_, index) + " s WHERE k." +
                        table_.record + " = c.freed_by AND s." + table_.record + " = c.record AND c.place = " + number +
                        " AND " + same_index_key(index, "k", "s") + table_.claim_part.only("c"));
  }
  reject_claims(place, "c.freed_by IS NULL", "");
  forget_judged_claims();
  const pqxx::result left = connection_.query("SELECT FROM " + table_.claims + " c LIMIT 1");
  table_.claims_left = !left.empty();
}

// `condition` is on the claims, called c.
std::uint64_t KeyClassifier::reject_claims(std::size_t place, const std::string& condition, const std::string& why) {
  const UniqueIndex& index = key_at(table_.details, place);
  const bool excludes = is_exclusion(table_.details, place);
  const std::string holder = holder_text(table_);
  std::string reason = quote_literal(index.name + (excludes ? ": " : ": the target holds ")) + " || " +
                       index_key_text(table_, index, "s");
  if (excludes) reason += " || ' excludes what the target holds'";
  if (!holder.empty()) reason += " || ' as ' || " + holder;
  if (!why.empty()) reason += " || " + quote_literal(why);
  return reject(connection_, table_,
                reject_sql(table_, {excludes ? 'x' : 'c', reason, index.name, holder},
                           staged_keys(table_, index) + " s JOIN " + table_.claims + " c ON c.record = s." +
                               table_.record + " JOIN " + table_.target_rows +
                               " t ON t.tableoid = c.holder_table AND t.ctid = c.holder_row WHERE c.place = " +
                               std::to_string(place) + " AND " + condition));
}

std::uint64_t KeyClassifier::reject_unfreed() {
  std::uint64_t found = 0;
  for (std::size_t i = 0; table_.claims_left && i < key_count(table_.details); ++i) {
    found += reject_claims(i,
                           "(c.freed_by IS NOT NULL AND NOT EXISTS (SELECT FROM " + table_.verdicts +
                               " v WHERE v.record = c.freed_by AND v.verdict = 'u') OR " +
                               KeyOrder::behind_lost_row(table_, number_) + ")",
                           ", and the row of the file that would give it up is left out");
  }
  if (found > 0) forget_judged_claims();
  return found;
}

void KeyClassifier::reject_kept() {
  if (table_.may_be_deleted == 0 || table_.plan.identity.empty()) return;
  for (const UniqueIndex& index : table_.details.unique_indexes) {
    if (!foretells(table_, index.columns)) continue;
    const std::string reason = quote_literal(index.name + ": the target holds ") + " || " +
                               index_key_text(table_, index, "s") + " || ' as ' || " + holder_text(table_) +
                               " || ', which stays'";
    reject_if_judged(connection_, table_,
                     reject_sql(table_, {'c', reason, index.name, holder_text(table_)},
                                staged_keys(table_, index) + " s JOIN " + kept_keys(table_, index) + " t ON " +
                                    same_index_key(index, "s", "t")));
  }
}

void KeyClassifier::forget_judged_claims() {
  connection_.execute("DELETE FROM " + table_.claim_part.heap + " c WHERE NOT EXISTS (SELECT FROM " + table_.verdicts +
                      " v WHERE v.record = c.record)" + table_.claim_part.only("c"));
}

std::uint64_t KeyClassifier::reject_all_claims() {
  std::uint64_t found = 0;
  for (std::size_t i = 0; table_.claims_left && i < key_count(table_.details); ++i)
    found += reject_claims(i, "true", ", and the merge could not give it up first");
  table_.claims_left = false;
  return found;
}

void KeyClassifier::reject_repeated(const UniqueIndex& index) {
  const std::string reason = quote_literal(index.name + ": more than one record of the file claims ") + " || " +
                             index_key_text(table_, index, "s");
  reject_if_judged(connection_, table_,
                   reject_sql(table_, {'c', reason, index.name, {}},
                              repeated_keys(table_, index, staged_keys(table_, index)) + " s"));
}

// Within the file.
void KeyClassifier::reject_excluded(std::size_t place) {
  const UniqueIndex& key = table_.details.exclusions[place].key;
  const auto copy_keys = [&] {
    connection_.execute("DELETE FROM " + exclusion_table(place) + "; INSERT INTO " + exclusion_table(place) +
                        " SELECT s." + table_.record + ", " + index_key_list(key) + " FROM " +
                        accepted_rows(table_, key.columns) +
                        (key.predicate.empty() ? "" : " AND (" + key.predicate + ")"));
  };
  if (refusal_of(connection_, "exclusion", copy_keys, Refusal::kOfAnExpression)) table_.unjudged = true;
  connection_.execute("ANALYZE " + exclusion_table(place));
  reject_if_judged(connection_, table_,
                   reject_sql(table_,
                              {'x',
                               quote_literal(key.name + ": another record of the file excludes ") + " || " +
                                   index_key_text(table_, key, "s"),
                               key.name,
                               {}},
                              staged_keys(table_, key) + " s JOIN " + exclusion_table(place) + " a ON a.record = s." +
                                  table_.record + " WHERE EXISTS (SELECT FROM " + exclusion_table(place) +
                                  " b WHERE b.record <> a.record AND " + same_index_key(key, "a", "b") + ")"));
}

void KeyClassifier::defer() {
  for (std::size_t i = 0; i < key_count(table_.details); ++i) {
    const UniqueIndex& index = key_at(table_.details, i);
    if (!index.deferrable) continue;
    const std::string claims = "SELECT FROM " + table_.claims + " c WHERE c.place = " + std::to_string(i) + " LIMIT 1";
    if (!connection_.query(claims).empty())
      connection_.execute("SET CONSTRAINTS " + constraint_name(index) + " DEFERRED");
  }
}

void KeyClassifier::check() {
  for (std::size_t i = 0; i < key_count(table_.details); ++i) {
    const UniqueIndex& index = key_at(table_.details, i);
    if (index.deferrable) connection_.execute("SET CONSTRAINTS " + constraint_name(index) + " IMMEDIATE");
  }
}

std::string KeyClassifier::constraint_name(const UniqueIndex& index) const {
  return quote_name(catalog::TableName{table_.details.table.name.schema, index.name});
}

std::string KeyClassifier::exclusion_table(std::size_t place) const {
  return table_.exclusions + std::to_string(place);
}

}  // namespace postgres
