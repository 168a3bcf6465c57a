#include "postgres/import/parking.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/catalog/depend_sql.h"
#include "postgres/import/index_key.h"
#include "postgres/import/judged_rows.h"
#include "postgres/import/parking_trial.h"
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
      AND {fired_trigger} AND t.tgtype & {events} <> 0
    UNION ALL
    SELECT 2, 'rule ' || r.rulename FROM pg_catalog.pg_rewrite r
    WHERE COALESCE(pg_catalog.pg_partition_root(r.ev_class), r.ev_class)::pg_catalog.oid = {table}
      AND r.ev_enabled IN ('O', 'A') AND r.ev_type IN ('2', '3')
    UNION ALL
    SELECT 3, 'logical replication slot ' || s.slot_name FROM pg_catalog.pg_replication_slots s
    WHERE s.database = pg_catalog.current_database()
) o ORDER BY o.n, o.name LIMIT 1)sql";

// Columns that partitioning reads, or checks and domains that ask functions of the user's: those may look elsewhere. Of
// what else reads them (generated columns, expressions and predicates of indexes) every answer is one.
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
SELECT a.attname
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid IN (SELECT oid FROM tree)
  AND d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
  AND EXISTS (SELECT FROM users_own u WHERE u.classid = d.classid AND u.objid = d.objid)
  AND EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.oid = d.objid AND k.contype = 'c')
UNION
SELECT a.attname
FROM pg_catalog.pg_partitioned_table p
JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum > 0
  AND (a.attnum = ANY (p.partattrs) OR 0 = ANY (p.partattrs) AND EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = p.partrelid
      AND d.refclassid = d.classid AND d.refobjid = p.partrelid AND d.refobjsubid = a.attnum))
WHERE p.partrelid IN (SELECT oid FROM tree)
UNION
SELECT d.attname
FROM domains d
JOIN pg_catalog.pg_constraint k ON k.contypid = d.type
JOIN users_own u ON u.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND u.objid = k.oid)sql";

// Columns of types beside the server's own that are text: the cast needs no function.
constexpr const char* kTextLike = R"sql(
SELECT a.attname FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_cast c ON c.castsource = 'pg_catalog.text'::pg_catalog.regtype AND c.casttarget = a.atttypid
WHERE a.attrelid = {table} AND a.attnum > 0 AND c.castmethod = 'b')sql";

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

Parking::Parking(Connection& connection, const StagedTable& table, const std::string& number, Inserts inserts)
    : connection_(connection), table_(table), number_(number) {
  read_observer(inserts);
  if (!observer_.empty()) return;
  read_readers();
  const std::string own = fmt::format(kTextLike, fmt::arg("table", table_.details.oid));
  text_like_ = connection_.query_list(own);
}

void Parking::read_observer(Inserts inserts) {
  constexpr int kOnInsert = 4;  // bits of pg_trigger.tgtype
  constexpr int kOnUpdate = 16;
  const int events = inserts == Inserts::kInside ? kOnInsert | kOnUpdate : kOnUpdate;
  const std::vector<std::string> found =
      connection_.query_list(fmt::format(kObserver, fmt::arg("table", table_.details.oid),
                                         fmt::arg("fired_trigger", fired_trigger("t")), fmt::arg("events", events)));
  if (!found.empty()) observer_ = found.front();
}

void Parking::read_readers() {
  read_ = connection_.query_list(fmt::format(kReaders, fmt::arg("table", table_.details.oid)));
}

std::optional<ParkedKey> Parking::find(std::size_t place, std::uint64_t rows) {
  const UniqueIndex& index = table_.details.unique_indexes[place];
  ParkingTrial trial(connection_, table_, number_, place);
  for (const StagedColumn& column : table_.columns) {
    if (!may_be_parked(index, column)) continue;
    for (const ParkedKey& other : table_.parked) {
      if (other.column == column.quoted && other.rows >= rows && trial.fits(column, other.values))
        return ParkedKey{place, other.column, other.values, other.rows};
    }
    if (takes_null(column) && trial.fits(column, {})) return ParkedKey{place, column.quoted, {}, UINT64_MAX};
    if (!takes_values(column)) continue;
    const IsText is_text = contains(text_like_, column.name) ? IsText::kYes : IsText::kNo;
    for (const ValueFamily& family : value_families(table_.details.details_of(column.name), is_text)) {
      if (family.size < rows) continue;
      // Values in use, or refused by a check, that may come before: hardly ever many.
      for (const std::uint64_t spared : {1000, 100'000}) {
        const std::string values = spare_values(index, column, family, rows, spared);
        if (!has(values, rows)) continue;
        if (trial.fits(column, values)) return ParkedKey{place, column.quoted, values, rows};
        break;
      }
    }
  }
  return {};
}

// The key changes with the column, and nothing else that the server looks at but what ParkingTrial tries.
bool Parking::may_be_parked(const UniqueIndex& index, const StagedColumn& column) const {
  const TableDetails& details = table_.details;
  const std::vector<std::string> changed = ParkingTrial::changed_with(table_, column.name);
  const auto any_in = [&](const std::vector<std::string>& names) {
    return std::ranges::any_of(changed, [&](const std::string& name) { return contains(names, name); });
  };
  const auto tried = [&](const std::vector<std::string>& columns) {
    return !any_in(columns) || foretells(table_, columns);
  };
  if (!any_in(index.columns) || table_.is_kept(column) || contains(table_.not_updatable, column.name)) return false;
  if (any_in(table_.plan.identity) || any_in(details.referenced_columns) || any_in(read_)) return false;
  if (!details.leaf_checks.unjudged.empty() && any_in(details.leaf_checks.columns)) return false;
  return tried(details.leaf_checks.columns) &&
         std::ranges::all_of(details.unique_indexes, tried, &UniqueIndex::columns) &&
         std::ranges::all_of(details.checks,
                             [&](const CheckConstraint& check) {
                               return !any_in(check.columns) || (!check.looks_elsewhere && tried(check.columns));
                             }) &&
         std::ranges::none_of(details.exclusions,
                              [&](const Exclusion& exclusion) { return any_in(exclusion.key.columns); });
}

bool Parking::takes_null(const StagedColumn& column) const {
  const TableDetails& details = table_.details;
  if (details.table.find_column(column.name)->not_null) return false;
  const std::vector<std::string> changed = ParkingTrial::changed_with(table_, column.name);
  for (std::size_t i = 0; i < details.table.foreign_keys.size(); ++i) {
    for (const std::string& one : details.table.foreign_keys[i].columns) {
      // What is computed of a NULL may be none.
      if (contains(changed, one) && (details.match_full[i] || one != column.name)) return false;
    }
  }
  return true;
}

bool Parking::takes_values(const StagedColumn& column) const {
  const std::vector<std::string> changed = ParkingTrial::changed_with(table_, column.name);
  return std::ranges::none_of(table_.details.table.foreign_keys, [&](const catalog::ForeignKey& key) {
    return std::ranges::any_of(key.columns, [&](const std::string& one) { return contains(changed, one); });
  });
}

// A relation of at least `rows` values, each with its rank, that no check of the column alone speaks against. Not
// sorted: no more values are made than are taken, for a domain may refuse the next.
std::string Parking::spare_values(const UniqueIndex& index, const StagedColumn& column, const ValueFamily& family,
                                  std::uint64_t rows, std::uint64_t spared) const {
  const ColumnDetails& details = table_.details.details_of(column.name);
  std::string fits;
  for (const CheckConstraint& check : table_.details.checks) {
    if (check.columns == std::vector{column.name}) fits += " AND (" + check.expression + ") IS NOT FALSE";
  }
  return fmt::format(
      R"sql((
SELECT x.value, pg_catalog.row_number() OVER () AS rank
FROM (SELECT c.{column} AS value
      FROM (SELECT {value}{domain} AS {column}
            FROM (SELECT pg_catalog.generate_series(0, {last}::pg_catalog.int8) AS n) g) c
      WHERE c.{column} IS NOT NULL{fits}{unused}
      LIMIT {rows}) x))sql",
      fmt::arg("column", column.quoted), fmt::arg("value", family.value),
      fmt::arg("domain", details.is_domain ? "::" + details.type_sql : std::string{}),
      fmt::arg("last", std::min(family.size, rows + spared) - 1), fmt::arg("fits", fits),
      fmt::arg("unused", unused(index, column)), fmt::arg("rows", rows));
}

// Where a part of the key is of this column alone, values whose part nobody has are easily found; else ParkingTrial
// tells.
std::string Parking::unused(const UniqueIndex& index, const StagedColumn& column) const {
  const std::string plain = column.quoted + table_.details.details_of(column.name).comparison_cast();
  const bool alone = index.columns == std::vector{column.name};
  std::string sql;
  for (std::size_t i = 0; i < index.expressions.size(); ++i) {
    if (index.expressions[i] != plain && !alone) continue;
    for (const std::string& keys : {held_keys(table_, index), staged_keys(table_, index)})
      sql += fmt::format(" AND NOT EXISTS (SELECT FROM {} u WHERE {})", keys,
                         index.equality[i].of("u." + key_column(i), index.expressions[i]));
    return sql;
  }
  return sql;
}

// A domain's check, or a cast, may refuse the values: then there are none.
bool Parking::has(const std::string& values, std::uint64_t rows) const {
  bool enough = false;
  const auto evaluate = [&] {
    enough = connection_.query_value("SELECT pg_catalog.count(*) FROM " + values + " x").as<std::uint64_t>() >= rows;
  };
  refusal_of(connection_, "spare", evaluate, Refusal::kOfAnExpression);
  return enough;
}

}  // namespace postgres
