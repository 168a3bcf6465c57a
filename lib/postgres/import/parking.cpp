#include "postgres/import/parking.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/import/parked_values.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Triggers that an UPDATE fires, or any write where inserts come between; rules; and whoever decodes the log of
// changes.
constexpr const char* kObserver = R"sql(
SELECT o.name FROM (
    SELECT 1 AS n, 'trigger ' || t.tgname AS name FROM pg_catalog.pg_trigger t
    WHERE COALESCE(pg_catalog.pg_partition_root(t.tgrelid), t.tgrelid)::pg_catalog.oid = {table}
      AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & {events} <> 0
    UNION ALL
    SELECT 2, 'rule ' || r.rulename FROM pg_catalog.pg_rewrite r
    WHERE COALESCE(pg_catalog.pg_partition_root(r.ev_class), r.ev_class)::pg_catalog.oid = {table}
      AND r.ev_enabled IN ('O', 'A') AND r.ev_type IN ('2', '3')
    UNION ALL
    SELECT 3, 'logical replication slot ' || s.slot_name FROM pg_catalog.pg_replication_slots s
    WHERE s.database = pg_catalog.current_database()
) o ORDER BY o.n, o.name LIMIT 1)sql";

// What else reads a column: partitioning, generated columns, checks and domains over functions of the user's, and
// indexes by their expressions and predicates.
constexpr const char* kReaders = R"sql(
WITH RECURSIVE tree AS (
    SELECT c.oid FROM pg_catalog.pg_class c
    WHERE COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::pg_catalog.oid = {table} AND c.relkind IN ('r', 'p')
), users_own AS (
    SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
    WHERE d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_operator'::pg_catalog.regclass)
), domains(attname, relation, type) AS (
    SELECT a.attname, a.attrelid, a.atttypid FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = {table} AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT d.attname, d.relation, t.typbasetype FROM domains d JOIN pg_catalog.pg_type t ON t.oid = d.type
    WHERE t.typtype = 'd'
)
SELECT a.attname, NULL::pg_catalog.text, NULL::pg_catalog.text
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid IN (SELECT oid FROM tree)
  AND (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND EXISTS (
           SELECT FROM pg_catalog.pg_attrdef f JOIN pg_catalog.pg_attribute g ON g.attrelid = f.adrelid
             AND g.attnum = f.adnum AND g.attgenerated <> '' AND g.attnum <> a.attnum WHERE f.oid = d.objid)
       OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = d.refobjid
       OR d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND EXISTS (
           SELECT FROM users_own u WHERE u.classid = d.classid AND u.objid = d.objid) AND EXISTS (
           SELECT FROM pg_catalog.pg_constraint k WHERE k.oid = d.objid AND k.contype = 'c'))
UNION ALL
SELECT a.attname, NULL, NULL
FROM pg_catalog.pg_partitioned_table p JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid
  AND (a.attnum = ANY (p.partattrs) OR 0 = ANY (p.partattrs)) AND a.attnum > 0
WHERE p.partrelid IN (SELECT oid FROM tree)
UNION ALL
SELECT d.attname, NULL, NULL FROM domains d JOIN pg_catalog.pg_constraint k ON k.contypid = d.type
JOIN users_own u ON u.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND u.objid = k.oid
UNION ALL
SELECT a.attname, c.relname, x.expression
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = COALESCE(pg_catalog.pg_partition_root(i.indexrelid), i.indexrelid)
CROSS JOIN LATERAL (
    SELECT pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS expression WHERE i.indpred IS NOT NULL
    UNION ALL
    SELECT pg_catalog.pg_get_indexdef(i.indexrelid, k.n, false)
    FROM pg_catalog.generate_series(1, i.indnatts::pg_catalog.int4) AS k(n) WHERE i.indkey[k.n - 1] = 0
) x
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
  AND d.refclassid = d.classid AND d.refobjid = i.indrelid
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid
WHERE i.indrelid IN (SELECT oid FROM tree))sql";

// Columns of types beside the server's own that are text: the cast needs no function.
constexpr const char* kTextLike = R"sql(
SELECT a.attname FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_cast c ON c.castsource = 'pg_catalog.text'::pg_catalog.regtype AND c.casttarget = a.atttypid
WHERE a.attrelid = {table} AND a.attnum > 0 AND c.castmethod = 'b')sql";

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

Parking::Parking(Connection& connection, const StagedTable& table, Inserts inserts)
    : connection_(connection), table_(table) {
  read_observer(inserts);
  if (!observer_.empty()) return;
  read_readers();
  const std::string own = fmt::format(kTextLike, fmt::arg("table", table_.details.oid));
  for (const auto& row : connection_.query(own)) text_like_.emplace_back(row[0].c_str());
}

void Parking::read_observer(Inserts inserts) {
  constexpr int kOnInsert = 4;  // bits of pg_trigger.tgtype
  constexpr int kOnUpdate = 16;
  const int events = inserts == Inserts::kInside ? kOnInsert | kOnUpdate : kOnUpdate;
  const pqxx::result found =
      connection_.query(fmt::format(kObserver, fmt::arg("table", table_.details.oid), fmt::arg("events", events)));
  if (!found.empty()) observer_ = found[0][0].c_str();
}

void Parking::read_readers() {
  for (const auto& row : connection_.query(fmt::format(kReaders, fmt::arg("table", table_.details.oid)))) {
    readers_.push_back(
        {row[0].c_str(), row[1].is_null() ? "" : row[1].c_str(), row[2].is_null() ? "" : row[2].c_str()});
  }
}

std::optional<ParkedKey> Parking::find(std::size_t place, std::uint64_t rows) {
  const UniqueIndex& index = table_.details.unique_indexes[place];
  for (const StagedColumn& column : table_.columns) {
    if (!may_be_parked(index, column)) continue;
    if (!minds_null(index, column)) return ParkedKey{place, column.quoted, {}};
    if (decides_elsewhere(index, column.name)) continue;
    if (const auto values = spare_values(index, column, rows)) return ParkedKey{place, column.quoted, *values};
  }
  return {};
}

bool Parking::may_be_parked(const UniqueIndex& index, const StagedColumn& column) const {
  const ColumnDetails& details = table_.details.details_of(column.name);
  const std::string key = column.quoted + details.comparison_cast();
  // Of partitions only the server knows what they mind of a value that nobody wrote.
  return !index.of_partitions && !contains(table_.details.leaf_checks.columns, column.name) &&
         contains(index.expressions, key) && !table_.is_kept(column) && !contains(table_.plan.identity, column.name) &&
         !contains(table_.not_updatable, column.name) && !contains(table_.details.referenced_columns, column.name) &&
         !is_read(index, column);
}

bool Parking::is_read(const UniqueIndex& index, const StagedColumn& column) const {
  // Of other values than those that anybody wrote these cannot fail, and have nothing of the user's in them.
  const std::string name = column.name;
  const auto harmless = [&](const std::string& expression) {
    const bool plain_name = name.find('"') == std::string::npos && expression.find(".*") == std::string::npos;
    if (plain_name && expression.find(name) == std::string::npos) return true;  // of the index's other columns
    for (const std::string& value : {name, column.quoted, "(" + name + ")::text", "(" + column.quoted + ")::text"}) {
      for (const std::string& form :
           {"lower(" + value + ")", "upper(" + value + ")", "(" + value + " IS NOT NULL)", "(" + value + " IS NULL)"}) {
        if (expression == form) return true;
      }
    }
    return false;
  };
  return std::ranges::any_of(readers_, [&](const Reader& reader) {
    return reader.column == name &&
           (reader.index.empty() || (reader.index != index.name && !harmless(reader.expression)));
  });
}

// Whether the column has a say in other keys than by its own value: a predicate or an expression reads it.
bool Parking::decides_elsewhere(const UniqueIndex& index, const std::string& column) const {
  const auto& indexes = table_.details.unique_indexes;
  const auto& exclusions = table_.details.exclusions;
  return std::ranges::any_of(indexes,
                             [&](const UniqueIndex& other) {
                               return other.name != index.name && !other.plain && contains(other.columns, column);
                             }) ||
         std::ranges::any_of(exclusions,
                             [&](const Exclusion& exclusion) { return contains(exclusion.key.columns, column); });
}

// Whether a NULL for a while could be refused, or could make rows equal in another key.
bool Parking::minds_null(const UniqueIndex& index, const StagedColumn& column) const {
  const TableDetails& details = table_.details;
  if (details.table.find_column(column.name)->not_null || decides_elsewhere(index, column.name)) return true;
  for (const UniqueIndex& other : details.unique_indexes) {
    if (other.nulls_not_distinct && contains(other.columns, column.name)) return true;
  }
  for (std::size_t i = 0; i < details.table.foreign_keys.size(); ++i) {
    const auto& columns = details.table.foreign_keys[i].columns;
    if (details.match_full[i] && columns.size() > 1 && contains(columns, column.name)) return true;
  }
  return std::ranges::any_of(details.checks,
                             [&](const CheckConstraint& check) {
                               return contains(check.columns, column.name) &&
                                      (check.columns.size() > 1 || fails_for_null(check, column.name));
                             }) ||
         !takes_null(column);
}

bool Parking::fails_for_null(const CheckConstraint& check, const std::string& column) const {
  const std::string name = quote_name(column);
  bool fails = true;
  const auto evaluate = [&] {
    // A subquery without a row is a NULL of the column's type.
    fails = connection_
                .query("SELECT (" + check.expression + ") IS FALSE FROM (SELECT (SELECT t." + name + " FROM " +
                       table_.target_rows + " t LIMIT 0) AS " + name + ") x")[0][0]
                .as<bool>();
  };
  refusal_of(connection_, "null_check", evaluate, Refusal::kOfAnExpression);
  return fails;
}

// A domain may check that it is none.
bool Parking::takes_null(const StagedColumn& column) const {
  const ColumnDetails& details = table_.details.details_of(column.name);
  return !details.is_domain || has(fmt::format("(SELECT FROM (SELECT NULL::{}::{} AS v OFFSET 0) y WHERE y.v IS NOT "
                                               "DISTINCT FROM NULL)",
                                               details.base_sql, details.type_sql),
                                   1);
}

// A relation of at least `rows` values that neither the target nor the file has, each with its rank.
std::optional<std::string> Parking::spare_values(const UniqueIndex& index, const StagedColumn& column,
                                                 std::uint64_t rows) {
  constexpr std::uint64_t kTried = 100'000;  // values in use, or refused by a check, that may come before
  const ColumnDetails& details = table_.details.details_of(column.name);
  for (const auto& key : table_.details.table.foreign_keys) {
    if (contains(key.columns, column.name)) return {};
  }
  std::string fits;
  for (const CheckConstraint& check : table_.details.checks) {
    if (!contains(check.columns, column.name)) continue;
    if (check.columns.size() > 1) return {};
    fits += " AND (" + check.expression + ") IS NOT FALSE";
  }
  const std::size_t part = static_cast<std::size_t>(
      std::ranges::find(index.expressions, column.quoted + details.comparison_cast()) - index.expressions.begin());
  const std::string value = column.quoted + details.comparison_cast();
  const auto unused = [&](const std::string& relation) {
    return fmt::format(" AND NOT EXISTS (SELECT FROM {} u WHERE {})", relation,
                       index.equality[part].of("u." + value, "c." + value));
  };
  const IsText is_text = contains(text_like_, column.name) ? IsText::kYes : IsText::kNo;
  for (const ValueFamily& family : value_families(details, is_text)) {
    if (family.size < rows) continue;
    const std::string values = fmt::format(
        R"sql((
SELECT x.value, pg_catalog.row_number() OVER () AS rank
FROM (SELECT c.{column} AS value
      FROM (SELECT {value}{domain} AS {column}
            FROM (SELECT pg_catalog.generate_series(0, {last}::pg_catalog.int8) AS n) g) c
      WHERE c.{column} IS NOT NULL{fits}{unused}
      LIMIT {rows}) x))sql",
        fmt::arg("column", column.quoted), fmt::arg("value", family.value),
        fmt::arg("domain", details.is_domain ? "::" + details.type_sql : std::string{}),
        fmt::arg("last", std::min(family.size, rows + kTried) - 1), fmt::arg("fits", fits),
        fmt::arg("unused", unused(table_.target_rows) + unused(table_.typed_rows())), fmt::arg("rows", rows));
    if (has(values, rows)) return values;
  }
  return {};
}

// A domain's check, or a cast, may refuse the values: then there are none.
bool Parking::has(const std::string& values, std::uint64_t rows) const {
  bool enough = false;
  const auto evaluate = [&] {
    enough = connection_.query("SELECT pg_catalog.count(*) FROM " + values + " x")[0][0].as<std::uint64_t>() >= rows;
  };
  refusal_of(connection_, "spare", evaluate, Refusal::kOfAnExpression);
  return enough;
}

}  // namespace postgres
