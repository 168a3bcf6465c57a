#include "postgres/catalog/partition_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "postgres/catalog/code_of_others.h"
#include "postgres/catalog/partition_bound.h"
#include "postgres/catalog/planned_code.h"
#include "postgres/session/sql_text.h"
#include "postgres/session/text_array.h"

namespace postgres {
namespace {

// The place of each bound of a table's partitions among all of them.
constexpr const char* kRanks = R"sql(
SELECT {partition}::pg_catalog.oid AS partition, v.n, pg_catalog.dense_rank() OVER (ORDER BY v.bound) AS rank
FROM (VALUES {values}) AS v(n, bound))sql";

// Every table of the trees, parents first. The condition of a partition costs the server time that grows with its
// siblings, so it is asked for only where nothing else tells.
constexpr const char* kTree = R"sql(
WITH RECURSIVE tree(root, oid, parent, level) AS (
  SELECT c.oid, c.oid, 0::pg_catalog.oid, 0
  FROM pg_catalog.pg_class c
  WHERE c.oid = ANY ({among}) AND c.relkind = 'p'
  UNION ALL
  SELECT t.root, i.inhrelid, t.oid, t.level + 1
  FROM tree t
  JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid AND {attached}
  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition
), key AS (
  SELECT p.partrelid, p.partstrat, 0 <> ALL (p.partattrs::pg_catalog.int2[]) AS columns_only,
    p.partstrat IN ('l', 'r') AND p.partnatts = 1 AND 0 <> ALL (p.partattrs::pg_catalog.int2[]) AND EXISTS (
      SELECT
      FROM pg_catalog.pg_opclass o
      JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      WHERE o.oid = p.partclass[0] AND o.opcdefault AND a.attcollation = p.partcollation[0]
        AND t.typcollation = a.attcollation AND t.oid < 16384 AND t.typtype <> 'p') AS by_lookup,
    ARRAY(
      SELECT a.attname
      FROM pg_catalog.unnest(p.partattrs::pg_catalog.int2[]) WITH ORDINALITY AS k(attnum, n)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k.attnum
      ORDER BY k.n)::pg_catalog.text[] AS columns,
    (SELECT pg_catalog.format_type(a.atttypid, NULL)
     FROM pg_catalog.pg_attribute a
     WHERE a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]) AS type,
    ARRAY(
      SELECT a.attname
      FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = p.partrelid AND a.attnum > 0 AND (a.attnum = ANY (p.partattrs::pg_catalog.int2[]) OR EXISTS (
        SELECT
        FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = p.partrelid
          AND d.refclassid = d.classid AND d.refobjid = p.partrelid AND d.refobjsubid = a.attnum))
      ORDER BY a.attnum)::pg_catalog.text[] AS reads
  FROM pg_catalog.pg_partitioned_table p
){others}{planned}
SELECT t.root, t.oid, t.parent, k.partstrat, k.columns_only, k.by_lookup, k.columns, k.type, k.reads,
  pg_catalog.pg_get_expr(c.relpartbound, c.oid, false) AS bound,
  CASE WHEN EXISTS (SELECT FROM planned p JOIN other o ON o.oid = p.owner) THEN ''
       WHEN NOT (u.by_lookup OR u.partstrat = 'h' AND u.columns_only)
       THEN pg_catalog.pg_get_partition_constraintdef(t.oid) END AS condition
FROM tree t
JOIN pg_catalog.pg_class c ON c.oid = t.oid
LEFT JOIN key k ON k.partrelid = t.oid
LEFT JOIN key u ON u.partrelid = t.parent
ORDER BY t.level, t.oid)sql";

struct Node {
  std::uint32_t root = 0;
  std::uint32_t oid = 0;
  std::uint32_t parent = 0;
  char strategy = ' ';  // of a leaf: none
  bool columns_only = false;
  bool by_lookup = false;
  std::vector<std::string> columns;
  std::string type;  // of the first column
  std::vector<std::string> reads;
  PartitionBound bound;
  std::string condition;
  std::vector<const Node*> children;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranks;  // of its children's bounds, parallel; lower, upper
  std::vector<std::string> bounds;                             // by rank, from 1 on
};

std::vector<std::string> names_of(const pqxx::field& array) {
  return array.is_null() ? std::vector<std::string>{} : read_names(array.c_str());
}

std::string literal(const std::string& value, const Node& of) { return "(" + value + ")::" + of.type; }

class Routes {
 public:
  explicit Routes(Connection& connection) : connection_(connection) {}

  void read(const std::string& among) {
    const std::string attached = connection_.server_version() >= 140000 ? "NOT i.inhdetachpending" : "true";
    for (const auto& row : connection_.query(fmt::format(
             kTree, fmt::arg("among", among), fmt::arg("attached", attached),
             fmt::arg("others", other_roles(connection_)),
             fmt::arg("planned", planned_code("SELECT t.oid, t.root FROM tree t", connection_.server_version()))))) {
      Node node;
      node.root = row["root"].as<std::uint32_t>();
      node.oid = row["oid"].as<std::uint32_t>();
      node.parent = row["parent"].as<std::uint32_t>();
      if (!row["partstrat"].is_null()) {
        node.strategy = row["partstrat"].c_str()[0];
        node.columns_only = row["columns_only"].as<bool>();
        node.by_lookup = row["by_lookup"].as<bool>();
        node.columns = names_of(row["columns"]);
        node.type = row["type"].is_null() ? "" : row["type"].c_str();
        node.reads = names_of(row["reads"]);
      }
      if (!row["bound"].is_null()) node.bound = parse_bound(row["bound"].c_str());
      if (!row["condition"].is_null()) node.condition = row["condition"].c_str();
      order_.push_back(node.oid);
      nodes_.emplace(node.oid, std::move(node));
    }
    for (const std::uint32_t oid : order_) {
      const Node& node = nodes_.at(oid);
      if (node.parent != 0) nodes_.at(node.parent).children.push_back(&node);
    }
    rank_bounds();
  }

  const std::vector<std::uint32_t>& order() const { return order_; }
  const Node& node(std::uint32_t oid) const { return nodes_.at(oid); }

  // NULL: nowhere. Empty: the server alone can tell.
  std::string leaf_below(const Node& node) const {
    if (node.strategy == ' ') return std::to_string(node.oid) + "::pg_catalog.oid";
    const std::string child = child_of(node);
    if (child.empty()) return {};
    std::string branches;
    for (const Node* one : node.children) {
      if (one->strategy == ' ') continue;
      const std::string leaf = leaf_below(*one);
      if (leaf.empty()) return {};
      branches += fmt::format(" WHEN {} THEN {}", one->oid, leaf);
    }
    return branches.empty() ? child : fmt::format("(CASE {0}{1} ELSE {0} END)", child, branches);
  }

 private:
  // The children's ranges are intervals between neighbours among all of their bounds, which the server sorts.
  void rank_bounds() {
    std::string sql;
    for (const std::uint32_t oid : order_) {
      const Node& node = nodes_.at(oid);
      if (node.strategy != 'r' || !node.by_lookup) continue;
      std::string values;
      for (std::size_t i = 0; i < node.children.size(); ++i) {
        const PartitionBound& bound = node.children[i]->bound;
        if (bound.is_default) continue;
        for (const auto& [side, value] : {std::pair{0, bound.from.at(0)}, std::pair{1, bound.to.at(0)}}) {
          if (value == "MINVALUE" || value == "MAXVALUE") continue;
          values += fmt::format("{}({}, {})", values.empty() ? "" : ", ", 2 * i + static_cast<std::size_t>(side),
                                literal(value, node));
        }
      }
      if (values.empty()) continue;
      if (!sql.empty()) sql += "\nUNION ALL\n";
      sql += fmt::format(kRanks, fmt::arg("partition", oid), fmt::arg("values", values));
    }
    if (!sql.empty()) take_ranks(sql);
  }

  void take_ranks(const std::string& sql) {
    for (const auto& row : connection_.query(sql)) {
      Node& node = nodes_.at(row["partition"].as<std::uint32_t>());
      const auto place = row["n"].as<std::size_t>();
      const auto rank = row["rank"].as<std::uint64_t>();
      node.ranks.resize(node.children.size());
      const PartitionBound& bound = node.children[place / 2]->bound;
      (place % 2 == 0 ? node.ranks[place / 2].first : node.ranks[place / 2].second) = rank;
      if (node.bounds.size() <= rank) node.bounds.resize(rank + 1);
      node.bounds[rank] = literal(place % 2 == 0 ? bound.from.at(0) : bound.to.at(0), node);
    }
  }

  static std::string default_of(const Node& node) {
    for (const Node* child : node.children)
      if (child->bound.is_default) return std::to_string(child->oid) + "::pg_catalog.oid";
    return {};
  }

  // The OID of the child that takes the row.
  std::string child_of(const Node& node) const {
    std::string found;
    if (node.by_lookup && node.strategy == 'r') {
      found = child_by_range(node);
    } else if (node.by_lookup && node.strategy == 'l') {
      found = child_by_list(node);
    } else if (node.strategy == 'h' && node.columns_only) {
      found = child_by_hash(node, 1, 0);
    } else {
      return child_by_condition(node);
    }
    const std::string rest = default_of(node);
    return rest.empty() ? found : "COALESCE(" + found + ", " + rest + ")";
  }

  static std::string child_by_range(const Node& node) {
    std::vector<std::string> child(std::max<std::size_t>(node.bounds.size(), 1), "NULL");
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      if (node.children[i]->bound.is_default) continue;
      // 0: unbounded, or the only bounds there are.
      const auto [lower, upper] = node.ranks.empty() ? std::pair<std::uint64_t, std::uint64_t>{} : node.ranks[i];
      for (std::uint64_t k = lower; k < (upper == 0 ? child.size() : upper); ++k)
        child[k] = std::to_string(node.children[i]->oid);
    }
    const std::string column = quote_name(node.columns.at(0));
    if (node.bounds.size() < 2)
      return fmt::format("CASE WHEN {} IS NOT NULL THEN {}::pg_catalog.oid END", column, child[0]);
    const std::vector<std::string> bounds(node.bounds.begin() + 1, node.bounds.end());
    return fmt::format("('{{{}}}'::pg_catalog.oid[])[1 + pg_catalog.width_bucket({}, ARRAY[{}])]", join(child, ","),
                       column, join(bounds, ", "));
  }

  static std::string child_by_list(const Node& node) {
    std::vector<std::string> values;
    std::vector<std::string> child;
    for (const Node* one : node.children) {
      for (const std::string& value : one->bound.in) {
        values.push_back(literal(value, node));
        child.push_back(std::to_string(one->oid));
      }
    }
    if (values.empty()) return "NULL::pg_catalog.oid";
    return fmt::format("('{{{}}}'::pg_catalog.oid[])[pg_catalog.array_position(ARRAY[{}], {})]", join(child, ","),
                       join(values, ", "), quote_name(node.columns.at(0)));
  }

  // Moduli divide each other, so the remainder by a smaller one tells which of the greater ones are left.
  static std::string child_by_hash(const Node& node, std::uint64_t modulus, std::uint64_t remainder) {
    std::uint64_t greater = 0;
    for (const Node* child : node.children) {
      const PartitionBound& bound = child->bound;
      if (bound.modulus == modulus && bound.remainder == remainder)
        return std::to_string(child->oid) + "::pg_catalog.oid";
      if (bound.modulus > modulus && bound.remainder % modulus == remainder)
        greater = greater == 0 ? bound.modulus : std::min(greater, bound.modulus);
    }
    if (greater == 0) return "NULL::pg_catalog.oid";
    std::uint64_t factor = 2;
    while (greater / modulus % factor != 0) ++factor;
    std::vector<std::string> columns;
    for (const std::string& column : node.columns) columns.push_back(quote_name(column));
    std::string branches;
    for (std::uint64_t i = 0; i < factor; ++i) {
      branches += fmt::format(" WHEN pg_catalog.satisfies_hash_partition({}::pg_catalog.oid, {}, {}, {}) THEN {}",
                              node.oid, modulus * factor, remainder + i * modulus, join(columns, ", "),
                              child_by_hash(node, modulus * factor, remainder + i * modulus));
    }
    return "(CASE" + branches + " END)";
  }

  static std::string child_by_condition(const Node& node) {
    std::string branches;
    for (const Node* child : node.children) {
      if (child->bound.is_default) continue;
      if (child->condition.empty()) return {};
      branches += fmt::format(" WHEN {} THEN {}::pg_catalog.oid", child->condition, child->oid);
    }
    const std::string rest = default_of(node);
    if (branches.empty()) return rest.empty() ? "NULL::pg_catalog.oid" : rest;
    return "(CASE" + branches + (rest.empty() ? "" : " ELSE " + rest) + " END)";
  }

  Connection& connection_;
  std::map<std::uint32_t, Node> nodes_;
  std::vector<std::uint32_t> order_;
};

constexpr const char* kParts = R"sql((SELECT o.oid, o.oid AS part
      FROM pg_catalog.unnest('{{{oids}}}'::pg_catalog.oid[]) AS o(oid)
      UNION
      SELECT o.oid, p.relid::pg_catalog.oid
      FROM pg_catalog.unnest('{{{partitioned}}}'::pg_catalog.oid[]) AS o(oid)
      CROSS JOIN LATERAL pg_catalog.pg_partition_tree(o.oid::pg_catalog.regclass) p) x)sql";

}  // namespace

PartitionTree read_partitions(Connection& connection, std::vector<TableDetails>& tables) {
  std::vector<std::string> oids;
  for (const TableDetails& table : tables)
    if (table.partitioned) oids.push_back(std::to_string(table.oid));
  PartitionTree tree;
  if (oids.empty()) return tree;
  Routes routes(connection);
  routes.read("'{" + join(oids, ",") + "}'::pg_catalog.oid[]");
  std::map<std::uint32_t, std::vector<std::string>> reads;
  for (const std::uint32_t oid : routes.order()) {
    const Node& node = routes.node(oid);
    for (const std::string& column : node.reads) {
      auto& columns = reads[node.root];
      if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
    }
    tree[oid].root = node.root;
    if (node.strategy != ' ') continue;
    for (std::uint32_t above = oid; above != 0; above = routes.node(above).parent) tree[above].leaves.push_back(oid);
  }
  for (TableDetails& table : tables)
    if (table.partitioned) table.partitions = {routes.leaf_below(routes.node(table.oid)), reads[table.oid]};
  return tree;
}

std::string with_partitions(const std::vector<TableDetails>& tables, const PartitionTree& tree) {
  std::vector<std::string> oids;
  for (const TableDetails& table : tables) oids.push_back(std::to_string(table.oid));
  for (const auto& [oid, partition] : tree)
    if (oid != partition.root) oids.push_back(std::to_string(oid));
  return "'{" + join(oids, ",") + "}'::pg_catalog.oid[]";
}

std::string parts_of(const std::vector<const TableDetails*>& tables) {
  std::vector<std::string> oids;
  std::vector<std::string> partitioned;
  for (const TableDetails* table : tables) {
    oids.push_back(std::to_string(table->oid));
    if (table->partitioned) partitioned.push_back(oids.back());
  }
  return fmt::format(kParts, fmt::arg("oids", join(oids, ",")), fmt::arg("partitioned", join(partitioned, ",")));
}

std::string in_leaves(const std::vector<std::uint32_t>& leaves) {
  std::vector<std::string> oids;
  for (const std::uint32_t leaf : leaves) oids.push_back(std::to_string(leaf));
  return std::string(kLeaf) + " OPERATOR(pg_catalog.=) ANY ('{" + join(oids, ",") + "}'::pg_catalog.oid[])";
}

}  // namespace postgres
