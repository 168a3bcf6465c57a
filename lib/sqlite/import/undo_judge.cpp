#include "sqlite/import/undo_judge.h"

#include <algorithm>

#include "base/terminal.h"
#include "engine/undo_mark.h"
#include "sqlite/import/added_columns.h"
#include "sqlite/import/rejects.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr std::size_t kNamedColumns = 500;  // an expression of SQLite may not be deeper than 1000

std::vector<std::string> marked_columns(const StagedTable& table) {
  std::vector<std::string> columns;
  for (const StagedColumn& column : table.columns) columns.push_back(column.quoted);
  return columns;
}

std::vector<std::string> with_alias(const std::vector<std::string>& columns, const std::string& alias) {
  std::vector<std::string> values;
  for (const std::string& column : columns) values.push_back(alias + "." + column);
  return values;
}

std::string row_state(const std::vector<std::string>& columns, const std::string& alias) {
  return "db_transfer_row_digest('', " + image_call(with_alias(columns, alias)) + ")";
}

std::string mark_of(const StagedTable& table, const std::string& alias) { return alias + "." + table.mark; }
std::string letter_of(const StagedTable& table, const std::string& alias) {
  return "substr(" + mark_of(table, alias) + ", 1, 1)";
}
std::string state_of(const StagedTable& table, const std::string& alias) {
  return "substr(" + mark_of(table, alias) + ", 2, " + std::to_string(engine::kDigestCharacters) + ")";
}
// How many rows are equal to a row without an identity.
std::string rank_of(const StagedTable& table, const std::string& alias) {
  return "CAST(substr(" + mark_of(table, alias) + ", 2) AS INTEGER)";
}

std::string row_number_of(const StagedTable& table, const std::string& alias) {
  return table.details.row_number.empty() ? "NULL" : alias + "." + table.details.row_number;
}

std::string id_column(std::size_t i) { return "\"db-transfer id " + std::to_string(i + 1) + "\""; }

std::string lacks_identity(const StagedTable& table, const std::string& alias) {
  if (table.plan.identity.empty()) return "1";
  return table.identity_may_be_null() ? table.lacks_identity(alias) : "0";
}

// The rows of a relation by what they hold, numbered among their equals.
std::string numbered(const StagedTable& table, const std::string& list, const std::string& relation,
                     const std::string& order) {
  return "(SELECT y.*, row_number() OVER (PARTITION BY y.image" + order +
         ") AS n, count(*) OVER (PARTITION BY y.image) AS rows FROM (SELECT " + list + ", " +
         image_call(with_alias(marked_columns(table), "x")) + " AS image FROM " + relation + ") y)";
}

std::string not_rejected(const StagedTable& table, const std::string& alias) {
  return alias + "." + table.record + " NOT IN (SELECT record FROM " + table.rejects + ")";
}

}  // namespace

std::string row_mark(const std::vector<std::string>& columns, const std::string& alias) {
  return row_state(columns, alias) + " || " + states_call(with_alias(columns, alias));
}

void create_deletes(Connection& connection, const StagedTable& table) {
  if (table.details.row_number.empty() && table.plan.identity.empty())
    throw base::Error(base::ErrorKind::kSchema,
                      base::printable(table.details.table.name.name) +
                          " has a key and no row numbers now, and had no key at the import: its rows cannot be found",
                      "leave the table out with -T");
  std::string ids;
  for (std::size_t i = 0; table.details.row_number.empty() && i < table.plan.identity.size(); ++i)
    ids += ", " + id_column(i);
  connection.execute("CREATE TABLE " + table.deletes +
                     " (record INTEGER PRIMARY KEY, row INTEGER, key TEXT, state TEXT, equal_rows INTEGER" + ids + ")");
  const std::string name = table.deletes.substr(table.deletes.find('.') + 1);
  connection.execute("CREATE INDEX temp." + name + "_by_row ON " + name + " (" + (ids.empty() ? "row" : ids.substr(2)) +
                     ")");
}

std::string deleted_row(const StagedTable& table, const std::string& entry, const std::string& alias) {
  if (!table.details.row_number.empty()) return entry + ".row = " + row_number_of(table, alias);
  const std::vector<std::string> identity = table.collated_identity(alias);
  std::vector<std::string> same;
  for (std::size_t i = 0; i < identity.size(); ++i) same.push_back(entry + "." + id_column(i) + " = " + identity[i]);
  return join(same, " AND ");
}

std::string is_among_deletes(const StagedTable& table, const std::string& alias, char state) {
  // Its own name hides no row of the statement around it.
  return "EXISTS (SELECT 1 FROM " + table.deletes + " among_deletes WHERE among_deletes.state = '" + state + "' AND " +
         deleted_row(table, "among_deletes", alias) + ")";
}

bool UndoJudge::is_any() const {
  return std::ranges::any_of(tables_, [](const StagedTable& table) { return table.has_marks(); });
}

void UndoJudge::take_deletes() {
  for (StagedTable& table : tables_) {
    if (table.has_marks() && table.plan.rows > 0) take_deletes(table);
  }
  reject_referred(Spared::kByMarks);
}

void UndoJudge::take_deletes(StagedTable& table) {
  const std::string digits =
      "substr(" + mark_of(table, "s") + ", 2) GLOB '[0-9]*' AND length(" + mark_of(table, "s") + ") < 18";
  const std::string known = "CASE WHEN " + lacks_identity(table, "s") + " THEN " + letter_of(table, "s") +
                            " IN ('d', 'i') AND " + digits + " ELSE " + letter_of(table, "s") +
                            " IN ('u', 'd', 'i') END";
  const std::uint64_t before = table.rejected_rows;
  reject(connection_, table,
         reject_sql(table, "s." + table.record,
                    {'x', "'the record does not say what taking the import back does to its row'", {}, {}, {}},
                    table.stage + " s WHERE NOT " + known));
  table.rejected_marks = table.rejected_rows - before;
  if (!table.plan.identity.empty()) find_by_identity(table);
  const std::uint64_t by_identity = table.may_be_deleted;
  if (lacks_identity(table, "s") != "0") find_equal_rows(table);
  table.rejected_deletes = connection_.number("SELECT count(*) FROM " + table.stage + " s WHERE " +
                                              letter_of(table, "s") + " = 'd' AND NOT " + not_rejected(table, "s"));
  const std::uint64_t without =
      connection_.number("SELECT count(*) FROM " + table.stage + " s WHERE " + letter_of(table, "s") + " = 'd' AND " +
                         lacks_identity(table, "s") + " AND " + not_rejected(table, "s"));
  table.delete_records =
      connection_.execute("DELETE FROM " + table.stage + " AS s WHERE " + letter_of(table, "s") + " = 'd'");
  table.staged_rows -= table.delete_records;
  table.gone = table.delete_records - table.rejected_deletes - table.may_be_deleted;
  const std::uint64_t missing = without - (table.may_be_deleted - by_identity);
  if (missing > 0)
    notices_.push_back(
        table.details.table.name.name + ": " + std::to_string(missing) +
        " rows that were inserted, which have no key, are not in the target any more: gone, or changed since "
        "and left as they are");
}

void UndoJudge::find_by_identity(StagedTable& table) {
  std::string ids;
  for (std::size_t i = 0; table.details.row_number.empty() && i < table.plan.identity.size(); ++i)
    ids += ", t." + quote_name(table.plan.identity[i]);
  const std::string rows = table.stage + " s CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t") +
                           " WHERE " + letter_of(table, "s") + " = 'd' AND " + not_rejected(table, "s") + " AND ";
  const std::string now = row_state(marked_columns(table), "t");
  const AddedColumns added = added_columns(connection_, table, "t");
  table.may_be_deleted = connection_.execute("INSERT INTO " + table.deletes + " SELECT s." + table.record + ", " +
                                             row_number_of(table, "t") + ", " + table.key_text("t") + ", 'd', NULL" +
                                             ids + " FROM " + rows + state_of(table, "s") + " = " + now +
                                             (added.changed.empty() ? "" : " AND NOT " + added.changed));
  reject(connection_, table,
         reject_sql(table, "s." + table.record,
                    {'c',
                     "'changed since the import inserted it: ' || " + changed_since(table, added.shown),
                     {},
                     table.key_text("t"),
                     {}},
                    rows + "(" + state_of(table, "s") + " <> " + now +
                        (added.changed.empty() ? "" : " OR " + added.changed) + ")"));
}

// Of equal rows as many as came with the import, whichever, where as many are equal as there were then. What is neither
// that many nor as many as before the import was changed since.
void UndoJudge::find_equal_rows(StagedTable& table) {
  const std::string changed = added_columns(connection_, table, "x").changed;
  const std::string mine =
      "(SELECT z.*, min(z.rank) OVER (PARTITION BY z.image) AS first, max(z.rank) OVER (PARTITION BY z.image) AS last "
      "FROM " +
      numbered(
          table,
          "x." + table.record + " AS record, " + table.key_text("x") + " AS key, " + rank_of(table, "x") + " AS rank",
          table.stage + " x WHERE " + letter_of(table, "x") + " = 'd' AND " + lacks_identity(table, "x") + " AND " +
              not_rejected(table, "x"),
          " ORDER BY y.rank") +
      " z)";
  const std::string there = numbered(
      table, row_number_of(table, "x") + " AS row",
      table.target + " x WHERE " + lacks_identity(table, "x") + (changed.empty() ? "" : " AND NOT " + changed), "");
  std::string ids;
  for (std::size_t i = 0; table.details.row_number.empty() && i < table.plan.identity.size(); ++i) ids += ", NULL";
  table.may_be_deleted += connection_.execute(
      "INSERT INTO " + table.deletes + " SELECT s.record, t.row, s.key, 'd', t.rows - t.n + 1" + ids + " FROM " + mine +
      " s JOIN " + there + " t ON t.image = s.image AND t.n = s.n AND t.rows = s.last");
  reject(connection_, table,
         reject_sql(
             table, "s." + table.record,
             {'c',
              "'changed since the import: ' || coalesce(c.rows, 0) || ' rows are equal to it, ' || e.last || ' "
              "were then'",
              {},
              {},
              {}},
             mine + " e JOIN " + table.stage + " s ON s." + table.record +
                 " = e.record LEFT JOIN (SELECT y.image, count(*) AS rows FROM " + there +
                 " y GROUP BY y.image) c ON c.image = e.image WHERE coalesce(c.rows, 0) NOT IN (e.last, e.first - 1)"));
}

std::string UndoJudge::changed_since(const StagedTable& table, std::vector<std::string> parts) const {
  const std::size_t first = 2 + engine::kDigestCharacters;  // of the first value's blank, counted from 1
  for (std::size_t i = 0; i < std::min(table.columns.size(), kNamedColumns); ++i) {
    const std::string value = "t." + table.columns[i].quoted;
    const std::size_t at = first + 1 + i * (kStateDigits + 1);
    parts.push_back("CASE WHEN substr(" + mark_of(table, "s") + ", " + std::to_string(at) + ", " +
                    std::to_string(kStateDigits) + ") <> substr(db_transfer_states(" + value + "), 2) THEN ', ' || " +
                    quote_literal(table.columns[i].name + "=") + " || substr(" +
                    table.readable(value, {table.columns[i].name}) + ", 1, 100) ELSE '' END");
  }
  return parts.empty() ? "''" : "coalesce(nullif(substr(" + join(parts, " || ") + ", 3), ''), 'its values')";
}

void UndoJudge::judge_written(StagedTable& table) {
  if (!table.has_marks() || table.plan.identity.empty()) return;
  const std::string there =
      table.accepted_rows() + " CROSS JOIN " + table.target + " t ON " + table.same_identity("s", "t") + " WHERE ";
  reject(connection_, table,
         reject_sql(table, "v.record", {'c', "'gone: somebody deleted it since the import'", {}, {}, {}},
                    table.accepted_rows() + " WHERE v.verdict = 'i' AND " + letter_of(table, "s") + " = 'u'"));
  reject(connection_, table,
         reject_sql(table, "v.record",
                    {'c', "'changed since the import: ' || " + changed_since(table), {}, table.key_text("t"), {}},
                    there + "v.verdict = 'u' AND " + letter_of(table, "s") + " = 'u' AND " + state_of(table, "s") +
                        " <> " + row_state(marked_columns(table), "t")));
  reject(connection_, table,
         reject_sql(table, "v.record",
                    {'c', "'there again: somebody inserted a row of this key since'", {}, table.key_text("t"), {}},
                    there + "v.verdict = 'u' AND " + letter_of(table, "s") + " = 'i'"));
}

std::uint64_t UndoJudge::find_missing(StagedTable& table) {
  const std::string image = image_call(with_alias(marked_columns(table), "x"));
  return connection_.execute("INSERT INTO " + table.verdicts + " SELECT s.record, 'i', 0 FROM (SELECT x." +
                             table.record + " AS record, " + rank_of(table, "x") + " AS rank, " + image +
                             " AS image FROM " + table.stage + " x WHERE " + lacks_identity(table, "x") + " AND " +
                             not_rejected(table, "x") +
                             ") s LEFT JOIN (SELECT y.image, count(*) AS rows FROM (SELECT " + image +
                             " AS image FROM " + table.target + " x WHERE " + lacks_identity(table, "x") +
                             ") y GROUP BY y.image) t ON t.image = s.image WHERE coalesce(t.rows, 0) < s.rank");
}

std::uint64_t UndoJudge::reject_referred() { return is_any() ? reject_referred(Spared::kByVerdicts) : 0; }

// Until nothing is found: a row that is kept may refer to others.
std::uint64_t UndoJudge::reject_referred(Spared spared) {
  std::uint64_t all = 0;
  for (std::uint64_t found = 1; found > 0; all += found) {
    found = 0;
    for (std::size_t i = tables_.size(); i-- > 0;) {
      for (const TableDetails& child : details_) {
        for (const catalog::ForeignKey& key : child.table.foreign_keys)
          if (key.parent == tables_[i].details.table.name) found += reject_referred(tables_[i], child, key, spared);
      }
    }
  }
  return all;
}

std::uint64_t UndoJudge::reject_referred(StagedTable& table, const TableDetails& child, const catalog::ForeignKey& key,
                                         Spared spared) {
  if (table.may_be_deleted == 0) return 0;
  const std::string name = name_of_child(table, child, key);
  const std::string same = " AND " + deleted_row(table, "d", "t");
  const std::uint64_t found = connection_.execute(
      "INSERT OR IGNORE INTO " + table.rejects + " SELECT d.record, 'c', d.key, " + quote_literal(key.name + ": ") +
      " || " + name + " || ' refers to it', " + quote_literal(key.name) + ", " + name + ", NULL FROM " + table.deletes +
      " d CROSS JOIN " + table.target + " t CROSS JOIN " + referring_rows(table, child, key, spared) +
      " AND d.state = 'd'" + same);
  if (found == 0) return 0;
  table.rejected_rows += found;
  table.rejected_deletes += found;
  return connection_.execute("UPDATE " + table.deletes + " SET state = 'k' WHERE state = 'd' AND record IN (SELECT " +
                             "record FROM " + table.rejects + ")");
}

const StagedTable* UndoJudge::staged(const catalog::TableName& name) const {
  const StagedTable* found = find_staged(tables_, name);
  return found == nullptr || found->plan.rows == 0 ? nullptr : found;
}

// "child c ON …": the rows that refer to the row t and stay as they are.
std::string UndoJudge::referring_rows(const StagedTable& table, const TableDetails& child,
                                      const catalog::ForeignKey& key, Spared spared) const {
  std::vector<std::string> refers;
  std::vector<std::string> still_refers;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    // The parent's collation and affinity decide: it stands on the left.
    const std::string parent = "t." + quote_name(key.parent_columns[i]) + " = ";
    refers.push_back(parent + "c." + quote_name(key.columns[i]));
    still_refers.push_back(parent + "m." + quote_name(key.columns[i]));
  }
  std::string sql = "main." + quote_name(child.table.name.name) + " c ON " + join(refers, " AND ");
  if (child.table.name == table.details.table.name && spared == Spared::kNone)
    sql += " AND NOT (" +
           (table.details.row_number.empty() ? table.same_identity("c", "t")
                                             : row_number_of(table, "c") + " = " + row_number_of(table, "t")) +
           ")";
  const StagedTable* mine = staged(child.table.name);
  if (mine == nullptr || spared == Spared::kNone) return sql;
  sql += " AND NOT " + is_among_deletes(*mine, "c", 'd');
  if (mine->plan.identity.empty()) return sql;
  const std::string updated = spared == Spared::kByMarks ? letter_of(*mine, "m") + " = 'u'"
                                                         : "m." + mine->record + " IN (SELECT record FROM " +
                                                               mine->verdicts + " WHERE verdict = 'u')";
  return sql + " AND NOT EXISTS (SELECT 1 FROM " + mine->stage + " m WHERE " + mine->same_identity("m", "c") +
         " AND +" + updated + " AND NOT coalesce(" + join(still_refers, " AND ") + ", 0))";
}

// Text expression: "orders id=7" of the row c.
std::string UndoJudge::name_of_child(const StagedTable& table, const TableDetails& child,
                                     const catalog::ForeignKey& key) {
  std::vector<std::string> parts;
  for (const std::string& column : child.table.primary_key) {
    const auto at = std::ranges::find(key.columns, column);
    const bool hidden = (table.plan.hides && table.plan.hides(child.table.name, column)) ||
                        (at != key.columns.end() &&
                         table.is_masked(key.parent_columns[static_cast<std::size_t>(at - key.columns.begin())]));
    parts.push_back(quote_literal(column + "=") + " || " +
                    (hidden ? "'(masked)'" : "substr(db_transfer_text(c." + quote_name(column) + "), 1, 100)"));
  }
  if (parts.empty()) return quote_literal("a row of " + child.table.name.name);
  return "(" + quote_literal(child.table.name.name + " ") + " || " + join(parts, " || ', ' || ") + ")";
}

std::uint64_t UndoJudge::to_go(const StagedTable& table) const {
  if (table.may_be_deleted == 0) return 0;
  return connection_.number("SELECT count(*) FROM " + table.deletes + " WHERE state = 'd'");
}

}  // namespace sqlite
