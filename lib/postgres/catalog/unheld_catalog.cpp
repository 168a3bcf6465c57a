#include "postgres/catalog/unheld_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "postgres/catalog/depend_sql.h"
#include "postgres/catalog/table_locks.h"
#include "postgres/session/settings.h"

namespace postgres {
namespace {

// Each object with the catalog that its row is in, the row's place and its version. Objects with smaller OIDs are the
// server's own, which nobody changes.
constexpr const char* kTypes = R"sql(
WITH RECURSIVE tables(oid) AS (
  SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid = ANY ({tables})
  UNION
  SELECT i.inhrelid FROM tables t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
), types(oid) AS (
  SELECT a.atttypid
  FROM tables t
  JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid
  WHERE a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384
  UNION
  SELECT p.oid
  FROM types u
  JOIN pg_catalog.pg_type t ON t.oid = u.oid
  CROSS JOIN LATERAL (
    SELECT t.typelem
    UNION ALL SELECT t.typbasetype
    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid
    UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE {multirange} = t.oid
    UNION ALL
    SELECT a.atttypid
    FROM pg_catalog.pg_attribute a
    WHERE t.typrelid <> 0 AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS p(oid)
  WHERE p.oid >= 16384
), named_types AS (
  SELECT t.oid, t.typrelid, t.typnamespace, t.typtype, t.ctid AS place, t.xmin AS version,
    pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname) AS name
  FROM types u
  JOIN pg_catalog.pg_type t ON t.oid = u.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
))sql";

constexpr const char* kFunctions = R"sql(, parts(classid, objid) AS (
  SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, g.oid
  FROM tables t JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid WHERE {users_trigger}
  UNION ALL
  SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, f.oid
  FROM tables t JOIN pg_catalog.pg_attrdef f ON f.adrelid = t.oid
  UNION ALL
  SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid
  FROM tables t JOIN pg_catalog.pg_constraint k ON k.conrelid = t.oid
  UNION ALL
  SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid
  FROM types t JOIN pg_catalog.pg_constraint k ON k.contypid = t.oid
  UNION ALL
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, i.indexrelid
  FROM tables t JOIN pg_catalog.pg_index i ON i.indrelid = t.oid
  UNION ALL
  SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, r.oid
  FROM tables t JOIN pg_catalog.pg_rewrite r ON r.ev_class = t.oid
  UNION ALL
  SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid FROM types t
), functions(oid) AS (
  SELECT COALESCE(o.oprcode::pg_catalog.oid, d.refobjid)
  FROM parts p
  JOIN pg_catalog.pg_depend d ON d.classid = p.classid AND d.objid = p.objid
  LEFT JOIN pg_catalog.pg_operator o ON o.oid = d.refobjid
    AND d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
  WHERE d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass OR o.oid IS NOT NULL
  UNION
  -- Up to PostgreSQL 14 what a generated column uses is kept with the column.
  SELECT COALESCE(o.oprcode::pg_catalog.oid, d.refobjid)
  FROM tables t
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = t.oid
    AND d.objsubid > 0
  LEFT JOIN pg_catalog.pg_operator o ON o.oid = d.refobjid
    AND d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
  WHERE d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass OR o.oid IS NOT NULL
  UNION
  -- A cast has no name that a text could say. Those of extensions change with them.
  SELECT c.castfunc
  FROM pg_catalog.pg_cast c
  WHERE c.castfunc >= 16384 AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend e
    WHERE e.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype = 'e')
  UNION
  SELECT x.oid
  FROM functions f
  CROSS JOIN LATERAL (
    SELECT COALESCE(o.oprcode::pg_catalog.oid, d.refobjid)
    FROM pg_catalog.pg_depend d
    LEFT JOIN pg_catalog.pg_operator o ON o.oid = d.refobjid
      AND d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
    WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = f.oid
      AND (d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass OR o.oid IS NOT NULL)
    UNION ALL
    SELECT q.oid
    FROM pg_catalog.pg_proc p
    CROSS JOIN LATERAL {words} AS w(word)
    JOIN pg_catalog.pg_proc q ON q.proname = w.word::pg_catalog.name
    JOIN pg_catalog.pg_namespace n ON n.oid = q.pronamespace
    WHERE p.oid = f.oid AND p.oid >= 16384 AND q.oid >= 16384 AND {meant}
    UNION ALL
    -- The checks and the default of a domain that the text names.
    SELECT COALESCE(o.oprcode::pg_catalog.oid, d.refobjid)
    FROM pg_catalog.pg_proc p
    CROSS JOIN LATERAL {words} AS w(word)
    JOIN pg_catalog.pg_type y ON y.typname = w.word::pg_catalog.name AND y.typtype = 'd'
    JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace
    LEFT JOIN pg_catalog.pg_constraint k ON k.contypid = y.oid
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = y.oid
      OR d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = k.oid
    LEFT JOIN pg_catalog.pg_operator o ON o.oid = d.refobjid
      AND d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass
    WHERE p.oid = f.oid AND p.oid >= 16384 AND y.oid >= 16384 AND {meant}
      AND (d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass OR o.oid IS NOT NULL)
  ) AS x(oid)
))sql";

// The types that these functions name.
constexpr const char* kTypesOfCode = R"sql(, types_of_code(oid, name) AS (
  SELECT y.oid, pg_catalog.format_type(y.oid, NULL)
  FROM functions f
  JOIN pg_catalog.pg_proc p ON p.oid = f.oid AND p.oid >= 16384
  CROSS JOIN LATERAL {words} AS w(word)
  JOIN pg_catalog.pg_type y ON y.typname = w.word::pg_catalog.name AND y.oid >= 16384
    AND y.typtype IN ('c', 'd', 'e', 'r')
  JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace
  WHERE {meant}
  UNION
  SELECT y.oid, pg_catalog.format_type(y.oid, NULL)
  FROM (SELECT p.classid, p.objid FROM parts p
        UNION ALL
        SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, f.oid FROM functions f) p
  JOIN pg_catalog.pg_depend d ON d.classid = p.classid AND d.objid = p.objid
    AND d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
  JOIN pg_catalog.pg_type y ON y.oid = d.refobjid AND y.oid >= 16384 AND y.typtype IN ('c', 'd', 'e', 'r')
))sql";

// Whatever may be a name in the text of the function p.
constexpr const char* kWords = R"sql((
    SELECT t.word
    FROM pg_catalog.regexp_split_to_table(pg_catalog.lower(p.prosrc), '[][ \t\n\r\f!"#%&''()*+,./:;<=>?@\\^`{|}~-]+') AS t(word)
    WHERE t.word NOT IN (SELECT k.word FROM pg_catalog.pg_get_keywords() k)
    UNION
    SELECT m.found[1] FROM pg_catalog.regexp_matches(p.prosrc, '"([^"]+)"', 'g') AS m(found)
  ))sql";

// Whether such a name may mean what is in the schema n: that of the function itself, of every session or of this
// one, or one that the text or the function's settings name.
constexpr const char* kMeant = R"sql((
      n.nspname IN ('public', current_user, session_user) OR n.oid = p.pronamespace
      OR pg_catalog.strpos((SELECT s.reset_val FROM pg_catalog.pg_settings s WHERE s.name = 'search_path'), n.nspname) > 0
      OR (n.nspname !~ '^pg_(toast_)?temp_' AND pg_catalog.strpos(
            pg_catalog.concat_ws(' ', pg_catalog.lower(p.prosrc), p.prosrc, p.proconfig::pg_catalog.text), n.nspname) > 0)))sql";

constexpr const char* kNamedTables = R"sql(
SELECT c.oid
FROM functions f
JOIN pg_catalog.pg_proc p ON p.oid = f.oid AND p.oid >= 16384
CROSS JOIN LATERAL {words} AS w(word)
JOIN pg_catalog.pg_class c ON c.relname = w.word::pg_catalog.name
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND {meant}
  AND c.oid NOT IN (SELECT t.oid FROM tables t)
UNION
SELECT c.oid
FROM (SELECT p.classid, p.objid FROM parts p
      UNION ALL
      SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, f.oid FROM functions f) p
JOIN pg_catalog.pg_depend d ON d.classid = p.classid AND d.objid = p.objid
JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND c.oid >= 16384
  AND c.oid NOT IN (SELECT t.oid FROM tables t))sql";

constexpr const char* kObjects = R"sql(, objects(words, catalog, place, version) AS (
  SELECT CASE WHEN t.typtype = 'd' THEN '{domain}' ELSE 'the type ' END || t.name, 'pg_catalog.pg_type', t.place,
    t.version
  FROM named_types t
  UNION ALL
  SELECT 'a label of the type ' || t.name, 'pg_catalog.pg_enum', e.ctid, e.xmin
  FROM named_types t JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
  UNION ALL
  SELECT 'the type ' || t.name, 'pg_catalog.pg_class', c.ctid, c.xmin
  FROM named_types t JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
  UNION ALL
  SELECT 'an attribute of the type ' || t.name, 'pg_catalog.pg_attribute', a.ctid, a.xmin
  FROM named_types t
  JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
  UNION ALL
  SELECT 'a check of the domain ' || t.name, 'pg_catalog.pg_constraint', k.ctid, k.xmin
  FROM named_types t JOIN pg_catalog.pg_constraint k ON k.contypid = t.oid
  UNION ALL
  SELECT 'the name of the schema ' || pg_catalog.quote_ident(n.nspname), 'pg_catalog.pg_namespace', n.ctid, n.xmin
  FROM pg_catalog.pg_namespace n
  WHERE n.oid IN (
    SELECT c.relnamespace FROM tables t JOIN pg_catalog.pg_class c ON c.oid = t.oid
    UNION ALL SELECT t.typnamespace FROM named_types t
  )
  {more}
))sql";

constexpr const char* kFunctionObjects = R"sql(UNION ALL
  SELECT 'the function ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname),
    'pg_catalog.pg_proc', p.ctid, p.xmin
  FROM functions f
  JOIN pg_catalog.pg_proc p ON p.oid = f.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
)sql";

// Plain indexes change no verdict.
constexpr const char* kObjectsOfTables = R"sql(UNION ALL
  SELECT 'the index ' || i.indexrelid::pg_catalog.regclass::pg_catalog.text, 'pg_catalog.pg_index', i.ctid, i.xmin
  FROM tables t JOIN pg_catalog.pg_index i ON i.indrelid = t.oid
  WHERE i.indisunique OR i.indisexclusion
  UNION ALL
  SELECT 'the trigger ' || pg_catalog.quote_ident(g.tgname) || ' of ' ||
    g.tgrelid::pg_catalog.regclass::pg_catalog.text, 'pg_catalog.pg_trigger', g.ctid, g.xmin
  FROM tables t JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid
  WHERE {users_trigger}
  UNION ALL
  SELECT 'the constraint ' || pg_catalog.quote_ident(k.conname), 'pg_catalog.pg_constraint', k.ctid, k.xmin
  FROM pg_catalog.pg_constraint k
  WHERE k.conrelid IN (SELECT t.oid FROM tables t) OR k.confrelid IN (SELECT t.oid FROM tables t)
  UNION ALL
  SELECT 'the partition or child ' || i.inhrelid::pg_catalog.regclass::pg_catalog.text, 'pg_catalog.pg_inherits',
    i.ctid, i.xmin
  FROM tables t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
)sql";

// currtid2 goes from the version of a row that the snapshot shows to the newest one, whatever the snapshot.
constexpr const char* kChanged = R"sql(
SELECT o.words FROM objects o WHERE pg_catalog.currtid2(o.catalog, o.place) <> o.place LIMIT 1
)sql";

constexpr const char* kAll = R"sql(
SELECT o.words, o.catalog || ' ' || o.place::pg_catalog.text || ' ' || o.version::pg_catalog.text AS version
FROM objects o
)sql";

constexpr const char* kPartitionReadBehindSnapshot = R"sql(
WITH RECURSIVE tables(oid) AS (
  SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid = ANY ({tables})
  UNION
  SELECT i.inhrelid FROM tables t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
)
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p', 'f')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.locktype = 'relation' AND l.pid = pg_catalog.pg_backend_pid() AND NOT c.relispartition AND l.database =
  (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
  AND pg_catalog.pg_partition_root(c.oid)::pg_catalog.oid = ANY ({tables})
  AND c.oid NOT IN (SELECT t.oid FROM tables t)
LIMIT 1
)sql";

constexpr std::string_view kDomain = "the domain ";
constexpr int kHasMultiranges = 140000;

std::string types_sql(const Connection& connection, const std::vector<std::uint32_t>& tables) {
  return fmt::format(kTypes, fmt::arg("tables", oid_array(tables)),
                     fmt::arg("multirange", connection.server_version() < kHasMultiranges ? "0" : "r.rngmultitypid"));
}

std::string functions_sql() {
  return fmt::format(kFunctions, fmt::arg("users_trigger", users_trigger("g")), fmt::arg("words", kWords),
                     fmt::arg("meant", kMeant));
}

std::string objects_sql(const Connection& connection, const std::vector<std::uint32_t>& tables, Dependence dependence,
                        const std::string& more) {
  const bool writing = dependence == Dependence::kOfWriting;
  return types_sql(connection, tables) + (writing ? functions_sql() : "") +
         fmt::format(kObjects, fmt::arg("domain", kDomain),
                     fmt::arg("more", (writing ? kFunctionObjects : std::string{}) + more));
}

std::string first_of(const std::vector<std::string>& found) { return found.empty() ? std::string{} : found.front(); }

}  // namespace

std::string dependences_sql(const Connection& connection, const std::vector<std::uint32_t>& tables) {
  return types_sql(connection, tables) + functions_sql() +
         fmt::format(kTypesOfCode, fmt::arg("words", kWords), fmt::arg("meant", kMeant));
}

std::vector<std::uint32_t> with_tables_of_code(Connection& connection, std::vector<std::uint32_t> tables) {
  constexpr int kMostSteps = 8;  // from one table's code to the next
  for (int i = 0; i < kMostSteps; ++i) {
    const pqxx::result named =
        connection.query(dependences_sql(connection, tables) +
                         fmt::format(kNamedTables, fmt::arg("words", kWords), fmt::arg("meant", kMeant)));
    for (const auto& row : named) tables.push_back(row["oid"].as<std::uint32_t>());
    if (named.empty()) break;
  }
  return tables;
}

std::string changed_since_snapshot(Connection& connection, const std::vector<std::uint32_t>& tables,
                                   Dependence dependence) {
  return first_of(connection.query_list(objects_sql(connection, tables, dependence, {}) + kChanged));
}

std::string partition_read_behind_snapshot(Connection& connection, const std::vector<std::uint32_t>& tables) {
  return first_of(
      connection.query_list(fmt::format(kPartitionReadBehindSnapshot, fmt::arg("tables", oid_array(tables)))));
}

CatalogImage::CatalogImage(Connection& connection, const std::vector<std::uint32_t>& tables) {
  for (const auto& row :
       connection.query(objects_sql(connection, tables, Dependence::kOfWriting,
                                    fmt::format(kObjectsOfTables, fmt::arg("users_trigger", users_trigger("g")))) +
                        kAll))
    objects_.emplace(row["words"].c_str(), row["version"].c_str());
}

CatalogImage CatalogImage::newest(Connection& connection, const std::vector<std::uint32_t>& tables,
                                  std::chrono::milliseconds lock_timeout) {
  connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  pin_settings(connection, lock_timeout);
  CatalogImage image(connection, tables);
  connection.execute("COMMIT");
  return image;
}

bool CatalogImage::holds_domains() const {
  return std::ranges::any_of(objects_, [](const auto& object) { return object.first.starts_with(kDomain); });
}

std::string CatalogImage::difference_to(const CatalogImage& other) const {
  std::vector<std::pair<std::string, std::string>> different;
  std::ranges::set_symmetric_difference(objects_, other.objects_, std::back_inserter(different));
  return different.empty() ? std::string{} : different.front().first;
}

}  // namespace postgres
