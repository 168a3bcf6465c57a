#include "postgres/import/classify.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/import/classify_keys.h"
#include "postgres/import/evaluation.h"
#include "postgres/import/judged_rows.h"
#include "postgres/import/key_order.h"
#include "postgres/import/match.h"
#include "postgres/import/moved_keys.h"
#include "postgres/import/multiset.h"
#include "postgres/import/rejects.h"
#include "postgres/import/stage.h"
#include "postgres/import/unwritable.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Staged rows that nothing speaks against yet. Those that could not be staged are among the rejected as well.
std::uint64_t candidates(const StagedTable& table) {
  return table.staged_rows - (table.rejected_rows - (table.counts.rows - table.staged_rows));
}

// What failed_leaf_check of a row says: a name that no column has.
constexpr const char* kFailed = "\"db-transfer failed\"";

// "(at) = (2030-01-01)", of those of its columns that the file brings.
std::string partition_key_text(const StagedTable& table) {
  std::vector<std::string> columns;
  for (const std::string& column : table.details.partitions.columns)
    if (table.has_columns({column})) columns.push_back(column);
  return columns.empty() ? "''" : table.columns_text(columns, "s");
}

bool refers_to_itself(const StagedTable& table) {
  return std::ranges::any_of(table.details.table.foreign_keys,
                             [&](const auto& key) { return key.parent == table.details.table.name; });
}

// Condition: no row is at any of the places.
std::string not_there(const std::vector<std::string>& places) {
  std::string sql;
  for (const std::string& place : places) sql += " AND NOT EXISTS (SELECT FROM " + place + ")";
  return sql;
}

// Condition: the periods of the rows there do not contain that of the child. An empty period lies in none.
std::string not_contained(const catalog::ForeignKey& key, const std::vector<std::string>& places) {
  std::vector<std::string> periods;
  for (const std::string& place : places)
    periods.push_back("SELECT p." + quote_name(key.parent_columns.back()) + " AS period FROM " + place);
  return " AND NOT COALESCE((SELECT s." + quote_name(key.columns.back()) +
         " OPERATOR(pg_catalog.<@) pg_catalog.range_agg(x.period) FROM (" + join(periods, " UNION ALL ") +
         ") x), false)";
}

}  // namespace

Classifier::Classifier(Connection& connection, std::vector<StagedTable>& tables,
                       const std::vector<std::vector<std::size_t>>& components, TemporaryTables& temporary)
    : connection_(connection), tables_(tables), components_(components), temporary_(temporary) {
  for (const StagedTable& table : tables_) by_name_.emplace(table.details.table.name, &table);
}

void Classifier::prepare(const std::string& search_path) {
  search_path_ = search_path;
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    KeyClassifier(connection_, tables_[i], i).prepare();
    Evaluation(connection_, tables_[i], i, search_path_).prepare();
  }
  KeyOrder::prepare(connection_, tables_);
  Matcher(connection_, tables_).demand_independent_keys(components_);
}

void Classifier::classify(base::Progress& progress) {
  temporary_.analyze_shared_stages();
  // Of all tables first: matching a parent changes rows of its children.
  for (StagedTable& table : tables_) reject_unreadable(table);
  find_large_values(connection_, tables_);
  Matcher matcher(connection_, tables_);
  for (const auto& component : components_) {
    matcher.match(component);
    for (const std::size_t number : component) {
      StagedTable& table = tables_[number];
      if (!table.has_rows()) continue;
      progress.table(table.details.table.name.name);
      judge(number,
            component.size() > 1 || refers_to_itself(table) ? Parking::Inserts::kInside : Parking::Inserts::kBefore);
    }
    reject_dependants(component);
  }
  judge_cascades();
}

void Classifier::judge_cascades() {
  Cascades cascades(connection_, tables_);
  cascades_.clear();
  if (!cascades.any()) return;
  while (cascades.reject_harmful() > 0) {
    for (const auto& component : components_) reject_dependants(component);
  }
  cascades.mark_reached();
  cascades.count();
  cascades_ = cascades.effects();
}

void Classifier::judge(std::size_t number, Parking::Inserts inserts) {
  StagedTable& table = tables_[number];
  if (table.plan.identity.empty()) {
    compare_multisets(table);
  } else {
    reject_repeated_identities(table);
    compare_with_target(table);
  }
  if (table.may_be_written == 0) return;
  skip_rows(table);
  if (table.verdict_part.number.empty()) {
    connection_.execute("ANALYZE " + table.verdict_part.heap);
  } else {
    temporary_.count_shared_verdicts(table.may_be_written);
  }
  Evaluation evaluation(connection_, table, number, search_path_);
  evaluation.reject_failing();
  reject_homeless(table);
  reject_unpublishable(connection_, table, notices_);
  reject_large_entries(connection_, table);
  KeyClassifier(connection_, table, number).classify(inserts);
  for (const CheckConstraint& check : table.details.checks) {
    const bool judged = (check.of_made && table.has_columns(check.columns)) ||
                        Evaluation::judges(table, Evaluated::Meaning::kCheck, check.name);
    if (!judged && !check.looks_elsewhere && foretells(table, check.columns)) reject_failed_check(table, check);
  }
  if (!Evaluation::judges(table, Evaluated::Meaning::kLeafChecks, {})) reject_failed_leaf_check(table);
  evaluation.reject_violating();
}

// Rows that a partitioned table has no partition for.
void Classifier::reject_homeless(StagedTable& table) {
  if (!foretells(table, {kLeaf})) return;
  const std::string reason = "no partition of " + table.details.table.name.name + " found for row: ";
  reject_if_judged(connection_, table,
                   reject_sql(table, {'x', quote_literal(reason) + " || " + partition_key_text(table), {}, {}},
                              accepted_rows(table, {kLeaf}) + " AND s." + kLeaf + " IS NULL"));
}

void Classifier::reject_failed_leaf_check(StagedTable& table) {
  const LeafChecks& checks = table.details.leaf_checks;
  if (checks.failed.empty() || !foretells(table, checks.columns)) return;
  const std::string rows = fmt::format("(SELECT s.*, {failed} AS {name} FROM {rows}) s WHERE s.{name} IS NOT NULL",
                                       fmt::arg("failed", checks.failed), fmt::arg("name", kFailed),
                                       fmt::arg("rows", accepted_rows(table, checks.columns)));
  reject_if_judged(connection_, table, reject_sql(table, {'x', "s." + std::string(kFailed), {}, {}}, rows));
}

std::uint64_t Classifier::reject_dependants(const std::vector<std::size_t>& component) {
  std::uint64_t all = 0;
  std::uint64_t found = 0;
  do {
    found = reject_orphans(component);
    for (const std::size_t number : component) {
      if (tables_[number].may_be_written == 0) continue;
      found += KeyClassifier(connection_, tables_[number], number).reject_unfreed();
      found += reject_needed(connection_, tables_[number]);
    }
    all += found;
  } while (found > 0);
  return all;
}

// Rows whose text or base value is none of the column's type: the casts of typed_rows() must not fail later.
void Classifier::reject_unreadable(StagedTable& table) {
  std::vector<std::string> casts;
  for (const StagedColumn& column : table.columns) {
    if (!column.cast.empty()) casts.push_back("pg_catalog.count(s." + column.quoted + column.cast + ")");
  }
  if (casts.empty() || table.staged_rows == 0) return;
  const std::uint64_t staged_before = table.staged_rows;
  reject_unreadable(table, "SELECT " + join(casts, ", ") + " FROM " + table.raw_rows() + " s", 1, table.counts.rows);
  if (table.staged_rows < staged_before) analyze_stage(connection_, table);
}

void Classifier::reject_unreadable(StagedTable& table, const std::string& read, std::uint64_t first,
                                   std::uint64_t last) {
  const std::string range =
      " WHERE s." + table.record + " BETWEEN " + std::to_string(first) + " AND " + std::to_string(last);
  std::string reason;
  connection_.execute("SAVEPOINT reads");
  try {
    connection_.execute(read + range);
  } catch (const ServerError& error) {
    // kSchema: the value names a thing that the target lacks (regclass and its like); the statement itself is sound.
    if (!error.blames_a_row() && error.kind() != base::ErrorKind::kSchema) throw;
    reason = error.what();
    connection_.execute("ROLLBACK TO SAVEPOINT reads");
  }
  connection_.execute("RELEASE SAVEPOINT reads");
  if (reason.empty()) return;
  if (first == last) {
    reject(connection_, table,
           reject_sql(table, {'x', quote_literal(reason), {}, {}}, table.raw_rows() + " s" + range));
    table.staged_rows -=
        connection_.execute("DELETE FROM " + table.stage_part.heap + " k WHERE " + table.stage_record("k") + " = " +
                            std::to_string(first) + table.stage_part.only("k"));
    return;
  }
  // From here on ranges are asked for again and again. A dry run may not create an index, not even this one.
  const bool whole = first == 1 && last == table.counts.rows && table.stage_part.number.empty();
  if (whole && !connection_.query("SELECT pg_catalog.current_setting('transaction_read_only') = 'on'")[0][0].as<bool>())
    connection_.execute("CREATE INDEX ON " + table.stage_part.heap + " ((" + table.stage_record() + "))");
  const std::uint64_t middle = first + (last - first) / 2;
  reject_unreadable(table, read, first, middle);
  reject_unreadable(table, read, middle + 1, last);
}

void Classifier::reject_repeated_identities(StagedTable& table) {
  if (table.keys_differ) return;
  reject_repeated(connection_, table, table.plan.identity, "'more than one record of the file claims this key'");
}

void Classifier::compare_with_target(StagedTable& table) {
  std::string sql = table.verdict_part.into(kVerdictColumns) + " SELECT " + table.verdict_part.first() + "s." +
                    table.record + ", CASE WHEN t.tableoid IS NULL THEN 'i' ELSE 'u' END FROM " + table.typed_rows() +
                    " s LEFT JOIN " + table.target_rows + " t ON " + table.same_identity("s", "t") +
                    " WHERE (t.tableoid IS NULL OR " + table.differs("s", "t") + ")";
  if (table.rejected_rows > 0) {
    sql += " AND NOT EXISTS (SELECT FROM " + table.rejects + " r WHERE r.record = s." + table.record + ")";
  }
  table.may_be_written = connection_.execute(sql);
  table.counts.unchanged = candidates(table) - table.may_be_written;
}

void Classifier::compare_multisets(StagedTable& table) {
  table.may_be_written =
      connection_.execute(table.verdict_part.into(kVerdictColumns) + " SELECT " + table.verdict_part.first() +
                          "l.record, 'i' FROM (" + lacking_rows(table) + ") l");
  table.counts.unchanged = candidates(table) - table.may_be_written;
}

// Rows that the user wants left as they are.
void Classifier::skip_rows(StagedTable& table) {
  const std::string written = table.typed_rows() + " s JOIN " + table.verdicts + " v ON v.record = s." + table.record;
  if (table.plan.mode == engine::Mode::kInsert) {
    reject(connection_, table,
           reject_sql(table, {'s', "'only new rows are asked for, and the target has this one'", {}, {}},
                      written + " WHERE v.verdict = 'u'"));
  }
  if (table.plan.mode == engine::Mode::kUpdate) {
    reject(connection_, table,
           reject_sql(table, {'s', "'only updates are asked for, and the target lacks this row'", {}, {}},
                      written + " WHERE v.verdict = 'i'"));
  }
  if (table.plan.newer_rows == engine::NewerRows::kKeep && !table.plan.identity.empty()) {
    reject(connection_, table,
           reject_sql(table,
                      {'s',
                       quote_literal("the target's row is newer: " + table.plan.changed_at + " ") + " || " +
                           table.column_text(table.plan.changed_at, "t") + " || ' against ' || " +
                           table.column_text(table.plan.changed_at, "s"),
                       {},
                       table.key_text("t")},
                      written + " JOIN " + table.target_rows + " t ON " + table.same_identity("s", "t") +
                          " WHERE v.verdict = 'u' AND " + table.target_is_newer()));
  }
}

void Classifier::reject_failed_check(StagedTable& table, const CheckConstraint& check) {
  reject_if_judged(connection_, table,
                   reject_sql(table, {'x', quote_literal("violates the check " + check.name), check.name, {}},
                              accepted_rows(table, check.columns) + " AND (" + check.expression + ") IS FALSE"));
}

std::uint64_t Classifier::reject_orphans(const std::vector<std::size_t>& component) {
  std::uint64_t all = 0;
  std::uint64_t found = 0;
  do {
    found = 0;
    bool inside = false;
    for (const std::size_t number : component) {
      StagedTable& table = tables_[number];
      if (table.may_be_written == 0) continue;
      for (std::size_t key = 0; key < table.details.table.foreign_keys.size(); ++key) {
        found += reject_orphans(table, key);
        const StagedTable* parent = find_staged(table.details.table.foreign_keys[key].parent);
        inside = inside ||
                 std::any_of(component.begin(), component.end(), [&](std::size_t n) { return &tables_[n] == parent; });
      }
    }
    all += found;
    if (!inside) break;
  } while (found > 0);
  return all;
}

std::uint64_t Classifier::reject_orphans(StagedTable& table, std::size_t foreign_key) {
  const catalog::ForeignKey& key = table.details.table.foreign_keys[foreign_key];
  const ParentRule rule = table.details.parent_rules[foreign_key];
  const LeafKey& leaves = table.details.leaf_keys[foreign_key];
  const std::vector<Equality>& equalities =
      leaves.condition.empty() ? table.details.foreign_key_equality[foreign_key] : leaves.equality;
  std::vector<std::string> read = key.columns;
  if (!leaves.condition.empty()) read.emplace_back(kLeaf);
  if (rule == ParentRule::kNone || equalities.empty() || !foretells(table, read)) return 0;
  const std::string children =
      accepted_rows(table, read) + (leaves.condition.empty() ? std::string{} : " AND s." + leaves.condition);
  std::vector<std::string> filled;
  std::vector<std::string> same;
  std::vector<std::string> moved;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const std::string child = "s." + quote_name(key.columns[i]);
    filled.push_back(child + " IS DISTINCT FROM NULL");
    const Equality& equality = equalities[i];
    const std::string parent_column = "." + quote_name(key.parent_columns[i]);
    same.push_back(equality.of("p" + parent_column, child));
    moved.push_back(equality.of("o" + parent_column, child));
    shown.push_back(quote_literal(key.parent_columns[i] + "=") + " || " + table.column_text(key.columns[i], "s"));
  }
  std::uint64_t half_empty = 0;
  if (table.details.match_full[foreign_key] && key.columns.size() > 1) {
    std::vector<std::string> empty;
    for (const std::string& column : key.columns)
      empty.push_back("s." + quote_name(column) + " IS NOT DISTINCT FROM NULL");
    half_empty = reject(
        connection_, table,
        reject_sql(
            table,
            {'x', quote_literal(key.name + ": MATCH FULL allows NULL in all of its columns or in none"), key.name, {}},
            children + " AND (" + join(empty, " OR ") + ") AND NOT (" + join(empty, " AND ") + ")"));
  }
  const StagedTable* parent = find_staged(key.parent);
  // Where parents may be: in the target, as long as no update takes their key away, and among the accepted rows.
  std::vector<std::string> places{
      (parent == nullptr ? quote_name(key.parent) : parent->target_rows) + " p WHERE " + join(same, " AND ") +
      (parent == nullptr ? std::string{} : keeps_key(*parent, key.parent_columns, join(moved, " AND ")))};
  if (parent != nullptr && parent->has_rows() && foretells(*parent, key.parent_columns)) {
    places.push_back(judged_rows(*parent, key.parent_columns) + " p JOIN " + parent->verdicts + " w ON w.record = p." +
                     parent->record + " WHERE " + join(same, " AND "));
  }
  const std::string orphans = children + " AND " + join(filled, " AND ") +
                              (rule == ParentRule::kContained ? not_contained(key, places) : not_there(places));
  const std::string reason = quote_literal(key.name + ": the parent " + key.parent.name + " ") + " || " +
                             join(shown, " || ', ' || ") +
                             " || ' is neither in the target nor among the accepted rows of the file'";
  return half_empty + reject(connection_, table, reject_sql(table, {'x', reason, key.name, {}}, orphans));
}

const StagedTable* Classifier::find_staged(const catalog::TableName& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace postgres
