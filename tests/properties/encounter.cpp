#include "properties/encounter.h"

#include <algorithm>

#include "properties/sql.h"

namespace properties {
namespace {

std::string insert_sql(const EncounterTable& table, const Cells& row) {
  std::string values;
  for (const EncounterColumn& column : table.columns) {
    const Cell& cell = row.at(column.name);
    values += (values.empty() ? "" : ", ") + (cell ? literal(*cell) : std::string("NULL"));
  }
  return "INSERT INTO " + table.name + " VALUES (" + values + ")";
}

std::string key_sql(const EncounterTable& table, const EncounterKey& key) {
  if (key.primary) return "ALTER TABLE " + table.name + " ADD PRIMARY KEY (" + list_of(key.columns) + ");\n";
  if (key.deferrable) {
    return "ALTER TABLE " + table.name + " ADD CONSTRAINT " + key.name + " UNIQUE (" + list_of(key.columns) +
           ") DEFERRABLE;\n";
  }
  return "CREATE UNIQUE INDEX " + key.name + " ON " + table.name + " (" + list_of(key.columns) + ")" +
         (key.nulls == EncounterKey::Nulls::kNotDistinct ? " NULLS NOT DISTINCT" : "") +
         (key.where ? " WHERE " + key.where->sql() : "") + ";\n";
}

std::string policy_text(const Encounter& encounter) {
  std::string text;
  for (const EncounterTable& table : encounter.tables) {
    text += "-- " + table.name + ":";
    if (table.mode == engine::Mode::kInsert) text += " --mode insert";
    if (table.mode == engine::Mode::kUpdate) text += " --mode update";
    if (table.newer_rows == engine::NewerRows::kKeep) text += " --keep-newer";
    if (!table.match.empty()) text += " --match " + list_of(table.match);
    text += "\n";
  }
  if (encounter.left_out == LeftOut::kConflictFails) text += "-- --on-conflict fail\n";
  if (encounter.left_out == LeftOut::kRollsBack) text += "-- --atomic\n";
  return text;
}

template <typename Item>
void add_without_each(const Encounter& encounter, std::size_t table, std::vector<Item> EncounterTable::*part,
                      std::vector<Encounter>& all) {
  const std::size_t count = (encounter.tables[table].*part).size();
  for (std::size_t size = std::max<std::size_t>(count, 1); size > 0; size /= 2) {
    for (std::size_t first = 0; first < count; first += size) {
      Encounter candidate = encounter;
      auto& items = candidate.tables[table].*part;
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(first),
                  items.begin() + static_cast<std::ptrdiff_t>(std::min(first + size, count)));
      ++candidate.shrunk;
      all.push_back(std::move(candidate));
    }
  }
}

Encounter without_table(Encounter encounter, std::size_t number) {
  encounter.tables.erase(encounter.tables.begin() + static_cast<std::ptrdiff_t>(number));
  for (EncounterTable& table : encounter.tables) {
    std::erase_if(table.foreign_keys, [&](const EncounterReference& key) { return key.parent == number; });
    for (EncounterReference& key : table.foreign_keys) key.parent -= key.parent > number ? 1 : 0;
  }
  ++encounter.shrunk;
  return encounter;
}

void add_simpler_policies(const Encounter& encounter, std::vector<Encounter>& all) {
  for (std::size_t t = 0; t < encounter.tables.size(); ++t) {
    const auto with = [&](const auto& change) {
      Encounter candidate = encounter;
      ++candidate.shrunk;
      change(candidate.tables[t]);
      all.push_back(std::move(candidate));
    };
    const EncounterTable& table = encounter.tables[t];
    if (table.mode != engine::Mode::kUpsert) with([](EncounterTable& one) { one.mode = engine::Mode::kUpsert; });
    if (table.newer_rows == engine::NewerRows::kKeep)
      with([](EncounterTable& one) { one.newer_rows = engine::NewerRows::kOverwrite; });
    if (!table.match.empty()) with([](EncounterTable& one) { one.match.clear(); });
  }
  if (encounter.left_out == LeftOut::kSkipped) return;
  all.push_back(encounter);
  ++all.back().shrunk;
  all.back().left_out = LeftOut::kSkipped;
}

}  // namespace

std::string Condition::sql() const {
  switch (kind) {
    case Kind::kDiffers:
      return quote(a) + " <> " + literal(b);
    case Kind::kFilled:
      return quote(a) + " IS NOT NULL";
    case Kind::kBothOrNone:
      break;
  }
  return "(" + quote(a) + " IS NULL) = (" + quote(b) + " IS NULL)";
}

std::optional<bool> Condition::holds(const Cells& row) const {
  const Cell& value = row.at(a);
  if (kind == Kind::kFilled) return value.has_value();
  if (kind == Kind::kBothOrNone) return value.has_value() == row.at(b).has_value();
  if (!value) return std::nullopt;
  return *value != b;
}

const EncounterColumn& EncounterTable::column(const std::string& column_name) const {
  return *std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.name == column_name; });
}

std::vector<std::string> EncounterTable::identity() const {
  std::vector<std::string> best;
  for (const EncounterKey& key : keys) {
    if (key.primary) return key.columns;
    const bool tells_apart =
        !key.where && key.nulls == EncounterKey::Nulls::kDistinct &&
        std::all_of(key.columns.begin(), key.columns.end(), [&](const auto& part) { return column(part).not_null; });
    if (!tells_apart) continue;
    if (best.empty() || key.columns.size() < best.size() || (key.columns.size() == best.size() && key.columns < best))
      best = key.columns;
  }
  return best.empty() ? match : best;
}

std::string Encounter::source_sql() const {
  std::string sql = "CREATE SCHEMA public;\n";
  for (const EncounterTable& table : tables) {
    std::string columns;
    for (const EncounterColumn& column : table.columns) {
      columns += (columns.empty() ? "" : ", ") + quote(column.name) + " " +
                 (column.type == "varchar(3)" ? "text" : column.type);
    }
    sql += "CREATE TABLE " + table.name + " (" + columns + ");\n";
    for (const Cells& row : table.file_rows) sql += insert_sql(table, row) + ";\n";
  }
  return sql;
}

std::string Encounter::target_sql() const {
  std::string sql = "CREATE SCHEMA public;\n";
  for (const EncounterTable& table : tables) {
    std::string parts;
    for (const EncounterColumn& column : table.columns) {
      parts +=
          (parts.empty() ? "" : ", ") + quote(column.name) + " " + column.type + (column.not_null ? " NOT NULL" : "");
    }
    for (std::size_t i = 0; i < table.checks.size(); ++i)
      parts += ", CONSTRAINT c" + std::to_string(i) + " CHECK (" + table.checks[i].sql() + ")";
    sql += "CREATE TABLE " + table.name + " (" + parts + ");\n";
    for (const EncounterKey& key : table.keys) sql += key_sql(table, key);
  }
  for (const EncounterTable& table : tables) {
    for (const EncounterReference& key : table.foreign_keys) {
      sql += "ALTER TABLE " + table.name + " ADD CONSTRAINT " + key.name + " FOREIGN KEY (" + list_of(key.columns) +
             ") REFERENCES " + tables[key.parent].name + " (" + list_of(key.parent_columns) + ");\n";
    }
  }
  return sql;
}

std::vector<std::string> Encounter::target_rows() const {
  std::vector<std::string> sql;
  for (const EncounterTable& table : tables) {
    for (const Cells& row : table.target_rows) sql.push_back(insert_sql(table, row));
  }
  return sql;
}

std::vector<Encounter> smaller(const Encounter& encounter) {
  std::vector<Encounter> all;
  for (std::size_t t = encounter.tables.size(); t-- > 0 && encounter.tables.size() > 1;)
    all.push_back(without_table(encounter, t));
  for (std::size_t t = 0; t < encounter.tables.size(); ++t) {
    add_without_each(encounter, t, &EncounterTable::file_rows, all);
    add_without_each(encounter, t, &EncounterTable::target_rows, all);
    add_without_each(encounter, t, &EncounterTable::foreign_keys, all);
    add_without_each(encounter, t, &EncounterTable::keys, all);
    add_without_each(encounter, t, &EncounterTable::checks, all);
  }
  add_simpler_policies(encounter, all);
  return all;
}

void showValue(const Encounter& encounter, std::ostream& out) {
  out << policy_text(encounter) << "-- source\n" << encounter.source_sql() << "-- target\n" << encounter.target_sql();
  for (const std::string& row : encounter.target_rows()) out << row << ";\n";
}

}  // namespace properties
