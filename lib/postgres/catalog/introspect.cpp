#include "postgres/catalog/introspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>

#include "postgres/catalog/column_observers.h"
#include "postgres/catalog/constraints.h"
#include "postgres/catalog/domain_checks.h"
#include "postgres/catalog/evaluated.h"
#include "postgres/catalog/looking_functions.h"
#include "postgres/catalog/made_values.h"
#include "postgres/catalog/partition_tree.h"
#include "postgres/catalog/sequence_uses.h"
#include "postgres/catalog/unique_indexes.h"
#include "postgres/catalog/value_sql.h"
#include "postgres/catalog/write_limits.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// A row a column of a key. A key that refers to a partitioned table is there once more for each partition of that.
constexpr const char* kForeignKeys = R"sql(
WITH key AS (
  SELECT t.root, t.relation, f.oid, f.conname, f.confrelid,
    (SELECT pg_catalog.array_agg(a.attname ORDER BY k.n)
     FROM pg_catalog.unnest(f.conkey) WITH ORDINALITY AS k(attnum, n)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum) AS child,
    (SELECT pg_catalog.array_agg(a.attname ORDER BY k.n)
     FROM pg_catalog.unnest(f.confkey) WITH ORDINALITY AS k(attnum, n)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum) AS parent
  FROM (
    SELECT c.oid AS relation, COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::pg_catalog.oid AS root
    FROM pg_catalog.pg_class c
    WHERE c.relkind IN ('r', 'p')) t
  JOIN pg_catalog.pg_constraint f ON f.contype = 'f' AND f.conrelid = t.relation
  LEFT JOIN pg_catalog.pg_constraint u ON u.oid = f.conparentid
  WHERE (u.oid IS NULL OR u.conrelid <> f.conrelid) AND t.root{among}
), alike AS (
  SELECT f.root, (pg_catalog.array_agg(f.oid ORDER BY f.relation = f.root DESC, f.conname))[1] AS oid,
    pg_catalog.array_agg(f.relation) AS relations,
    pg_catalog.bool_or(f.relation = f.root) OR (
      SELECT pg_catalog.bool_and(l.relid::pg_catalog.oid = ANY (pg_catalog.array_agg(f.relation)))
      FROM pg_catalog.pg_partition_tree(f.root) l
      WHERE l.isleaf) AS of_every_row
  FROM key f
  GROUP BY f.root, f.confrelid, f.child, f.parent
)
SELECT g.root, g.oid, f.conname, n.nspname, p.relname, ca.attname AS column_name, pa.attname AS parent_column,
  s.nspname AS operator_schema, o.oprname, o.oprleft, o.oprright, g.of_every_row, f.confmatchtype = 'f' AS match_full,
  pa.atttypid AS parent_type, ca.atttypid AS column_type, {rule} AS rule,
  pg_catalog.array_to_string(g.relations, ' ') AS relations
FROM alike g
JOIN pg_catalog.pg_constraint f ON f.oid = g.oid
JOIN pg_catalog.pg_class p ON p.oid = COALESCE(pg_catalog.pg_partition_root(f.confrelid), f.confrelid)
JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace
CROSS JOIN LATERAL pg_catalog.generate_subscripts(f.conkey, 1) AS k(n)
JOIN pg_catalog.pg_attribute ca ON ca.attrelid = f.conrelid AND ca.attnum = f.conkey[k.n]
JOIN pg_catalog.pg_attribute pa ON pa.attrelid = f.confrelid AND pa.attnum = f.confkey[k.n]
JOIN pg_catalog.pg_operator o ON o.oid = f.conpfeqop[k.n]
JOIN pg_catalog.pg_namespace s ON s.oid = o.oprnamespace
ORDER BY g.root, f.conname, g.oid, k.n)sql";

constexpr const char* kTables = R"sql(
SELECT c.oid, n.nspname, c.relname, c.relkind = 'p' AS partitioned, pg_catalog.row_security_active(c.oid) AS row_security
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND {chosen}
  AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_depend x
    WHERE x.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND x.objid = c.oid AND x.deptype = 'e')
ORDER BY n.nspname, c.relname)sql";

constexpr const char* kTypes = R"sql(
SELECT t.oid, t.typname, n.nspname, t.typtype, t.typcategory, t.typlen = -1 AS variable_length, t.typbasetype,
       t.typelem, t.typtypmod, t.typnotnull, t.typdelim, t.typtype = 'd' AND t.typdefaultbin IS NOT NULL AS has_default
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace)sql";

constexpr const char* kColumns = R"sql(
SELECT a.attrelid, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, {not_null} AS not_null,
       a.attgenerated <> '' AS generated, a.atthasdef, a.attidentity, a.atttypid, a.atttypmod,
       COALESCE((SELECT c.collisdeterministic FROM pg_catalog.pg_collation c WHERE c.oid = a.attcollation), true)
         AS deterministic,
       a.attcollation, a.attstorage = 'p' AND a.attlen = -1 AS stored_plain
FROM pg_catalog.pg_attribute a
WHERE a.attrelid{among} AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum)sql";

constexpr const char* kProvenNotNull = R"sql(a.attnotnull AND NOT EXISTS (
         SELECT
         FROM pg_catalog.pg_constraint k
         WHERE k.conrelid = a.attrelid AND k.contype = 'n' AND k.conkey[1] = a.attnum AND NOT k.convalidated))sql";

using base::Error;
using base::ErrorKind;

std::string text_of(const pqxx::field& field) {
  return field.is_null() ? std::string{} : std::string(field.c_str(), field.size());
}
bool is_true(const pqxx::field& field) { return !field.is_null() && field.c_str()[0] == 't'; }

// Not arrays (a bitmap of NULLs may be left where none is), composites (attributes added later), ranges, nor what an
// extension makes: only its text says what a value of those is, and the file holds nothing else of it.
bool has_one_form(const ColumnType& type) { return transport_of(type) == Transport::kBinary && type.element_oid == 0; }

std::uint32_t oid_of(const pqxx::field& field) { return field.is_null() ? 0 : field.as<std::uint32_t>(); }

class Introspection {
 public:
  Introspection(Connection& connection, const std::vector<std::string>& schemas, Depth depth)
      : connection_(connection) {
    read_tables(schemas);
    if (tables_.empty()) return;
    read_types();
    read_columns();
    if (depth == Depth::kColumns) return;
    read_unique_indexes(connection_, tables_);
    if (depth == Depth::kAll) tree_ = read_partitions(connection_, tables_);
    read_foreign_keys();
    if (depth == Depth::kKeys) return;
    const std::string looking = looking_functions(connection_);
    read_made_values(connection_, tables_, looking);
    read_domain_checks(connection_, tables_, looking);
    read_unique_indexes_of_partitions(connection_, tables_, tree_);
    read_constraints(connection_, tables_, tree_, looking);
    read_evaluated(connection_, tables_, tree_, looking);
    read_write_limits(connection_, tables_, tree_);
    read_sequences();
    read_column_observers(connection_, tables_);
  }

  std::vector<TableDetails> take() { return std::move(tables_); }

 private:
  struct Type {
    std::string name;
    std::string schema;
    char kind = 'b';
    char category = 'X';
    bool variable_length = false;
    std::uint32_t base = 0;
    std::uint32_t element = 0;
    std::int32_t typmod = -1;
    bool not_null = false;
    char delimiter = ',';
    bool has_default = false;  // of a domain
  };

  void read_tables(const std::vector<std::string>& schemas) {
    const pqxx::result rows = connection_.query(fmt::format(kTables, fmt::arg("chosen", schema_filter(schemas))));
    std::vector<std::string> oids;
    for (const auto& row : rows) {
      TableDetails details;
      details.oid = oid_of(row["oid"]);
      details.table.name = {text_of(row["nspname"]), text_of(row["relname"])};
      details.partitioned = is_true(row["partitioned"]);
      details.row_security = is_true(row["row_security"]);
      index_.emplace(details.oid, tables_.size());
      oids.push_back(text_of(row["oid"]));
      tables_.push_back(std::move(details));
    }
    among_ = " = ANY ('{" + join(oids, ",") + "}'::pg_catalog.oid[])";
  }

  void read_types() {
    for (const auto& row : connection_.query(kTypes)) {
      types_.emplace(oid_of(row["oid"]), Type{.name = text_of(row["typname"]),
                                              .schema = text_of(row["nspname"]),
                                              .kind = row["typtype"].c_str()[0],
                                              .category = row["typcategory"].c_str()[0],
                                              .variable_length = is_true(row["variable_length"]),
                                              .base = oid_of(row["typbasetype"]),
                                              .element = oid_of(row["typelem"]),
                                              .typmod = row["typtypmod"].as<std::int32_t>(),
                                              .not_null = is_true(row["typnotnull"]),
                                              .delimiter = row["typdelim"].c_str()[0],
                                              .has_default = is_true(row["has_default"])});
    }
    for (const auto& row :
         connection_.query("SELECT enumtypid, enumlabel FROM pg_catalog.pg_enum ORDER BY enumtypid, enumsortorder")) {
      labels_[oid_of(row["enumtypid"])].push_back(text_of(row["enumlabel"]));
    }
  }

  void read_columns() {
    // A NOT NULL that is NOT VALID says nothing of the rows that are there: it is read as a check.
    const char* not_null = connection_.server_version() >= 180000 ? kProvenNotNull : "a.attnotnull";
    for (const auto& row :
         connection_.query(fmt::format(kColumns, fmt::arg("not_null", not_null), fmt::arg("among", among_)))) {
      TableDetails& table = table_of(row["attrelid"]);
      catalog::Column column;
      column.name = text_of(row["attname"]);
      column.type = text_of(row["type"]);
      column.not_null = is_true(row["not_null"]);
      column.generated = is_true(row["generated"]);
      const pqxx::field attidentity = row["attidentity"];
      const char identity = attidentity.size() == 0 ? ' ' : attidentity.c_str()[0];
      if (identity == 'a') column.identity = catalog::Identity::kAlways;
      if (identity == 'd') column.identity = catalog::Identity::kByDefault;
      column.has_default = is_true(row["atthasdef"]) || column.identity != catalog::Identity::kNone ||
                           types_.at(oid_of(row["atttypid"])).has_default;
      ColumnDetails details = resolve(oid_of(row["atttypid"]), row["atttypmod"].as<std::int32_t>());
      if (details.is_domain) details.domain = oid_of(row["atttypid"]);
      details.type_sql = column.type;
      if (!details.is_domain) details.base_sql = column.type;
      details.collation = oid_of(row["attcollation"]);
      details.stored_plain = is_true(row["stored_plain"]);
      details.bytewise = is_bytewise(details.type, is_true(row["deterministic"]));
      details.one_form = has_one_form(details.type);
      details.type.not_null = details.type.not_null || column.not_null;
      column.not_null = details.type.not_null;
      table.table.columns.push_back(std::move(column));
      table.columns.push_back(std::move(details));
    }
    name_domain_bases();
  }

  ColumnDetails resolve(std::uint32_t oid, std::int32_t typmod) {
    ColumnDetails details;
    Type type = types_.at(oid);
    while (type.kind == 'd') {
      details.is_domain = true;
      details.type.not_null = details.type.not_null || type.not_null;
      if (typmod == -1) typmod = type.typmod;
      oid = type.base;
      type = types_.at(oid);
    }
    details.type.oid = oid;
    details.type.typmod = typmod;
    details.type.type_name = type.name;
    details.type.type_schema = type.schema;
    details.type.kind = type.kind;
    if (type.category == 'A' && type.element != 0 && type.variable_length) {
      std::uint32_t element = type.element;
      if (types_.at(element).kind == 'd') details.type.element_wire_oid = element;
      while (types_.at(element).kind == 'd') {
        if (details.type.typmod == -1) details.type.typmod = types_.at(element).typmod;
        element = types_.at(element).base;
      }
      details.type.element_oid = element;
      details.type.element_delimiter = types_.at(element).delimiter;
      details.type.element_type_name = types_.at(element).name;
      details.type.element_kind = types_.at(element).kind;
      details.type.enum_labels = labels_[element];
    } else {
      details.type.enum_labels = labels_[oid];
    }
    return details;
  }

  // format_type needs the server; one query names the base of every domain column.
  void name_domain_bases() {
    std::map<std::pair<std::uint32_t, std::int32_t>, std::string> names;
    for (const TableDetails& table : tables_) {
      for (const ColumnDetails& column : table.columns) {
        if (column.is_domain) names[{column.type.oid, column.type.typmod}];
      }
    }
    for (auto& [type, name] : names) {
      name = text_of(connection_.query_value("SELECT pg_catalog.format_type(" + std::to_string(type.first) + ", " +
                                             std::to_string(type.second) + ")"));
    }
    for (TableDetails& table : tables_) {
      for (ColumnDetails& column : table.columns) {
        if (column.is_domain) column.base_sql = names.at({column.type.oid, column.type.typmod});
        column.type.name = column.base_sql;
      }
    }
  }

  // A partition may have keys that its root lacks. They decide the order just as well, and about every row if all
  // partitions agree on them.
  void read_foreign_keys() {
    const std::string rule = connection_.server_version() >= 180000
                                 ? "CASE WHEN NOT f.conenforced THEN 'n' WHEN f.conperiod THEN 'p' ELSE 'e' END"
                                 : "'e'";
    for (const auto& row :
         connection_.query(fmt::format(kForeignKeys, fmt::arg("among", among_), fmt::arg("rule", rule)))) {
      TableDetails& table = table_of(row["root"]);
      auto& keys = table.table.foreign_keys;
      const std::uint32_t oid = oid_of(row["oid"]);
      if (keys.empty() || foreign_key_oid_ != oid) {
        foreign_key_oid_ = oid;
        keys.push_back({text_of(row["conname"]), {}, {text_of(row["nspname"]), text_of(row["relname"])}, {}});
        table.foreign_key_equality.emplace_back();
        table.match_full.push_back(is_true(row["match_full"]));
        table.parent_rules.push_back(static_cast<ParentRule>(row["rule"].c_str()[0]));
        table.leaf_keys.emplace_back();
        if (!is_true(row["of_every_row"]))
          table.leaf_keys.back().condition = in_leaves(leaves_of(text_of(row["relations"])));
      }
      keys.back().columns.push_back(text_of(row["column_name"]));
      keys.back().parent_columns.push_back(text_of(row["parent_column"]));
      auto& equality =
          is_true(row["of_every_row"]) ? table.foreign_key_equality.back() : table.leaf_keys.back().equality;
      equality.push_back(
          {"OPERATOR(" + quote_name(text_of(row["operator_schema"])) + "." + text_of(row["oprname"]) + ")",
           types_.at(oid_of(row["oprleft"])).kind == 'p' && base_of(oid_of(row["parent_type"])) >= kFirstUserOid});
      if (takes_a_cast(oid_of(row["oprleft"]), oid_of(row["oprright"]), oid_of(row["parent_type"]),
                       oid_of(row["column_type"])) ||
          (table.parent_rules.back() == ParentRule::kContained && equality.back().as_rows))
        foreign_keys_by_cast_.emplace_back(index_.at(oid_of(row["root"])), keys.size() - 1);
    }
    for (const auto& [table, key] : foreign_keys_by_cast_) {
      tables_[table].foreign_key_equality[key].clear();
      tables_[table].leaf_keys[key].equality.clear();
    }
  }

  // Of the partitions of these OIDs. Only reading needs none of it.
  std::vector<std::uint32_t> leaves_of(const std::string& partitions) const {
    std::vector<std::uint32_t> leaves;
    std::istringstream list(partitions);
    for (std::uint32_t oid = 0; list >> oid;) {
      const auto found = tree_.find(oid);
      if (found != tree_.end()) leaves.insert(leaves.end(), found->second.leaves.begin(), found->second.leaves.end());
    }
    return leaves;
  }

  std::uint32_t base_of(std::uint32_t type) const {
    while (types_.at(type).kind == 'd') type = types_.at(type).base;
    return type;
  }

  // Whether a cast of the user's would bring the columns to the types of the operator that compares them.
  bool takes_a_cast(std::uint32_t op_left, std::uint32_t op_right, std::uint32_t left, std::uint32_t right) const {
    const std::uint32_t base_left = base_of(left);
    const std::uint32_t base_right = base_of(right);
    if (types_.at(op_left).kind == 'p')
      return (base_left >= kFirstUserOid || base_right >= kFirstUserOid) && left != right;
    return (base_left >= kFirstUserOid && base_left != op_left) ||
           (base_right >= kFirstUserOid && base_right != op_right);
  }

  void read_sequences() {
    std::vector<std::uint32_t> oids;
    for (const TableDetails& table : tables_) oids.push_back(table.oid);
    for (const ColumnSequence& use : read_column_sequences(connection_, oids))
      tables_[index_.at(use.table)].sequences.push_back({use.column, quote_name(use.name), use.name, use.range});
    for (const UnknownDraw& draw : read_unknown_draws(connection_, oids)) {
      TableDetails& table = tables_[index_.at(draw.table)];
      table.unknown_draws.push_back(table.table.name.name + (draw.column.empty() ? "" : "." + draw.column) + " " +
                                    draw.what);
    }
  }

  TableDetails& table_of(const pqxx::field& oid) { return tables_[index_.at(oid_of(oid))]; }

  Connection& connection_;
  std::vector<TableDetails> tables_;
  std::unordered_map<std::uint32_t, std::size_t> index_;
  std::unordered_map<std::uint32_t, Type> types_;
  std::unordered_map<std::uint32_t, std::vector<std::string>> labels_;
  std::vector<std::pair<std::size_t, std::size_t>> foreign_keys_by_cast_;  // table, key of it
  PartitionTree tree_;
  std::string among_;
  std::uint32_t foreign_key_oid_ = 0;
};

}  // namespace

std::vector<TableDetails> introspect(Connection& connection, const std::vector<std::string>& schemas, Depth depth) {
  return Introspection(connection, schemas, depth).take();
}

}  // namespace postgres
