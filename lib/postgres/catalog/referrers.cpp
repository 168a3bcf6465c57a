#include "postgres/catalog/referrers.h"

#include <fmt/format.h>

#include <string_view>

#include "postgres/catalog/table_locks.h"

namespace postgres {
namespace {

// Whatever its actions are, and whether it is enforced or not: a row that refers is a row that would be left alone.
constexpr const char* kReferrers = R"sql(
SELECT f.oid, f.conname,
       COALESCE(pg_catalog.pg_partition_root(f.confrelid), f.confrelid)::pg_catalog.oid,
       COALESCE(pg_catalog.pg_partition_root(f.conrelid), f.conrelid)::pg_catalog.oid,
       f.confrelid,
       p.relispartition,
       pg_catalog.has_table_privilege(c.oid, 'SELECT'),
       pg_catalog.row_security_active(c.oid),
       CASE c.relkind WHEN 'r' THEN 'ONLY ' ELSE '' END,
       pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(c.relname),
       s.nspname, c.relname, ca.attname, pa.attname,
       CASE WHEN {period} AND n = pg_catalog.array_upper(f.conkey, 1) THEN 'OPERATOR(pg_catalog.&&)'
            ELSE 'OPERATOR(' || pg_catalog.quote_ident(es.nspname) || '.' || e.oprname || ')' END,
       et.typtype = 'p' AND ca.atttypid >= 16384,
       CASE WHEN et.typtype = 'p' THEN ca.atttypid <> pa.atttypid AND ca.atttypid >= 16384
            ELSE ct.typtype IN ('c', 'e', 'r', 'm') AND ca.atttypid >= 16384 AND ca.atttypid <> e.oprright END,
       (SELECT pg_catalog.array_to_string(pg_catalog.array_agg(pg_catalog.encode(
                 pg_catalog.convert_to(k.attname::pg_catalog.text, 'UTF8'), 'hex') ORDER BY k.attnum), ' ')
        FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
        WHERE i.indrelid = f.conrelid AND i.indisprimary),
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
    if (last != row[0].c_str()) {
      Referrer referrer;
      referrer.name = row[1].c_str();
      referrer.parent = row[2].as<std::uint32_t>();
      referrer.child = row[3].as<std::uint32_t>();
      referrer.parent_itself = row[4].as<std::uint32_t>();
      referrer.child_itself = row[18].as<std::uint32_t>();
      referrer.one_partition = row[5].as<bool>();
      referrer.readable = row[6].as<bool>();
      referrer.hidden = row[7].as<bool>();
      referrer.child_name = row[9].c_str();
      referrer.child_rows = row[8].c_str() + referrer.child_name;
      referrer.child_schema = row[10].c_str();
      referrer.child_table = row[11].c_str();
      if (!row[17].is_null()) referrer.child_key = names_of(row[17].c_str());
      referrers.push_back(std::move(referrer));
    }
    last = row[0].c_str();
    Referrer& referrer = referrers.back();
    referrer.columns.emplace_back(row[12].c_str());
    referrer.parent_columns.emplace_back(row[13].c_str());
    referrer.equality.push_back({row[14].c_str(), row[15].as<bool>()});
    referrer.by_cast = referrer.by_cast || row[16].as<bool>();
  }
  return referrers;
}

}  // namespace postgres
