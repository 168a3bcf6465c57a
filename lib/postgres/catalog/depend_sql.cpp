#include "postgres/catalog/depend_sql.h"

#include <fmt/format.h>

namespace postgres {
namespace {

constexpr int kKeptWithTheExpression = 150000;

constexpr const char* kWithTheExpression = R"sql(
      SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid, {expression}.oid, 0)sql";

constexpr const char* kWithTheColumn = R"sql(
      SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, {attribute}.attrelid,
             {attribute}.attnum::pg_catalog.int4
      WHERE {attribute}.attgenerated <> ''
      UNION ALL
      SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid, {expression}.oid, 0
      WHERE {attribute}.attgenerated = '')sql";

}  // namespace

std::string users_trigger(std::string_view trigger) {
  return fmt::format("(NOT {0}.tgisinternal OR {0}.tgfoid >= 16384)", trigger);
}

std::string fired_trigger(std::string_view trigger) {
  return fmt::format("{} AND {}.tgenabled IN ('O', 'A')", users_trigger(trigger), trigger);
}

std::string user_of_column_value(int server_version, std::string_view attribute, std::string_view expression) {
  return fmt::format(fmt::runtime(server_version >= kKeptWithTheExpression ? kWithTheExpression : kWithTheColumn),
                     fmt::arg("attribute", attribute), fmt::arg("expression", expression));
}

}  // namespace postgres
