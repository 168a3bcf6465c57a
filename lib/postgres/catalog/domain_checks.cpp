#include "postgres/catalog/domain_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "postgres/catalog/looking_functions.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Every type with a check, and those that one is inside of; `is_own`: by nothing but domains.
constexpr const char* kChecked = R"sql(
WITH RECURSIVE part(whole, part, is_own) AS (
  SELECT t.oid, t.typbasetype, true
  FROM pg_catalog.pg_type t
  WHERE t.typtype = 'd'
  UNION ALL
  SELECT t.oid, t.typelem, false
  FROM pg_catalog.pg_type t
  WHERE t.typelem <> 0
  UNION ALL
  SELECT c.reltype, a.atttypid, false
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.reltype <> 0 AND c.oid >= 16384
  UNION ALL
  SELECT r.rngtypid, r.rngsubtype, false
  FROM pg_catalog.pg_range r{multiranges}
), checked(type, is_own, looking) AS (
  SELECT k.contypid, true, CASE WHEN {looks} THEN t.typname END
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_type t ON t.oid = k.contypid
  WHERE k.contype = 'c'
  UNION
  SELECT p.whole, c.is_own AND p.is_own, c.looking
  FROM checked c
  JOIN part p ON p.part = c.type
)
SELECT c.type, c.is_own, pg_catalog.max(c.looking::pg_catalog.text) AS looking
FROM checked c
GROUP BY c.type, c.is_own)sql";

constexpr const char* kMultiranges = R"sql(
  UNION ALL
  SELECT r.rngmultitypid, r.rngtypid, false
  FROM pg_catalog.pg_range r)sql";

}  // namespace

void read_domain_checks(Connection& connection, std::vector<TableDetails>& tables, const std::string& looking) {
  const auto may_hold = [](const ColumnDetails& column) {
    return column.is_domain || column.type.oid >= kFirstUserOid;
  };
  if (std::ranges::none_of(tables,
                           [&](const TableDetails& table) { return std::ranges::any_of(table.columns, may_hold); }))
    return;
  std::set<std::uint32_t> own;
  std::set<std::uint32_t> inside;
  std::map<std::uint32_t, std::string> looks;
  const pqxx::result checked = connection.query(fmt::format(
      kChecked, fmt::arg("multiranges", connection.server_version() >= 140000 ? kMultiranges : ""),
      fmt::arg("looks", calls_one_of(looking, "'pg_catalog.pg_constraint'::pg_catalog.regclass", "k.oid"))));
  for (const auto& row : checked) {
    const auto type = row["type"].as<std::uint32_t>();
    (row["is_own"].as<bool>() ? own : inside).insert(type);
    if (!row["looking"].is_null()) looks[type] = row["looking"].c_str();
  }
  for (TableDetails& table : tables) {
    for (ColumnDetails& column : table.columns) {
      const std::uint32_t outermost = column.is_domain ? column.domain : column.type.oid;
      column.is_checked = column.is_domain && own.contains(outermost);
      column.holds_checked = inside.contains(column.type.oid);
      const auto found = looks.find(outermost);
      if (found != looks.end()) column.looking_domain = found->second;
    }
  }
}

}  // namespace postgres
