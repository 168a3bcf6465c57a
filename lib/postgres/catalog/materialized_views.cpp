#include "postgres/catalog/materialized_views.h"

#include <fmt/format.h>

#include "postgres/session/settings.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// level: how many views lie between; the longest way counts, so that a view comes behind all that it shows. A view
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
SELECT n.nspname, c.relname, pg_catalog.pg_has_role(c.relowner, 'USAGE'){maintains}
FROM (SELECT s.oid, pg_catalog.max(s.level) AS level FROM shown s GROUP BY s.oid) s
JOIN pg_catalog.pg_class c ON c.oid = s.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND c.relispopulated
ORDER BY s.level, n.nspname, c.relname
)sql";

}  // namespace

std::vector<MaterializedView> views_over(Connection& connection, const std::vector<std::uint32_t>& tables) {
  constexpr int kHasMaintain = 170000;
  std::vector<std::string> oids;
  for (const std::uint32_t oid : tables) oids.push_back(std::to_string(oid));
  std::vector<MaterializedView> views;
  for (const auto& row :
       connection.query(fmt::format(kViews, fmt::arg("tables", join(oids, ",")),
                                    fmt::arg("maintains", connection.server_version() >= kHasMaintain
                                                              ? " OR pg_catalog.has_table_privilege(c.oid, 'MAINTAIN')"
                                                              : ""))))
    views.push_back({quote_name(catalog::TableName{row[0].c_str(), row[1].c_str()}), row[2].as<bool>()});
  return views;
}

std::vector<std::string> refresh_or_name(Connection& connection, const std::vector<std::uint32_t>& written,
                                         engine::Refresh refresh, engine::Intent intent,
                                         const SessionSettings& session) {
  std::vector<std::string> notices;
  const bool now = refresh == engine::Refresh::kYes && intent != engine::Intent::kDryRun;
  for (const MaterializedView& view : views_over(connection, written)) {
    const std::string statement = "REFRESH MATERIALIZED VIEW " + view.name;
    if (refresh == engine::Refresh::kYes && !view.may_refresh)
      throw base::Error(base::ErrorKind::kPrivilege,
                        "the materialized view " + view.name + " is another role's: --refresh cannot",
                        "import without --refresh, and let its owner run: " + statement);
    if (now) {
      use_session_settings(connection, session);
      connection.execute(statement);
      use_own_settings(connection);
    }
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
