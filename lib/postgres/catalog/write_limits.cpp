#include "postgres/catalog/write_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_map>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// CheckCmdReplicaIdentity of the server: each table that holds rows needs an identity where it, a table above it or its
// schema is published with updates.
constexpr const char* kUpdates = R"sql(
SELECT c.oid,
  pg_catalog.string_agg(DISTINCT p.pubname::pg_catalog.text, ', ' ORDER BY p.pubname::pg_catalog.text) AS publications
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_publication p ON p.pubupdate AND (
  p.puballtables
  OR EXISTS (
    SELECT
    FROM pg_catalog.pg_publication_rel r
    WHERE r.prpubid = p.oid AND (r.prrelid = c.oid OR {above}))
  OR {by_schema})
WHERE c.oid = ANY ({among}) AND c.relkind = 'r' AND c.relpersistence = 'p' AND c.relreplident <> 'f'
  AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_index i
    WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
      AND (c.relreplident = 'd' AND i.indisprimary OR c.relreplident = 'i' AND i.indisreplident))
GROUP BY c.oid
ORDER BY c.oid)sql";

constexpr const char* kAbove = R"sql(
c.relispartition AND r.prrelid IN (SELECT a.relid::pg_catalog.oid FROM pg_catalog.pg_partition_ancestors(c.oid) a))sql";
constexpr const char* kBySchema = R"sql(
EXISTS (
    SELECT
    FROM pg_catalog.pg_publication_namespace s
    JOIN pg_catalog.pg_class a ON a.relnamespace = s.pnnspid
    WHERE s.pnpubid = p.oid AND (a.oid = c.oid OR c.relispartition AND a.oid IN (
      SELECT x.relid::pg_catalog.oid FROM pg_catalog.pg_partition_ancestors(c.oid) x))))sql";

// RelationBuildPublicationDesc of the server: columns of a publication's WHERE have to be part of the identity, its
// list of columns has to hold it. What WHERE reads is in pg_depend, once more than what the list has.
constexpr const char* kUncovered = R"sql(
WITH identity AS (
  SELECT c.oid, a.attname
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
    AND (c.relreplident = 'd' AND i.indisprimary OR c.relreplident = 'i' AND i.indisreplident)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::pg_catalog.int2[])
  WHERE c.oid = ANY ({among})
), published AS (
  SELECT c.oid, c.relreplident, p.pubname, r.oid AS entry, r.prrelid, r.prqual IS NOT NULL AS has_where,
    r.prattrs::pg_catalog.int2[] AS list
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_publication_rel r ON r.prrelid = c.oid OR c.relispartition AND r.prrelid IN (
    SELECT a.relid::pg_catalog.oid FROM pg_catalog.pg_partition_ancestors(c.oid) a)
  JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid AND p.pubupdate AND (r.prrelid = c.oid OR p.pubviaroot)
  WHERE c.oid = ANY ({among}) AND c.relkind = 'r' AND c.relpersistence = 'p'
), judged AS (
  SELECT p.oid, p.pubname,
    p.has_where AND p.relreplident <> 'f' AND EXISTS (
      SELECT
      FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_attribute a ON a.attrelid = p.prrelid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_catalog.pg_publication_rel'::pg_catalog.regclass AND d.objid = p.entry
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = p.prrelid AND d.refobjsubid > 0
        AND NOT EXISTS (SELECT FROM identity i WHERE i.oid = p.oid AND i.attname = a.attname)
      GROUP BY d.refobjsubid
      HAVING pg_catalog.count(*) > CASE WHEN d.refobjsubid = ANY (p.list) THEN 1 ELSE 0 END) AS where_fails,
    p.list IS NOT NULL AND (p.relreplident = 'f' OR EXISTS (
      SELECT
      FROM identity i
      WHERE i.oid = p.oid AND NOT EXISTS (
        SELECT
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = p.prrelid AND a.attnum = ANY (p.list) AND a.attname = i.attname))) AS list_fails
  FROM published p
)
SELECT j.oid,
  pg_catalog.string_agg(DISTINCT j.pubname::pg_catalog.text, ', ' ORDER BY j.pubname::pg_catalog.text) AS publications,
  pg_catalog.bool_or(j.where_fails) AS where_fails
FROM judged j
WHERE j.where_fails OR j.list_fails
GROUP BY j.oid
ORDER BY j.oid)sql";

// pub_contains_invalid_column of the server, 18 on: what a publication does not send must not be part of the identity,
// and no computed column is sent unless it is stored and asked for.
constexpr const char* kUnsent = R"sql(
SELECT c.oid,
  pg_catalog.string_agg(DISTINCT p.pubname::pg_catalog.text, ', ' ORDER BY p.pubname::pg_catalog.text) AS publications
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_publication p ON p.pubupdate
LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid AND (r.prrelid = c.oid OR {above})
WHERE c.oid = ANY ({among}) AND c.relkind = 'r' AND c.relpersistence = 'p'
  AND (p.puballtables OR r.oid IS NOT NULL OR {by_schema})
  AND EXISTS (
    SELECT
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND NOT a.attisdropped
      AND (a.attgenerated = 'v' OR a.attgenerated = 's' AND p.pubgencols <> 's')
      AND (c.relreplident = 'f' OR r.prattrs IS NULL AND EXISTS (
        SELECT
        FROM pg_catalog.pg_index i
        WHERE i.indrelid = c.oid AND a.attnum = ANY (i.indkey::pg_catalog.int2[])
          AND (c.relreplident = 'd' AND i.indisprimary OR c.relreplident = 'i' AND i.indisreplident))))
GROUP BY c.oid
ORDER BY c.oid)sql";

// Values of no fixed length, by columns, and those that expressions of a B-tree read; where the access method has a
// greatest number of bytes of an entry.
constexpr const char* kIndexes = R"sql(
SELECT i.indrelid, c.relname, m.amname = 'btree' AND i.indexprs IS NULL AS plain, a.attname,
  a.attnum = ANY (i.indkey::pg_catalog.int2[]) AS is_part, m.amname = 'btree' AS btree,
  pg_catalog.array_to_string(ARRAY(
    SELECT '(' || pg_catalog.pg_get_indexdef(i.indexrelid, k.n, false) || ')'
    FROM pg_catalog.generate_series(1, i.indnatts::pg_catalog.int4) AS k(n)
    WHERE i.indkey[k.n - 1] = 0), ', ') AS expressions
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_am m ON m.oid = c.relam
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attlen = -1
  AND (a.attnum = ANY (i.indkey::pg_catalog.int2[]) OR m.amname = 'btree' AND i.indexprs IS NOT NULL AND EXISTS (
    SELECT
    FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
      AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE i.indrelid = ANY ({among}) AND i.indisready
  AND (m.amname IN ('btree', 'brin', 'gist') OR m.amname = 'gin' AND t.typcategory = 'A')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = i.indexrelid)
ORDER BY i.indrelid, c.relname, a.attnum)sql";

}  // namespace

void read_write_limits(Connection& connection, std::vector<TableDetails>& tables, const PartitionTree& tree) {
  std::unordered_map<std::uint32_t, TableDetails*> by_oid;
  for (TableDetails& table : tables) by_oid.emplace(table.oid, &table);
  const std::string among = with_partitions(tables, tree);
  const auto root_of = [&](std::uint32_t oid) {
    const auto partition = tree.find(oid);
    return partition == tree.end() ? oid : partition->second.root;
  };
  const std::string updates = fmt::format(
      kUpdates, fmt::arg("among", among), fmt::arg("above", connection.server_version() >= 130000 ? kAbove : "false"),
      fmt::arg("by_schema", connection.server_version() >= 150000 ? kBySchema : "false"));
  const auto take = [&](std::uint32_t oid, const char* publications, const char* why) {
    RefusedUpdates& refused = by_oid.at(root_of(oid))->refused_updates;
    refused.publications = publications;
    refused.why = why;
  };
  if (connection.server_version() >= 150000) {
    for (const auto& row : connection.query(fmt::format(kUncovered, fmt::arg("among", among))))
      take(row["oid"].as<std::uint32_t>(), row["publications"].c_str(),
           row["where_fails"].as<bool>() ? "a column of a publication's WHERE is not part of its replica identity"
                                         : "the columns that a publication lists do not hold its replica identity");
  }
  if (connection.server_version() >= 180000) {
    for (const auto& row : connection.query(fmt::format(kUnsent, fmt::arg("among", among), fmt::arg("above", kAbove),
                                                        fmt::arg("by_schema", kBySchema))))
      take(row["oid"].as<std::uint32_t>(), row["publications"].c_str(),
           "its replica identity has a computed column that is not published");
  }
  for (const auto& row : connection.query(updates))
    take(row["oid"].as<std::uint32_t>(), row["publications"].c_str(),
         "it has no replica identity and publishes updates");
  std::string last;
  for (const auto& row : connection.query(fmt::format(kIndexes, fmt::arg("among", among)))) {
    const auto oid = row["indrelid"].as<std::uint32_t>();
    std::vector<LimitedIndex>& indexes = by_oid.at(root_of(oid))->limited_indexes;
    const std::string index = std::string(row["indrelid"].c_str()) + "." + row["relname"].c_str();
    if (index != last)
      indexes.push_back({row["relname"].c_str(),
                         row["plain"].as<bool>() && root_of(oid) == oid,
                         row["btree"].as<bool>(),
                         {},
                         {},
                         {}});
    last = index;
    (row["is_part"].as<bool>() ? indexes.back().columns : indexes.back().reads).emplace_back(row["attname"].c_str());
    indexes.back().expressions = row["expressions"].c_str();
  }
}

}  // namespace postgres
