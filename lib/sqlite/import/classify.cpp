#include "sqlite/import/classify.h"

#include <algorithm>
#include <set>

#include "sqlite/import/classify_keys.h"
#include "sqlite/import/evaluation.h"
#include "sqlite/import/rejects.h"
#include "sqlite/import/remap.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {

void Classifier::index_stages() {
  for (StagedTable& table : tables_) index_stage(table);
}

void Classifier::classify(base::Progress& progress) {
  if (undo_.is_any()) undo_.take_deletes();
  for (StagedTable& table : tables_) reject_impossible_row_numbers(table);
  for (const auto& component : components_) {
    for (const std::size_t number : component) {
      StagedTable& table = tables_[number];
      if (!table.plan.match.empty() && !table.plan.identity.empty())
        table.rejected_rows += remap(connection_, tables_, table);
    }
  }
  for (const auto& component : components_) {
    for (const std::size_t number : component) {
      StagedTable& table = tables_[number];
      progress.table(table.details.table.name.name, number + 1);
      if (table.plan.identity.empty()) {
        compare_multisets(table, Rows::kAll);
      } else {
        reject_repeated_identities(table);
        compare_with_target(table);
        undo_.judge_written(table);
        if (table.identity_may_be_null()) compare_multisets(table, Rows::kWithoutIdentity);
      }
      skip(table);
      Evaluation(connection_, table).fill();
      reject_nulls(table);
      Evaluation(connection_, table).reject_failing();
      KeyClassifier(connection_, table, details_).classify();
      reject_failed_checks(table);
      reject_needed_keys(connection_, table, details_, foreign_keys_);
      reject_growth(table);
    }
    reject_orphans(component);
  }
  std::uint64_t followed = 0;
  for (StagedTable& table : tables_) followed += reject_followed_keys(connection_, tables_, table, details_);
  for (const auto& component : components_) {
    if (followed > 0) reject_orphans(component);
  }
  judge_deletes();
}

// A row that stays after all holds its keys, and what wants those stays out with it.
void Classifier::judge_deletes() {
  while (undo_.reject_referred() > 0) {
    for (StagedTable& table : tables_) KeyClassifier(connection_, table, details_).reject_kept();
    for (const auto& component : components_) reject_orphans(component);
  }
}

// Rows that change on their way in are none of the file's, so every import of it would bring them again.
void Classifier::reject_growth(StagedTable& table) {
  const bool has_no_key = table.plan.identity.empty() || table.identity_may_be_null();
  if (!has_no_key || table.plan.growth == engine::Growth::kAllow || !writes_itself(table.details, details_)) return;
  const std::string reason = "a trigger writes " + table.details.table.name.name +
                             " again when a row without a key is inserted, so that each import might add it once more; "
                             "--allow-growth takes it";
  reject(
      connection_, table,
      reject_sql(table, "v.record", {'x', quote_literal(reason), {}, {}, {}},
                 table.accepted_rows() + (table.plan.identity.empty() ? "" : " WHERE " + table.lacks_identity("s"))));
}

// By identity, for the rows of the file that claim one; and by every key that children look for.
void Classifier::index_stage(StagedTable& table) {
  std::set<std::string> keys;
  if (!table.plan.identity.empty()) keys.insert(join(table.collated_identity(""), ", "));
  for (const StagedTable& child : tables_) {
    for (const catalog::ForeignKey& key : child.details.table.foreign_keys) {
      if (key.parent != table.details.table.name || key.parent_columns == table.plan.identity) continue;
      if (!table.foretells(key.parent_columns)) continue;
      std::vector<std::string> columns;
      for (const std::string& column : key.parent_columns) columns.push_back(quote_name(column));
      keys.insert(join(columns, ", "));
    }
  }
  const std::string name = table.stage.substr(table.stage.find('.') + 1);
  std::size_t number = 0;
  for (const std::string& key : keys)
    connection_.execute("CREATE INDEX temp." + name + "_key_" + std::to_string(number++) + " ON " + name + " (" + key +
                        ")");
}

// INTEGER PRIMARY KEY is the only column that takes nothing but integers; NULL would become any number.
void Classifier::reject_impossible_row_numbers(StagedTable& table) {
  const std::string& column = table.details.rowid_column;
  if (column.empty() || !table.has_columns({column})) return;
  reject(connection_, table,
         reject_sql(table, "s." + table.record,
                    {'x',
                     quote_literal("column " + column + ": the number of a row must be an integer, not ") +
                         " || typeof(s." + quote_name(column) + ")",
                     {},
                     {},
                     {}},
                    table.stage + " s WHERE typeof(s." + quote_name(column) + ") <> 'integer'"));
}

void Classifier::reject_repeated_identities(StagedTable& table) {
  std::vector<std::string> names;
  for (const std::string& column : table.plan.identity) names.push_back("k." + quote_name(column));
  reject(connection_, table,
         reject_sql(table, "s." + table.record, {'c', "'more than one record of the file claims this key'", {}, {}, {}},
                    "(SELECT " + join(names, ", ") + " FROM " + table.stage + " k GROUP BY " +
                        join(table.collated_identity("k"), ", ") + " HAVING count(*) > 1) d CROSS JOIN " + table.stage +
                        " s ON " + table.same_identity("d", "s")));
}

void Classifier::compare_with_target(StagedTable& table) {
  // The join compares the key by =, so it is never NULL in a row that is found.
  const std::string there = "t." + quote_name(table.plan.identity.front());
  std::string sql = "INSERT INTO " + table.verdicts + " SELECT s." + table.record + ", CASE WHEN " + there +
                    " IS NULL THEN 'i' ELSE 'u' END, " + there + " IS NOT NULL AND " + table.target_is_newer() +
                    " FROM " + table.stage + " s LEFT JOIN " + table.target + " t ON " + table.same_identity("s", "t") +
                    " WHERE (" + there + " IS NULL OR " + table.differs("s", "t") + ")";
  if (table.identity_may_be_null()) sql += " AND NOT " + table.lacks_identity("s");
  if (table.rejected_rows > 0) sql += " AND s." + table.record + " NOT IN (SELECT record FROM " + table.rejects + ")";
  // Refused before they were staged.
  const std::uint64_t rejected_here = table.counts.rows - table.staged_rows - table.delete_records;
  const std::uint64_t rejected_since = table.rejected_rows - table.rejected_deletes - rejected_here;
  table.counts.unchanged = table.gone + table.staged_rows - rejected_since - connection_.execute(sql);
}

// Without an identity the n-th equal row of the file stands for the n-th equal row of the target.
void Classifier::compare_multisets(StagedTable& table, Rows which) {
  std::vector<std::string> columns;
  for (const StagedColumn& column : table.columns) {
    if (!table.is_ignored(column.name)) columns.push_back("x." + column.quoted);
  }
  const std::string image = image_call(columns) + " AS image";
  const std::string condition = which == Rows::kAll ? "1" : table.lacks_identity("x");
  const std::string accepted = " AND x." + table.record + " NOT IN (SELECT record FROM " + table.rejects + ")";
  const auto numbered = [&](const std::string& list, const std::string& relation, const std::string& order) {
    return "(SELECT y.*, row_number() OVER (PARTITION BY y.image" + order + ") AS n FROM (SELECT " + list + image +
           " FROM " + relation + ") y)";
  };
  const std::uint64_t inserts =
      table.has_marks()
          ? undo_.find_missing(table)
          : connection_.execute("INSERT INTO " + table.verdicts + " SELECT s.record, 'i', 0 FROM " +
                                numbered("x." + table.record + " AS record, ",
                                         table.stage + " x WHERE " + condition + accepted, " ORDER BY y.record") +
                                " s LEFT JOIN " + numbered("", table.target + " x WHERE " + condition, "") +
                                " t ON t.image = s.image AND t.n = s.n WHERE t.n IS NULL");
  // Those without an identity were counted as unchanged so far.
  const std::uint64_t all =
      table.gone + table.staged_rows - (table.rejected_marks - std::min(table.rejected_marks, table.rejected_deletes));
  table.counts.unchanged = which == Rows::kAll ? all - inserts : table.counts.unchanged - inserts;
}

void Classifier::skip(StagedTable& table) {
  const auto skip_where = [&](const std::string& reason, const std::string& condition) {
    reject(connection_, table,
           reject_sql(table, "v.record", {'s', quote_literal(reason), {}, {}, "v.newer"},
                      table.accepted_rows() + " WHERE " + condition));
  };
  if (table.plan.mode == engine::Mode::kInsert)
    skip_where("the row is there, and only new rows are written", "v.verdict = 'u'");
  if (table.plan.mode == engine::Mode::kUpdate)
    skip_where("the row is not there, and no new rows are written", "v.verdict = 'i'");
  if (table.plan.newer_rows == engine::NewerRows::kKeep)
    skip_where("the target's row was changed later", "v.verdict = 'u' AND v.newer");
}

void Classifier::reject_nulls(StagedTable& table) {
  const auto reject_null = [&](const std::string& name, const std::string& column) {
    reject(connection_, table,
           reject_sql(table, "v.record", {'x', quote_literal("column " + name + ": NULL is not allowed"), {}, {}, {}},
                      table.accepted_rows() + " WHERE s." + column + " IS NULL"));
  };
  for (const StagedColumn& column : table.columns) {
    if (table.details.table.find_column(column.name)->not_null) reject_null(column.name, column.quoted);
  }
  for (const MadeColumn& column : table.made) {
    if (column.not_null) reject_null(column.name, column.quoted);
  }
}

void Classifier::reject_failed_checks(StagedTable& table) {
  // The condition names columns unqualified, or as those of its table: the only relation that it sees.
  const std::string alias = quote_name(table.details.table.name.name);
  const auto is_judged = [&](const CheckConstraint& check) {
    return reject_if_judged(
        connection_, table,
        reject_sql(table, "s." + table.record,
                   {'x', quote_literal("violates the check " + check.name), check.name, {}, {}},
                   table.stage + " s WHERE s." + table.record + " IN (SELECT " + alias + "." + table.record + " FROM " +
                       table.stage + " AS " + alias + " WHERE " + alias + "." + table.record +
                       " IN (SELECT record FROM " + table.verdicts + ") AND NOT (" + check.expression + "\n))"));
  };
  bool evaluated = false;
  for (const CheckConstraint& check : table.details.checks) {
    if (!table.foretells(check.columns) || is_judged(check)) continue;
    if (!evaluated) Evaluation(connection_, table).reject_failing_checks();
    evaluated = true;
    if (!is_judged(check)) table.unjudged.push_back("the check " + check.name);
  }
}

std::uint64_t Classifier::reject_orphans(const std::vector<std::size_t>& component) {
  std::uint64_t all = 0;
  std::uint64_t found = 0;
  do {
    found = 0;
    bool inside = false;
    for (const std::size_t number : component) {
      StagedTable& table = tables_[number];
      if (table.claims_left) {
        found += KeyClassifier(connection_, table, details_).reject_unfreed();
        inside = true;
      }
      for (const catalog::ForeignKey& key : table.details.table.foreign_keys) {
        found += reject_orphans(table, key);
        const StagedTable* parent = find_staged(tables_, key.parent);
        inside = inside ||
                 std::any_of(component.begin(), component.end(), [&](std::size_t n) { return &tables_[n] == parent; });
      }
    }
    all += found;
    if (!inside) break;
  } while (found > 0);
  return all;
}

// Rows to be written that refer to no row, neither of the target nor of the file; empty: that cannot be known.
std::string Classifier::orphans(const StagedTable& table, const catalog::ForeignKey& key) {
  if (!table.foretells(key.columns)) return {};
  std::vector<std::string> filled;
  std::vector<std::string> same;
  std::vector<std::string> moves;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const std::string parent_column = quote_name(key.parent_columns[i]);
    const std::string child = "s." + quote_name(key.columns[i]);
    filled.push_back(child + " IS NOT NULL");
    // The parent's collation and affinity decide: it stands on the left, and + takes the child's away.
    same.push_back("p." + parent_column + " = +" + child);
    moves.push_back("k." + parent_column + " IS NOT p." + parent_column);
  }
  const StagedTable* parent = find_staged(tables_, key.parent);
  const bool is_in_file = parent != nullptr && parent->foretells(key.parent_columns);
  // Where rows are found by a natural key, a key of the file means nothing in the target.
  if (is_in_file && !parent->plan.match.empty() && key.parent_columns == parent->plan.identity)
    return table.accepted_rows() + " WHERE " + join(filled, " AND ") + " AND NOT EXISTS (SELECT 1 FROM " +
           parent->stage + " p WHERE " + join(same, " AND ") + " AND +p." + parent->record +
           " NOT IN (SELECT record FROM " + parent->rejects + "))";
  std::string there = join(same, " AND ");
  // An update of the file may take the key away.
  if (is_in_file && !parent->plan.identity.empty() && key.parent_columns != parent->plan.identity)
    there += " AND NOT EXISTS (SELECT 1 FROM " + parent->stage + " k CROSS JOIN " + parent->verdicts +
             " w ON w.record = k." + parent->record + " WHERE " + parent->same_identity("k", "p") +
             " AND w.verdict = 'u' AND (" + join(moves, " OR ") + "))";
  std::string rows = table.accepted_rows() + " WHERE " + join(filled, " AND ") +
                     " AND NOT EXISTS (SELECT 1 FROM main." + quote_name(key.parent.name) + " p WHERE " + there + ")";
  if (is_in_file) {
    // The + keeps the search on the index of the keys: the verdicts are asked about one row only.
    rows += " AND NOT EXISTS (SELECT 1 FROM " + parent->stage + " p WHERE " + join(same, " AND ") + " AND +p." +
            parent->record + " IN (SELECT record FROM " + parent->verdicts + "))";
  }
  return rows;
}

// Of such rows those that the source itself holds without their parent: the file has it nowhere, not even among what is
// left out. Only a table that is in the file, each record of which could be read, says so.
std::string Classifier::orphans_of_source(const catalog::ForeignKey& key) {
  const StagedTable* parent = find_staged(tables_, key.parent);
  if (parent == nullptr || !parent->foretells(key.parent_columns) || parent->staged_rows != parent->counts.rows)
    return "0";
  std::vector<std::string> same;
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    same.push_back("p." + quote_name(key.parent_columns[i]) + " = +s." + quote_name(key.columns[i]));
  return "NOT EXISTS (SELECT 1 FROM " + parent->stage + " p WHERE " + join(same, " AND ") + ")";
}

std::uint64_t Classifier::reject_orphans(StagedTable& table, const catalog::ForeignKey& key) {
  std::string rows = orphans(table, key);
  if (rows.empty()) return 0;
  if (table.plan.orphans == engine::Orphans::kKeep) rows += " AND NOT " + orphans_of_source(key);
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    shown.push_back(quote_literal(key.parent_columns[i] + "=") + " || " +
                    table.readable("s." + quote_name(key.columns[i]), {key.columns[i]}));
  const std::string reason = quote_literal(key.name + ": the parent " + key.parent.name + " ") + " || " +
                             join(shown, " || ', ' || ") +
                             " || ' is neither in the target nor among the accepted rows of the file'";
  return reject(connection_, table, reject_sql(table, "v.record", {'x', reason, key.name, {}, {}}, rows));
}

std::vector<std::string> Classifier::count_kept_orphans() {
  std::vector<std::string> lines;
  for (StagedTable& table : tables_) {
    table.kept_orphans = 0;
    if (table.plan.orphans == engine::Orphans::kLeaveOut) continue;
    for (const catalog::ForeignKey& key : table.details.table.foreign_keys) {
      const std::string rows = orphans(table, key);
      const std::uint64_t kept = rows.empty() ? 0 : connection_.number("SELECT count(*) FROM " + rows);
      if (kept == 0) continue;
      table.kept_orphans += kept;
      lines.push_back(table.details.table.name.name + ": " + std::to_string(kept) + (kept == 1 ? " row" : " rows") +
                      " without the parent in " + key.parent.name + " (" + key.name +
                      "), as the source holds them: taken along");
    }
  }
  return lines;
}

}  // namespace sqlite
