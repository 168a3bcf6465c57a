#include "postgres/import/deferral.h"

#include <string>
#include <vector>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kAnyDeferredTrigger = R"sql(
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_constraint k WHERE k.contype OPERATOR(pg_catalog.=) 't'::pg_catalog."char" AND k.condeferred)
)sql";

// Of a name that may not be looked up, nothing can be set; whatever is in another session's temporary schema is not
// ours to reach.
constexpr const char* kDeferredKeys = R"sql(
SELECT DISTINCT pg_catalog.quote_ident(n.nspname) AS schema, pg_catalog.quote_ident(k.conname) AS name
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) k.connamespace
WHERE k.condeferred
  AND k.contype OPERATOR(pg_catalog.<>) 't'::pg_catalog."char"
  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  AND NOT pg_catalog.pg_is_other_temp_schema(n.oid)
  AND NOT EXISTS (
    SELECT
    FROM pg_catalog.pg_constraint t
    WHERE t.connamespace OPERATOR(pg_catalog.=) k.connamespace
      AND t.conname OPERATOR(pg_catalog.=) k.conname
      AND t.contype OPERATOR(pg_catalog.=) 't'::pg_catalog."char"
      AND t.condeferred)
ORDER BY 1, 2
)sql";

}  // namespace

void check_keys_at_once(Connection& connection) {
  if (!connection.query_value(kAnyDeferredTrigger).as<bool>()) {
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE");
    return;
  }
  std::vector<std::string> names;
  for (const auto& row : connection.query(kDeferredKeys))
    names.push_back(std::string(row["schema"].c_str()) + "." + row["name"].c_str());
  if (!names.empty()) connection.execute("SET CONSTRAINTS " + join(names, ", ") + " IMMEDIATE");
}

}  // namespace postgres
