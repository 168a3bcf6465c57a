#include "postgres/import/sequences.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "postgres/import/sequence_match.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// One statement reads and sets, so that hardly a value can be drawn in between. `result` is what is selected for the
// new value: setval or the value itself. A sequence that has not been called gives last_value itself next.
constexpr const char* kChange = R"sql(
SELECT q.last_value, {result} AS new_value
FROM (SELECT CASE WHEN p.seqincrement > 0 THEN GREATEST(r.most, g.given) ELSE LEAST(r.least, g.given) END AS edge,
             p.seqincrement > 0 AS rises, p.seqrelid::pg_catalog.regclass AS sequence
      FROM pg_catalog.pg_sequence p
      CROSS JOIN LATERAL ({rows}) r
      CROSS JOIN (SELECT {given} AS given) g
      WHERE p.seqrelid = {name}::pg_catalog.regclass) f, {sequence} q
WHERE CASE WHEN f.rises THEN f.edge > q.last_value ELSE f.edge < q.last_value END
   OR (f.edge = q.last_value AND NOT q.is_called)
)sql";

constexpr const char* kEdges = R"sql(
SELECT pg_catalog.max(s.{column}) FILTER (WHERE s.{column} BETWEEN p.seqmin AND p.seqmax)::pg_catalog.int8 AS most,
       pg_catalog.min(s.{column}) FILTER (WHERE s.{column} BETWEEN p.seqmin AND p.seqmax)::pg_catalog.int8 AS least
FROM {rows} s {accepted}
)sql";

constexpr const char* kNotRejected = "WHERE NOT EXISTS (SELECT FROM {rejects} r WHERE r.record = s.{record})";

// The role, where it lacks what is needed. By the names themselves: a cast to regclass asks for the right to look into
// the schema.
constexpr const char* kLacking = R"sql(
SELECT pg_catalog.quote_ident(current_user) AS role,
       CASE WHEN NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE') THEN pg_catalog.quote_ident(n.nspname) END AS closed,
       NOT pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
         OR ({raises} AND NOT pg_catalog.has_sequence_privilege(c.oid, 'UPDATE')) AS lacking
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE pg_catalog.concat('"', pg_catalog.replace(n.nspname::pg_catalog.text, '"', '""'), '"."',
                        pg_catalog.replace(c.relname::pg_catalog.text, '"', '""'), '"') OPERATOR(pg_catalog.=) {name}
  AND c.relkind OPERATOR(pg_catalog.=) 'S'
)sql";

// Whose values a sequence has to be beyond.
enum class Holders { kFile, kTarget };

std::string rows_of(const StagedTable& table, const Draw& draw, Holders holders) {
  if (!draw.plain || !table.has_rows()) return "SELECT NULL::pg_catalog.int8 AS most, NULL::pg_catalog.int8 AS least";
  const bool there = table.loaded || holders == Holders::kTarget;
  const std::string accepted = there ? "" : table_sql(table, kNotRejected);
  return fmt::format(kEdges, fmt::arg("column", quote_name(draw.column)),
                     fmt::arg("rows", there ? table.target_rows : table.typed_rows()), fmt::arg("accepted", accepted));
}

std::vector<outcome::SequenceChange> changes(Connection& connection, const StagedTable& table,
                                             const std::string& result, Holders holders = Holders::kFile) {
  std::vector<outcome::SequenceChange> changes;
  for (const Draw& draw : match_sequences(connection, table).draws) {
    const bool given = draw.given && holders == Holders::kFile;
    if ((!draw.plain || !table.has_rows()) && !given) continue;
    const pqxx::result row = connection.query(fmt::format(
        kChange, fmt::arg("result", result), fmt::arg("rows", rows_of(table, draw, holders)),
        fmt::arg("given", given ? fmt::format("({})::pg_catalog.int8", *draw.given) : "NULL::pg_catalog.int8"),
        fmt::arg("name", quote_literal(draw.sequence)), fmt::arg("sequence", draw.sequence)));
    if (row.empty()) continue;
    changes.push_back({draw.sequence, row[0]["last_value"].as<std::int64_t>(), row[0]["new_value"].as<std::int64_t>()});
  }
  return changes;
}

bool gains_rows(Connection& connection, const StagedTable& table) {
  if (table.loaded) return table.counts.rows > 0;
  return table.may_be_written > 0 &&
         !connection.query("SELECT FROM " + table.verdicts + " v WHERE v.verdict = 'i' LIMIT 1").empty();
}

}  // namespace

std::vector<std::string> missing_sequence_grants(Connection& connection, const std::vector<StagedTable>& tables,
                                                 SequenceUseKind use) {
  std::vector<std::string> names;
  for (const StagedTable& table : tables) {
    for (const Draw& draw : match_sequences(connection, table).draws) {
      const bool known = std::ranges::find(names, draw.sequence) != names.end();
      if (!draw.range.may_be_set && (draw.plain || draw.given) && !known) names.push_back(draw.sequence);
    }
  }
  std::vector<std::string> grants;
  for (const std::string& name : names) {
    const bool raises = use == SequenceUseKind::kReadAndRaise;
    const pqxx::result lacking = connection.query(
        fmt::format(kLacking, fmt::arg("name", quote_literal(name)), fmt::arg("raises", raises ? "true" : "false")));
    if (lacking.empty()) continue;
    const char* role = lacking[0]["role"].c_str();
    if (!lacking[0]["closed"].is_null())
      grants.push_back(fmt::format("GRANT USAGE ON SCHEMA {} TO {}", lacking[0]["closed"].c_str(), role));
    if (!lacking[0]["lacking"].as<bool>()) continue;
    grants.push_back(fmt::format("GRANT {} ON SEQUENCE {} TO {}", raises ? "SELECT, UPDATE" : "SELECT", name, role));
  }
  return grants;
}

std::vector<outcome::SequenceChange> predict_sequences(Connection& connection, const StagedTable& table) {
  return changes(connection, table, "f.edge");
}

std::vector<std::string> raise_sequences(Connection& connection, const std::vector<StagedTable>& tables) {
  // Several columns and tables may draw from one: it is told once.
  std::vector<outcome::SequenceChange> raised;
  for (const StagedTable& table : tables) {
    for (const outcome::SequenceChange& change : changes(connection, table, "pg_catalog.setval(f.sequence, f.edge)")) {
      const auto same = std::ranges::find(raised, change.sequence, &outcome::SequenceChange::sequence);
      if (same == raised.end()) {
        raised.push_back(change);
      } else {
        same->after = change.after;
      }
    }
  }
  std::vector<std::string> lines;
  for (const outcome::SequenceChange& change : raised)
    lines.push_back("sequence " + change.sequence + " " + outcome::in_words(change));
  return lines;
}

bool rows_there_raise_sequences(Connection& connection, const StagedTable& table) {
  return !changes(connection, table, "f.edge", Holders::kTarget).empty();
}

std::vector<std::string> unknown_sequences(Connection& connection, const std::vector<StagedTable>& tables) {
  std::vector<std::string> lines;
  for (const StagedTable& table : tables) {
    std::vector<std::string> unknown = match_sequences(connection, table).unknown;
    if (unknown.empty() || !gains_rows(connection, table)) continue;
    lines.insert(lines.end(), unknown.begin(), unknown.end());
  }
  return lines;
}

}  // namespace postgres
