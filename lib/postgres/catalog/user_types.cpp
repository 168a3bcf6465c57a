#include "postgres/catalog/user_types.h"

#include <fmt/format.h>

#include <map>
#include <string>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Each type once, with what it is made of.
constexpr const char* kTypes = R"sql(
WITH RECURSIVE used(oid) AS (
  SELECT DISTINCT a.atttypid FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = ANY ('{{{tables}}}'::pg_catalog.oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT part.oid FROM used u JOIN pg_catalog.pg_type t ON t.oid = u.oid CROSS JOIN LATERAL (
    SELECT t.typbasetype AS oid WHERE t.typtype = 'd'
    UNION ALL SELECT t.typelem WHERE t.typelem <> 0
    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
              WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid
    {ranges_of_multiranges}) part)
SELECT t.oid, pg_catalog.format_type(t.oid, NULL) AS name, t.typtype,
       CASE t.typtype WHEN 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod)
                      WHEN 'r' THEN pg_catalog.format_type(r.rngsubtype, NULL) END AS base,
       {multirange} AS multirange
FROM used u JOIN pg_catalog.pg_type t ON t.oid = u.oid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
WHERE t.typtype IN ('c', 'd', 'e', 'r') AND n.nspname <> 'pg_catalog'
ORDER BY pg_catalog.format_type(t.oid, NULL) COLLATE pg_catalog."C"
)sql";

constexpr const char* kAttributes = R"sql(
SELECT t.oid, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid
WHERE t.oid IN ({types}) AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY t.oid, a.attnum
)sql";

constexpr const char* kLabels = R"sql(
SELECT e.enumtypid, e.enumlabel FROM pg_catalog.pg_enum e WHERE e.enumtypid IN ({types})
ORDER BY e.enumtypid, e.enumsortorder
)sql";

std::string text_of(const pqxx::field& field) {
  return field.is_null() ? std::string{} : std::string(field.c_str(), field.size());
}

catalog::TypeKind kind_of(char typtype) {
  switch (typtype) {
    case 'c':
      return catalog::TypeKind::kComposite;
    case 'e':
      return catalog::TypeKind::kEnum;
    case 'd':
      return catalog::TypeKind::kDomain;
    default:
      return catalog::TypeKind::kRange;
  }
}

}  // namespace

namespace {

constexpr const char* kRangesOfMultiranges =
    "UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid";
constexpr const char* kMultirange =
    "CASE WHEN r.rngmultitypid <> 0 THEN pg_catalog.format_type(r.rngmultitypid, NULL) END";

}  // namespace

catalog::Types read_user_types(Connection& connection, const std::vector<std::uint32_t>& tables) {
  constexpr int kHasMultiranges = 140000;
  const bool multiranges = connection.server_version() >= kHasMultiranges;
  std::vector<std::string> oids;
  for (const std::uint32_t oid : tables) oids.push_back(std::to_string(oid));
  catalog::Types types;
  std::map<std::string, std::size_t> place;
  std::vector<std::string> found;
  for (const auto& row :
       connection.query(fmt::format(kTypes, fmt::arg("tables", join(oids, ",")),
                                    fmt::arg("ranges_of_multiranges", multiranges ? kRangesOfMultiranges : ""),
                                    fmt::arg("multirange", multiranges ? kMultirange : "NULL")))) {
    place[text_of(row["oid"])] = types.size();
    found.push_back(text_of(row["oid"]));
    types.push_back({text_of(row["name"]),
                     kind_of(row["typtype"].c_str()[0]),
                     {},
                     {},
                     text_of(row["base"]),
                     text_of(row["multirange"])});
  }
  if (found.empty()) return types;
  const std::string list = join(found, ", ");
  for (const auto& row : connection.query(fmt::format(kAttributes, fmt::arg("types", list))))
    types[place.at(text_of(row["oid"]))].attributes.push_back({text_of(row["attname"]), text_of(row["type"])});
  for (const auto& row : connection.query(fmt::format(kLabels, fmt::arg("types", list))))
    types[place.at(text_of(row["enumtypid"]))].labels.push_back(text_of(row["enumlabel"]));
  return types;
}

}  // namespace postgres
