#include "sqlite/classify.h"

#include <algorithm>
#include <set>

#include "sqlite/classify_keys.h"
#include "sqlite/rejects.h"
#include "sqlite/remap.h"
#include "sqlite/row_functions.h"
#include "sqlite/sql_text.h"

namespace sqlite {

void Classifier::classify(base::Progress& progress) {
  for (const auto& component : components_) {
    for (const std::size_t number : component) {
      index_stage(tables_[number]);
      reject_impossible_row_numbers(tables_[number]);
    }
  }
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
      progress.table(table.details.table.name.name);
      if (table.plan.identity.empty()) {
        compare_multisets(table);
      } else {
        reject_repeated_identities(table);
        reject_ambiguous_identities(table);
        compare_with_target(table);
      }
      skip(table);
      reject_nulls(table);
      KeyClassifier(connection_, table, details_).classify();
      for (const CheckConstraint& check : table.details.checks) {
        if (table.has_columns(check.columns)) reject_failed_check(table, check);
      }
      reject_needed_keys(table);
    }
    reject_orphans(component);
  }
}

// By identity, for the rows of the file that claim one; and by every key that children look for.
void Classifier::index_stage(StagedTable& table) {
  std::set<std::string> keys;
  if (!table.plan.identity.empty()) keys.insert(join(table.collated_identity(""), ", "));
  for (const StagedTable& child : tables_) {
    for (const catalog::ForeignKey& key : child.details.table.foreign_keys) {
      if (key.parent != table.details.table.name || key.parent_columns == table.plan.identity) continue;
      if (!table.has_columns(key.parent_columns)) continue;
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

// Only NULL can stand more than once in a key.
void Classifier::reject_ambiguous_identities(StagedTable& table) {
  if (!table.identity_may_be_null()) return;
  reject(connection_, table,
         reject_sql(table, "s." + table.record, {'c', "'more than one row of the target has this key'", {}, {}, {}},
                    table.stage + " s CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t") +
                        " GROUP BY s." + table.record + " HAVING count(*) > 1"));
}

void Classifier::compare_with_target(StagedTable& table) {
  // Whether the join found a row: a column that is never NULL says it, else the row's number.
  std::string there = table.details.row_number;
  for (const std::string& column : table.plan.identity) {
    if (table.details.table.find_column(column)->not_null) there = quote_name(column);
  }
  if (there.empty())
    throw base::Error(base::ErrorKind::kSchema, table.details.table.name.name + " has no key that tells rows apart",
                      "leave the table out with -T");
  std::string sql = "INSERT INTO " + table.verdicts + " SELECT s." + table.record + ", CASE WHEN t." + there +
                    " IS NULL THEN 'i' ELSE 'u' END, t." + there + " IS NOT NULL AND " + table.target_is_newer() +
                    " FROM " + table.stage + " s LEFT JOIN " + table.target + " t ON " + table.same_identity("s", "t") +
                    " WHERE (t." + there + " IS NULL OR " + table.differs("s", "t") + ")";
  if (table.rejected_rows > 0) sql += " AND s." + table.record + " NOT IN (SELECT record FROM " + table.rejects + ")";
  const std::uint64_t rejected_here = table.counts.rows - table.staged_rows;  // refused before they were staged
  const std::uint64_t rejected_since = table.rejected_rows - rejected_here;
  table.counts.unchanged = table.staged_rows - rejected_since - connection_.execute(sql);
}

// Without an identity the n-th equal row of the file stands for the n-th equal row of the target.
void Classifier::compare_multisets(StagedTable& table) {
  std::vector<std::string> columns;
  for (const StagedColumn& column : table.columns) columns.push_back("x." + column.quoted);
  const std::string image = image_call(columns) + " AS image";
  const auto numbered = [&](const std::string& list, const std::string& relation, const std::string& order) {
    return "(SELECT y.*, row_number() OVER (PARTITION BY y.image" + order + ") AS n FROM (SELECT " + list + image +
           " FROM " + relation + " x) y)";
  };
  const std::uint64_t inserts = connection_.execute(
      "INSERT INTO " + table.verdicts + " SELECT s.record, 'i', 0 FROM " +
      numbered("x." + table.record + " AS record, ", table.stage, " ORDER BY y.record") + " s LEFT JOIN " +
      numbered("", table.target, "") + " t ON t.image = s.image AND t.n = s.n WHERE t.n IS NULL");
  table.counts.unchanged = table.staged_rows - inserts;
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
  for (const StagedColumn& column : table.columns) {
    if (!table.details.table.find_column(column.name)->not_null) continue;
    reject(connection_, table,
           reject_sql(table, "v.record",
                      {'x', quote_literal("column " + column.name + ": NULL is not allowed"), {}, {}, {}},
                      table.accepted_rows() + " WHERE s." + column.quoted + " IS NULL"));
  }
}

void Classifier::reject_failed_check(StagedTable& table, const CheckConstraint& check) {
  // The condition names columns unqualified: s is the only relation that it sees.
  reject_if_judged(connection_, table,
                   reject_sql(table, "s." + table.record,
                              {'x', quote_literal("violates the check " + check.name), check.name, {}, {}},
                              table.stage + " s WHERE s." + table.record + " IN (SELECT record FROM " + table.verdicts +
                                  ") AND NOT (" + check.expression + "\n)"));
}

// An update would take a key away from rows of the target that refer to it.
void Classifier::reject_needed_keys(StagedTable& table) {
  for (const TableDetails& child : details_) {
    for (std::size_t i = 0; i < child.table.foreign_keys.size(); ++i) {
      const catalog::ForeignKey& key = child.table.foreign_keys[i];
      const bool stays = child.on_update[i] == "NO ACTION" || child.on_update[i] == "RESTRICT";
      if (key.parent != table.details.table.name || !stays || table.plan.identity.empty()) continue;
      if (!table.has_columns(key.parent_columns)) continue;
      if (key.parent_columns == table.plan.identity) continue;  // stays as it is
      std::vector<std::string> pairs;
      std::vector<std::string> same;
      for (std::size_t c = 0; c < key.columns.size(); ++c) {
        const std::string parent = quote_name(key.parent_columns[c]);
        pairs.push_back("s." + parent + ", t." + parent);
        same.push_back("t." + parent + " = c." + quote_name(key.columns[c]));
      }
      const std::string reason = key.name + ": rows of " + child.table.name.name + " refer to the key that changes";
      reject(
          connection_, table,
          reject_sql(table, "v.record", {'x', quote_literal(reason), key.name, {}, {}},
                     table.accepted_rows() + " CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t") +
                         " WHERE v.verdict = 'u' AND " + differs_call(pairs) + " AND EXISTS (SELECT 1 FROM main." +
                         quote_name(child.table.name.name) + " c WHERE " + join(same, " AND ") + ")"));
    }
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

std::uint64_t Classifier::reject_orphans(StagedTable& table, const catalog::ForeignKey& key) {
  if (!table.has_columns(key.columns)) return 0;
  std::vector<std::string> filled;
  std::vector<std::string> same;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const std::string child = "s." + quote_name(key.columns[i]);
    filled.push_back(child + " IS NOT NULL");
    // The parent's collation and affinity decide: it stands on the left.
    same.push_back("p." + quote_name(key.parent_columns[i]) + " = " + child);
    shown.push_back(quote_literal(key.parent_columns[i] + "=") + " || db_transfer_text(" + child + ")");
  }
  const StagedTable* parent = find_staged(tables_, key.parent);
  std::string orphans = table.accepted_rows() + " WHERE " + join(filled, " AND ") +
                        " AND NOT EXISTS (SELECT 1 FROM main." + quote_name(key.parent.name) + " p WHERE " +
                        join(same, " AND ") + ")";
  if (parent != nullptr && parent->has_columns(key.parent_columns)) {
    // The + keeps the search on the index of the keys: the verdicts are asked about one row only.
    orphans += " AND NOT EXISTS (SELECT 1 FROM " + parent->stage + " p WHERE " + join(same, " AND ") + " AND +p." +
               parent->record + " IN (SELECT record FROM " + parent->verdicts + "))";
  }
  const std::string reason = quote_literal(key.name + ": the parent " + key.parent.name + " ") + " || " +
                             join(shown, " || ', ' || ") +
                             " || ' is neither in the target nor among the accepted rows of the file'";
  return reject(connection_, table, reject_sql(table, "v.record", {'x', reason, key.name, {}, {}}, orphans));
}

}  // namespace sqlite
