#include "postgres/classify.h"

#include <algorithm>

#include "postgres/sql_text.h"

namespace postgres {
namespace {

// The staged rows that are still to be written, called s.
std::string accepted_rows(const StagedTable& table) {
  return table.typed_rows() + " s WHERE s." + table.record + " IN (SELECT v.record FROM " + table.verdicts + " v)";
}

// What key_text() of a row needs, and its record number.
std::string naming_columns(const StagedTable& table) {
  if (table.plan.identity.empty()) return "s.*, ";
  return "s." + table.record + ", " + table.identity_list("s") + ", ";
}

// "email=a@b.fr, tenant=7": the key of an index as it stands in `alias`."db-transfer key 1" and so on.
std::string index_key_text(const UniqueIndex& index, const std::string& alias) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < index.expressions.size(); ++i) {
    const std::string label = index.plain ? index.columns[i] : index.expressions[i];
    parts.push_back(quote_literal(label + "=") + " || COALESCE(" + alias + ".\"db-transfer key " +
                    std::to_string(i + 1) + "\"::pg_catalog.text, 'null')");
  }
  return join(parts, " || ', ' || ");
}

// Key columns under names that no other column has; expressions name columns unqualified, so they need a FROM of one
// relation.
std::string index_key_list(const UniqueIndex& index) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < index.expressions.size(); ++i)
    list.push_back(index.expressions[i] + " AS \"db-transfer key " + std::to_string(i + 1) + "\"");
  return join(list, ", ");
}

std::string same_index_key(const UniqueIndex& index, const std::string& a, const std::string& b) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < index.expressions.size(); ++i) {
    const std::string column = ".\"db-transfer key " + std::to_string(i + 1) + "\"";
    std::string part = a + column + " " + index.equality[i] + " " + b + column;
    if (index.nulls_not_distinct)
      part = "(" + part + " OR (" + a + column + " IS NOT DISTINCT FROM NULL AND " + b + column +
             " IS NOT DISTINCT FROM NULL))";
    parts.push_back(std::move(part));
  }
  return join(parts, " AND ");
}

std::string index_rows(const UniqueIndex& index, const std::string& extra_columns, const std::string& from_where,
                       bool has_where) {
  std::string sql = "(SELECT " + extra_columns + index_key_list(index) + " FROM " + from_where;
  if (!index.predicate.empty()) sql += (has_where ? " AND (" : " WHERE (") + index.predicate + ")";
  return sql + ")";
}

}  // namespace

void Classifier::classify(base::Progress& progress) {
  for (const auto& component : components_) {
    for (const std::size_t number : component) {
      StagedTable& table = tables_[number];
      progress.table(table.details.table.name.name);
      reject_unreadable(table);
      if (table.plan.identity.empty()) {
        compare_multisets(table);
      } else {
        reject_repeated_identities(table);
        compare_with_target(table);
      }
      apply_mode(table);
      connection_.execute("ANALYZE " + table.verdicts);
      for (const UniqueIndex& index : table.details.unique_indexes) {
        if (index.plain && index.columns == table.plan.identity) continue;
        if (!table.has_columns(index.columns)) continue;  // a default decides: the server's matter
        reject_taken_keys(table, index);
        reject_repeated_keys(table, index);
      }
      for (const CheckConstraint& check : table.details.checks) {
        if (table.has_columns(check.columns)) reject_failed_check(table, check);
      }
    }
    reject_orphans(component);
  }
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
  if (table.staged_rows < staged_before) connection_.execute("ANALYZE " + table.stage);
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
    reject(table, reject_sql(table, {'x', quote_literal(reason), {}, {}}, table.raw_rows() + " s" + range));
    table.staged_rows -= connection_.execute("DELETE FROM " + table.stage + " WHERE " + table.stage_record() + " = " +
                                             std::to_string(first));
    return;
  }
  // From here on ranges are asked for again and again. A dry run may not create an index, not even this one.
  const bool whole = first == 1 && last == table.counts.rows;
  if (whole && !connection_.query("SELECT pg_catalog.current_setting('transaction_read_only') = 'on'")[0][0].as<bool>())
    connection_.execute("CREATE INDEX ON " + table.stage + " ((" + table.stage_record() + "))");
  const std::uint64_t middle = first + (last - first) / 2;
  reject_unreadable(table, read, first, middle);
  reject_unreadable(table, read, middle + 1, last);
}

void Classifier::reject_repeated_identities(StagedTable& table) {
  const std::string keys = table.identity_list("k");
  reject(table,
         reject_sql(table, {'c', "'more than one record of the file claims this key'", {}, {}},
                    table.typed_rows() + " s JOIN (SELECT " + keys + " FROM " + table.typed_rows() + " k GROUP BY " +
                        keys + " HAVING pg_catalog.count(*) > 1) d ON " + table.same_identity("s", "d")));
}

void Classifier::compare_with_target(StagedTable& table) {
  std::string sql = "INSERT INTO " + table.verdicts + " SELECT s." + table.record +
                    ", CASE WHEN t.tableoid IS NULL THEN 'i' ELSE 'u' END FROM " + table.typed_rows() +
                    " s LEFT JOIN " + table.target_rows + " t ON " + table.same_identity("s", "t") +
                    " WHERE (t.tableoid IS NULL OR " + table.updated_image("s") + " OPERATOR(pg_catalog.*<>) " +
                    table.updated_image("t") + ")";
  if (table.rejected_rows > 0) {
    sql += " AND NOT EXISTS (SELECT FROM " + table.rejects + " r WHERE r.record = s." + table.record + ")";
  }
  const std::uint64_t rejected_here = table.counts.rows - table.staged_rows;  // refused before they were staged
  const std::uint64_t repeated = table.rejected_rows - rejected_here;
  table.counts.unchanged = table.staged_rows - repeated - connection_.execute(sql);
}

// Without an identity the n-th equal row of the file stands for the n-th equal row of the target.
void Classifier::compare_multisets(StagedTable& table) {
  const auto numbered = [&](const std::string& relation, const std::string& order) {
    return "(SELECT x.*, pg_catalog.row_number() OVER (PARTITION BY x.image" + order + ") AS n FROM (SELECT " +
           (order.empty() ? std::string{} : "s." + table.record + " AS number, ") + table.image("s") +
           "::pg_catalog.text COLLATE pg_catalog.\"C\" AS image FROM " + relation + " s) x)";
  };
  const std::uint64_t inserts =
      connection_.execute("INSERT INTO " + table.verdicts + " SELECT s.number, 'i' FROM " +
                          numbered(table.typed_rows(), " ORDER BY x.number") + " s LEFT JOIN " +
                          numbered(table.target_rows, "") + " t ON t.image = s.image AND t.n = s.n WHERE t.n IS NULL");
  table.counts.unchanged = table.staged_rows - inserts;
}

void Classifier::apply_mode(StagedTable& table) {
  if (table.plan.mode == engine::Mode::kUpsert) return;
  const char left_alone = table.plan.mode == engine::Mode::kInsert ? 'u' : 'i';
  table.counts.skipped +=
      connection_.execute("DELETE FROM " + table.verdicts + " WHERE verdict = '" + left_alone + "'");
}

void Classifier::reject_taken_keys(StagedTable& table, const UniqueIndex& index) {
  std::string holder_columns = "t.tableoid, t.ctid, ";
  std::string other = "true";
  std::string holder;
  std::string reason = quote_literal(index.name + ": the target holds ") + " || " + index_key_text(index, "s");
  if (!table.plan.identity.empty()) {
    holder_columns += table.identity_list("t") + ", ";
    other = "NOT (" + table.same_identity("s", "t") + ")";
    holder = table.key_text("t");
    reason += " || ' as ' || " + holder;
  }
  reject_if_judged(table, reject_sql(table, {'c', reason, index.name, holder},
                                     index_rows(index, naming_columns(table), accepted_rows(table), true) + " s JOIN " +
                                         index_rows(index, holder_columns, table.target_rows + " t", false) + " t ON " +
                                         same_index_key(index, "s", "t") + " WHERE " + other));
}

void Classifier::reject_repeated_keys(StagedTable& table, const UniqueIndex& index) {
  const std::string mine = index_rows(index, naming_columns(table), accepted_rows(table), true);
  std::vector<std::string> columns;
  std::vector<std::string> present;
  for (std::size_t i = 1; i <= index.expressions.size(); ++i) {
    columns.push_back("k.\"db-transfer key " + std::to_string(i) + "\"");
    present.push_back(columns.back() + " IS DISTINCT FROM NULL");  // IS NOT NULL would look into a composite
  }
  const std::string list = join(columns, ", ");
  const std::string where = index.nulls_not_distinct ? std::string{} : " WHERE " + join(present, " AND ");
  const std::string reason =
      quote_literal(index.name + ": more than one record of the file claims ") + " || " + index_key_text(index, "s");
  reject_if_judged(table,
                   reject_sql(table, {'c', reason, index.name, {}},
                              mine + " s JOIN (SELECT " + list + " FROM " + mine + " k" + where + " GROUP BY " + list +
                                  " HAVING pg_catalog.count(*) > 1) d ON " + same_index_key(index, "s", "d")));
}

void Classifier::reject_failed_check(StagedTable& table, const CheckConstraint& check) {
  reject_if_judged(table, reject_sql(table, {'x', quote_literal("violates the check " + check.name), check.name, {}},
                                     accepted_rows(table) + " AND (" + check.expression + ") IS FALSE"));
}

std::uint64_t Classifier::reject_orphans(const std::vector<std::size_t>& component) {
  std::uint64_t all = 0;
  std::uint64_t found = 0;
  do {
    found = 0;
    bool inside = false;
    for (const std::size_t number : component) {
      StagedTable& table = tables_[number];
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
  if (!table.has_columns(key.columns) || table.details.foreign_key_equality[foreign_key].empty()) return 0;
  std::vector<std::string> filled;
  std::vector<std::string> same;
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const std::string child = "s." + quote_name(key.columns[i]);
    filled.push_back(child + " IS DISTINCT FROM NULL");
    same.push_back("p." + quote_name(key.parent_columns[i]) + " " + table.details.foreign_key_equality[foreign_key][i] +
                   " " + child);
    shown.push_back(quote_literal(key.parent_columns[i] + "=") + " || " + child + "::pg_catalog.text");
  }
  std::uint64_t half_empty = 0;
  if (table.details.match_full[foreign_key] && key.columns.size() > 1) {
    std::vector<std::string> empty;
    for (const std::string& column : key.columns)
      empty.push_back("s." + quote_name(column) + " IS NOT DISTINCT FROM NULL");
    half_empty = reject(
        table,
        reject_sql(
            table,
            {'x', quote_literal(key.name + ": MATCH FULL allows NULL in all of its columns or in none"), key.name, {}},
            accepted_rows(table) + " AND (" + join(empty, " OR ") + ") AND NOT (" + join(empty, " AND ") + ")"));
  }
  const StagedTable* parent = find_staged(key.parent);
  std::string orphans = accepted_rows(table) + " AND " + join(filled, " AND ") + " AND NOT EXISTS (SELECT FROM " +
                        (parent == nullptr ? quote_name(key.parent) : parent->target_rows) + " p WHERE " +
                        join(same, " AND ") + ")";
  if (parent != nullptr && parent->has_columns(key.parent_columns)) {
    orphans += " AND NOT EXISTS (SELECT FROM " + parent->typed_rows() + " p JOIN " + parent->verdicts +
               " w ON w.record = p." + parent->record + " WHERE " + join(same, " AND ") + ")";
  }
  const std::string reason = quote_literal(key.name + ": the parent " + key.parent.name + " ") + " || " +
                             join(shown, " || ', ' || ") +
                             " || ' is neither in the target nor among the accepted rows of the file'";
  return half_empty + reject(table, reject_sql(table, {'x', reason, key.name, {}}, orphans));
}

std::uint64_t Classifier::reject(StagedTable& table, const std::string& sql) {
  const std::uint64_t found = connection_.execute(sql);
  if (found == 0) return 0;
  table.rejected_rows += found;
  connection_.execute("DELETE FROM " + table.verdicts + " v USING " + table.rejects + " r WHERE r.record = v.record");
  return found;
}

// An expression of an index or a check may itself fail on a row (a division by zero, a cast). Then the merge finds
// that row; here it must not end the transaction.
void Classifier::reject_if_judged(StagedTable& table, const std::string& sql) {
  connection_.execute("SAVEPOINT judged");
  try {
    reject(table, sql);
  } catch (const ServerError& error) {
    // kSchema: it reads its row as a whole, or a function of it relies on the search_path.
    if (!error.blames_a_row() && error.kind() != base::ErrorKind::kSchema) throw;
    connection_.execute("ROLLBACK TO SAVEPOINT judged");
  }
  connection_.execute("RELEASE SAVEPOINT judged");
}

const StagedTable* Classifier::find_staged(const catalog::TableName& name) const {
  for (const StagedTable& table : tables_) {
    if (table.details.table.name == name) return &table;
  }
  return nullptr;
}

}  // namespace postgres
