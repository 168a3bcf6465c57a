#include "postgres/import/unwritable.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "postgres/catalog/value_sql.h"
#include "postgres/import/judged_rows.h"
#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// A value beyond this is not in its row but in the TOAST table of the stage, and has been compressed as far as it goes:
// an index takes it as it is there. What an index may compress itself is smaller.
constexpr int kOutOfLine = 2032;
constexpr int kHeader = 4;
constexpr int kTupleHeader = 8;
// BTMaxItemSize of the server's pages of 8 kB.
constexpr int kMostOfBtree = 2704;

// MaxHeapTupleSize of such pages, and what a row needs beside its values.
constexpr int kMostOfRow = 8160;
constexpr int kRowHeader = 24;

// What a value of STORAGE PLAIN takes in its row, at least and at most. The stage compresses it: what stays in its row
// there, goes into that of the table as it is; what is out of line there, is expanded.
struct PlainBytes {
  std::string at_least = "0";
  std::string at_most = "0";
  std::vector<std::string> columns;  // by names, for messages
};

constexpr const char* kPlus = " OPERATOR(pg_catalog.+) ";

// Bytes of a value of {size} bytes in the stage, where all values of its row take {all}.
constexpr const char* kPlaced = R"sql(COALESCE(
    CASE WHEN {size} OPERATOR(pg_catalog.>) {limit} THEN {out_of_line}
         WHEN {all} OPERATOR(pg_catalog.>) {limit} THEN {perhaps}
         ELSE {size} END, 0))sql";

constexpr const char* kInEntry = R"sql(
    CASE WHEN pg_catalog.pg_column_size(s.{column}) OPERATOR(pg_catalog.>) {limit}
         THEN pg_catalog.pg_column_size(s.{column}) OPERATOR(pg_catalog.+) {header}
         ELSE 0 END)sql";

constexpr const char* kHeapsWithLargeValues = R"sql(
SELECT 'pg_temp.' || c.relname AS heap
FROM pg_catalog.pg_class c
WHERE c.oid = ANY (ARRAY[{heaps}]::pg_catalog.oid[]) AND c.reltoastrelid <> 0
  AND pg_catalog.pg_relation_size(c.reltoastrelid::pg_catalog.regclass) > 0)sql";

constexpr const char* kUpdated = R"sql({staged} s
JOIN {verdicts} v ON v.record = s.{record} AND v.verdict = 'u')sql";

constexpr const char* kTooLarge =
    "{words} || (({bytes}) OPERATOR(pg_catalog.+) {header})::pg_catalog.text || {maximum}";

constexpr const char* kLargerThan = "{accepted} AND ({bytes}) OPERATOR(pg_catalog.>) {most}";

constexpr const char* kCountDoubtful = R"sql(
SELECT pg_catalog.count(*)
FROM {accepted}
  AND {doubtful})sql";

std::string size_of(const std::string& column) {
  return fmt::format("COALESCE(pg_catalog.pg_column_size(s.{}), 0)", quote_name(column));
}

PlainBytes plain_bytes(const StagedTable& table) {
  PlainBytes bytes;
  std::string all = "0";
  for (const StagedColumn& column : table.columns) all += kPlus + size_of(column.name);
  for (const StagedColumn& column : table.columns) {
    const ColumnDetails& details = table.details.details_of(column.name);
    if (!details.stored_plain) continue;
    bytes.columns.push_back(column.name);
    const std::string& type = details.type.type_name;
    const bool known = is_builtin(details.type) && (type == "text" || type == "varchar" || type == "bytea");
    // Of another type nothing tells how long it is.
    const std::string expanded = known ? fmt::format("(pg_catalog.octet_length(s.{}{}) OPERATOR(pg_catalog.+) {})",
                                                     column.quoted, details.comparison_cast(), kHeader)
                                       : fmt::format("GREATEST({}, {})", size_of(column.name), kMostOfRow);
    const std::string at_least = known ? expanded : size_of(column.name);
    const auto placed = [&](const std::string& out_of_line, const std::string& perhaps) {
      return kPlus + fmt::format(kPlaced, fmt::arg("size", size_of(column.name)), fmt::arg("limit", kOutOfLine),
                                 fmt::arg("out_of_line", out_of_line), fmt::arg("all", all),
                                 fmt::arg("perhaps", perhaps));
    };
    bytes.at_least += placed(at_least, size_of(column.name));
    bytes.at_most += placed(expanded, fmt::format("GREATEST({}, {})", size_of(column.name), expanded));
  }
  return bytes;
}

// Values that are not of the stage's TOAST table and may be too large all the same: computed ones, and numeric, which
// stays in its row as long as that fits a page.
bool may_be_large_in_place(const StagedTable& table, const std::vector<std::string>& columns) {
  return std::ranges::any_of(columns, [&](const std::string& column) {
    return !table.has_columns({column}) || is_one_of(table.details.details_of(column).type, {"numeric"});
  });
}

// The bytes of the file's values that a column is, or is computed from; what the table fills in is no part of it.
std::string bytes_read(const StagedTable& table, const std::vector<std::string>& columns) {
  std::vector<std::string> sizes = {"0"};
  for (const std::string& column : columns)
    sizes.push_back(table.has_columns({column}) ? size_of(column)
                                                : bytes_read(table, table.details.details_of(column).made.reads));
  return fmt::format("({})", join(sizes, kPlus));
}

// The bytes that its large values take in an entry.
std::string large_bytes(const LimitedIndex& index) {
  std::vector<std::string> sizes;
  for (const std::string& column : index.columns)
    sizes.push_back(fmt::format(kInEntry, fmt::arg("column", quote_name(column)), fmt::arg("limit", kOutOfLine),
                                fmt::arg("header", kHeader)));
  return fmt::format("({})", join(sizes, kPlus));
}

std::string larger_than(const std::string& accepted, const std::string& bytes, int most) {
  return fmt::format(kLargerThan, fmt::arg("accepted", accepted), fmt::arg("bytes", bytes), fmt::arg("most", most));
}

std::string count_sql(const std::string& accepted, const std::string& doubtful) {
  return fmt::format(kCountDoubtful, fmt::arg("accepted", accepted), fmt::arg("doubtful", doubtful));
}

}  // namespace

void find_large_values(Connection& connection, std::vector<StagedTable>& tables) {
  std::set<std::string> heaps;
  for (StagedTable& table : tables) {
    table.large_values = std::ranges::any_of(table.details.limited_indexes, [&](const LimitedIndex& index) {
      return may_be_large_in_place(table, index.columns) || may_be_large_in_place(table, index.reads);
    });
  }
  for (const StagedTable& table : tables)
    if (table.has_rows() && !table.details.limited_indexes.empty() && !table.large_values)
      heaps.insert(quote_literal(table.stage_part.heap) + "::pg_catalog.regclass");
  if (heaps.empty()) return;
  const pqxx::result large =
      connection.query(fmt::format(kHeapsWithLargeValues, fmt::arg("heaps", join({heaps.begin(), heaps.end()}, ", "))));
  for (const auto& row : large)
    for (StagedTable& table : tables)
      table.large_values = table.large_values || table.stage_part.heap == row["heap"].c_str();
}

void reject_unpublishable(Connection& connection, StagedTable& table, std::vector<std::string>& notices) {
  const RefusedUpdates& refused = table.details.refused_updates;
  if (refused.publications.empty() || table.plan.identity.empty()) return;
  const std::string name = table.details.table.name.name;
  const std::string why = "cannot update table \"" + name + "\": " + refused.why;
  const std::uint64_t found = reject(
      connection, table,
      reject_sql(table, {.verdict = Verdict::kInvalid, .reason = quote_literal(why)}, table_sql(table, kUpdated)));
  if (found == 0) return;
  notices.push_back(fmt::format(
      "{}: {} to be updated, and none can be: {} (publication {}). ALTER TABLE {} REPLICA IDENTITY, or another "
      "publication, changes that",
      name, found == 1 ? "1 row is" : std::to_string(found) + " rows are", refused.why, refused.publications,
      table.target));
}

void reject_large_entries(Connection& connection, StagedTable& table) {
  if (table.details.limited_indexes.empty() || !table.large_values) return;
  for (const LimitedIndex& index : table.details.limited_indexes) {
    if (!index.certain || !table.has_columns(index.columns)) continue;
    const std::string bytes = large_bytes(index);
    const std::string maximum =
        fmt::format(" exceeds btree version 4 maximum {} for index \"{}\"", kMostOfBtree, index.name);
    const std::string reason =
        fmt::format(kTooLarge, fmt::arg("words", quote_literal("index row size ")), fmt::arg("bytes", bytes),
                    fmt::arg("header", kTupleHeader), fmt::arg("maximum", quote_literal(maximum)));
    reject(connection, table,
           reject_sql(table, {.verdict = Verdict::kInvalid, .reason = reason, .constraint = index.name},
                      larger_than(accepted_rows(table), bytes, kMostOfBtree - kTupleHeader)));
  }
}

void reject_large_rows(Connection& connection, StagedTable& table) {
  const PlainBytes bytes = plain_bytes(table);
  if (bytes.columns.empty()) return;
  const std::string maximum = fmt::format(" bytes or more, maximum size {}, for {} is stored plain [SQLSTATE 54000]",
                                          kMostOfRow, join(bytes.columns, ", "));
  const std::string reason =
      fmt::format(kTooLarge, fmt::arg("words", quote_literal("row is too big: ")), fmt::arg("bytes", bytes.at_least),
                  fmt::arg("header", kRowHeader), fmt::arg("maximum", quote_literal(maximum)));
  reject(connection, table,
         reject_sql(table, {.verdict = Verdict::kInvalid, .reason = reason},
                    larger_than(accepted_rows(table), bytes.at_least, kMostOfRow - kRowHeader)));
}

// Beside those values others fill the row: out of line each takes some 20 bytes.
std::string doubtful_rows(Connection& connection, const StagedTable& table) {
  PlainBytes bytes = plain_bytes(table);
  std::vector<std::string> made;             // stored plain, too
  constexpr std::size_t kManyColumns = 250;  // from here on a page may not even hold what points to the values
  for (std::size_t i = 0; i < table.details.columns.size(); ++i) {
    const std::string& name = table.details.table.columns[i].name;
    if (!table.details.columns[i].stored_plain || table.has_columns({name}) || !foretells(table, {name})) continue;
    made.push_back(name);
    bytes.columns.push_back(name);
    bytes.at_most += kPlus + size_of(name);
  }
  if (bytes.columns.empty() && table.details.columns.size() < kManyColumns) return {};
  constexpr int kOutOfRow = 26;
  std::string all = bytes.at_most;
  for (std::size_t i = 0; i < table.details.columns.size(); ++i) {
    const ColumnDetails& column = table.details.columns[i];
    const std::string& name = table.details.table.columns[i].name;
    if (!table.has_columns({name})) {
      if (!table.made_value(name).empty() && !column.made.is_virtual) all += kPlus + std::to_string(kOutOfRow);
    } else if (!column.stored_plain) {
      all += kPlus + fmt::format("LEAST({}, {})", size_of(name), kOutOfRow);
    }
  }
  const int beside = kRowHeader + 16 + 4 * static_cast<int>(table.details.columns.size());
  const std::string doubtful = fmt::format("({}) OPERATOR(pg_catalog.>) {}", all, kMostOfRow - beside);
  const auto rows = connection.query_value(count_sql(accepted_rows(table, made), doubtful)).as<std::uint64_t>();
  if (rows == 0) return {};
  const std::string counted = rows == 1 ? "1 row is" : std::to_string(rows) + " rows are";
  if (bytes.columns.empty()) return "whether " + counted + " too large for a page";
  return fmt::format("whether {} too large for a page, for {} is stored plain", counted, join(bytes.columns, ", "));
}

// Several values of which each is small enough may be too large together, and what is shorter than what a page holds
// may be compressed or not.
std::vector<std::string> doubtful_entries(Connection& connection, const StagedTable& table) {
  std::vector<std::string> lines;
  if (table.details.limited_indexes.empty() || !table.large_values) return lines;
  constexpr int kBeside = 100;  // headers, padding, values of a fixed length
  for (const LimitedIndex& index : table.details.limited_indexes) {
    if (index.certain && index.columns.size() == 1 && table.has_columns(index.columns)) continue;
    std::vector<std::string> all = index.columns;
    std::erase_if(all, [&](const std::string& column) { return !foretells(table, {column}); });
    std::string bytes = "0";
    for (const std::string& column : all) bytes += kPlus + size_of(column);
    const bool computed = !index.expressions.empty() && foretells(table, index.reads);
    if (computed) {
      all.insert(all.end(), index.reads.begin(), index.reads.end());
      bytes += kPlus + fmt::format("COALESCE(pg_catalog.pg_column_size(ROW({})), 0)", index.expressions);
    }
    std::string doubtful =
        fmt::format("({}) OPERATOR(pg_catalog.>) {}", bytes, index.btree ? kMostOfBtree - kBeside : kOutOfLine);
    // What is computed: of rows alone with a value that may make a large one, or where the table fills one in.
    const bool filled = std::ranges::any_of(all, [&](const std::string& column) {
      return !table.has_columns({column}) && !table.details.table.find_column(column)->generated &&
             !table.made_value(column).empty();
    });
    if (!filled && (computed || !table.has_columns(all))) {
      doubtful = fmt::format("CASE WHEN {} OPERATOR(pg_catalog.>) {} THEN {} ELSE false END", bytes_read(table, all),
                             kOutOfLine / 4, doubtful);
    }
    std::uint64_t rows = 0;
    const std::string sql = count_sql(accepted_rows(table, all), doubtful);
    const auto count = [&] { rows = connection.query_value(sql).as<std::uint64_t>(); };
    const bool failed = refusal_of(connection, "entries", count, Refusal::kOfAnExpression).has_value();
    if (rows == 0 && !failed) continue;
    lines.push_back(fmt::format("whether {} fit{} the index {}",
                                failed      ? "every row"
                                : rows == 1 ? "1 row with large values"
                                            : std::to_string(rows) + " rows with large values",
                                rows == 1 || failed ? "s" : "", index.name));
  }
  return lines;
}

}  // namespace postgres
