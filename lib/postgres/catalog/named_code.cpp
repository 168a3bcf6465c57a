#include "postgres/catalog/named_code.h"

#include <fmt/format.h>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// A function without a path of its own looks names up by its caller's. A name of several words is found by its first
// one. What a body makes of pieces and runs is not seen.
constexpr const char* kNamedCode = R"sql(
, session_schema(oid) AS MATERIALIZED (
  SELECT n.oid
  FROM pg_catalog.unnest({schemas}::pg_catalog.text[]) AS s(name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = s.name::pg_catalog.name
),
-- Neither the server's own functions nor those of a library look names up; a parsed body has looked its own up.
source(oid, namespace, name, text, path) AS MATERIALIZED (
  SELECT p.oid, p.pronamespace, pg_catalog.substring(pg_catalog.lower(p.proname::pg_catalog.text), '[[:alnum:]_$]+'), pg_catalog.lower(p.prosrc), (
      SELECT pg_catalog.lower(s.setting)
      FROM pg_catalog.unnest(p.proconfig) AS s(setting)
      WHERE s.setting LIKE 'search_path=%')
  FROM pg_catalog.pg_proc p
  WHERE EXISTS (SELECT FROM mighty) AND p.oid >= 16384 AND p.prolang NOT IN (12, 13)
),
body(oid, path, text) AS (
  SELECT x.oid, x.path, x.text
  FROM called c
  JOIN source x ON x.oid = c.oid
  UNION
  SELECT x.oid, COALESCE(x.path, b.path), x.text
  FROM body b
  CROSS JOIN LATERAL ({words}) AS w(word)
  JOIN source x ON x.name = w.word
  WHERE {found}
),
nameable(owner, words, name, namespace) AS MATERIALIZED (
  SELECT p.proowner, 'function ' || p.oid::pg_catalog.regprocedure::pg_catalog.text,
         pg_catalog.substring(pg_catalog.lower(p.proname::pg_catalog.text), '[[:alnum:]_$]+'), p.pronamespace
  FROM pg_catalog.pg_proc p
  WHERE p.oid >= 16384
  UNION ALL
  SELECT c.relowner, CASE c.relkind WHEN 'v' THEN 'view ' ELSE 'foreign table ' END ||
         c.oid::pg_catalog.regclass::pg_catalog.text, pg_catalog.substring(pg_catalog.lower(c.relname::pg_catalog.text), '[[:alnum:]_$]+'), c.relnamespace
  FROM pg_catalog.pg_class c
  WHERE c.oid >= 16384 AND c.relkind IN ('v', 'f')
  UNION ALL
  SELECT t.typowner, 'domain ' || t.oid::pg_catalog.regtype::pg_catalog.text,
         pg_catalog.substring(pg_catalog.lower(t.typname::pg_catalog.text), '[[:alnum:]_$]+'), t.typnamespace
  FROM pg_catalog.pg_type t
  WHERE t.oid >= 16384 AND t.typtype = 'd'
),
named(owner, words) AS (
  SELECT x.owner, x.words || ', by its name in the body of another'
  FROM body b
  CROSS JOIN LATERAL ({words}) AS w(word)
  JOIN nameable x ON x.name = w.word
  WHERE x.owner IN (SELECT o.oid FROM other o) AND {found}
  UNION
  SELECT y.owner, 'operator ' || x.oid::pg_catalog.regoperator::pg_catalog.text
  FROM body b
  JOIN pg_catalog.pg_operator o ON o.oid >= 16384 AND pg_catalog.strpos(b.text, o.oprname::pg_catalog.text) > 0
  CROSS JOIN LATERAL (SELECT o.oid, o.oprnamespace AS namespace, o.oprname::pg_catalog.text AS name) AS x
  JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode
  CROSS JOIN LATERAL (VALUES (o.oprowner), (p.proowner)) AS y(owner)
  WHERE y.owner IN (SELECT r.oid FROM other r) AND {found}
))sql";

constexpr const char* kWords =
    "SELECT DISTINCT m.word[1] FROM pg_catalog.regexp_matches(b.text, '[[:alnum:]_$]+', 'g') AS m(word)";

// x, in the path that the body has, or written with its schema.
constexpr const char* kFound = R"sql((
    b.path IS NULL AND x.namespace IN (SELECT s.oid FROM session_schema s)
    OR EXISTS (
      SELECT
      FROM pg_catalog.pg_namespace n
      WHERE n.oid = x.namespace
        AND (pg_catalog.strpos(b.path, pg_catalog.lower(n.nspname::pg_catalog.text)) > 0
          OR b.path LIKE '%$user%' AND n.nspname = current_user
          OR b.text ~ ('\m' || pg_catalog.regexp_replace(pg_catalog.lower(n.nspname::pg_catalog.text), '(\W)', '\\\1',
                                                         'g') || '"?\s*[.]')))))sql";

}  // namespace

std::string named_code(const std::string& schemas) {
  return fmt::format(kNamedCode, fmt::arg("schemas", quote_literal(schemas)), fmt::arg("words", kWords),
                     fmt::arg("found", kFound));
}

}  // namespace postgres
