#include "postgres/catalog/constraints.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>

#include "postgres/catalog/depend_sql.h"
#include "postgres/catalog/leaf_checks.h"
#include "postgres/catalog/looking_functions.h"
#include "postgres/catalog/unique_indexes.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// EXCLUDE, and keys WITHOUT OVERLAPS; of partitions those that they have on their own. A row a column of the key.
constexpr const char* kExclusions = R"sql(
SELECT k.conrelid, k.oid, k.conname, k.condeferrable, pg_catalog.pg_get_expr(i.indpred, i.indrelid, false) AS predicate,
  am.amname,
  CASE WHEN i.indkey[n - 1] = 0 THEN '(' || pg_catalog.pg_get_indexdef(i.indexrelid, n, false) || ')' END AS expression,
  (SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[n - 1])
    AS column_name,
  'OPERATOR(' || pg_catalog.quote_ident(os.nspname) || '.' || o.oprname || ')' AS operator,
  pg_catalog.quote_ident(cs.nspname) || '.' || pg_catalog.quote_ident(oc.opcname) AS operator_class,
  pg_catalog.array_to_string(ARRAY(
    SELECT DISTINCT a.attname
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = k.conrelid AND (a.attnum = ANY (k.conkey) OR EXISTS (
      SELECT FROM pg_catalog.pg_depend d
      WHERE d.objid IN (k.oid, i.indexrelid) AND d.refobjid = k.conrelid AND d.refobjsubid = a.attnum))
    ORDER BY a.attname), E'\x01') AS columns,
  {collation} AS collation
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid
JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_am am ON am.oid = ic.relam
CROSS JOIN LATERAL pg_catalog.generate_subscripts(k.conexclop, 1) AS n
JOIN pg_catalog.pg_operator o ON o.oid = k.conexclop[n]
JOIN pg_catalog.pg_namespace os ON os.oid = o.oprnamespace
JOIN pg_catalog.pg_opclass oc ON oc.oid = i.indclass[n - 1]
JOIN pg_catalog.pg_namespace cs ON cs.oid = oc.opcnamespace
WHERE k.conexclop IS NOT NULL AND k.conrelid{among}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = k.conindid)
ORDER BY k.conrelid, k.conname, n)sql";

std::string text_of(const pqxx::field& field) {
  return field.is_null() ? std::string{} : std::string(field.c_str(), field.size());
}

// Names joined by a character that hardly anybody puts into one.
std::vector<std::string> split(const std::string& names) {
  std::vector<std::string> list;
  std::size_t start = 0;
  while (start < names.size()) {
    const std::size_t end = std::min(names.find('\x01', start), names.size());
    list.push_back(names.substr(start, end - start));
    start = end + 1;
  }
  return list;
}

constexpr const char* kPeriodKeys = R"sql(
SELECT k.conrelid, k.conname, a.attname
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid
  AND a.attnum = k.conkey[pg_catalog.array_upper(k.conkey, 1)]
WHERE k.conperiod AND k.contype IN ('p', 'u') AND k.conrelid{among}
ORDER BY k.conrelid, k.conname)sql";

constexpr const char* kAmong = " = ANY ('{{{}}}'::pg_catalog.oid[])";

constexpr const char* kChecks = R"sql(
SELECT k.conrelid, k.oid, k.conname, a.attname, {looks} AS looks,
       CASE k.contype
         WHEN 'n' THEN 'NOT (' || pg_catalog.quote_ident(a.attname) || ' IS NOT DISTINCT FROM NULL)'
         ELSE pg_catalog.pg_get_expr(k.conbin, k.conrelid, false)
       END AS expression
FROM pg_catalog.pg_constraint k
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
WHERE (k.contype = 'c' OR k.contype = 'n' AND NOT k.convalidated) AND {enforced} AND k.conrelid{among}
ORDER BY k.conrelid, k.conname, a.attnum)sql";

constexpr const char* kReferencedColumns = R"sql(
SELECT DISTINCT f.confrelid, a.attname
FROM pg_catalog.pg_constraint f
JOIN pg_catalog.pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = ANY (f.confkey)
WHERE f.contype = 'f' AND f.confrelid{among})sql";

// In steps, each of few joins: to find the order of eleven takes the server longer than to run them.
constexpr const char* kReferences = R"sql(
WITH f AS MATERIALIZED (
  SELECT f.oid, f.conname, f.conrelid, f.confrelid, f.confupdtype, f.conkey[n] AS child, f.confkey[n] AS parent,
         f.conpfeqop[n] AS equality, f.conppeqop[n] AS key_equality, n
  FROM pg_catalog.pg_constraint f
  CROSS JOIN LATERAL pg_catalog.generate_subscripts(f.conkey, 1) AS n
  WHERE f.contype = 'f' AND f.conparentid = 0 AND f.confupdtype IN ('a', 'r') AND {enforced}{not_period}
    AND f.confrelid{among}{without_casts}
), named AS MATERIALIZED (
  SELECT f.*, c.relname, ca.attname AS child_column, ca.atttypid AS child_type, pa.attname AS parent_column,
         CASE c.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END ||
           pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS rows
  FROM f
  JOIN pg_catalog.pg_class c ON c.oid = f.conrelid
  JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute ca ON ca.attrelid = f.conrelid AND ca.attnum = f.child
  JOIN pg_catalog.pg_attribute pa ON pa.attrelid = f.confrelid AND pa.attnum = f.parent
)
SELECT f.confrelid, f.oid, f.conname, f.relname, f.conrelid = f.confrelid AS own, f.confupdtype = 'r' AS restrict,
       f.rows, f.child_column, f.parent_column,
       'OPERATOR(' || pg_catalog.quote_ident(es.nspname) || '.' || e.oprname || ')' AS equality,
       'OPERATOR(' || pg_catalog.quote_ident(ks.nspname) || '.' || k.oprname || ')' AS key_equality,
       et.typtype = 'p' AND f.child_type >= 16384 AS by_pseudo_type
FROM named f
JOIN pg_catalog.pg_operator e ON e.oid = f.equality
JOIN pg_catalog.pg_namespace es ON es.oid = e.oprnamespace
JOIN pg_catalog.pg_type et ON et.oid = e.oprleft
JOIN pg_catalog.pg_operator k ON k.oid = f.key_equality
JOIN pg_catalog.pg_namespace ks ON ks.oid = k.oprnamespace
ORDER BY f.confrelid, f.conname, f.oid, f.n)sql";

// Not those that compare by way of a cast which somebody made: what they hold back is the server's matter.
constexpr const char* kWithoutCasts = R"sql(
  AND NOT EXISTS (
    SELECT FROM pg_catalog.generate_subscripts(f.conkey, 1) AS m
    JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[m]
    JOIN pg_catalog.pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = f.confkey[m]
    JOIN pg_catalog.pg_type at ON at.oid = a.atttypid
    JOIN pg_catalog.pg_operator o ON o.oid = f.conpfeqop[m]
    JOIN pg_catalog.pg_type ot ON ot.oid = o.oprleft
    WHERE CASE WHEN ot.typtype = 'p' THEN a.atttypid <> b.atttypid AND a.atttypid >= 16384
               ELSE at.typtype IN ('c', 'e', 'r', 'm') AND a.atttypid >= 16384 AND a.atttypid <> o.oprright END))sql";

constexpr const char* kTriggers = R"sql(
SELECT DISTINCT r.root, t.tgname
FROM pg_catalog.pg_trigger t
CROSS JOIN LATERAL (
  SELECT COALESCE(pg_catalog.pg_partition_root(t.tgrelid), t.tgrelid)::pg_catalog.oid AS root) r
WHERE {fired_trigger} AND r.root{among}
ORDER BY r.root, t.tgname)sql";

class ConstraintReader {
 public:
  ConstraintReader(Connection& connection, std::vector<TableDetails>& tables, const PartitionTree& tree)
      : connection_(connection), tables_(tables), tree_(tree) {
    std::vector<std::string> oids;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      oids.push_back(std::to_string(tables[i].oid));
      index_.emplace(oids.back(), i);
    }
    among_ = fmt::format(kAmong, join(oids, ","));
    for (const auto& [oid, partition] : tree) {
      if (oid == partition.root) continue;
      oids.push_back(std::to_string(oid));
      index_.emplace(oids.back(), index_.at(std::to_string(partition.root)));
    }
    among_partitions_ = fmt::format(kAmong, join(oids, ","));
  }

  // And NOT NULL that is NOT VALID: it holds for the rows that are written.
  void read_checks(const std::string& looking) {
    std::string last;
    const std::string looks = calls_one_of(looking, "'pg_catalog.pg_constraint'::pg_catalog.regclass", "k.oid");
    for (const auto& row :
         connection_.query(fmt::format(fmt::runtime(kChecks), fmt::arg("looks", looks),
                                       fmt::arg("enforced", enforced("k")), fmt::arg("among", among_)))) {
      TableDetails& table = table_of(row["conrelid"]);
      if (last != text_of(row["oid"]))
        table.checks.push_back({text_of(row["conname"]), text_of(row["expression"]), {}, row["looks"].as<bool>()});
      last = text_of(row["oid"]);
      if (!row["attname"].is_null()) table.checks.back().columns.push_back(text_of(row["attname"]));
    }
  }

  // A key WITHOUT OVERLAPS takes no empty range.
  void read_empty_periods() {
    if (connection_.server_version() < 180000) return;
    for (const auto& row : connection_.query(fmt::format(kPeriodKeys, fmt::arg("among", among_)))) {
      const std::string column = text_of(row["attname"]);
      table_of(row["conrelid"])
          .checks.push_back(
              {text_of(row["conname"]), fmt::format("NOT pg_catalog.isempty({})", quote_name(column)), {column}});
    }
  }

  // Of columns that the table fills itself where the file lacks them.
  void read_not_null() {
    for (TableDetails& table : tables_) {
      for (const catalog::Column& column : table.table.columns) {
        if (!column.not_null || !(column.generated || column.has_default)) continue;
        table.checks.push_back({"NOT NULL of " + column.name,
                                fmt::format("NOT ({} IS NOT DISTINCT FROM NULL)", quote_name(column.name)),
                                {column.name},
                                false,
                                true});
      }
    }
  }

  void read_exclusions() {
    struct Own {
      std::uint32_t relation;
      Exclusion exclusion;
    };
    std::vector<Own> found;
    std::string last;
    for (const auto& row : connection_.query(fmt::format(
             kExclusions, fmt::arg("among", among_partitions_),
             fmt::arg("collation", collation_of_key("i.indrelid", "i.indkey[n - 1]", "i.indcollation[n - 1]"))))) {
      if (last != text_of(row["oid"])) {
        Exclusion exclusion;
        exclusion.key.name = text_of(row["conname"]);
        exclusion.key.deferrable = row["condeferrable"].as<bool>();
        exclusion.key.predicate = text_of(row["predicate"]);
        exclusion.access_method = text_of(row["amname"]);
        found.push_back({row["conrelid"].as<std::uint32_t>(), std::move(exclusion)});
      }
      last = text_of(row["oid"]);
      Exclusion& exclusion = found.back().exclusion;
      const std::string column = text_of(row["column_name"]);
      std::string key = column.empty() ? text_of(row["expression"]) : quote_name(column);
      if (!row["collation"].is_null()) key = "(" + key + " COLLATE " + text_of(row["collation"]) + ")";
      exclusion.key.expressions.push_back(std::move(key));
      exclusion.key.equality.push_back({text_of(row["operator"])});
      exclusion.operator_classes.push_back(text_of(row["operator_class"]));
      exclusion.key.columns = split(text_of(row["columns"]));
    }
    std::map<std::pair<std::uint32_t, std::string>, std::pair<Exclusion, std::vector<std::uint32_t>>> of_partitions;
    for (Own& own : found) {
      TableDetails& table = tables_[index_.at(std::to_string(own.relation))];
      if (own.relation == table.oid) {
        table.exclusions.push_back(std::move(own.exclusion));
        continue;
      }
      const std::string alike = likeness(own.exclusion.key) + "\x01" + own.exclusion.access_method;
      auto& [exclusion, leaves] = of_partitions[{table.oid, alike}];
      const std::vector<std::uint32_t>& below = tree_.at(own.relation).leaves;
      leaves.insert(leaves.end(), below.begin(), below.end());
      if (exclusion.access_method.empty()) exclusion = std::move(own.exclusion);
    }
    for (auto& [place, one] : of_partitions) {
      restrict_to_leaves(one.first.key, one.second);
      tables_[index_.at(std::to_string(place.first))].exclusions.push_back(std::move(one.first));
    }
  }

  void read_references() {
    for (const auto& row : connection_.query(fmt::format(kReferencedColumns, fmt::arg("among", among_))))
      table_of(row["confrelid"]).referenced_columns.push_back(text_of(row["attname"]));
    // Of a PERIOD key, what is left of the parents may still contain the child: the server's matter.
    const char* not_period = connection_.server_version() >= 180000 ? " AND NOT f.conperiod" : "";
    std::string last;
    for (const auto& row : connection_.query(fmt::format(fmt::runtime(kReferences), fmt::arg("enforced", enforced("f")),
                                                         fmt::arg("not_period", not_period), fmt::arg("among", among_),
                                                         fmt::arg("without_casts", kWithoutCasts)))) {
      std::vector<Reference>& references = table_of(row["confrelid"]).references;
      if (last != text_of(row["oid"])) {
        references.push_back({text_of(row["conname"]),
                              text_of(row["rows"]),
                              text_of(row["relname"]),
                              row["own"].as<bool>(),
                              row["restrict"].as<bool>(),
                              {},
                              {},
                              {},
                              {}});
      }
      last = text_of(row["oid"]);
      const bool by_pseudo_type = row["by_pseudo_type"].as<bool>();
      references.back().columns.push_back(text_of(row["child_column"]));
      references.back().parent_columns.push_back(text_of(row["parent_column"]));
      references.back().equality.push_back({text_of(row["equality"]), by_pseudo_type});
      references.back().key_equality.push_back({text_of(row["key_equality"]), by_pseudo_type});
    }
  }

  void read_triggers() {
    for (const auto& row : connection_.query(
             fmt::format(kTriggers, fmt::arg("fired_trigger", fired_trigger("t")), fmt::arg("among", among_))))
      table_of(row["root"]).triggers.push_back(text_of(row["tgname"]));
  }

 private:
  // NOT ENFORCED is nobody's business.
  std::string enforced(const std::string& alias) const {
    return connection_.server_version() >= 180000 ? alias + ".conenforced" : "true";
  }

  TableDetails& table_of(const pqxx::field& oid) { return tables_[index_.at(oid.c_str())]; }

  Connection& connection_;
  std::vector<TableDetails>& tables_;
  const PartitionTree& tree_;
  std::unordered_map<std::string, std::size_t> index_;  // also by partitions
  std::string among_;
  std::string among_partitions_;  // and tables
};

}  // namespace

void read_constraints(Connection& connection, std::vector<TableDetails>& tables, const PartitionTree& tree,
                      const std::string& looking) {
  ConstraintReader reader(connection, tables, tree);
  reader.read_checks(looking);
  reader.read_empty_periods();
  reader.read_not_null();
  read_leaf_checks(connection, tables, tree, looking);
  reader.read_exclusions();
  reader.read_references();
  reader.read_triggers();
}

}  // namespace postgres
