#include "postgres/catalog/sequence_uses.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "postgres/catalog/depend_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// reach: every object that the default of a column depends on, by the column. Owned sequences count as drawn from.
constexpr const char* kReach = R"sql(
WITH RECURSIVE columns AS (
  SELECT r.root, r.oid AS relation, a.attname, a.attnum, a.atttypid, a.atthasdef
  FROM (SELECT c.oid, COALESCE(pg_catalog.pg_partition_root(c.oid), c.oid)::pg_catalog.oid AS root
        FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p')) r
  JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
  WHERE r.root = ANY ('{{{tables}}}'::pg_catalog.oid[])
    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
reach(root, attname, class, object, expression) AS (
  SELECT c.root, c.attname, 'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid, d.oid,
         pg_catalog.pg_get_expr(d.adbin, d.adrelid)
  FROM columns c JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.relation AND d.adnum = c.attnum
  UNION
  SELECT c.root, c.attname, 'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid, t.oid, t.typdefault
  FROM columns c JOIN pg_catalog.pg_type t ON t.oid = c.atttypid
  WHERE NOT c.atthasdef AND t.typtype = 'd' AND t.typdefault IS NOT NULL
  UNION
  SELECT r.root, r.attname, d.refclassid, d.refobjid, r.expression
  FROM reach r JOIN pg_catalog.pg_depend d ON d.classid = r.class AND d.objid = r.object AND d.deptype IN ('n', 'a')
  WHERE r.class <> 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.refclassid IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass,
                         'pg_catalog.pg_operator'::pg_catalog.regclass))
)sql";

constexpr const char* kSequences = R"sql(
SELECT u.root, u.attname, u.sequence, n.nspname, s.relname, COALESCE(pg_catalog.max(u.expression), '') AS expression,
       p.seqincrement, p.seqmin, p.seqmax,
       pg_catalog.has_sequence_privilege(u.sequence, 'SELECT')
         AND pg_catalog.has_sequence_privilege(u.sequence, 'UPDATE') AS may_be_set
FROM (SELECT root, attname, object AS sequence, expression FROM reach
      WHERE class = 'pg_catalog.pg_class'::pg_catalog.regclass
      UNION ALL
      SELECT c.root, c.attname, d.objid, NULL
      FROM columns c JOIN pg_catalog.pg_depend d ON d.refobjid = c.relation AND d.refobjsubid = c.attnum
      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i')) u
JOIN pg_catalog.pg_class s ON s.oid = u.sequence AND s.relkind = 'S'
JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace JOIN pg_catalog.pg_sequence p ON p.seqrelid = s.oid
GROUP BY u.root, u.attname, u.sequence, n.nspname, s.relname, p.seqincrement, p.seqmin, p.seqmax
ORDER BY u.root, u.attname, n.nspname, s.relname
)sql";

// Functions of the user's own with a text for a body; a nextval() whose sequence is looked up by name when it runs; and
// triggers that speak of nextval.
constexpr const char* kUnknown = R"sql(
SELECT r.root, r.attname,
       'takes its default from ' || p.oid::pg_catalog.regprocedure::pg_catalog.text
         || ', whose body the catalog does not look into' AS why
FROM reach r JOIN pg_catalog.pg_proc p ON r.class = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = r.object
JOIN pg_catalog.pg_language l ON l.oid = p.prolang JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE l.lanname NOT IN ('internal', 'c') AND {no_parsed_body} AND n.nspname <> 'pg_catalog'
  AND (p.provolatile = 'v' OR p.prosrc ~* 'nextval')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend x WHERE x.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                    AND x.objid = p.oid AND x.deptype = 'e')
UNION
SELECT r.root, r.attname, 'takes its default from a sequence that is looked up by its name when it is needed'
FROM reach r WHERE r.class = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND r.expression ~* '\mnextval\('
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.refobjid
                  WHERE d.classid = r.class AND d.objid = r.object AND s.relkind = 'S'
                    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
UNION
SELECT c.root, '', 'has the trigger ' || t.tgname || ', whose function draws from a sequence'
FROM columns c JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.relation JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
WHERE {users_trigger} AND t.tgenabled <> 'D' AND p.prosrc ~* '\mnextval\M'
ORDER BY 1, 2, 3
)sql";

constexpr const char* kPositions = R"sql(
SELECT s.seqrelid, s.seqincrement,
       pg_catalog.has_sequence_privilege(s.seqrelid, 'SELECT')
         AND pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE') AS readable
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
WHERE s.seqrelid IN ({oids})
)sql";

constexpr const char* kPosition = "SELECT {oid} AS oid, last_value, is_called FROM {sequence}";

std::string text_of(const pqxx::field& field) {
  return field.is_null() ? std::string{} : std::string(field.c_str(), field.size());
}

std::string reach_of(const std::vector<std::uint32_t>& tables) {
  std::vector<std::string> oids;
  for (const std::uint32_t oid : tables) oids.push_back(std::to_string(oid));
  return fmt::format(kReach, fmt::arg("tables", join(oids, ",")));
}

// A statement for so many: each is a relation of its own.
constexpr std::size_t kAtOnce = 100;

void read_values(Connection& connection, const std::map<std::string, catalog::Sequence*>& sequences) {
  std::vector<std::string> parts;
  const auto read = [&] {
    if (parts.empty()) return;
    for (const auto& row : connection.query(join(parts, " UNION ALL "))) {
      catalog::Sequence& sequence = *sequences.at(text_of(row["oid"]));
      sequence.last_value = row["last_value"].as<std::int64_t>();
      sequence.is_called = row["is_called"].as<bool>();
    }
    parts.clear();
  };
  for (const auto& [oid, sequence] : sequences) {
    parts.push_back(fmt::format(kPosition, fmt::arg("oid", oid), fmt::arg("sequence", quote_name(sequence->name))));
    if (parts.size() == kAtOnce) read();
  }
  read();
}

}  // namespace

std::vector<ColumnSequence> read_column_sequences(Connection& connection, const std::vector<std::uint32_t>& tables) {
  std::vector<ColumnSequence> uses;
  for (const auto& row : connection.query(reach_of(tables) + kSequences)) {
    uses.push_back({row["root"].as<std::uint32_t>(),
                    text_of(row["attname"]),
                    row["sequence"].as<std::uint32_t>(),
                    {text_of(row["nspname"]), text_of(row["relname"])},
                    text_of(row["expression"]),
                    {row["seqincrement"].as<std::int64_t>(), row["seqmin"].as<std::int64_t>(),
                     row["seqmax"].as<std::int64_t>(), row["may_be_set"].as<bool>()}});
  }
  return uses;
}

std::vector<UnknownDraw> read_unknown_draws(Connection& connection, const std::vector<std::uint32_t>& tables) {
  constexpr int kHasParsedBodies = 140000;
  std::vector<UnknownDraw> draws;
  for (const auto& row : connection.query(
           reach_of(tables) +
           fmt::format(kUnknown, fmt::arg("users_trigger", users_trigger("t")),
                       fmt::arg("no_parsed_body",
                                connection.server_version() >= kHasParsedBodies ? "p.prosqlbody IS NULL" : "true"))))
    draws.push_back({row["root"].as<std::uint32_t>(), text_of(row["attname"]), text_of(row["why"])});
  return draws;
}

std::vector<catalog::Sequence> read_positions(Connection& connection, const std::vector<ColumnSequence>& uses,
                                              const std::vector<std::pair<std::uint32_t, catalog::TableName>>& tables) {
  std::map<std::uint32_t, catalog::TableName> names(tables.begin(), tables.end());
  std::map<std::uint32_t, catalog::Sequence> by_oid;
  std::vector<std::string> oids;
  for (const ColumnSequence& use : uses) {
    catalog::Sequence& sequence = by_oid[use.oid];
    if (sequence.used_by.empty()) oids.push_back(std::to_string(use.oid));
    sequence.name = use.name;
    sequence.used_by.push_back({names.at(use.table), use.column, use.expression});
  }
  if (oids.empty()) return {};
  std::map<std::string, catalog::Sequence*> readable;
  for (const auto& row : connection.query(fmt::format(kPositions, fmt::arg("oids", join(oids, ", "))))) {
    catalog::Sequence& sequence = by_oid.at(row["seqrelid"].as<std::uint32_t>());
    sequence.increment = row["seqincrement"].as<std::int64_t>();
    if (row["readable"].as<bool>()) readable[text_of(row["seqrelid"])] = &sequence;
  }
  read_values(connection, readable);
  std::vector<catalog::Sequence> sequences;
  for (auto& [oid, sequence] : by_oid) sequences.push_back(std::move(sequence));
  std::ranges::sort(sequences, {}, &catalog::Sequence::name);
  return sequences;
}

}  // namespace postgres
