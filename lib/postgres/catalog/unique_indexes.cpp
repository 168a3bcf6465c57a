#include "postgres/catalog/unique_indexes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "postgres/catalog/value_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// The keys of the chosen tables first, then one operator for each: the other way round the planner takes every operator
// of the server, for its statistics know nothing of arrays. Rows of equal periods are the same WITHOUT OVERLAPS, not
// those that only overlap. SET CONSTRAINTS takes every constraint of the name: one is deferred only where there is no
// other.
// What a CREATE INDEX CONCURRENTLY leaves that has failed is not valid, and holds for every row that is written; of a
// partitioned one that is not valid the partitions' own do.
constexpr const char* kIndexes = R"sql(
WITH RECURSIVE keys AS MATERIALIZED (
  SELECT i.*, k.n, {collation} AS collation
  FROM pg_catalog.pg_index i
  CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts::pg_catalog.int4) AS k(n)
  WHERE i.indisunique AND i.indrelid = ANY ({among})
    AND (i.indisvalid OR i.indisready AND EXISTS (
      SELECT FROM pg_catalog.pg_class x WHERE x.oid = i.indexrelid AND x.relkind = 'i'))
    AND NOT ({own} AND EXISTS (
      SELECT
      FROM pg_catalog.pg_inherits h
      JOIN pg_catalog.pg_index p ON p.indexrelid = h.inhparent
      WHERE h.inhrelid = i.indexrelid AND p.indisvalid))
), base(type, oid) AS (
  SELECT DISTINCT a.atttypid, a.atttypid
  FROM keys i
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum > 0
  UNION
  SELECT b.type, t.typbasetype
  FROM base b
  JOIN pg_catalog.pg_type t ON t.oid = b.oid AND t.typtype = 'd'
)
SELECT i.indrelid, i.indexrelid, c.relname, i.indisprimary,
  NOT i.indimmediate AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_constraint s
    WHERE s.connamespace = c.relnamespace AND s.conname = c.relname AND (s.conindid <> c.oid OR s.contype = 'f')) AS deferrable,
  {nulls_not_distinct} AS nulls_not_distinct, pg_catalog.pg_get_expr(i.indpred, i.indrelid, false) AS predicate,
  i.indisvalid AND i.indexprs IS NULL AND i.indpred IS NULL
    AND NOT pg_catalog.bool_or(i.collation IS NOT NULL) OVER (PARTITION BY i.indexrelid) AS plain,
  CASE WHEN i.indkey[i.n - 1] = 0 THEN pg_catalog.pg_get_indexdef(i.indexrelid, i.n, false) END AS expression,
  (SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[i.n - 1]) AS column_name,
  'OPERATOR(' || CASE WHEN i.indisexclusion THEN 'pg_catalog.=' ELSE pg_catalog.quote_ident(s.nspname) || '.' || o.oprname
                 END || ')' AS equals,
  (SELECT t.typtype = 'p' FROM pg_catalog.pg_type t WHERE t.oid = o.oprleft)
    AND (SELECT pg_catalog.bool_or(b.oid >= 16384)
         FROM base b
         JOIN pg_catalog.pg_type t ON t.oid = b.oid AND t.typtype <> 'd'
         WHERE b.type = k.atttypid) AS as_rows,
  i.collation
FROM keys i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_attribute k ON k.attrelid = i.indexrelid AND k.attnum = i.n
JOIN pg_catalog.pg_operator o ON o.oid = (
  SELECT ao.amopopr
  FROM pg_catalog.pg_opclass oc
  JOIN pg_catalog.pg_amop ao ON ao.amopfamily = oc.opcfamily AND ao.amoplefttype = oc.opcintype
    AND ao.amoprighttype = oc.opcintype AND ao.amopstrategy = 3
  WHERE oc.oid = i.indclass[i.n - 1])
JOIN pg_catalog.pg_namespace s ON s.oid = o.oprnamespace
ORDER BY i.indrelid, c.relname, i.n)sql";

// By which a key is compared, where its column or expression may not bring it along: pg_get_indexdef leaves it out.
// NULL: it does.
constexpr const char* kCollation = R"sql((
    SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(l.collname)
    FROM pg_catalog.pg_collation l
    JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace
    WHERE l.oid = {collation} AND EXISTS (
        SELECT
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = {relation} AND a.attcollation <> 0 AND a.attcollation <> l.oid
          AND ({column} = 0 AND a.attnum > 0 OR a.attnum = {column}))))sql";

// Columns that only an expression or a predicate reads.
constexpr const char* kReads = R"sql(
SELECT d.objid, a.attname
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_index i ON i.indexrelid = d.objid AND d.refobjid = i.indrelid
JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.indisunique AND d.refobjsubid > 0
  AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) AND i.indrelid = ANY ({among}))sql";

std::string text_of(const pqxx::field& field) {
  return field.is_null() ? std::string{} : std::string(field.c_str(), field.size());
}

struct OwnIndex {
  std::uint32_t relation = 0;
  UniqueIndex index;
};

// `of` finds the table of the plan by the OID of the table or of its partition.
template <typename Of>
std::vector<OwnIndex> read(Connection& connection, const std::vector<std::string>& oids, bool own, const Of& of) {
  const std::string among = "'{" + join(oids, ",") + "}'::pg_catalog.oid[]";
  const std::string sql = fmt::format(
      kIndexes, fmt::arg("among", among), fmt::arg("own", own),
      fmt::arg("collation", collation_of_key("i.indrelid", "i.indkey[k.n - 1]", "i.indcollation[k.n - 1]")),
      fmt::arg("nulls_not_distinct", connection.server_version() >= 150000 ? "i.indnullsnotdistinct" : "false"));
  std::vector<OwnIndex> indexes;
  std::unordered_map<std::string, std::size_t> places;
  for (const auto& row : connection.query(sql)) {
    const auto relation = row["indrelid"].as<std::uint32_t>();
    if (places.emplace(row["indexrelid"].c_str(), indexes.size()).second) {
      OwnIndex one{relation, {}};
      one.index.name = text_of(row["relname"]);
      one.index.primary = row["indisprimary"].as<bool>();
      one.index.deferrable = row["deferrable"].as<bool>();
      one.index.nulls_not_distinct = row["nulls_not_distinct"].as<bool>();
      one.index.predicate = text_of(row["predicate"]);
      one.index.plain = row["plain"].as<bool>();
      indexes.push_back(std::move(one));
    }
    UniqueIndex& index = indexes.back().index;
    const std::string column = text_of(row["column_name"]);
    const std::string collation = text_of(row["collation"]);
    if (!column.empty()) index.columns.push_back(column);
    std::string key = column.empty() ? "(" + text_of(row["expression"]) + ")"
                                     : quote_name(column) + of(relation).details_of(column).comparison_cast();
    if (!collation.empty()) key = "(" + key + " COLLATE " + collation + ")";
    index.expressions.push_back(std::move(key));
    index.equality.push_back({text_of(row["equals"]), !row["as_rows"].is_null() && row["as_rows"].as<bool>()});
  }
  for (const auto& row : connection.query(fmt::format(kReads, fmt::arg("among", among)))) {
    const auto place = places.find(row["objid"].c_str());
    if (place == places.end()) continue;
    std::vector<std::string>& columns = indexes[place->second].index.columns;
    if (std::ranges::find(columns, text_of(row["attname"])) == columns.end())
      columns.push_back(text_of(row["attname"]));
  }
  return indexes;
}

}  // namespace

std::string collation_of_key(const std::string& relation, const std::string& column, const std::string& collation) {
  return fmt::format(kCollation, fmt::arg("relation", relation), fmt::arg("column", column),
                     fmt::arg("collation", collation));
}

std::string likeness(const UniqueIndex& index) {
  std::string text = index.predicate + (index.nulls_not_distinct ? "\x01n" : "\x01");
  for (std::size_t i = 0; i < index.expressions.size(); ++i)
    text += "\x01" + index.expressions[i] + " " + index.equality[i].op;
  return text;
}

void read_unique_indexes(Connection& connection, std::vector<TableDetails>& tables) {
  std::vector<std::string> oids;
  std::unordered_map<std::uint32_t, TableDetails*> by_oid;
  for (TableDetails& table : tables) {
    oids.push_back(std::to_string(table.oid));
    by_oid.emplace(table.oid, &table);
  }
  for (OwnIndex& one :
       read(connection, oids, false, [&](std::uint32_t oid) -> const TableDetails& { return *by_oid.at(oid); })) {
    TableDetails& table = *by_oid.at(one.relation);
    if (one.index.primary) {
      table.table.primary_key = one.index.columns;
    } else if (one.index.plain && !one.index.nulls_not_distinct) {
      table.table.unique_keys.push_back(one.index.columns);
    }
    table.unique_indexes.push_back(std::move(one.index));
  }
}

void read_unique_indexes_of_partitions(Connection& connection, std::vector<TableDetails>& tables,
                                       const PartitionTree& tree) {
  std::vector<std::string> oids;
  for (const auto& [oid, partition] : tree)
    if (oid != partition.root) oids.push_back(std::to_string(oid));
  if (oids.empty()) return;
  std::unordered_map<std::uint32_t, TableDetails*> by_oid;
  for (TableDetails& table : tables) by_oid.emplace(table.oid, &table);
  const auto table_of = [&](std::uint32_t oid) -> TableDetails& { return *by_oid.at(tree.at(oid).root); };
  struct Alike {
    UniqueIndex key;
    std::vector<std::uint32_t> leaves;
    std::size_t indexes = 0;
  };
  std::map<std::pair<std::uint32_t, std::string>, Alike> keys;
  for (OwnIndex& one : read(connection, oids, true, table_of)) {
    Alike& alike = keys[{tree.at(one.relation).root, likeness(one.index)}];
    const std::vector<std::uint32_t>& leaves = tree.at(one.relation).leaves;
    alike.leaves.insert(alike.leaves.end(), leaves.begin(), leaves.end());
    if (++alike.indexes == 1) alike.key = std::move(one.index);
  }
  for (auto& [place, alike] : keys) {
    restrict_to_leaves(alike.key, alike.leaves);
    if (alike.indexes > 1)
      alike.key.name += " and " + std::to_string(alike.indexes - 1) + " like it of other partitions";
    by_oid.at(place.first)->unique_indexes.push_back(std::move(alike.key));
  }
}

void restrict_to_leaves(UniqueIndex& key, const std::vector<std::uint32_t>& leaves) {
  key.expressions.emplace_back(kLeaf);
  key.equality.push_back({"OPERATOR(pg_catalog.=)"});
  key.columns.emplace_back(kLeaf);
  key.predicate = key.predicate.empty() ? in_leaves(leaves) : in_leaves(leaves) + " AND (" + key.predicate + ")";
  key.plain = false;
  key.primary = false;
  key.deferrable = false;  // SET CONSTRAINTS would have to name each
  key.of_partitions = true;
}

}  // namespace postgres
