#include "postgres/import/index_key.h"

#include <fmt/format.h>

#include "postgres/import/rejects.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Beyond so many parts that may be NULL the ways to be the same are one condition with an OR.
constexpr std::size_t kMostNullable = 4;

constexpr const char* kRowsByDeletion = R"sql((
    SELECT h.tableoid, h.ctid, h.*
    FROM {target} h
    WHERE {exists} (
      SELECT FROM pg_temp.deletion d
      WHERE d.state = '{state}' AND d.target_table = h.tableoid AND d.target_row = h.ctid)) t)sql";

// Rows of {keys} whose key others among them have as well.
constexpr const char* kRepeated = R"sql(
SELECT k.*
FROM {keys} k
JOIN (
  SELECT {list}
  FROM {keys} k{where}
  GROUP BY {list}
  HAVING pg_catalog.count(*) > 1) d ON {same})sql";

// IS NULL would look into a composite.
std::string is_null(const std::string& value) { return fmt::format("{} IS NOT DISTINCT FROM NULL", value); }

// What key_text() of a row needs, and its record number.
std::string naming_columns(const StagedTable& table) {
  if (table.plan.identity.empty()) return "s.*, ";
  return fmt::format("s.{}, {}, ", table.record, table.identity_list("s"));
}

// The target's rows that are to go (undo_judge.h), or were and stay, or all but those.
std::string rows_by_deletion(const StagedTable& table, const std::string& exists, char state) {
  return fmt::format(kRowsByDeletion, fmt::arg("target", table.target_rows), fmt::arg("exists", exists),
                     fmt::arg("state", state));
}

bool may_be_null(const StagedTable& table, const UniqueIndex& index, std::size_t part) {
  return index.expressions[part] != kLeaf &&
         !(index.plain && table.details.table.find_column(index.columns[part])->not_null);
}

}  // namespace

std::size_t key_count(const TableDetails& details) { return details.unique_indexes.size() + details.exclusions.size(); }

const UniqueIndex& key_at(const TableDetails& details, std::size_t place) {
  return is_exclusion(details, place) ? details.exclusions.at(place - details.unique_indexes.size()).key
                                      : details.unique_indexes[place];
}

bool is_exclusion(const TableDetails& details, std::size_t place) { return place >= details.unique_indexes.size(); }

std::string key_column(std::size_t place) { return fmt::format("\"db-transfer key {}\"", place + 1); }

std::string index_key_list(const UniqueIndex& index) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < index.expressions.size(); ++i)
    list.push_back(fmt::format("{} AS {}", index.expressions[i], key_column(i)));
  return join(list, ", ");
}

std::string keys_of(const UniqueIndex& index, const std::string& extra_columns, const std::string& relation) {
  return fmt::format("(SELECT {}{} FROM {}{})", extra_columns, index_key_list(index), relation,
                     index.predicate.empty() ? "" : fmt::format(" WHERE ({})", index.predicate));
}

std::string staged_keys(const StagedTable& table, const UniqueIndex& index) {
  return fmt::format("(SELECT {}{} FROM {}{})", naming_columns(table), index_key_list(index),
                     accepted_rows(table, index.columns),
                     index.predicate.empty() ? "" : fmt::format(" AND ({})", index.predicate));
}

std::string held_keys(const StagedTable& table, const UniqueIndex& index) {
  std::string columns = "t.tableoid, t.ctid, ";
  if (!table.plan.identity.empty()) columns += table.identity_list("t") + ", ";
  return keys_of(index, columns,
                 table.may_be_deleted > 0 ? rows_by_deletion(table, "NOT EXISTS", 'd') : table.target_rows + " t");
}

std::string kept_keys(const StagedTable& table, const UniqueIndex& index) {
  return keys_of(index, "t.tableoid, t.ctid, " + table.identity_list("t") + ", ",
                 rows_by_deletion(table, "EXISTS", 'k'));
}

std::string same_index_key(const UniqueIndex& index, const std::string& a, const std::string& b) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < index.expressions.size(); ++i) {
    const std::string left = fmt::format("{}.{}", a, key_column(i));
    const std::string right = fmt::format("{}.{}", b, key_column(i));
    const std::string same = index.equality[i].of(left, right);
    parts.push_back(index.nulls_not_distinct ? fmt::format("({} OR ({} AND {}))", same, is_null(left), is_null(right))
                                             : same);
  }
  return join(parts, " AND ");
}

std::vector<std::string> ways_to_be_same(const StagedTable& table, const UniqueIndex& index, const std::string& a,
                                         const std::string& b) {
  std::vector<std::size_t> nullable;
  for (std::size_t i = 0; index.nulls_not_distinct && i < index.expressions.size(); ++i)
    if (may_be_null(table, index, i)) nullable.push_back(i);
  if (nullable.empty() || nullable.size() > kMostNullable) return {same_index_key(index, a, b)};
  std::vector<std::string> ways;
  for (std::size_t nulls = 0; nulls < std::size_t{1} << nullable.size(); ++nulls) {
    std::vector<std::string> parts;
    std::size_t bit = 0;
    for (std::size_t i = 0; i < index.expressions.size(); ++i) {
      const std::string left = fmt::format("{}.{}", a, key_column(i));
      const std::string right = fmt::format("{}.{}", b, key_column(i));
      const bool null = bit < nullable.size() && nullable[bit] == i && (nulls >> bit++ & 1) != 0;
      parts.push_back(null ? fmt::format("{} AND {}", is_null(left), is_null(right))
                           : index.equality[i].of(left, right));
    }
    ways.push_back(join(parts, " AND "));
  }
  return ways;
}

std::string repeated_keys(const StagedTable& table, const UniqueIndex& index, const std::string& keys) {
  std::vector<std::string> columns;
  std::vector<std::string> present;
  for (std::size_t i = 0; i < index.expressions.size(); ++i) {
    columns.push_back(fmt::format("k.{}", key_column(i)));
    present.push_back(fmt::format("NOT ({})", is_null(columns.back())));
  }
  const std::string list = join(columns, ", ");
  const std::string where = index.nulls_not_distinct ? "" : fmt::format("\n  WHERE {}", join(present, " AND "));
  std::vector<std::string> ways;
  for (const std::string& same : ways_to_be_same(table, index, "k", "d"))
    ways.push_back(fmt::format(kRepeated, fmt::arg("keys", keys), fmt::arg("list", list), fmt::arg("where", where),
                               fmt::arg("same", same)));
  return fmt::format("({})", join(ways, "\nUNION ALL"));
}

std::string index_key_text(const StagedTable& table, const UniqueIndex& index, const std::string& alias) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < index.expressions.size(); ++i) {
    if (index.expressions[i] == kLeaf) continue;
    const std::string label = index.plain ? index.columns[i] : index.expressions[i];
    const std::string value = fmt::format("{}.{}", alias, key_column(i));
    const std::string text = index.plain ? text_of(table.details.details_of(label).type, value) : text_of_any(value);
    parts.push_back(fmt::format("{} || COALESCE({}, 'null')", quote_literal(label + "="),
                                table.readable(text, index.plain ? std::vector{label} : index.columns)));
  }
  return join(parts, " || ', ' || ");
}

}  // namespace postgres
