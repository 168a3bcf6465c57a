#include "postgres/import/untold.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "postgres/import/judged_rows.h"
#include "postgres/import/rejects.h"
#include "postgres/import/sequence_room.h"
#include "postgres/import/statement_plans.h"
#include "postgres/import/table_sql.h"
#include "postgres/import/target_code.h"
#include "postgres/import/unwritable.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// None: the expression itself fails.
std::optional<std::uint64_t> count(Connection& connection, const std::string& sql) {
  std::optional<std::uint64_t> rows;
  refusal_of(
      connection, "untold", [&] { rows = connection.query_value(sql).as<std::uint64_t>(); }, Refusal::kOfAnExpression);
  return rows;
}

constexpr const char* kToWrite = R"sql(
SELECT EXISTS (SELECT FROM {verdicts} v WHERE v.verdict = 'i') AS inserts,
       EXISTS (SELECT FROM {verdicts} v WHERE v.verdict = 'u') AS updates)sql";

constexpr const char* kFailed = R"sql(
SELECT pg_catalog.count(*)
FROM {accepted} AND ({check}) IS FALSE)sql";

// Rows that are left out for want of a parent which the file holds.
constexpr const char* kDependants = R"sql(
SELECT pg_catalog.count(*) AS n
FROM {rejects} r
JOIN {staged} s ON s.{record} OPERATOR(pg_catalog.=) r.record
WHERE r.verdict = 'x' AND r."constraint" OPERATOR(pg_catalog.=) pg_catalog.convert_to({key}, 'UTF8')
  AND EXISTS (SELECT FROM {parents} p WHERE {same_key}))sql";

struct ToWrite {
  bool inserts = false;
  bool updates = false;
  bool deletes = false;
  bool any() const { return inserts || updates || deletes; }
};

ToWrite to_write(Connection& connection, const StagedTable& table) {
  const bool deletes = table.may_be_deleted > 0;
  if (table.may_be_written == 0) return {.deletes = deletes};
  const pqxx::result found = connection.query(table_sql(table, kToWrite));
  return {found[0]["inserts"].as<bool>(), found[0]["updates"].as<bool>(), deletes};
}

void add_checks(Connection& connection, const StagedTable& table, std::vector<std::string>& lines) {
  for (const CheckConstraint& check : table.details.checks) {
    if (!check.looks_elsewhere) continue;
    std::string now;
    if (foretells(table, check.columns)) {
      const auto failed =
          count(connection, fmt::format(kFailed, fmt::arg("accepted", accepted_rows(table, check.columns)),
                                        fmt::arg("check", check.expression)));
      now = !failed        ? " cannot be judged as the target is now"
            : *failed == 0 ? " holds as the target is now"
                           : " fails as the target is now for " + std::to_string(*failed) +
                                 (*failed == 1 ? " row" : " rows") + " to be written";
    }
    lines.push_back("the check " + check.name + (now.empty() ? "" : now + ", but it") +
                    " calls a function that may look up rows of this import");
  }
  for (const std::string& check : table.details.leaf_checks.unjudged)
    lines.push_back("that a row " + check + " is not judged: it calls a function that may look up rows of this import");
}

// Values that a function makes or admits which may look up rows of this import.
void add_looking(const StagedTable& table, std::vector<std::string>& lines) {
  constexpr const char* kWhy = " calls a function that may look up rows of this import";
  for (std::size_t i = 0; i < table.details.columns.size(); ++i) {
    const catalog::Column& column = table.details.table.columns[i];
    const ColumnDetails& details = table.details.columns[i];
    if (!details.looking_domain.empty())
      lines.push_back("the domain " + details.looking_domain + " of " + column.name + kWhy);
    if (details.made.looks_elsewhere && !table.has_columns({column.name}))
      lines.push_back((column.generated ? "the generated column " : "the default of ") + column.name + kWhy);
  }
  for (const std::string& code : table.details.looking_code) lines.push_back(code + kWhy);
}

// Constraints over columns whose values a volatile default makes.
void add_volatile(const StagedTable& table, std::vector<std::string>& lines) {
  const auto add = [&](const std::string& what, const std::vector<std::string>& columns) {
    if (foretells(table, columns)) return;
    for (const std::string& column : columns) {
      if (column == kLeaf || foretells(table, {column})) continue;
      if (table.details.details_of(column).looks_elsewhere()) return;  // told of the column itself
      lines.push_back(what + " is over " + column + ", which the file lacks and a volatile default fills");
      return;
    }
    lines.push_back(what + " cannot be judged");
  };
  const TableDetails& details = table.details;
  for (std::size_t i = 0; i < details.columns.size(); ++i) {
    const std::string& name = details.table.columns[i].name;
    const ColumnDetails& column = details.columns[i];
    const bool may_be_refused = column.is_domain || column.type.typmod >= 0;
    if (column.made.is_volatile && may_be_refused && !column.looks_elsewhere() && !table.has_columns({name}))
      lines.push_back("the type of " + name + " may refuse what its volatile default makes");
  }
  for (const UniqueIndex& index : details.unique_indexes) add("the key " + index.name, index.columns);
  for (const Exclusion& exclusion : details.exclusions) add("the key " + exclusion.key.name, exclusion.key.columns);
  for (const CheckConstraint& check : details.checks)
    if (!check.of_made && !check.looks_elsewhere) add("the check " + check.name, check.columns);
  for (const catalog::ForeignKey& key : details.table.foreign_keys)
    if (details.parent_rules[static_cast<std::size_t>(&key - details.table.foreign_keys.data())] != ParentRule::kNone)
      add("the foreign key " + key.name, key.columns);
  if (details.partitioned && details.looking_code.empty()) add("the partition of a row", {kLeaf});
}

void add_keys_by_cast(const StagedTable& table, std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < table.details.table.foreign_keys.size(); ++i) {
    const bool judged = !table.details.foreign_key_equality[i].empty() || !table.details.leaf_keys[i].equality.empty();
    if (!judged && table.details.parent_rules[i] != ParentRule::kNone)
      lines.push_back("the foreign key " + table.details.table.foreign_keys[i].name +
                      " compares by a cast that somebody made");
  }
}

void add_rooms(const std::vector<SequenceRoom>& rooms, std::vector<std::string>& lines) {
  const bool may_be_refused = !lines.empty();
  for (const SequenceRoom& room : rooms) {
    if (!room.enough && !room.certain)
      lines.push_back("the sequence " + room.name + " may come to its end before all rows have a value");
    else if (may_be_refused)
      lines.push_back("the sequence " + room.name +
                      " is near its end: a row that is refused uses values up, and others may find none");
  }
}

void add_written(Connection& connection, const StagedTable& table, const ToWrite& rows,
                 std::vector<std::string>& lines) {
  add_checks(connection, table, lines);
  add_looking(table, lines);
  if (rows.inserts) add_volatile(table, lines);
  add_keys_by_cast(table, lines);
  for (std::string& line : doubtful_entries(connection, table)) lines.push_back(std::move(line));
  std::string large = doubtful_rows(connection, table);
  if (!large.empty()) lines.push_back(std::move(large));
  if (table.unevaluated || table.unjudged)
    lines.emplace_back("an index, a check, a domain or a generated column could not be evaluated without writing");
  const bool grows = table.plan.identity.empty() && !table.details.triggers.empty();
  if (grows && rows.inserts && table.plan.growth != engine::Growth::kAllow)
    lines.push_back("has no key, and trigger " + join(table.details.triggers, ", ") +
                    " may change what is inserted: then the rows are left out, unless --allow-growth is given");
}

}  // namespace

std::vector<std::string> find_untold(Connection& connection, const std::vector<StagedTable>& tables) {
  std::vector<std::uint32_t> oids;
  for (const StagedTable& table : tables)
    if (table.may_be_written > 0 || table.may_be_deleted > 0) oids.push_back(table.details.oid);
  const auto code = read_target_code(connection, oids);
  const auto rooms =
      sequences_near_end(connection, tables, [](const StagedTable& table) { return table.may_be_written; });
  std::vector<std::string> all;
  for (const StagedTable& table : tables) {
    const ToWrite rows = to_write(connection, table);
    if (!rows.any()) continue;
    std::vector<std::string> lines;
    const auto own = code.find(table.details.oid);
    if (own != code.end()) {
      for (const TargetCode& one : own->second)
        if ((one.on_insert && rows.inserts) || (one.on_update && rows.updates) || (one.on_delete && rows.deletes))
          lines.push_back(one.words);
    }
    if (rows.inserts || rows.updates) add_written(connection, table, rows, lines);
    if (rows.inserts) add_rooms(rooms[static_cast<std::size_t>(&table - tables.data())], lines);
    for (const std::string& line : lines)
      all.push_back(table.details.table.name.name + ": " + line + "; only --rehearse can tell");
  }
  return all;
}

std::vector<std::string> find_judged_early(const std::vector<StagedTable>& tables) {
  std::vector<std::string> all;
  for (const StagedTable& table : tables) {
    if (table.rejected_rows == 0) continue;
    for (const StagedColumn& column : table.columns) {
      const ColumnDetails& details = table.details.details_of(column.name);
      if (!details.holds_checked || details.looking_domain.empty()) continue;
      all.push_back(fmt::format(
          "{}: the domain {} inside of {} looks up rows as they were before this import: what it refuses another "
          "import may take",
          table.details.table.name.name, details.looking_domain, column.name));
    }
  }
  return all;
}

std::uint64_t count_dependants(Connection& connection, const std::vector<StagedTable>& tables,
                               const StagedTable& table) {
  if (table.rejected_rows == 0) return 0;
  std::vector<std::string> waits;
  std::uint64_t rows = table.rejected_rows;
  const auto& keys = table.details.table.foreign_keys;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto parent = std::ranges::find_if(tables, [&](const StagedTable& other) {
      return other.details.table.name == keys[i].parent && other.has_rows();
    });
    const std::vector<Equality>& equality = table.details.foreign_key_equality[i];
    if (parent == tables.end() || equality.empty() || !table.has_columns(keys[i].columns) ||
        !parent->has_columns(keys[i].parent_columns) || parent->rejected_rows == 0)
      continue;
    std::vector<std::string> same;
    for (std::size_t c = 0; c < equality.size(); ++c)
      same.push_back(
          equality[c].of("p." + quote_name(keys[i].parent_columns[c]), "s." + quote_name(keys[i].columns[c])));
    rows += parent->staged_rows;
    waits.push_back(table_sql(table, kDependants, fmt::arg("key", quote_literal(keys[i].name)),
                              fmt::arg("parents", parent->typed_rows()), fmt::arg("same_key", join(same, " AND "))));
  }
  if (waits.empty()) return 0;
  return without_nested_loops(connection, rows, [&] {
    return connection
        .query_value("SELECT pg_catalog.sum(w.n)::pg_catalog.int8 FROM (" + join(waits, "\nUNION ALL") + ") w")
        .as<std::uint64_t>();
  });
}

}  // namespace postgres
