#include "postgres/catalog/referrers.h"

#include <fmt/format.h>

#include <string_view>

#include "postgres/catalog/table_locks.h"

namespace postgres {
namespace {

// Whatever its actions are, and whether it is enforced or not: a row that refers is a row that would be left alone.
constexpr const char* kReferrers = R"sql(
SELECT f.oid, f.conname,
       COALESCE(pg_catalog.pg_partition_root(f.confrelid), f.confrelid)::pg_catalog.oid AS parent,
       COALESCE(pg_catalog.pg_partition_root(f.conrelid), f.conrelid)::pg_catalog.oid AS child,
       f.confrelid,
       p.relispartition,
       pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable,
       pg_catalog.row_security_active(c.oid) AS hidden,
       CASE c.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END AS itself,
       pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS child_name,
       s.nspname, c.relname, ca.attname AS child_column, pa.attname AS parent_column,
       CASE WHEN {period} AND n = pg_catalog.array_upper(f.conkey, 1) THEN 'OPERATOR(pg_catalog.&&)'
            ELSE 'OPERATOR(' || pg_catalog.quote_ident(es.nspname) || '.' || e.oprname || ')' END AS equals,
       et.typtype = 'p' AND ca.atttypid >= 16384 AS as_rows,
       CASE WHEN et.typtype = 'p' THEN ca.atttypid <> pa.atttypid AND ca.atttypid >= 16384
            ELSE ct.typtype IN ('c', 'e', 'r', 'm') AND ca.atttypid >= 16384 AND ca.atttypid <> e.oprright END AS by_cast,
       (SELECT pg_catalog.array_to_string(pg_catalog.array_agg(pg_catalog.encode(
                 pg_catalog.convert_to(k.attname::pg_catalog.text, 'UTF8'), 'hex') ORDER BY k.attnum), ' ')
        FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
        WHERE i.indrelid = f.conrelid AND i.indisprimary) AS child_key,
       f.conrelid
FROM pg_catalog.pg_constraint f
JOIN pg_catalog.pg_class p ON p.oid = f.confrelid
JOIN pg_catalog.pg_class c ON c.oid = f.conrelid
JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
CROSS JOIN LATERAL pg_catalog.generate_subscripts(f.conkey, 1) AS n
JOIN pg_catalog.pg_attribute ca ON ca.attrelid = f.conrelid AND ca.attnum = f.conkey[n]
JOIN pg_catalog.pg_attribute pa ON pa.attrelid = f.confrelid AND pa.attnum = f.confkey[n]
JOIN pg_catalog.pg_operator e ON e.oid = f.conpfeqop[n]
JOIN pg_catalog.pg_namespace es ON es.oid = e.oprnamespace
JOIN pg_catalog.pg_type et ON et.oid = e.oprleft
JOIN pg_catalog.pg_type ct ON ct.oid = ca.atttypid
WHERE f.contype = 'f' AND f.conparentid = 0
  AND COALESCE(pg_catalog.pg_partition_root(f.confrelid), f.confrelid)::pg_catalog.oid = ANY ({tables})
ORDER BY c.relname, f.conname, f.oid, n)sql";

std::vector<std::string> names_of(std::string_view list) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::vector<std::string> names;
  if (list.empty()) return names;
  names.emplace_back();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == ' ') {
      names.emplace_back();
      continue;
    }
    names.back() += static_cast<char>(digit(list[i]) * 16 + digit(list[i + 1]));
    ++i;
  }
  return names;
}

}  // namespace

std::vector<Referrer> read_referrers(Connection& connection, const std::vector<std::uint32_t>& tables) {
  constexpr int kHasPeriods = 180000;
  std::vector<Referrer> referrers;
  std::string last;
  for (const auto& row : connection.query(
           fmt::format(kReferrers, fmt::arg("tables", oid_array(tables)),
                       fmt::arg("period", connection.server_version() < kHasPeriods ? "false" : "f.conperiod")))) {
    if (last != row["oid"].c_str()) {
      Referrer referrer;
      referrer.name = row["conname"].c_str();
      referrer.parent = row["parent"].as<std::uint32_t>();
      referrer.child = row["child"].as<std::uint32_t>();
      referrer.parent_itself = row["confrelid"].as<std::uint32_t>();
      referrer.child_itself = row["conrelid"].as<std::uint32_t>();
      referrer.one_partition = row["relispartition"].as<bool>();
      referrer.readable = row["readable"].as<bool>();
      referrer.hidden = row["hidden"].as<bool>();
      referrer.child_name = row["child_name"].c_str();
      referrer.child_rows = row["itself"].c_str() + referrer.child_name;
      referrer.child_schema = row["nspname"].c_str();
      referrer.child_table = row["relname"].c_str();
      if (!row["child_key"].is_null()) referrer.child_key = names_of(row["child_key"].c_str());
      referrers.push_back(std::move(referrer));
    }
    last = row["oid"].c_str();
    Referrer& referrer = referrers.back();
    referrer.columns.emplace_back(row["child_column"].c_str());
    referrer.parent_columns.emplace_back(row["parent_column"].c_str());
    referrer.equality.push_back({row["equals"].c_str(), row["as_rows"].as<bool>()});
    referrer.by_cast = referrer.by_cast || row["by_cast"].as<bool>();
  }
  return referrers;
}

}  // namespace postgres
