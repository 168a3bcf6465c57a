#include "postgres/import/facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/sha256.h"
#include "postgres/catalog/depend_sql.h"
#include "postgres/catalog/unheld_catalog.h"

namespace postgres {
namespace {

constexpr const char* kDatabase = R"sql(
SELECT pg_catalog.current_database() AS name,
       (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) AS oid,
       pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may_identify)sql";

// Definitions as the server writes them, names with their schema (the search_path is empty).
constexpr const char* kOfTables = R"sql(
, named AS (
  SELECT c.oid, c.relrowsecurity, c.relforcerowsecurity,
         pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name
  FROM tables t
  JOIN pg_catalog.pg_class c ON c.oid = t.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
)
SELECT 'the columns of ' || t.name AS name,
       pg_catalog.string_agg(
         pg_catalog.concat_ws(' ', pg_catalog.quote_ident(a.attname), pg_catalog.format_type(a.atttypid, a.atttypmod),
           (SELECT pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(l.collname)
            FROM pg_catalog.pg_collation l
            JOIN pg_catalog.pg_namespace s ON s.oid = l.collnamespace
            WHERE l.oid = a.attcollation),
           a.attnotnull, a.attidentity, a.attgenerated, pg_catalog.pg_get_expr(d.adbin, d.adrelid)),
         ', ' ORDER BY a.attname) AS definition
FROM named t
JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
GROUP BY t.name
UNION ALL
SELECT 'the constraint ' || pg_catalog.quote_ident(k.conname) || ' of ' || k.conrelid::pg_catalog.regclass::pg_catalog.text,
       pg_catalog.concat_ws(' ', pg_catalog.pg_get_constraintdef(k.oid), k.convalidated, k.condeferrable, k.condeferred)
FROM pg_catalog.pg_constraint k
WHERE k.contype <> 't' AND k.conrelid <> 0
  AND (k.conrelid IN (SELECT t.oid FROM tables t) OR k.confrelid IN (SELECT t.oid FROM tables t))
UNION ALL
SELECT 'the index ' || i.indexrelid::pg_catalog.regclass::pg_catalog.text, pg_catalog.pg_get_indexdef(i.indexrelid)
FROM named t
JOIN pg_catalog.pg_index i ON i.indrelid = t.oid
WHERE i.indisunique OR i.indisexclusion
UNION ALL
SELECT 'the trigger ' || pg_catalog.quote_ident(g.tgname) || ' of ' || t.name,
       pg_catalog.pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::pg_catalog.text
FROM named t
JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND {fired_trigger}
UNION ALL
SELECT 'the rule ' || pg_catalog.quote_ident(r.rulename) || ' of ' || t.name,
       pg_catalog.pg_get_ruledef(r.oid) || ' ' || r.ev_enabled::pg_catalog.text
FROM named t
JOIN pg_catalog.pg_rewrite r ON r.ev_class = t.oid AND r.ev_enabled IN ('O', 'A')
UNION ALL
SELECT 'row security of ' || t.name,
       pg_catalog.concat_ws(' ', t.relforcerowsecurity, (
         SELECT pg_catalog.string_agg(
           pg_catalog.concat_ws(' ', p.polname, p.polcmd, p.polpermissive, p.polroles::pg_catalog.text,
             pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)),
           ', ' ORDER BY p.polname)
         FROM pg_catalog.pg_policy p
         WHERE p.polrelid = t.oid))
FROM named t
WHERE t.relrowsecurity
UNION ALL
SELECT 'the partition or child ' || i.inhrelid::pg_catalog.regclass::pg_catalog.text,
       i.inhparent::pg_catalog.regclass::pg_catalog.text || ' ' ||
         COALESCE(pg_catalog.pg_get_expr(c.relpartbound, c.oid), '')
FROM tables t
JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
UNION ALL
SELECT 'the type ' || n.name,
       pg_catalog.concat_ws(' ', u.typtype,
         CASE WHEN u.typbasetype <> 0 THEN pg_catalog.format_type(u.typbasetype, u.typtypmod) END, u.typnotnull,
         u.typdefault,
         (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
          FROM pg_catalog.pg_enum e WHERE e.enumtypid = u.oid),
         (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', k.conname, pg_catalog.pg_get_constraintdef(k.oid),
            k.convalidated), ', ' ORDER BY k.conname)
          FROM pg_catalog.pg_constraint k WHERE k.contypid = u.oid),
         (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname) || ' ' ||
            pg_catalog.format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = u.typrelid AND u.typrelid <> 0 AND a.attnum > 0 AND NOT a.attisdropped))
FROM (SELECT t.oid, t.name FROM named_types t UNION SELECT t.oid, t.name FROM types_of_code t) n
JOIN pg_catalog.pg_type u ON u.oid = n.oid
UNION ALL
SELECT 'the function ' || p.oid::pg_catalog.regprocedure::pg_catalog.text,
       pg_catalog.concat_ws(' ', l.lanname, p.provolatile, p.proisstrict, p.prosecdef, p.proconfig::pg_catalog.text,
         pg_catalog.pg_get_userbyid(p.proowner), p.prorettype::pg_catalog.regtype::pg_catalog.text, p.probin, p.prosrc,
         {body})
FROM functions f
JOIN pg_catalog.pg_proc p ON p.oid = f.oid
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
UNION ALL
-- Not its position, which everybody moves.
SELECT 'the sequence ' || q.seqrelid::pg_catalog.regclass::pg_catalog.text,
       pg_catalog.concat_ws(' ', pg_catalog.format_type(q.seqtypid, NULL), q.seqincrement, q.seqmin, q.seqmax, q.seqcycle)
FROM pg_catalog.pg_sequence q
WHERE q.seqrelid IN (
  SELECT d.refobjid
  FROM (SELECT p.classid, p.objid FROM parts p
        UNION ALL
        SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, f.oid FROM functions f) p
  JOIN pg_catalog.pg_depend d ON d.classid = p.classid AND d.objid = p.objid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  UNION ALL
  SELECT d.objid
  FROM tables t
  JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = t.oid
    AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'i')
UNION ALL
SELECT 'the text search configuration ' || g.oid::pg_catalog.regconfig::pg_catalog.text, (
         SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', m.maptokentype, m.mapseqno, y.oid, y.dictinitoption),
           ', ' ORDER BY m.maptokentype, m.mapseqno)
         FROM pg_catalog.pg_ts_config_map m
         JOIN pg_catalog.pg_ts_dict y ON y.oid = m.mapdict
         WHERE m.mapcfg = g.oid)
FROM pg_catalog.pg_ts_config g
WHERE g.oid >= 16384 AND EXISTS (
  SELECT
  FROM (SELECT p.classid, p.objid FROM parts p
        UNION ALL
        SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, f.oid FROM functions f) p
  JOIN pg_catalog.pg_depend d ON d.classid = p.classid AND d.objid = p.objid
    AND d.refclassid = 'pg_catalog.pg_ts_config'::pg_catalog.regclass AND d.refobjid = g.oid)
UNION ALL
-- Of the session itself, which its code sees.
SELECT 'the setting ' || s.name, s.reset_val
FROM pg_catalog.pg_settings s
WHERE s.name IN ('search_path', 'TimeZone', 'DateStyle', 'IntervalStyle', 'bytea_output', 'default_text_search_config',
                 'lc_numeric', 'lc_monetary', 'lc_time', 'timezone_abbreviations', 'xmlbinary', 'row_security')
ORDER BY 1)sql";

// Tables that the actions of foreign keys reach from `tables`, and these.
constexpr const char* kReached = R"sql(
WITH RECURSIVE reached(oid) AS (
  SELECT pg_catalog.unnest('{{{tables}}}'::pg_catalog.oid[])
  UNION
  SELECT k.conrelid
  FROM reached r
  JOIN pg_catalog.pg_constraint k ON k.confrelid = r.oid AND k.contype = 'f'
    AND (k.confupdtype IN ('c', 'n', 'd') OR k.confdeltype IN ('c', 'n', 'd'))
)
SELECT r.oid FROM reached r)sql";

std::vector<std::uint32_t> with_followers(Connection& connection, const std::vector<std::uint32_t>& tables) {
  std::vector<std::uint32_t> all;
  for (const auto& row : connection.query(fmt::format(kReached, fmt::arg("tables", fmt::join(tables, ",")))))
    all.push_back(row["oid"].as<std::uint32_t>());
  return all;
}

std::string schemas_of(const std::vector<StagedTable>& tables) {
  std::set<std::string> schemas;
  for (const StagedTable& table : tables) schemas.insert(table.details.table.name.schema);
  std::string list;
  for (const std::string& schema : schemas) list += (list.empty() ? "" : ", ") + schema;
  return list;
}

}  // namespace

std::vector<outcome::Fact> whereabouts_of(Connection& connection, const std::vector<StagedTable>& tables) {
  const pqxx::result database = connection.query(kDatabase);
  std::string identifier = "unidentified";
  if (database[0]["may_identify"].as<bool>())
    identifier = connection.query_value("SELECT system_identifier FROM pg_catalog.pg_control_system()").c_str();
  return {{"engine", "postgresql"},
          {"host", connection.host()},
          {"port", connection.port()},
          {"database", database[0]["name"].c_str()},
          {"database_oid", database[0]["oid"].c_str()},
          {"system_identifier", identifier},
          {"schemas", schemas_of(tables)}};
}

std::vector<outcome::Fact> used_catalog_of(Connection& connection, const std::vector<std::uint32_t>& tables) {
  constexpr int kHasSqlBodies = 140000;
  const char* body = connection.server_version() < kHasSqlBodies ? "NULL" : "pg_catalog.pg_get_function_sqlbody(p.oid)";
  std::vector<outcome::Fact> facts;
  const std::vector<std::uint32_t> all = with_tables_of_code(connection, with_followers(connection, tables));
  for (const auto& row : connection.query(
           dependences_sql(connection, all) +
           fmt::format(kOfTables, fmt::arg("fired_trigger", fired_trigger("g")), fmt::arg("body", body)))) {
    base::Sha256 digest;
    digest.update(row["definition"].c_str());
    facts.push_back({row["name"].c_str(), digest.hex().substr(0, 16)});
  }
  // Here, so that no collation of the database takes part.
  std::ranges::sort(facts, {}, &outcome::Fact::name);
  return facts;
}

}  // namespace postgres
