#include "postgres/sequences.h"

#include <algorithm>

#include "postgres/sql_text.h"

namespace postgres {
namespace {

bool is_integer(const ColumnType& type) {
  return type.type_name == "int2" || type.type_name == "int4" || type.type_name == "int8";
}

// Sequences that the file's columns feed on, with the column.
std::vector<SequenceUse> uses_of(const StagedTable& table) {
  std::vector<SequenceUse> uses;
  for (const SequenceUse& use : table.details.sequences) {
    if (table.has_columns({use.column}) && is_integer(table.details.details_of(use.column).type)) uses.push_back(use);
  }
  return uses;
}

// Sequences that lie behind the file's values. `result` is what is selected for the new value, setval or the value
// itself: one statement reads and sets, so that hardly a value can be drawn in between. A sequence that has not been
// called gives last_value itself next.
std::vector<engine::SequenceChange> changes(Connection& connection, const StagedTable& table,
                                            const std::string& result) {
  std::vector<engine::SequenceChange> changes;
  for (const SequenceUse& use : uses_of(table)) {
    const std::string column = quote_name(use.column);
    const std::string own = " FILTER (WHERE s." + column + " BETWEEN p.seqmin AND p.seqmax)";
    const pqxx::result row = connection.query(
        "SELECT q.last_value, " + result + " FROM (SELECT CASE WHEN p.seqincrement > 0 THEN pg_catalog.max(s." +
        column + ")" + own + " ELSE pg_catalog.min(s." + column + ")" + own +
        " END::pg_catalog.int8 AS edge, p.seqincrement > 0 AS rises, p.seqrelid::pg_catalog.regclass FROM " +
        (table.loaded ? table.target_rows : table.typed_rows()) +
        " s, pg_catalog.pg_sequence p WHERE p.seqrelid = " + quote_literal(use.sequence) + "::pg_catalog.regclass" +
        (table.loaded
             ? ""
             : " AND NOT EXISTS (SELECT FROM " + table.rejects + " r WHERE r.record = s." + table.record + ")") +
        " GROUP BY p.seqrelid, p.seqincrement, p.seqmin, p.seqmax) f(edge, rises, sequence), " + use.sequence +
        " q WHERE (CASE WHEN f.rises THEN f.edge > q.last_value ELSE f.edge < q.last_value END "
        "OR (f.edge = q.last_value AND NOT q.is_called))");
    if (row.empty()) continue;
    changes.push_back({use.sequence, row[0][0].as<std::int64_t>(), row[0][1].as<std::int64_t>()});
  }
  return changes;
}

}  // namespace

std::vector<std::string> missing_sequence_grants(Connection& connection, const std::vector<StagedTable>& tables) {
  std::vector<std::string> grants;
  for (const StagedTable& table : tables) {
    for (const SequenceUse& use : uses_of(table)) {
      // By what the catalog says: to look a name up takes USAGE on its schema, which may be missing as well.
      const pqxx::result row = connection.query(
          "SELECT pg_catalog.quote_ident(current_user) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
          "n.oid = c.relnamespace WHERE c.relkind = 'S' AND '\"' || pg_catalog.replace(n.nspname, '\"', '\"\"') || "
          "'\".\"' || pg_catalog.replace(c.relname, '\"', '\"\"') || '\"' = " +
          quote_literal(use.sequence) +
          " AND NOT (pg_catalog.has_sequence_privilege(c.oid, 'SELECT') AND pg_catalog.has_sequence_privilege(c.oid, "
          "'UPDATE'))");
      if (!row.empty())
        grants.push_back("GRANT SELECT, UPDATE ON SEQUENCE " + use.sequence + " TO " + row[0][0].c_str());
    }
  }
  return grants;
}

std::vector<engine::SequenceChange> predict_sequences(Connection& connection, const StagedTable& table) {
  return changes(connection, table, "f.edge");
}

std::vector<std::string> raise_sequences(Connection& connection, const std::vector<StagedTable>& tables) {
  std::vector<std::string> raised;
  for (const StagedTable& table : tables) {
    for (const engine::SequenceChange& change : changes(connection, table, "pg_catalog.setval(f.sequence, f.edge)")) {
      raised.push_back("sequence " + change.sequence + " raised from " + std::to_string(change.before) + " to " +
                       std::to_string(change.after));
    }
  }
  return raised;
}

}  // namespace postgres
