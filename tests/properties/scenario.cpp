#include "properties/scenario.h"

#include <algorithm>

#include "properties/sql.h"

namespace properties {
namespace {

std::string column_sql(const Column& column) {
  return quote(column.name) + " " + column.type + (column.tail.empty() ? "" : " " + column.tail);
}

std::string create_table_sql(const Scenario& scenario, const Table& table, Difference how) {
  std::vector<std::string> parts;
  const std::size_t inherited = table.inherits ? scenario.tables[*table.inherits].columns.size() : 0;
  for (std::size_t i = inherited; i < table.columns.size(); ++i) parts.push_back(column_sql(table.columns[i]));
  // A partitioned table is read by the order of its root's columns, so it may be turned around as well.
  if (how == Difference::kColumnOrder) std::reverse(parts.begin(), parts.end());
  if (how == Difference::kDroppedColumns) {
    parts.insert(parts.begin(), "\"dropped first\" text DEFAULT 'x'");
    parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(1 + parts.size() / 2), "\"dropped later\" int4");
  }
  for (const Rule& rule : table.rules) {
    if (!rule.is_statement) parts.push_back(rule.sql);
  }
  std::string sql = table.before + " " + table.qualified_name() + " (";
  for (std::size_t i = 0; i < parts.size(); ++i) sql += (i == 0 ? "\n  " : ",\n  ") + parts[i];
  sql += ")";
  if (table.inherits) sql += " INHERITS (" + scenario.tables[*table.inherits].qualified_name() + ")";
  sql += table.after + ";\n";
  for (const std::string& partition : table.partitions) sql += partition + ";\n";
  if (how == Difference::kDroppedColumns) {
    sql += "ALTER TABLE " + table.qualified_name() + " DROP COLUMN \"dropped first\", DROP COLUMN \"dropped later\";\n";
  }
  for (const Rule& rule : table.rules) {
    if (rule.is_statement) sql += rule.sql + ";\n";
  }
  return sql;
}

bool names(const std::vector<std::string>& columns, const std::string& name) {
  return std::find(columns.begin(), columns.end(), name) != columns.end();
}

Scenario without_table(Scenario scenario, std::size_t number) {
  scenario.tables.erase(scenario.tables.begin() + static_cast<std::ptrdiff_t>(number));
  for (Table& table : scenario.tables) {
    std::erase_if(table.foreign_keys, [&](const ForeignKey& key) { return key.parent == number; });
    for (ForeignKey& key : table.foreign_keys) key.parent -= key.parent > number ? 1 : 0;
    if (table.inherits == number) table.inherits.reset();
    if (table.inherits && *table.inherits > number) --*table.inherits;
  }
  return scenario;
}

Scenario without_column(Scenario scenario, std::size_t number, std::size_t place) {
  Table& table = scenario.tables[number];
  const Column column = table.columns[place];
  if (!column.generated) {
    std::size_t field = 0;
    for (std::size_t i = 0; i < place; ++i) field += table.columns[i].generated ? 0U : 1U;
    for (Row& row : table.rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(field));
  }
  table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(place));
  std::erase_if(table.rules, [&](const Rule& rule) { return names(rule.columns, column.name); });
  std::erase_if(table.foreign_keys, [&](const ForeignKey& key) { return names(key.columns, column.name); });
  for (Table& other : scenario.tables) {
    std::erase_if(other.foreign_keys, [&](const ForeignKey& key) {
      return key.parent == number && names(key.parent_columns, column.name);
    });
  }
  return scenario;
}

}  // namespace

std::string Table::qualified_name() const { return quote(schema) + "." + quote(name); }

std::vector<std::string> Table::written_columns() const {
  std::vector<std::string> written;
  for (const Column& column : columns) {
    if (!column.generated) written.push_back(column.name);
  }
  return written;
}

bool Table::has_primary_key() const {
  return std::any_of(rules.begin(), rules.end(), [](const Rule& rule) { return rule.sql.starts_with("PRIMARY KEY"); });
}

std::string Scenario::create_sql(Difference how) const {
  std::string sql;
  for (const std::string& schema : schemas) sql += "CREATE SCHEMA IF NOT EXISTS " + quote(schema) + ";\n";
  for (const std::string& statement : statements) sql += statement + ";\n";
  for (const Table& table : tables) sql += create_table_sql(*this, table, how);
  return sql;
}

std::string Scenario::foreign_key_sql() const {
  std::string sql;
  for (const Table& table : tables) {
    for (const ForeignKey& key : table.foreign_keys) {
      sql += "ALTER TABLE " + table.qualified_name() + " ADD FOREIGN KEY (" + list_of(key.columns) + ") REFERENCES " +
             tables[key.parent].qualified_name() + " (" + list_of(key.parent_columns) + ")" +
             (key.tail.empty() ? "" : " " + key.tail) + ";\n";
    }
  }
  return sql;
}

std::vector<std::string> Scenario::row_sql() const {
  std::vector<std::string> statements_of_rows;
  for (const Table& table : tables) {
    const std::string columns = list_of(table.written_columns());
    for (const Row& row : table.rows) {
      std::string values;
      for (const auto& value : row)
        values += (values.empty() ? "" : ", ") + (value ? literal(*value) : std::string("NULL"));
      statements_of_rows.push_back(
          "INSERT INTO " + table.qualified_name() +
          (values.empty() ? " DEFAULT VALUES" : " (" + columns + ") OVERRIDING SYSTEM VALUE VALUES (" + values + ")"));
    }
  }
  return statements_of_rows;
}

std::vector<std::string> Scenario::orphan_sql() const {
  std::vector<std::string> sql;
  for (const Table& table : tables) {
    for (const ForeignKey& key : table.foreign_keys) {
      std::string some_null;
      std::string same;
      std::string any_filled;
      for (std::size_t i = 0; i < key.columns.size(); ++i) {
        some_null += (i == 0 ? "c." : " OR c.") + quote(key.columns[i]) + " IS NULL";
        any_filled += (i == 0 ? "c." : " OR c.") + quote(key.columns[i]) + " IS NOT NULL";
        same += (i == 0 ? "p." : " AND p.") + quote(key.parent_columns[i]) + " = c." + quote(key.columns[i]);
      }
      const bool full = key.tail.starts_with("MATCH FULL");
      const Table& parent = tables[key.parent];
      // ONLY, as a foreign key means it; a partitioned table has its rows in its partitions.
      const std::string child_rows = (table.partitions.empty() ? "ONLY " : "") + table.qualified_name();
      const std::string parent_rows = (parent.partitions.empty() ? "ONLY " : "") + parent.qualified_name();
      sql.push_back("DELETE FROM " + child_rows + " c WHERE (NOT (" + some_null + ") AND NOT EXISTS (SELECT FROM " +
                    parent_rows + " p WHERE " + same + "))" +
                    (full ? " OR ((" + some_null + ") AND (" + any_filled + "))" : ""));
    }
  }
  return sql;
}

std::vector<Scenario> smaller(const Scenario& scenario) {
  std::vector<Scenario> all;
  const auto add = [&](Scenario candidate) {
    ++candidate.shrunk;
    all.push_back(std::move(candidate));
  };
  for (std::size_t t = scenario.tables.size(); t-- > 0 && scenario.tables.size() > 1;) add(without_table(scenario, t));
  for (std::size_t t = 0; t < scenario.tables.size(); ++t) {
    const Table& table = scenario.tables[t];
    for (std::size_t part = table.rows.size(); part > 0; part /= 2) {
      for (std::size_t first = 0; first < table.rows.size(); first += part) {
        Scenario candidate = scenario;
        auto& rows = candidate.tables[t].rows;
        rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(first),
                   rows.begin() + static_cast<std::ptrdiff_t>(std::min(first + part, rows.size())));
        add(std::move(candidate));
      }
    }
    for (std::size_t i = table.foreign_keys.size(); i-- > 0;) {
      Scenario candidate = scenario;
      candidate.tables[t].foreign_keys.erase(candidate.tables[t].foreign_keys.begin() + static_cast<std::ptrdiff_t>(i));
      add(std::move(candidate));
    }
    for (std::size_t i = table.rules.size(); i-- > 0;) {
      Scenario candidate = scenario;
      candidate.tables[t].rules.erase(candidate.tables[t].rules.begin() + static_cast<std::ptrdiff_t>(i));
      add(std::move(candidate));
    }
    const bool inherited_from = std::any_of(scenario.tables.begin(), scenario.tables.end(),
                                            [&](const Table& other) { return other.inherits == t; });
    const std::size_t inherited = table.inherits ? scenario.tables[*table.inherits].columns.size() : 0;
    for (std::size_t i = table.columns.size(); i-- > inherited && !inherited_from;) add(without_column(scenario, t, i));
  }
  if (scenario.difference != Difference::kNone) {
    Scenario candidate = scenario;
    candidate.difference = Difference::kNone;
    add(std::move(candidate));
  }
  for (std::size_t i = scenario.statements.size(); i-- > 0;) {
    Scenario candidate = scenario;
    candidate.statements.erase(candidate.statements.begin() + static_cast<std::ptrdiff_t>(i));
    add(std::move(candidate));
  }
  return all;
}

void showValue(const Scenario& scenario, std::ostream& out) {
  out << "-- source" << (scenario.difference == Difference::kNone ? " and target" : "") << '\n'
      << scenario.create_sql(Difference::kNone);
  for (const std::string& row : scenario.row_sql()) out << row << ";\n";
  out << scenario.foreign_key_sql();
  if (scenario.difference != Difference::kNone)
    out << "-- target\n" << scenario.create_sql(scenario.difference) << scenario.foreign_key_sql();
}

}  // namespace properties
