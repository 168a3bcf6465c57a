#include "postgres/catalog/quiet_tables.h"

#include <fmt/format.h>

#include "postgres/catalog/proven_code.h"

namespace postgres {
namespace {

constexpr const char* kAreQuiet = R"sql(
SELECT NOT EXISTS (SELECT FROM relation r WHERE r.relkind = 'f' OR r.relrowsecurity OR r.relam NOT IN (0, 2))
   AND NOT EXISTS (
     SELECT
     FROM pg_catalog.pg_trigger t
     JOIN relation r ON r.oid = t.tgrelid
     LEFT JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint
     WHERE t.tgenabled <> 'D' AND NOT (t.tgisinternal AND k.contype IS NOT DISTINCT FROM 'f'))
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite w JOIN relation r ON r.oid = w.ev_class)
   AND NOT EXISTS (
     SELECT
     FROM pg_catalog.pg_index i
     JOIN relation r ON r.oid = i.indrelid
     WHERE NOT i.indimmediate OR i.indisexclusion)
   AND NOT EXISTS (
     SELECT
     FROM ({uses}) u
     LEFT JOIN pg_catalog.pg_proc p ON p.oid = u.function AND p.oid < 16384
     WHERE {unknown} OR NOT {harmless})
   AND NOT EXISTS (
     SELECT
     FROM called f
     JOIN pg_catalog.pg_proc p ON p.oid = f.oid AND p.oid >= 16384
     JOIN pg_catalog.pg_language l ON l.oid = p.prolang
     WHERE l.lanname NOT IN ('internal', 'c') OR p.provolatile <> 'i')
   AND NOT EXISTS (
     SELECT
     FROM own_type t
     JOIN pg_catalog.pg_proc p ON p.oid IN (t.typinput::pg_catalog.oid, t.typoutput::pg_catalog.oid,
                                            t.typreceive::pg_catalog.oid, t.typsend::pg_catalog.oid,
                                            t.typmodin::pg_catalog.oid)
     JOIN pg_catalog.pg_language l ON l.oid = p.prolang
     WHERE t.typtype NOT IN ('b', 'c', 'd', 'e', 'r') OR l.lanname NOT IN ('internal', 'c'))
   -- An expression may go by a type that no column has: its checks were not looked at.
   AND NOT EXISTS (
     SELECT
     FROM part p
     JOIN pg_catalog.pg_type t ON t.oid = p.refobjid AND t.oid >= 16384 AND t.typtype <> 'e'
     WHERE p.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid
       AND t.oid NOT IN (SELECT o.oid FROM own_type o))
)sql";

}  // namespace

bool are_quiet(Connection& connection, const std::vector<WrittenTable>& tables) {
  // Operators and functions of this question must be the server's own, wherever the session's path leads first.
  const bool alone = connection.transaction_status() == PQTRANS_IDLE;
  connection.execute(std::string(alone ? "BEGIN" : "SAVEPOINT quiet") + "; SET LOCAL search_path = ''");
  const bool quiet =
      connection
          .query_value(reached_code(tables, connection.server_version()) +
                       fmt::format(kAreQuiet, fmt::arg("uses", uses_of("object", "0 AS x")),
                                   fmt::arg("unknown", kIsUnknownNode), fmt::arg("harmless", kIsHarmless)))
          .as<bool>();
  connection.execute(alone ? "ROLLBACK" : "ROLLBACK TO SAVEPOINT quiet; RELEASE SAVEPOINT quiet");
  return quiet;
}

}  // namespace postgres
