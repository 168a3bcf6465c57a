#include "postgres/catalog/proven_code.h"

#include <fmt/format.h>

namespace postgres {
namespace {

// As PostgreSQL 12 to 18 name them. Comparisons of rows, of minima, of sorting and grouping are those of an operator
// class, which a superuser has made. What JSON_VALUE and its kin return is not on the list: a domain would be checked.
constexpr const char* kNodes = R"sql('{
  AGGREF, ALIAS, ARRAY, ARRAYCOERCEEXPR, ARRAYEXPR, BOOLEANTEST, BOOLEXPR, CASE, CASEEXPR, CASETESTEXPR, CASEWHEN,
  COALESCE, COALESCEEXPR, COERCETODOMAIN, COERCETODOMAINVALUE, COERCEVIAIO, COLLATE, COLLATEEXPR, COMMONTABLEEXPR,
  CONST, CONVERTROWTYPEEXPR, CTECYCLECLAUSE, CTESEARCHCLAUSE, DISTINCTEXPR, FIELDSELECT, FIELDSTORE, FROMEXPR,
  FUNCEXPR, GROUPINGFUNC, GROUPINGSET, JOINEXPR, JSONCONSTRUCTOREXPR, JSONFORMAT, JSONISPREDICATE, JSONRETURNING,
  JSONVALUEEXPR, MINMAX, MINMAXEXPR, NAMEDARGEXPR, NULLIFEXPR, NULLTEST, OPEXPR, PARAM, QUERY, RANGETBLENTRY,
  RANGETBLFUNCTION, RANGETBLREF, RELABELTYPE, ROW, ROWCOMPARE, ROWCOMPAREEXPR, ROWEXPR, ROWMARKCLAUSE, RTE,
  RTEPERMISSIONINFO, SCALARARRAYOPEXPR, SETOPERATIONSTMT, SORTGROUPCLAUSE, SQLVALUEFUNCTION, SUBLINK, SUBSCRIPTINGREF,
  TABLEFUNC, TABLESAMPLECLAUSE, TARGETENTRY, VAR, WHEN, WINDOWCLAUSE, WINDOWFUNC, XMLEXPR}')sql";

// Of the server's own functions that are not immutable: times, those of now and of texts; random values; sequences, on
// from where they are; the session's names; texts of values, by output functions; words of a text; rights, as answers;
// and the server's triggers that only look at the row. Missing, for they run a text, call what they are given the name
// or OID of, take locks, wait, read files, write what belongs to others, or show what belongs to the caller:
// query_to_xml and its kin, ts_stat, ts_rewrite, domain_in, record_in, set_config, setval, currtid2, lo_*,
// brin_summarize_*, pg_notify, pg_advisory_*, pg_stat_get_*, pg_show_all_settings, pg_terminate_backend, current_query
// … and all to come.
constexpr const char* kFunctions = R"sql('{
  now, transaction_timestamp, statement_timestamp, clock_timestamp, timeofday, age, date, time, timetz, timestamp,
  timestamptz, date_part, date_trunc, date_add, date_subtract, extract, timezone, overlaps, make_timestamptz,
  in_range, generate_series, interval_pl_timestamptz, timestamptz_mi_interval, timestamptz_pl_interval,
  to_char, to_date, to_number, to_timestamp, money, numeric,
  random, random_normal, gen_random_uuid, uuidv4, uuidv7,
  nextval, currval, lastval, pg_get_serial_sequence,
  current_user, session_user, system_user, getpgusername, current_database, current_schema, current_schemas, version,
  pg_backend_pid, inet_client_addr, inet_client_port, inet_server_addr, inet_server_port, pg_client_encoding,
  getdatabaseencoding, pg_is_in_recovery, pg_trigger_depth, txid_current, txid_current_if_assigned,
  pg_current_xact_id, pg_current_xact_id_if_assigned, get_current_ts_config,
  concat, concat_ws, format, quote_literal, quote_nullable, anytextcat, textanycat, array_to_string, length, convert,
  convert_from, convert_to, xml, xml_is_well_formed, enum_first, enum_last, enum_range, pg_typeof, pg_column_size,
  pg_collation_for, format_type, to_regclass, to_regtype, to_regproc, to_regprocedure, to_regrole, to_regnamespace,
  regclass,
  to_json, to_jsonb, row_to_json, array_to_json, json_agg, jsonb_agg, json_build_array, json_build_object,
  jsonb_build_array, jsonb_build_object, json_object_agg, jsonb_object_agg, json_agg_strict, jsonb_agg_strict,
  json_object_agg_strict, jsonb_object_agg_strict, json_object_agg_unique, jsonb_object_agg_unique,
  json_object_agg_unique_strict, jsonb_object_agg_unique_strict, jsonb_path_exists_tz, jsonb_path_match_tz,
  jsonb_path_query_tz, jsonb_path_query_array_tz, jsonb_path_query_first_tz, json_to_record, json_to_recordset,
  jsonb_to_record, jsonb_to_recordset,
  to_tsvector, to_tsquery, plainto_tsquery, phraseto_tsquery, websearch_to_tsquery, json_to_tsvector,
  jsonb_to_tsvector, ts_headline, ts_match_tq, ts_match_tt,
  pg_has_role, has_table_privilege, has_column_privilege, has_any_column_privilege, has_schema_privilege,
  has_database_privilege, has_function_privilege, has_sequence_privilege, has_type_privilege,
  suppress_redundant_updates_trigger, tsvector_update_trigger, tsvector_update_trigger_column}')sql";

// Comparisons of dates with times.
constexpr const char* kMixedTimes =
    "'^(date|timestamp|timestamptz)_(cmp|eq|ge|gt|le|lt|ne)_(date|timestamp|timestamptz)$'";

// Extensions none of whose functions runs a text that it is given, connects, reads a table by its name, removes what
// belongs to others, or tells other sessions something.
constexpr const char* kExtensions = R"sql('{
  citext, hstore, uuid-ossp, pgcrypto, pg_trgm, unaccent, ltree, cube, earthdistance, seg, isn, intarray, btree_gin,
  btree_gist, fuzzystrmatch, moddatetime, insert_username, postgis, vector, pg_uuidv7}')sql";

}  // namespace

const std::string kIsUnknownNode = std::string("u.node <> ALL (") + kNodes + "::pg_catalog.text[])";

// satisfies_hash_partition() looks at the partition key of the table that it is given.
const std::string kIsHarmless =
    std::string("(p.provolatile = 'i' AND p.proname <> 'satisfies_hash_partition' OR p.proname = ANY (") + kFunctions +
    "::pg_catalog.name[]) OR p.proname ~ " + kMixedTimes + ")";

const char* const kMakesJson = R"sql((
  SELECT '[{]JSON|:(funcid|aggfnoid|winfnoid) (' || pg_catalog.string_agg(j.oid::pg_catalog.text, '|') || ') '
  FROM pg_catalog.pg_proc j
  WHERE j.oid < 16384 AND j.provolatile <> 'i' AND j.prorettype::pg_catalog.regtype IN ('json', 'jsonb')))sql";

std::string is_harmless_beyond(const std::string& given) {
  return fmt::format(R"sql((p.provolatile = 'i' OR p.pronargs = 0 AND NOT ({given}) OR p.prolang = 13 AND EXISTS (
    SELECT
    FROM pg_catalog.pg_depend m
    JOIN pg_catalog.pg_extension x ON x.oid = m.refobjid
    WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND m.objid = p.oid AND m.deptype = 'e'
      AND m.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
      AND x.extname = ANY ({extensions}::pg_catalog.name[]))))sql",
                     fmt::arg("given", given), fmt::arg("extensions", kExtensions));
}

// current_setting of a constant with a dot, a name that an application or an extension has made up, is passed over (as
// here once, a regular expression of all would be slow). An operator's function is that of pg_operator: the one that
// is beside it is not what the server runs. Names that somebody chose cannot hide any of it: blanks and braces in
// them are escaped.
std::string uses_of(const std::string& relation, const std::string& columns) {
  return fmt::format(R"sql(
  SELECT DISTINCT {columns}, m.token[1] AS node, COALESCE(q.oprcode::pg_catalog.oid, m.token[3]::pg_catalog.oid) AS function
  FROM {relation} e
  CROSS JOIN LATERAL (SELECT e.tree::pg_catalog.text) AS t(tree)
  CROSS JOIN LATERAL pg_catalog.regexp_matches(
    CASE WHEN t.tree LIKE '%:funcid 2077 %' OR t.tree LIKE '%:funcid 3294 %'
      THEN pg_catalog.regexp_replace(t.tree, ':funcid (?:2077|3294) [^{{}}]*:args [(][{{]CONST [^{{}}]*'
                                             ':constvalue [0-9]+ [[] (?:[0-9-]+ ){{4,}}46 ', '', 'g')
      ELSE t.tree END, '[{{]([A-Z]+)|:(funcid|aggfnoid|winfnoid|opno) ([0-9]+)', 'g') AS m(token)
  LEFT JOIN pg_catalog.pg_operator q ON m.token[2] = 'opno' AND q.oid = m.token[3]::pg_catalog.oid)sql",
                     fmt::arg("relation", relation), fmt::arg("columns", columns));
}

}  // namespace postgres
