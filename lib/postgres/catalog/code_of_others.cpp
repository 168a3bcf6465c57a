#include "postgres/catalog/code_of_others.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/terminal.h"
#include "postgres/catalog/named_code.h"
#include "postgres/catalog/planned_code.h"
#include "postgres/catalog/planning_path.h"
#include "postgres/catalog/proven_code.h"
#include "postgres/catalog/table_locks.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Whose rights code could take: the role's, and of those that have logged in and become it (ALTER DATABASE … SET role),
// which it can become again. Up to PostgreSQL 15, whoever may make roles may give himself any of the server's.
constexpr const char* kOther = R"sql(
, mighty(name) AS MATERIALIZED (
  SELECT r.rolname
  FROM pg_catalog.pg_roles r
  WHERE r.rolname IN (current_user, session_user, {login}) AND (r.rolcreaterole AND {makes_mighty} OR EXISTS (
    SELECT
    FROM pg_catalog.pg_roles p
    WHERE (p.rolsuper OR p.rolname IN ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files'))
      AND pg_catalog.pg_has_role(r.oid, p.oid, 'MEMBER')))
), other(oid) AS MATERIALIZED (
  SELECT r.oid
  FROM pg_catalog.pg_roles r
  WHERE NOT r.rolsuper AND (r.rolname <> current_user
    OR EXISTS (SELECT FROM mighty) AND r.rolname NOT IN (SELECT m.name FROM mighty m))
))sql";

// An expression of another role is its code unless all that it uses is proven harmless, also by what it is given.
// Triggers may be of whoever may make some.
constexpr const char* kCodeOfOthers = R"sql(
, expression_of_other(author, classid, objid, relid, tree) AS MATERIALIZED (
  SELECT o.author, o.classid, o.objid, o.relid, o.tree
  FROM object o
  WHERE o.author IN (SELECT x.oid FROM other x)
  UNION ALL
  SELECT x.oid, o.classid, o.objid, o.relid, o.tree
  FROM object o
  JOIN pg_catalog.pg_class c ON c.oid = o.relid
  CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
  JOIN pg_catalog.pg_roles x ON a.grantee = x.oid OR a.grantee = 0 AND x.rolcanlogin
  WHERE o.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid AND a.privilege_type = 'TRIGGER'
    AND o.author NOT IN (SELECT y.oid FROM other y) AND x.oid IN (SELECT y.oid FROM other y)
), use(author, classid, objid, node, function, given) AS (
  SELECT x.*, false FROM ({uses}) x
  UNION ALL
  SELECT e.author, e.classid, e.objid, NULL, t.tgfoid, t.tgnargs > 0
  FROM expression_of_other e
  JOIN pg_catalog.pg_trigger t ON t.oid = e.objid
  WHERE e.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid
), unproven(author, classid, objid, names) AS (
  SELECT u.author, u.classid, u.objid,
         pg_catalog.string_agg(DISTINCT COALESCE(u.node, p.oid::pg_catalog.regprocedure::pg_catalog.text), ', ')
  FROM use u
  LEFT JOIN pg_catalog.pg_proc p ON p.oid = u.function
  WHERE {unknown} OR NOT (pg_catalog.has_function_privilege(u.author, p.oid, 'EXECUTE')
    AND CASE WHEN p.oid < 16384 THEN {harmless} ELSE {harmless_beyond} END)
  GROUP BY u.author, u.classid, u.objid
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
  -- What the server itself or a library does, only a superuser can have put there.
  SELECT p.proowner, 'function ' || p.oid::pg_catalog.regprocedure::pg_catalog.text
  FROM called c JOIN pg_catalog.pg_proc p ON p.oid = c.oid
  WHERE p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype AND p.prolang NOT IN (12, 13)
  UNION
  SELECT p.proowner, 'function ' || p.oid::pg_catalog.regprocedure::pg_catalog.text
  FROM pg_catalog.pg_cast c
  JOIN own_type t ON t.oid = c.castsource
  JOIN pg_catalog.pg_proc p ON p.oid = c.castfunc
  WHERE c.casttarget::pg_catalog.regtype IN ('json', 'jsonb')
    AND EXISTS (SELECT FROM object o WHERE o.tree::pg_catalog.text ~ {makes_json})
  UNION
  -- By which a foreign key compares.
  SELECT p.proowner, 'function ' || p.oid::pg_catalog.regprocedure::pg_catalog.text
  FROM pg_catalog.pg_constraint f
  JOIN relation r ON r.oid = f.conrelid
  CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(f.conkey), pg_catalog.unnest(f.conpfeqop),
                                pg_catalog.unnest(f.conffeqop)) AS k(attnum, equal_parent, equal)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum
  JOIN pg_catalog.pg_operator q ON q.oid IN (k.equal_parent, k.equal)
  JOIN pg_catalog.pg_cast c ON c.casttarget IN (q.oprleft, q.oprright) AND c.castsource IN (
    WITH RECURSIVE base(oid) AS (
      SELECT a.atttypid
      UNION
      SELECT t.typbasetype FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.oid
    )
    SELECT b.oid FROM base b)
  JOIN pg_catalog.pg_proc p ON p.oid = c.castfunc
  WHERE f.contype = 'f'
  UNION
  SELECT u.author, CASE
      WHEN u.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid THEN (
        SELECT 'trigger ' || pg_catalog.quote_ident(t.tgname) || ' of ' ||
          t.tgrelid::pg_catalog.regclass::pg_catalog.text
        FROM pg_catalog.pg_trigger t
        WHERE t.oid = u.objid)
      WHEN u.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid THEN (
        SELECT CASE w.ev_type WHEN '1' THEN 'the view ' ELSE 'rules of ' END ||
          w.ev_class::pg_catalog.regclass::pg_catalog.text || ', which use ' || u.names
        FROM pg_catalog.pg_rewrite w
        WHERE w.oid = u.objid)
      ELSE (
        SELECT 'the expression ' ||
          pg_catalog.left(pg_catalog.string_agg(pg_catalog.pg_get_expr(e.tree, e.relid), ', '), 200)
        FROM expression_of_other e
        WHERE e.classid = u.classid AND e.objid = u.objid)
    END
  FROM unproven u
  UNION
  SELECT p.proowner, 'event trigger ' || pg_catalog.quote_ident(e.evtname)
  FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid
  WHERE e.evtenabled IN ('O', 'A') AND e.evtevent IN ('ddl_command_start', 'ddl_command_end', 'sql_drop')
  UNION
  SELECT p.owner, p.words FROM planned p
  UNION
  SELECT n.owner, n.words FROM named n
))sql";

// Every owner that kCodeOfOthers may tell of: where none of them is another role, the long question has no answer.
constexpr const char* kAnyOther = R"sql(
SELECT EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.proowner IN (SELECT o.oid FROM other o))
  OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relowner IN (SELECT o.oid FROM other o))
  OR EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.typowner IN (SELECT o.oid FROM other o))
  OR EXISTS (SELECT FROM pg_catalog.pg_operator x WHERE x.oprowner IN (SELECT o.oid FROM other o))
  OR EXISTS (SELECT FROM pg_catalog.pg_foreign_server s WHERE s.srvowner IN (SELECT o.oid FROM other o))
  OR EXISTS (
    SELECT
    FROM pg_catalog.pg_class c
    CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
    WHERE a.privilege_type = 'TRIGGER' AND (a.grantee = 0 OR a.grantee IN (SELECT o.oid FROM other o))))sql";

constexpr const char* kOwners = R"sql(
SELECT a.rolname, pg_catalog.string_agg(c.words, ', ' ORDER BY c.words) AS words, EXISTS (SELECT FROM mighty) AS mighty
FROM code c
JOIN other o ON o.oid = c.owner
JOIN pg_catalog.pg_roles a ON a.oid = c.owner
GROUP BY a.rolname
ORDER BY a.rolname)sql";

constexpr const char* kChosen = R"sql(
WITH RECURSIVE chosen(oid) AS (SELECT pg_catalog.unnest({tables})))sql";

constexpr const char* kOwnersByTable = R"sql(
SELECT p.top, a.rolname, pg_catalog.string_agg(p.words, ', ' ORDER BY p.words) AS words
FROM planned p
JOIN other o ON o.oid = p.owner
JOIN pg_catalog.pg_roles a ON a.oid = p.owner
WHERE EXISTS (SELECT FROM mighty)
GROUP BY p.top, a.rolname
ORDER BY p.top, a.rolname)sql";

constexpr const char* kAnyCode = R"sql(
SELECT EXISTS (
    SELECT FROM part_of_relation p
    WHERE p.classid IN ('pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid,
                        'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid))
  OR EXISTS (SELECT FROM called)
  OR EXISTS (SELECT FROM pg_catalog.pg_event_trigger e WHERE e.evtenabled IN ('O', 'A'))
  OR EXISTS (
    SELECT
    FROM ({uses}) u
    LEFT JOIN pg_catalog.pg_proc p ON p.oid = u.function AND p.oid < 16384
    WHERE {unknown} OR NOT {harmless}))sql";

// The relations, the tables that statements of an import look at, those that foreign keys lead to and come from, and
// what views, rules and parsed bodies read.
constexpr const char* kLookedAt = R"sql(
  SELECT r.oid, r.root FROM relation r
  UNION
  SELECT t.oid, t.root
  FROM tables t
  WHERE t.root IN (
    SELECT x.root
    FROM pg_catalog.pg_constraint f
    JOIN tables k ON k.oid = f.conrelid
    JOIN tables p ON p.oid = f.confrelid
    CROSS JOIN LATERAL (VALUES (k.root), (p.root)) AS x(root)
    WHERE f.contype = 'f' AND (k.root IN (SELECT r.oid FROM root r) OR p.root IN (SELECT r.oid FROM root r)))
  UNION
  SELECT c.oid, c.oid
  FROM used u
  JOIN pg_catalog.pg_depend d ON d.classid = u.classid AND d.objid = u.objid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
  JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p', 'f', 'm')
  WHERE u.classid IN ('pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid,
                      'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid,
                      'pg_catalog.pg_policy'::pg_catalog.regclass::pg_catalog.oid))sql";

// Where nobody's code runs, trusted or not, statements of ours are all that writes, and what waits for columns that
// they never name, or for keys that they never change, stays quiet, too.
bool is_quiet(Connection& connection, const std::vector<WrittenTable>& tables) {
  if (std::ranges::any_of(tables, &WrittenTable::deletes)) return false;
  return !connection
              .query_value(reached_code(tables, connection.server_version(), Updates::kOfAssignedColumns) +
                           fmt::format(kAnyCode, fmt::arg("uses", uses_of("object", "0 AS x")),
                                       fmt::arg("unknown", kIsUnknownNode), fmt::arg("harmless", kIsHarmless)))
              .as<bool>();
}

bool has_anything_of_others(Connection& connection) {
  return connection.query_value("WITH root AS (SELECT)" + other_roles(connection) + kAnyOther).as<bool>();
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

[[noreturn]] void refuse(const CodeOfRoles& code, const std::string& verb) {
  std::string refused;
  std::string options;
  for (const auto& [owner, words] : code) {
    refused += "\n  " + base::printable(owner) + ": " + base::printable(words);
    options += " --run-code-of " + base::printable(owner);
  }
  throw base::Error(base::ErrorKind::kPrivilege,
                    "code of other roles would run with the rights of this role, which may do anything:" + refused,
                    "nothing was run: " + verb + " as the owner of the tables, or, if you trust them, say" + options);
}

}  // namespace

std::string other_roles(const Connection& connection) {
  constexpr int kRolesAreGivenByTheirAdministrators = 160000;
  return fmt::format(
      kOther, fmt::arg("login", quote_literal(connection.login())),
      fmt::arg("makes_mighty", connection.server_version() < kRolesAreGivenByTheirAdministrators ? "true" : "false"));
}

std::vector<std::string> demand_consent(Connection& connection, const std::vector<WrittenTable>& tables,
                                        const std::vector<std::string>& consented) {
  if (!has_anything_of_others(connection)) return {};
  const std::vector<WrittenTable> all = with_written_by_code(connection, tables);
  const Updates updates = is_quiet(connection, all) ? Updates::kOfAssignedColumns : Updates::kOfAnyColumn;
  std::vector<std::string> lines;
  CodeOfRoles refused;
  for (const auto& row : connection.query(
           reached_code(all, connection.server_version(), updates) + other_roles(connection) +
           planned_code(kLookedAt, connection.server_version()) + named_code(schemas_of_session(connection)) +
           fmt::format(kCodeOfOthers, fmt::arg("uses", uses_of("expression_of_other", "e.author, e.classid, e.objid")),
                       fmt::arg("unknown", kIsUnknownNode), fmt::arg("harmless", kIsHarmless),
                       fmt::arg("harmless_beyond", is_harmless_beyond("u.given")), fmt::arg("makes_json", kMakesJson),
                       fmt::arg("rule_events", rule_events(all))) +
           kOwners)) {
    const std::string owner = row["rolname"].c_str();
    lines.push_back("code of the role " + base::printable(owner) +
                    " runs with this role's rights: " + base::printable(row["words"].c_str()));
    if (row["mighty"].as<bool>() && !has(consented, owner)) refused.emplace_back(owner, row["words"].c_str());
  }
  if (!refused.empty()) refuse(refused, "import");
  return lines;
}

void find_planned_code(Connection& connection, const std::vector<TableDetails*>& tables,
                       const std::vector<std::string>& consented) {
  std::map<std::uint32_t, TableDetails*> by_oid;
  std::vector<std::uint32_t> oids;
  for (TableDetails* table : tables) {
    table->planned_code.clear();
    by_oid.emplace(table->oid, table);
    oids.push_back(table->oid);
  }
  for (const auto& row : connection.query(
           fmt::format(kChosen, fmt::arg("tables", oid_array(oids))) + other_roles(connection) +
           planned_code("SELECT c.oid, c.oid FROM chosen c", connection.server_version()) + kOwnersByTable)) {
    const std::string owner = row["rolname"].c_str();
    if (!has(consented, owner))
      by_oid.at(row["top"].as<std::uint32_t>())->planned_code.emplace_back(owner, row["words"].c_str());
  }
}

void demand_plannable(const TableDetails& table) {
  if (!table.planned_code.empty()) refuse(table.planned_code, "export");
}

}  // namespace postgres
