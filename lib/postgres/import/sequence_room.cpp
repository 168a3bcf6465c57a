#include "postgres/import/sequence_room.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

__extension__ typedef __int128 Wide;  // a sequence may go over all of bigint

constexpr const char* kKnown = R"sql(
SELECT pg_catalog.has_sequence_privilege(s.seqrelid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    AS readable,
  s.seqcycle, s.seqstart,
  CASE WHEN pg_catalog.has_sequence_privilege(s.seqrelid, 'USAGE')
    THEN pg_catalog.pg_sequence_last_value(s.seqrelid::pg_catalog.oid::pg_catalog.regclass) END AS last_value
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE n.nspname OPERATOR(pg_catalog.=) {schema} AND c.relname OPERATOR(pg_catalog.=) {name})sql";

// Of the rows that are to be inserted, those after the first so many.
constexpr const char* kBeyond = R"sql({staged} s
JOIN (
  SELECT v.record, pg_catalog.row_number() OVER (ORDER BY v.record) AS place
  FROM {verdicts} v
  WHERE v.verdict = 'i') n ON n.record = s.{record} AND n.place > {rows})sql";

struct Draws {
  const SequenceUse* use = nullptr;
  std::string column;
  std::uint64_t of_a_row = 0;
  bool certain = true;
};

// So often at most a row is tried where others of its table are refused.
constexpr std::uint64_t kTries = 32;

// The value that the sequence gives next; nothing where it never ends or this role may not know. It is looked up by its
// names: a cast to regclass would ask for the right to look into the schema, which a default and an INSERT do not need.
std::optional<Wide> next_value(Connection& connection, const SequenceUse& use) {
  const pqxx::result known = connection.query(fmt::format(kKnown, fmt::arg("schema", quote_literal(use.name.schema)),
                                                          fmt::arg("name", quote_literal(use.name.name))));
  if (known.empty() || known[0]["seqcycle"].as<bool>()) return {};
  Wide last = known[0]["seqstart"].as<std::int64_t>();
  bool is_called = false;
  if (known[0]["readable"].as<bool>()) {
    const pqxx::result state = connection.query("SELECT q.last_value, q.is_called FROM " + use.sequence + " q");
    last = state[0]["last_value"].as<std::int64_t>();
    is_called = state[0]["is_called"].as<bool>();
  } else if (!known[0]["last_value"].is_null()) {
    last = known[0]["last_value"].as<std::int64_t>();
    is_called = true;
  }
  return is_called ? last + use.range.increment : last;
}

bool mentions(const std::string& expression, const std::vector<std::string>& words) {
  return std::ranges::any_of(words,
                             [&](const std::string& word) { return expression.find(word) != std::string::npos; });
}

// By sequence.
std::map<std::string, Draws> draws_of(const StagedTable& table) {
  std::map<std::string, Draws> draws;
  if (table.plan.mode == engine::Mode::kUpdate) return draws;
  for (const SequenceUse& use : table.details.sequences) {
    const MadeValue& made = table.details.details_of(use.column).made;
    if (table.has_columns({use.column}) || !made.is_volatile) continue;
    std::uint64_t times = 0;
    for (std::size_t at = made.expression.find("nextval("); at != std::string::npos;
         at = made.expression.find("nextval(", at + 1))
      ++times;
    if (times == 0) continue;  // owned, and drawn from by something else
    Draws& one = draws[use.sequence];
    one.certain = one.certain && !made.looks_elsewhere &&
                  !mentions(made.expression, {"CASE", "COALESCE(", "NULLIF(", " AND ", " OR "});
    one.use = &use;
    one.column = use.column;
    one.of_a_row += times;
  }
  return draws;
}

// What the column itself holds at most, where it takes the sequence's value as it is.
std::optional<std::int64_t> most_of_type(const ColumnDetails& column) {
  const std::string& expression = column.made.expression;
  const bool as_it_is = expression.starts_with("pg_catalog.nextval(") ||
                        (expression.starts_with("nextval('") && expression.ends_with("'::regclass)"));
  if (!as_it_is || !is_builtin(column.type)) return {};
  if (column.type.type_name == "int2") return std::numeric_limits<std::int16_t>::max();
  if (column.type.type_name == "int4") return std::numeric_limits<std::int32_t>::max();
  return {};
}

std::optional<SequenceRoom> room_of(Connection& connection, const StagedTable& table, const Draws& draws) {
  const SequenceRange& range = draws.use->range;
  const std::optional<Wide> next = next_value(connection, *draws.use);
  if (!next) return {};
  const bool rises = range.increment > 0;
  Wide edge = rises ? range.most : range.least;
  std::string words =
      fmt::format("nextval: reached {} value of sequence \"{}\" ({}) [SQLSTATE 2200H]", rises ? "maximum" : "minimum",
                  draws.use->name.name, rises ? range.most : range.least);
  const ColumnDetails& column = table.details.details_of(draws.column);
  const std::optional<std::int64_t> most = most_of_type(column);
  if (rises && most && *most < edge) {
    edge = *most;
    words = std::string(column.type.type_name == "int2" ? "smallint" : "integer") + " out of range [SQLSTATE 22003]";
  }
  const Wide left = rises ? edge - *next : *next - edge;
  const Wide step = rises ? Wide{range.increment} : -Wide{range.increment};
  const Wide values = left < 0 ? Wide{0} : left / step + 1;
  const Wide rows = std::min<Wide>(values / draws.of_a_row, std::numeric_limits<std::int64_t>::max());
  return SequenceRoom{draws.use->name.name, static_cast<std::uint64_t>(rows), true, draws.certain, std::move(words)};
}

}  // namespace

std::vector<std::vector<SequenceRoom>> sequences_near_end(
    Connection& connection, const std::vector<StagedTable>& tables,
    const std::function<std::uint64_t(const StagedTable&)>& rows) {
  std::vector<std::vector<SequenceRoom>> rooms(tables.size());
  std::vector<std::map<std::string, Draws>> draws;
  std::map<std::string, std::uint64_t> all;  // rows of all tables that draw from it
  for (const StagedTable& table : tables) {
    draws.push_back(rows(table) > 0 ? draws_of(table) : std::map<std::string, Draws>{});
    for (const auto& [sequence, one] : draws.back()) all[sequence] += rows(table);
  }
  for (std::size_t i = 0; i < tables.size(); ++i) {
    for (const auto& [sequence, one] : draws[i]) {
      std::optional<SequenceRoom> room = room_of(connection, tables[i], one);
      if (!room || room->rows / kTries >= all.at(sequence)) continue;
      room->enough = room->rows >= all.at(sequence);
      room->certain = room->certain && all.at(sequence) == rows(tables[i]);
      rooms[i].push_back(std::move(*room));
    }
  }
  return rooms;
}

std::uint64_t reject_beyond_sequences(Connection& connection, std::vector<StagedTable>& tables) {
  const auto rooms =
      sequences_near_end(connection, tables, [](const StagedTable& table) { return table.may_be_written; });
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    for (const SequenceRoom& room : rooms[i]) {
      if (room.enough || !room.certain) continue;
      found += reject(connection, tables[i],
                      reject_sql(tables[i], {.verdict = Verdict::kInvalid, .reason = quote_literal(room.words)},
                                 table_sql(tables[i], kBeyond, fmt::arg("rows", room.rows))));
    }
  }
  return found;
}

}  // namespace postgres
