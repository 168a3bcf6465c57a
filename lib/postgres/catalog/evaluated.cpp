#include "postgres/catalog/evaluated.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "postgres/catalog/looking_functions.h"
#include "postgres/catalog/may_fail.h"
#include "postgres/catalog/reads_settings.h"
#include "postgres/session/sql_text.h"
#include "postgres/session/text_array.h"

namespace postgres {
namespace {

// Of partitions only indexes of their own: those of all are the root's.
constexpr const char* kIndexes = R"sql(
SELECT i.indrelid, pg_catalog.pg_get_expr(i.indpred, i.indrelid, false) AS predicate,
  pg_catalog.array_to_string(ARRAY(
    SELECT '(' || pg_catalog.pg_get_indexdef(i.indexrelid, k.n, false) || ')'
    FROM pg_catalog.generate_series(1, i.indnatts::pg_catalog.int4) AS k(n)
    WHERE i.indkey[k.n - 1] = 0), ', ') AS keys,
  ARRAY(
    SELECT DISTINCT a.attname
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
      AND d.refobjid = i.indrelid AND d.refobjsubid > 0)::pg_catalog.text[] AS columns,
  {looks} AS looks, c.relname
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) AND i.indisready AND i.indrelid = ANY ({among})
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = i.indexrelid)
ORDER BY i.indrelid, i.indexrelid)sql";

constexpr const char* kPartitionKeys = R"sql(
SELECT p.partrelid, c.relname
FROM pg_catalog.pg_partitioned_table p
JOIN pg_catalog.pg_class c ON c.oid = p.partrelid
WHERE p.partexprs IS NOT NULL AND p.partrelid = ANY ({among}) AND {looks}
ORDER BY p.partrelid)sql";

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// Full-text search of short texts cannot fail, and costs more than all the rest.
std::string for_long_texts(const TableDetails& table, const std::vector<std::string>& columns,
                           const std::string& expression) {
  constexpr std::size_t kShort = 200'000;
  std::vector<std::string> lengths;
  for (const std::string& column : columns) {
    if (column == kLeaf) continue;
    const std::string& type = table.details_of(column).type.type_name;
    if (type != "text" && type != "varchar") return expression;
    lengths.push_back(fmt::format("COALESCE(pg_catalog.octet_length({}::pg_catalog.text), 0)", quote_name(column)));
  }
  if (lengths.empty()) return expression;
  return fmt::format("CASE WHEN {} OPERATOR(pg_catalog.>) {} THEN {} END", join(lengths, " OPERATOR(pg_catalog.+) "),
                     kShort, expression);
}

std::vector<ColumnType> types_of(const TableDetails& table, const std::vector<std::string>& some,
                                 const std::vector<std::string>& more) {
  std::vector<ColumnType> types;
  for (const std::vector<std::string>* columns : {&some, &more}) {
    for (const std::string& column : *columns)
      if (column != kLeaf) types.push_back(table.details_of(column).type);
  }
  return types;
}

// `text` is what is computed, `expression` the same as one value of a type that a view can have.
void add(TableDetails& table, const std::string& text, std::string expression, std::vector<std::string> columns,
         Evaluated::Meaning meaning = Evaluated::Meaning::kNothing, const std::string& check = {}) {
  const Fails when = fails(text);
  if (when == Fails::kNever && meaning == Evaluated::Meaning::kNothing) return;
  std::vector<std::string> read = columns;
  for (const std::string& column : columns) {
    if (column == kLeaf) continue;
    for (const std::string& source : table.details_of(column).made.reads)
      if (!contains(read, source)) read.push_back(source);
  }
  std::erase_if(
      read, [&](const std::string& column) { return column != kLeaf && table.table.find_column(column)->generated; });
  // A function of a domain's name is found for values of the domain alone.
  const bool of_domain = std::ranges::any_of(
      read, [&](const std::string& column) { return column != kLeaf && table.details_of(column).is_checked; });
  if (when == Fails::kNever && !of_domain && !reads_settings(text, types_of(table, columns, read))) return;
  if (when == Fails::kForLongTexts) expression = for_long_texts(table, read, expression);
  table.evaluated.push_back({std::move(expression), std::move(columns), meaning, check});
}

void add_columns(TableDetails& table) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const catalog::Column& column = table.table.columns[i];
    const ColumnDetails& details = table.columns[i];
    if (details.made.expression.empty() || (!column.generated && details.made.is_volatile)) continue;
    // What is computed may be of another type than the column, or longer.
    const bool as_it_is = details.type.typmod < 0 && !details.is_domain &&
                          (details.type.type_name == "tsvector" || details.type.type_name == "bool");
    const std::string text = column.generated && !as_it_is && fails(details.made.expression) != Fails::kPerhaps
                                 ? "(" + details.made.expression + ")::" + column.type
                                 : details.made.expression;
    add(table, text, "pg_catalog.num_nulls(" + quote_name(column.name) + ")", {column.name});
  }
}

// What an index says that looks up other rows.
void leave_to_the_server(TableDetails& table, const std::string& index) {
  table.looking_code.push_back("the index " + index);
  std::erase_if(table.unique_indexes, [&](const UniqueIndex& one) { return one.name == index; });
  std::erase_if(table.exclusions, [&](const Exclusion& one) { return one.key.name == index; });
}

// Partition keys that do: of the root, or of a partition that is partitioned itself.
void leave_partitions_to_the_server(Connection& connection, const std::string& among, const PartitionTree& tree,
                                    const std::string& looking,
                                    const std::unordered_map<std::uint32_t, TableDetails*>& by_oid) {
  for (const auto& row : connection.query(fmt::format(
           kPartitionKeys, fmt::arg("among", among),
           fmt::arg("looks", calls_one_of(looking, "'pg_catalog.pg_class'::pg_catalog.regclass", "p.partrelid"))))) {
    const auto partition = tree.find(row["partrelid"].as<std::uint32_t>());
    if (partition == tree.end()) continue;
    TableDetails& table = *by_oid.at(partition->second.root);
    table.partitions.leaf.clear();
    table.looking_code.push_back("the partition key of " + std::string(row["relname"].c_str()));
  }
}

void add_columns_and_checks(TableDetails& table) {
  add_columns(table);
  for (const CheckConstraint& check : table.checks)
    if (!check.looks_elsewhere && !check.of_made)
      add(table, check.expression, "(" + check.expression + ")", check.columns, Evaluated::Meaning::kCheck, check.name);
  add(table, table.leaf_checks.failed, table.leaf_checks.failed, table.leaf_checks.columns,
      Evaluated::Meaning::kLeafChecks);
  if (table.partitioned) add(table, table.partitions.leaf, table.partitions.leaf, {kLeaf});
}

// Of partitions those of their own as well.
void read_indexes(Connection& connection, const std::string& among, const PartitionTree& tree,
                  const std::string& looking, const std::unordered_map<std::uint32_t, TableDetails*>& by_oid) {
  std::map<std::pair<std::uint32_t, std::string>, std::pair<std::vector<std::string>, std::vector<std::uint32_t>>>
      alike;
  const std::string looks = calls_one_of(looking, "'pg_catalog.pg_class'::pg_catalog.regclass", "i.indexrelid");
  for (const auto& row : connection.query(fmt::format(kIndexes, fmt::arg("among", among), fmt::arg("looks", looks)))) {
    const auto relation = row["indrelid"].as<std::uint32_t>();
    const auto partition = tree.find(relation);
    if (row["looks"].as<bool>()) {
      leave_to_the_server(*by_oid.at(partition == tree.end() ? relation : partition->second.root),
                          row["relname"].c_str());
      continue;
    }
    const std::string predicate = row["predicate"].is_null() ? "" : row["predicate"].c_str();
    const std::string keys = row["keys"].c_str();
    std::string text = keys.empty() ? "(" + predicate + ")" : "pg_catalog.num_nulls(" + keys + ")";
    if (!predicate.empty() && !keys.empty()) text = fmt::format("CASE WHEN ({}) THEN {} END", predicate, text);
    if (fails(keys) == Fails::kNever && fails(predicate) == Fails::kNever) continue;
    const bool own = partition != tree.end() && partition->second.root != relation;
    auto& [columns, leaves] = alike[{own ? partition->second.root : relation, text}];
    if (own) leaves.insert(leaves.end(), partition->second.leaves.begin(), partition->second.leaves.end());
    for (std::string& column : read_names(row["columns"].c_str())) {
      if (!contains(columns, column)) columns.push_back(std::move(column));
    }
  }
  for (auto& [place, index] : alike) {
    auto& [columns, leaves] = index;
    std::string expression = place.second;
    if (!leaves.empty()) {
      expression = fmt::format("CASE WHEN {} THEN {} END", in_leaves(leaves), expression);
      columns.emplace_back(kLeaf);
    }
    TableDetails& table = *by_oid.at(place.first);
    const bool long_only = fails(place.second) == Fails::kForLongTexts;
    table.evaluated.push_back(
        {long_only ? for_long_texts(table, columns, expression) : expression, std::move(columns), {}, {}});
  }
}

}  // namespace

void read_evaluated(Connection& connection, std::vector<TableDetails>& tables, const PartitionTree& tree,
                    const std::string& looking) {
  std::unordered_map<std::uint32_t, TableDetails*> by_oid;
  for (TableDetails& table : tables) by_oid.emplace(table.oid, &table);
  const std::string among = with_partitions(tables, tree);
  leave_partitions_to_the_server(connection, among, tree, looking, by_oid);
  for (TableDetails& table : tables) add_columns_and_checks(table);
  read_indexes(connection, among, tree, looking, by_oid);
}

}  // namespace postgres
