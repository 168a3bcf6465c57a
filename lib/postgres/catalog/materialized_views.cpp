#include "postgres/catalog/materialized_views.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// level: how many views lie between; the longest way counts, so that a view comes after all that it shows. A view
// cannot show itself, so the ways end.
constexpr const char* kViews = R"sql(
WITH RECURSIVE shown(oid, level) AS (
  SELECT c.oid, 0 FROM pg_catalog.pg_class c
  WHERE COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::pg_catalog.oid = ANY ('{{{tables}}}'::pg_catalog.oid[])
     OR c.oid IN (SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = ANY ('{{{tables}}}'::pg_catalog.oid[]))
  UNION
  SELECT r.ev_class, s.level + 1
  FROM shown s JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.refobjid = s.oid AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
  JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid AND r.ev_class <> s.oid
  JOIN pg_catalog.pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm'))
SELECT n.nspname, c.relname, pg_catalog.pg_has_role(c.relowner, 'USAGE'){maintains} AS may_refresh,
       pg_catalog.pg_get_userbyid(c.relowner) AS owner, ({unreadable}) AS unreadable
FROM (SELECT s.oid, pg_catalog.max(s.level) AS level FROM shown s GROUP BY s.oid) s
JOIN pg_catalog.pg_class c ON c.oid = s.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND c.relispopulated
ORDER BY s.level, n.nspname, c.relname
)sql";

// What the view c reads, and the views behind it as their own owners, unless these leave it to who reads them.
constexpr const char* kUnreadable = R"sql(
WITH RECURSIVE seen(oid, reader) AS (
  SELECT c.oid, c.relowner
  UNION
  SELECT d.refobjid,
         CASE WHEN v.reloptions::pg_catalog.text ~* 'security_invoker=(true|on|yes|1)' THEN s.reader ELSE v.relowner END
  FROM seen s
  JOIN pg_catalog.pg_rewrite r ON r.ev_class = s.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> s.oid
  JOIN pg_catalog.pg_class v ON v.oid = d.refobjid AND v.relkind = 'v'
),
used AS (
  SELECT s.reader, d.refclassid, d.refobjid, d.refobjsubid
  FROM seen s
  JOIN pg_catalog.pg_rewrite r ON r.ev_class = s.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
    AND d.refobjid <> s.oid
)
SELECT pg_catalog.string_agg(DISTINCT x.name, ', ' ORDER BY x.name)
FROM (
  SELECT pg_catalog.format('%s.%s', pg_catalog.quote_ident(n.nspname), pg_catalog.quote_ident(t.relname)) AS name
  FROM used u
  JOIN pg_catalog.pg_class t ON t.oid = u.refobjid AND t.relkind IN ('r', 'p', 'v', 'm', 'f')
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
  WHERE u.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND NOT pg_catalog.has_table_privilege(u.reader, t.oid, 'SELECT')
    AND NOT CASE WHEN u.refobjsubid > 0
                 THEN pg_catalog.has_column_privilege(u.reader, t.oid, u.refobjsubid::pg_catalog.int2, 'SELECT')
                 ELSE pg_catalog.has_any_column_privilege(u.reader, t.oid, 'SELECT') END
  UNION ALL
  SELECT u.refobjid::pg_catalog.regprocedure::pg_catalog.text
  FROM used u
  WHERE u.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
    AND NOT pg_catalog.has_function_privilege(u.reader, u.refobjid, 'EXECUTE')
) x
)sql";

// Its message names what is missing, and not whose view wants it.
[[noreturn]] void fail_refresh(const MaterializedView& view, const std::string& reason, base::ErrorKind kind) {
  throw base::Error(kind,
                    "the materialized view " + view.name + " of " + view.owner + " cannot be refreshed: " + reason,
                    "import without --refresh, and see to the view: REFRESH MATERIALIZED VIEW " + view.name);
}

void refresh_now(Connection& connection, const MaterializedView& view, const SessionSettings& session) {
  use_session_settings(connection, session);
  try {
    connection.execute("REFRESH MATERIALIZED VIEW " + view.name);
  } catch (const ServerError& error) {
    if (error.may_be_retried()) throw;
    fail_refresh(view, error.what(),
                 error.kind() == base::ErrorKind::kInternal ? base::ErrorKind::kSchema : error.kind());
  }
  use_own_settings(connection);
}

void demand_refreshable(const MaterializedView& view) {
  if (!view.may_refresh)
    throw base::Error(
        base::ErrorKind::kPrivilege,
        "the materialized view " + view.name + " is another role's, " + view.owner + "'s: --refresh cannot",
        "import without --refresh, and let its owner run: REFRESH MATERIALIZED VIEW " + view.name);
  if (!view.unreadable.empty())
    fail_refresh(view, view.owner + " may not read or call " + view.unreadable, base::ErrorKind::kPrivilege);
}

}  // namespace

std::vector<MaterializedView> views_over(Connection& connection, const std::vector<std::uint32_t>& tables) {
  constexpr int kHasMaintain = 170000;
  std::vector<std::string> oids;
  for (const std::uint32_t oid : tables) oids.push_back(std::to_string(oid));
  std::vector<MaterializedView> views;
  for (const auto& row :
       connection.query(fmt::format(kViews, fmt::arg("tables", join(oids, ",")), fmt::arg("unreadable", kUnreadable),
                                    fmt::arg("maintains", connection.server_version() >= kHasMaintain
                                                              ? " OR pg_catalog.has_table_privilege(c.oid, 'MAINTAIN')"
                                                              : ""))))
    views.push_back({.name = quote_name(catalog::TableName{row["nspname"].c_str(), row["relname"].c_str()}),
                     .may_refresh = row["may_refresh"].as<bool>(),
                     .owner = row["owner"].c_str(),
                     .unreadable = row["unreadable"].is_null() ? std::string{} : row["unreadable"].c_str()});
  return views;
}

std::vector<std::string> refresh_or_name(Connection& connection, const std::vector<std::uint32_t>& written,
                                         engine::Refresh refresh, engine::Intent intent,
                                         const SessionSettings& session) {
  std::vector<std::string> notices;
  const bool now = refresh == engine::Refresh::kYes && intent != engine::Intent::kDryRun;
  const std::vector<MaterializedView> views = views_over(connection, written);
  if (refresh == engine::Refresh::kYes) std::ranges::for_each(views, demand_refreshable);
  for (const MaterializedView& view : views) {
    const std::string statement = "REFRESH MATERIALIZED VIEW " + view.name;
    if (now) refresh_now(connection, view, session);
    notices.push_back("materialized view " + view.name +
                      (now                                ? " refreshed"
                       : refresh == engine::Refresh::kYes ? " will be refreshed"
                       : intent == engine::Intent::kImport
                           ? " still shows the rows of before; " + statement
                           : " would still show the rows of before; " + statement + " then, or --refresh"));
  }
  return notices;
}

}  // namespace postgres
