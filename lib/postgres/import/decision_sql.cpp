#include "postgres/import/decision_sql.h"

#include <fmt/format.h>

#include "outcome/decision.h"
#include "postgres/catalog/value_sql.h"
#include "postgres/import/base_merge.h"
#include "postgres/import/fingerprints.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// A statement has at most 1664 results, and a table up to 1600 columns: of more values than this, those before, those
// after and the base's are one array each.
constexpr std::size_t kMostValues = 1600;

// One text a value that may be long or secret: NULL, "w" and the whole of it, "c<characters>:" and its beginning,
// "m<characters>:" and a digest.
// format() gives the type's own output, which a cast to text does not for every type; OFFSET 0 lets it do so once.
constexpr const char* kShown = R"sql(
CASE WHEN {value} IS DISTINCT FROM NULL THEN (
  SELECT {form} FROM (SELECT pg_catalog.format('%s', {value}) AS x OFFSET 0) AS text(x)) END)sql";
constexpr const char* kShort = R"sql(
CASE WHEN pg_catalog.length(x) <= {most} THEN 'w' || x
     ELSE 'c' || pg_catalog.length(x)::pg_catalog.text || ':' || pg_catalog.left(x, {most}) END)sql";
constexpr const char* kMasked = "'m' || pg_catalog.length(x)::pg_catalog.text || ':' || {digest}";

// Of text itself: without a sub-select, which takes half of the time.
constexpr const char* kShownText = R"sql(
CASE WHEN pg_catalog.length({value}) <= {most} THEN 'w' || {value}
     ELSE 'c' || pg_catalog.length({value})::pg_catalog.text || ':' || pg_catalog.left({value}, {most}) END)sql";

bool is_short(const ColumnType& type) {
  return is_one_of(type, {"int2", "int4", "int8", "oid", "float4", "float8", "bool", "date", "time", "timetz",
                          "timestamp", "timestamptz", "interval", "name", "uuid", "inet", "cidr", "macaddr"}) ||
         (is_one_of(type, {"numeric"}) && type.typmod >= 0) || type.kind == 'e';
}

std::string shown_sql(const StagedTable& table, const StagedColumn& column, const std::string& value) {
  if (is_bare(table, column)) return value;
  const bool masked = table.is_masked(column.name);
  const ColumnDetails& details = table.details.details_of(column.name);
  if (!masked && !details.is_domain && is_one_of(details.type, {"text", "varchar"}))
    return fmt::format(kShownText, fmt::arg("value", value), fmt::arg("most", outcome::kShownCharacters));
  const std::string form = masked ? fmt::format(kMasked, fmt::arg("digest", table.digest_of("x")))
                                  : fmt::format(kShort, fmt::arg("most", outcome::kShownCharacters));
  return fmt::format(kShown, fmt::arg("value", value), fmt::arg("form", form));
}

// What is told of each column: two values, and with a base three. Of an update or a conflict all are NULL where the
// column does not differ; of an insert the second is what goes in.
struct Pairs {
  std::vector<std::string> before;
  std::vector<std::string> after;
  std::vector<std::string> base = {};  // empty: nothing is told of it
  std::string has_base = "NULL";       // whether the row has one
};

std::string pairs_sql(const StagedTable& table, const Pairs& pairs) {
  const auto packed = [](const std::vector<std::string>& values) {
    return "ARRAY[\n    " + join(values, ",\n    ") + "]::pg_catalog.text[]";
  };
  const bool based = tells_base(table);
  std::vector<std::string> base = pairs.base;
  base.resize(table.columns.size(), "NULL");
  std::string sql;
  if (based) sql += ",\n    " + pairs.has_base + " AS has_base";
  if (is_packed(table)) {
    sql += ",\n    " + packed(pairs.before) + " AS before,\n    " + packed(pairs.after) + " AS after";
    return based ? sql + ",\n    " + packed(base) + " AS base" : sql;
  }
  for (std::size_t i = 0; i < pairs.before.size(); ++i) {
    sql += fmt::format(",\n    {1} AS b{0},\n    {2} AS a{0}", i, pairs.before[i], pairs.after[i]);
    if (based) sql += fmt::format(",\n    {1} AS o{0}", i, base[i]);
  }
  return sql;
}

std::string when(const std::string& condition, const std::string& value) {
  return "CASE WHEN " + condition + " THEN " + value + " END";
}

// Of a row left out and the row of the target that stands against it.
Pairs pairs_of_conflict(const StagedTable& table) {
  Pairs pairs;
  const std::string of_missing =
      table.deletes_missing() ? "r.record > " + std::to_string(table.plan.rows) + " OR " : std::string();
  const bool based = tells_base(table);
  if (based) pairs.has_base = fmt::format("b.{} IS DISTINCT FROM NULL AND {}", table.base->record, is_of_base(table));
  for (const StagedColumn& column : table.columns) {
    std::string differs = table.is_kept(column)
                              ? "false"
                              : "t.tableoid IS DISTINCT FROM NULL AND " + table.column_differs(column, "t", "s");
    const bool in_base = based && table.base->has_columns({column.name});
    // Of a row that is gone the target has no value.
    if (in_base && !table.is_kept(column))
      differs += fmt::format(" OR t.tableoid IS NOT DISTINCT FROM NULL AND {} AND {}", pairs.has_base,
                             table.column_differs(column, "s", "b"));
    differs.insert(0, of_missing);
    pairs.before.push_back(when(differs, shown_sql(table, column, "t." + column.quoted)));
    pairs.after.push_back(when(differs, shown_sql(table, column, "s." + column.quoted)));
    if (based) pairs.base.push_back(in_base ? when(differs, shown_sql(table, column, "b." + column.quoted)) : "NULL");
  }
  return pairs;
}

Pairs pairs_of_accepted(const StagedTable& table) {
  Pairs pairs;
  for (const StagedColumn& column : table.columns) {
    const std::string after = shown_sql(table, column, "s." + column.quoted);
    if (table.plan.identity.empty() || table.is_kept(column)) {
      pairs.before.push_back(when("false", after));
      pairs.after.push_back(when("v.verdict = 'i'", after));
      continue;
    }
    const std::string differs = table.column_differs(column, "t", "s");
    pairs.before.push_back(when("v.verdict = 'u' AND " + differs, shown_sql(table, column, "t." + column.quoted)));
    pairs.after.push_back(when("v.verdict = 'i' OR " + differs, after));
  }
  return pairs;
}

// Of a row that the file lacks.
Pairs pairs_of_missing(const StagedTable& table) {
  Pairs pairs;
  for (const StagedColumn& column : table.columns) {
    pairs.before.push_back(shown_sql(table, column, "t." + column.quoted));
    pairs.after.emplace_back("NULL");
  }
  return pairs;
}

std::string no_pairs(const StagedTable& table) {
  if (is_packed(table)) return tells_base(table) ? ", NULL, NULL, NULL, NULL" : ", NULL, NULL";
  Pairs none;
  none.before.assign(table.columns.size(), "NULL");
  none.after = none.before;
  return pairs_sql(table, none);
}

constexpr const char* kRejected = R"sql(
  SELECT r.record, r.verdict, NULL::pg_catalog.text AS key, r.key AS key_bytes, r.reason, r."constraint", r.holder,
    {digest} AS digest, {newer} AS newer{pairs}
  FROM {rejects} r{joined})sql";

constexpr const char* kHolder = R"sql(
  LEFT JOIN {staged} s ON s.{record} = r.record
  LEFT JOIN {target} t ON t.tableoid = r.holder_table AND t.ctid = r.holder_row)sql";

constexpr const char* kBase = R"sql(
  LEFT JOIN {base} b ON {same_base})sql";

constexpr const char* kAccepted = R"sql(
  UNION ALL
  SELECT v.record, v.verdict, {key}, NULL, NULL, NULL, NULL,
    {digest}, {newer}{pairs}
  FROM {verdicts} v
  JOIN {staged} s ON s.{record} = v.record{joined})sql";

constexpr const char* kUpdated = R"sql(
  LEFT JOIN {target} t ON {same} AND v.verdict = 'u')sql";

constexpr const char* kDeleted = R"sql(
  UNION ALL
  SELECT d.record, 'd', NULL, d.key, NULL, NULL, NULL,
    {digest}, NULL{pairs}
  FROM {deletes} d{joined}
  WHERE d.state <> 'k')sql";

constexpr const char* kMissing = R"sql(
  LEFT JOIN {target} t ON t.tableoid = d.target_table AND t.ctid = d.target_row)sql";

// One line a decision. COPY says values by the output functions of their types, and the server makes the next line
// while this side reads one.
constexpr const char* kDecisions = R"sql(
COPY (
SELECT d.record, d.verdict, d.key, pg_catalog.encode(d.key_bytes, 'hex'), pg_catalog.encode(d.reason, 'hex'),
  pg_catalog.encode(d."constraint", 'hex'), pg_catalog.encode(d.holder, 'hex'), d.digest,
  {file_key}, {rewritten}, d.newer{pairs}
FROM ({rows}) d{joined}
ORDER BY d.record
) TO STDOUT)sql";

std::string rejected_sql(const StagedTable& table, const WantedDecisions& wanted) {
  std::string joined = wanted.values ? table_sql(table, kHolder) : std::string{};
  if (wanted.values && tells_base(table))
    joined += fmt::format(kBase, fmt::arg("base", base_rows(table)), fmt::arg("same_base", same_base(table)));
  return table_sql(table, kRejected,
                   fmt::arg("digest", wanted.values ? when("t.tableoid IS DISTINCT FROM NULL", row_digest(table))
                                                    : "NULL::pg_catalog.text"),
                   fmt::arg("newer", wanted.values ? table.target_is_newer() : "false"),
                   fmt::arg("pairs", wanted.values ? pairs_sql(table, pairs_of_conflict(table)) : std::string{}),
                   fmt::arg("joined", joined));
}

std::string accepted_sql(const StagedTable& table, const WantedDecisions& wanted) {
  const bool updates = wanted.values && !table.plan.identity.empty();
  return table_sql(table, kAccepted, fmt::arg("key", table.key_text("s")), fmt::arg("digest", accepted_digest(table)),
                   fmt::arg("newer", updates ? table.target_is_newer() : "false"),
                   fmt::arg("pairs", wanted.values ? pairs_sql(table, pairs_of_accepted(table)) : std::string{}),
                   fmt::arg("joined", updates ? table_sql(table, kUpdated) : std::string{}));
}

std::string deleted_sql(const StagedTable& table, const WantedDecisions& wanted) {
  const bool values = wanted.values && table.deletes_missing();
  std::string pairs;
  if (wanted.values) pairs = values ? pairs_sql(table, pairs_of_missing(table)) : no_pairs(table);
  return fmt::format(kDeleted, fmt::arg("deletes", table.deletes),
                     fmt::arg("digest", values ? row_digest(table) : "NULL"), fmt::arg("pairs", pairs),
                     fmt::arg("joined", values ? table_sql(table, kMissing) : std::string{}));
}

}  // namespace

bool is_packed(const StagedTable& table) { return table.columns.size() * (tells_base(table) ? 3 : 2) > kMostValues; }

bool tells_base(const StagedTable& table) { return table.base != nullptr && !table.plan.identity.empty(); }

bool is_bare(const StagedTable& table, const StagedColumn& column) {
  const ColumnDetails& details = table.details.details_of(column.name);
  return !is_packed(table) && !table.is_masked(column.name) && !details.is_domain && is_short(details.type);
}

std::string decisions_sql(const StagedTable& table, const WantedDecisions& wanted) {
  std::string rows = rejected_sql(table, wanted);
  if (wanted.which == engine::Decisions::kLeftOut)
    rows += table.base == nullptr ? "\n  WHERE r.verdict IN ('c', 'x')" : "\n  WHERE r.verdict IN ('c', 'x', '=')";
  if (wanted.which == engine::Decisions::kAll) rows += accepted_sql(table, wanted);
  if (wanted.which == engine::Decisions::kAll && table.may_be_deleted > 0) rows += deleted_sql(table, wanted);
  const bool matched = !table.plan.match.empty();
  std::string joined;
  if (matched) joined += table_sql(table, "\nLEFT JOIN {matches} m ON m.record = d.record");
  if (wanted.rewritten) joined += "\nLEFT JOIN " + rewritten_rows(table) + " w ON w.record = d.record";
  std::string pairs;
  const bool based = wanted.values && tells_base(table);
  if (based) pairs = ", d.has_base";
  for (std::size_t i = 0; wanted.values && i < table.columns.size() && !is_packed(table); ++i)
    pairs += fmt::format(fmt::runtime(based ? ", d.b{0}, d.a{0}, d.o{0}" : ", d.b{0}, d.a{0}"), i);
  if (wanted.values && is_packed(table)) pairs += based ? ", d.before, d.after, d.base" : ", d.before, d.after";
  return fmt::format(kDecisions, fmt::arg("file_key", matched ? "pg_catalog.encode(m.file_key, 'hex')" : "NULL"),
                     fmt::arg("rewritten", wanted.rewritten ? "w.columns" : "NULL"), fmt::arg("pairs", pairs),
                     fmt::arg("rows", rows), fmt::arg("joined", joined));
}

}  // namespace postgres
