#include "postgres/catalog/code_of_others.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/terminal.h"

namespace postgres {
namespace {

// An expression of the server's own functions alone is its author's code where one of them reaches far, or does for a
// superuser what its author may not do; also where it gives something to a function of somebody trusted that may do
// anything with it, or that its author could not call.
constexpr const char* kCodeOfOthers = R"sql(
, other(oid) AS (
  SELECT r.oid FROM pg_catalog.pg_roles r WHERE NOT r.rolsuper AND r.rolname <> current_user
), expression_of_other(author, expression, words, classid, objid) AS MATERIALIZED (
  SELECT o.author, o.expression,
    COALESCE((SELECT 'trigger ' || pg_catalog.quote_ident(t.tgname) || ' of ' ||
                t.tgrelid::pg_catalog.regclass::pg_catalog.text
              FROM pg_catalog.pg_trigger t
              WHERE o.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid AND t.oid = o.objid),
             'the expression ' || pg_catalog.left(o.expression, 200)),
    o.classid, o.objid
  FROM object o
  JOIN other x ON x.oid = o.author
), code(owner, words) AS (
  SELECT p.proowner, 'trigger ' || pg_catalog.quote_ident(t.tgname) || ' of ' ||
    t.tgrelid::pg_catalog.regclass::pg_catalog.text
  FROM part_of_relation g
  JOIN pg_catalog.pg_trigger t ON t.oid = g.objid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND d.objid = t.oid
    AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  JOIN pg_catalog.pg_proc p ON p.oid = d.refobjid
  WHERE g.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid
  UNION
  SELECT r.relowner, 'rule ' || pg_catalog.quote_ident(w.rulename) || ' of ' ||
    w.ev_class::pg_catalog.regclass::pg_catalog.text
  FROM pg_catalog.pg_rewrite w JOIN relation r ON r.oid = w.ev_class
  WHERE w.ev_enabled IN ('O', 'A') AND w.ev_type IN ({rule_events})
  UNION
  SELECT p.proowner, 'function ' || p.oid::pg_catalog.regprocedure::pg_catalog.text
  FROM called c JOIN pg_catalog.pg_proc p ON p.oid = c.oid
  WHERE p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
  UNION
  SELECT e.author, e.words
  FROM expression_of_other e
  WHERE e.expression ~ '{far_reaching}' OR e.expression ~ {for_superusers}
    OR CASE WHEN e.expression ~ (
        -- One expression for all, which is compiled once.
        SELECT '\m(' || pg_catalog.string_agg(f.proname, '|') || ')\('
        FROM pg_catalog.pg_proc f
        WHERE f.oid < 16384 AND f.proacl IS NOT NULL)
      THEN EXISTS (
        SELECT
        FROM pg_catalog.pg_proc f
        WHERE f.oid < 16384 AND f.proacl IS NOT NULL AND e.expression ~ ('\m' || f.proname || '\(')
          AND NOT pg_catalog.has_function_privilege(e.author, f.oid, 'EXECUTE'))
      ELSE false END
  UNION
  SELECT e.author, e.words
  FROM expression_of_other e
  JOIN pg_catalog.pg_depend d ON d.classid = e.classid AND d.objid = e.objid
  LEFT JOIN pg_catalog.pg_operator q ON q.oid = d.refobjid
    AND d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
  JOIN pg_catalog.pg_proc p ON p.oid = q.oprcode OR p.oid = d.refobjid
    AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  WHERE p.oid >= 16384 AND (NOT pg_catalog.has_function_privilege(e.author, p.oid, 'EXECUTE') OR p.provolatile <> 'i'
    AND NOT EXISTS (
      SELECT
      FROM pg_catalog.pg_depend m
      JOIN pg_catalog.pg_extension x ON x.oid = m.refobjid
      WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND m.objid = p.oid AND m.deptype = 'e'
        AND x.extname IN ({harmless}))
    AND (p.pronargs > 0 OR EXISTS (
      SELECT
      FROM pg_catalog.pg_trigger t
      WHERE e.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid AND t.oid = e.objid
        AND t.tgfoid = p.oid AND t.tgnargs > 0)))
  UNION
  SELECT p.proowner, 'event trigger ' || pg_catalog.quote_ident(e.evtname)
  FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid
  WHERE e.evtenabled IN ('O', 'A') AND e.evtevent IN ('ddl_command_start', 'ddl_command_end', 'sql_drop')
)
SELECT a.rolname, pg_catalog.string_agg(c.words, ', ' ORDER BY c.words), pg_catalog.pg_has_role('pg_execute_server_program', 'USAGE')
  OR pg_catalog.pg_has_role('pg_write_server_files', 'USAGE') OR pg_catalog.pg_has_role('pg_read_server_files', 'USAGE')
FROM code c JOIN other o ON o.oid = c.owner JOIN pg_catalog.pg_roles a ON a.oid = c.owner
GROUP BY a.rolname
ORDER BY a.rolname)sql";

constexpr const char* kAnyCode = R"sql(
SELECT EXISTS (
    SELECT FROM part_of_relation p
    WHERE p.classid IN ('pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid,
                        'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid))
  OR EXISTS (SELECT FROM called)
  OR EXISTS (SELECT FROM object o WHERE o.expression ~ '{far_reaching}')
  OR EXISTS (SELECT FROM pg_catalog.pg_event_trigger e WHERE e.evtenabled IN ('O', 'A')))sql";

// They read and write what belongs to others, and ask the role alone; settings by their names, unless an application
// made them up.
constexpr const char* kForSuperusers =
    R"sql('\msetval\(|\mlo_\w+\(|\mlo(read|write)\(|replication_(slot|origin)|current_setting\((?!''[^''.]+\.[^'']*'')')sql";

// Extensions none of whose functions runs a text that it is given, connects, or reads a table by its name.
constexpr const char* kHarmlessExtensions =
    "'citext', 'hstore', 'uuid-ossp', 'pgcrypto', 'pg_trgm', 'unaccent', 'ltree', 'cube', 'earthdistance', 'seg', "
    "'isn', "
    "'intarray', 'btree_gin', 'btree_gist', 'fuzzystrmatch', 'lo', 'moddatetime', 'insert_username', 'tcn', 'postgis', "
    "'vector', 'pg_uuidv7'";

// Where nobody's code runs, trusted or not, statements of ours are all that writes, and what waits for columns that
// they never name, or for keys that they never change, stays quiet, too.
bool is_quiet(Connection& connection, const std::vector<WrittenTable>& tables) {
  if (std::ranges::any_of(tables, &WrittenTable::deletes)) return false;
  return !connection
              .query(reached_code(tables, Updates::kOfAssignedColumns) +
                     fmt::format(kAnyCode, fmt::arg("far_reaching", kFarReaching)))[0][0]
              .as<bool>();
}

}  // namespace

std::vector<std::string> demand_consent(Connection& connection, const std::vector<WrittenTable>& tables,
                                        const std::vector<std::string>& consented) {
  std::vector<std::string> lines;
  std::string refused;
  std::string options;
  const std::vector<WrittenTable> all = with_written_by_code(connection, tables);
  const Updates updates = is_quiet(connection, all) ? Updates::kOfAssignedColumns : Updates::kOfAnyColumn;
  for (const auto& row :
       connection.query(reached_code(all, updates) + fmt::format(kCodeOfOthers, fmt::arg("far_reaching", kFarReaching),
                                                                 fmt::arg("for_superusers", kForSuperusers),
                                                                 fmt::arg("harmless", kHarmlessExtensions),
                                                                 fmt::arg("rule_events", rule_events(all))))) {
    const std::string owner = row[0].c_str();
    lines.push_back("code of the role " + base::printable(owner) +
                    " runs with this role's rights: " + base::printable(row[1].c_str()));
    if (!row[2].as<bool>() || std::ranges::find(consented, owner) != consented.end()) continue;
    refused += "\n  " + base::printable(owner) + ": " + base::printable(row[1].c_str());
    options += " --run-code-of " + base::printable(owner);
  }
  if (refused.empty()) return lines;
  throw base::Error(base::ErrorKind::kPrivilege,
                    "code of other roles would run with the rights of this role, which may do anything:" + refused,
                    "nothing was run: import as the owner of the tables, or, if you trust them, say" + options);
}

}  // namespace postgres
