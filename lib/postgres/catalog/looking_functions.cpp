#include "postgres/catalog/looking_functions.h"

#include <fmt/format.h>

#include <vector>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// pg_depend knows what a function of BEGIN ATOMIC uses; of others the text tells, as far as it is read here.
constexpr const char* kLooking = R"sql(
WITH RECURSIVE own AS MATERIALIZED (
  SELECT p.oid, p.proname, p.provolatile, p.prosrc
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  WHERE p.oid >= 16384 AND l.lanname NOT IN ('internal', 'c')
), used(oid) AS (
  SELECT CASE WHEN d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass THEN d.refobjid
         ELSE x.oprcode::pg_catalog.oid END
  FROM pg_catalog.pg_depend d
  LEFT JOIN pg_catalog.pg_operator x
    ON d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND x.oid = d.refobjid
  WHERE d.refobjid >= 16384
    AND d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_operator'::pg_catalog.regclass)
    AND d.classid IN ('pg_catalog.pg_constraint'::pg_catalog.regclass, 'pg_catalog.pg_attrdef'::pg_catalog.regclass,
                      'pg_catalog.pg_type'::pg_catalog.regclass, 'pg_catalog.pg_class'::pg_catalog.regclass)
), called(oid, function) AS (
  SELECT o.oid, o.oid
  FROM own o
  WHERE o.oid IN (SELECT u.oid FROM used u)
  UNION
  SELECT c.oid, n.oid
  FROM called c
  JOIN own f ON f.oid = c.function AND f.provolatile = 'i'
  CROSS JOIN LATERAL pg_catalog.regexp_matches(f.prosrc, '("[^"]+"|[[:alpha:]_]\w*)\s*[(]', 'g') AS m(word)
  JOIN own n ON n.proname = CASE WHEN m.word[1] LIKE '"%' THEN pg_catalog.btrim(m.word[1], '"')
                            ELSE pg_catalog.lower(m.word[1]) END
)
SELECT DISTINCT c.oid
FROM called c
JOIN own f ON f.oid = c.function
WHERE f.provolatile <> 'i'
  OR f.prosrc ~* '\mexecute\M|\mplpy[.]|\mspi_'
  OR EXISTS (
    SELECT
    FROM pg_catalog.pg_depend d
    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = f.oid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
  OR EXISTS (
    SELECT
    FROM pg_catalog.regexp_matches(
      f.prosrc, '(?:\mfrom|\mjoin|\mtable|\mupdate|\minto|,)\s+(?:only\s+)?(?:(?:"[^"]+"|\w+)\s*[.]\s*)?("[^"]+"|\w+)', 'gi')
      AS m(word)
    JOIN pg_catalog.pg_class r
      ON r.oid >= 16384 AND r.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND r.relname = CASE WHEN m.word[1] LIKE '"%' THEN pg_catalog.btrim(m.word[1], '"')
                        ELSE pg_catalog.lower(m.word[1]) END)
ORDER BY 1)sql";

}  // namespace

std::string looking_functions(Connection& connection) {
  return "'{" + join(connection.query_list(kLooking), ",") + "}'::pg_catalog.oid[]";
}

std::string calls_one_of(const std::string& functions, const std::string& classid, const std::string& objid) {
  return fmt::format(R"sql(EXISTS (
    SELECT
    FROM pg_catalog.pg_depend l
    LEFT JOIN pg_catalog.pg_operator x
      ON l.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND x.oid = l.refobjid
    WHERE l.classid = {classid} AND l.objid = {objid}
      AND (l.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND l.refobjid = ANY ({functions})
           OR x.oprcode::pg_catalog.oid = ANY ({functions})))sql",
                     fmt::arg("classid", classid), fmt::arg("objid", objid), fmt::arg("functions", functions)) +
         ")";
}

}  // namespace postgres
