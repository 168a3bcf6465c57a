#include "sqlite/import/stage.h"

#include <algorithm>

#include "sqlite/import/rejects.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/import/undo_judge.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr std::uint64_t kRecordsBetweenReports = 1000;
constexpr std::size_t kLongestRowKeyBytes = 1000;

constexpr const char* kReject = "INSERT INTO {rejects} VALUES (?, 'x', ?, ?, NULL, NULL, NULL)";

std::string insert_sql(const StagedTable& table) {
  std::string names = table.record;
  std::string places = "?";
  const auto add = [&](const std::string& name) {
    names += ", " + name;
    places += ", ?";
  };
  if (table.has_marks()) add(table.mark);
  for (const StagedColumn& column : table.columns) add(column.quoted);
  return table_sql(table, "INSERT INTO {stage} ({names}) VALUES ({places})", fmt::arg("names", names),
                   fmt::arg("places", places));
}

// What only some tables need.
void create_lists(Connection& connection, const StagedTable& table, const std::vector<TableDetails>& all) {
  const auto create = [&](const std::string& name) {
    connection.execute(fmt::format("CREATE TABLE {} (record INTEGER PRIMARY KEY)", name));
  };
  const bool may_claim = std::ranges::any_of(table.details.unique_indexes, [&](const UniqueIndex& index) {
    return !index.plain || index.columns != table.plan.identity;
  });
  if (may_claim) {
    for (const char* column : {"record", "freed_by"})
      connection.execute(fmt::format("CREATE INDEX temp.{name}_by_{column} ON {name} ({column})",
                                     fmt::arg("name", unqualified(table.claims)), fmt::arg("column", column)));
    connection.execute(table_sql(table, "CREATE TABLE {order} (place INTEGER PRIMARY KEY, record INTEGER UNIQUE)"));
    create(table.parked);
  }
  if (!awaited_columns(table.details).empty())
    connection.execute(table_sql(table, "CREATE TABLE {masks} (record INTEGER PRIMARY KEY, mask TEXT)"));
  if (!fires_triggers(all)) return;
  create(table.early);
  create(table.retries);
}

void create_rows(Connection& connection, const StagedTable& table) {
  std::vector<std::string> list;
  for (const StagedColumn& column : table.columns)
    list.push_back(fmt::format("{} {}", column.quoted, column.stage_type));
  if (list.empty()) list.emplace_back("\"no column\"");
  if (table.declares_record) list.push_back(table.record + " INTEGER PRIMARY KEY");
  for (const MadeColumn& column : table.made) list.push_back(column.definition);
  if (table.has_marks()) list.push_back(table.mark + " TEXT");
  connection.execute(table_sql(table, "CREATE TABLE {stage} ({columns}){strict}", fmt::arg("columns", join(list, ", ")),
                               fmt::arg("strict", table.details.strict && !table.columns.empty() ? " STRICT" : "")));
  connection.execute(
      table_sql(table, "CREATE TABLE {verdicts} (record INTEGER PRIMARY KEY, verdict TEXT, newer INTEGER)"));
  connection.execute(table_sql(table, R"sql(
CREATE TABLE {rejects} (
  record INTEGER PRIMARY KEY, verdict TEXT, key TEXT, reason TEXT, "constraint" TEXT, holder TEXT, newer INTEGER
))sql"));
}

}  // namespace

void create_base_stage(Connection& connection, const StagedTable& base) { create_rows(connection, base); }

void create_stage(Connection& connection, const StagedTable& table, const std::vector<TableDetails>& all) {
  create_rows(connection, table);
  if (table.may_lose_rows()) create_deletes(connection, table);
  connection.execute(table_sql(table, "CREATE TABLE {claims} (place INTEGER, record INTEGER, freed_by INTEGER)"));
  create_lists(connection, table, all);
}

Stager::Stager(Connection& connection, StagedTable& table, base::Progress& progress)
    : table_(table),
      progress_(progress),
      insert_(connection.prepare(insert_sql(table))),
      reject_(connection.prepare(table_sql(table, kReject))) {}

void Stager::stage(format::TableReader& records) {
  std::uint64_t reported_offset = records.position().offset;
  std::uint64_t reported_records = 0;
  std::uint64_t read = 0;
  const auto report = [&] {
    const std::uint64_t offset = records.position().offset;
    progress_.advance(read - reported_records, offset - reported_offset);
    reported_offset = offset;
    reported_records = read;
  };
  std::string reason;
  while (records.next()) {
    ++read;
    const auto values = records.values();
    if (bind(records.record(), values, reason) && insert(reason)) {
      ++table_.staged_rows;
    } else {
      refuse(records.record().number, values, fmt::format("{} (byte {} of the file)", reason, records.record().offset));
    }
    insert_.reset();
    if (read % kRecordsBetweenReports == 0) report();
  }
  table_.counts.rows += read;
  report();
}

bool Stager::bind(const format::RawRecord& record, std::span<const format::Value> values, std::string& reason) {
  int parameter = 1;
  insert_.bind_integer(parameter, static_cast<std::int64_t>(record.number));
  if (table_.has_marks()) insert_.bind_text(++parameter, values[*table_.plan.mark].text);
  for (const StagedColumn& column : table_.columns) {
    if (column.codec.bind(insert_, ++parameter, values[column.file_column], reason)) continue;
    if (table_.is_masked(column.name)) reason = "the value does not fit, and must not be shown";
    reason = fmt::format("column {}: {}", column.name, reason);
    return false;
  }
  return true;
}

// A STRICT column refuses a value of another type: "cannot store TEXT value in INTEGER column stage_0.age".
bool Stager::insert(std::string& reason) {
  try {
    insert_.execute();
    return true;
  } catch (const SqliteError& error) {
    if (!error.blames_a_row()) throw;
    reason = words_of(table_, error);
  }
  const std::string stage = unqualified(table_.stage);
  const std::size_t at = reason.find(stage + ".");
  if (at != std::string::npos) reason.replace(at, stage.size(), table_.details.table.name.name);
  return false;
}

void Stager::refuse(std::uint64_t record, std::span<const format::Value> values, const std::string& reason) {
  const auto& identity = table_.plan.identity;
  std::string key;
  for (const StagedColumn& column : table_.columns) {
    if (!identity.empty() && std::find(identity.begin(), identity.end(), column.name) == identity.end()) continue;
    if (!key.empty()) key += ", ";
    const format::Value& value = values[column.file_column];
    key += column.name + "=";
    key += value.kind == format::ValueKind::kNull || value.kind == format::ValueKind::kMissing
               ? std::string_view{"null"}
           : table_.is_masked(column.name) ? std::string_view{"(masked)"}
                                           : value.text;
    if (identity.empty() && key.size() > kLongestRowKeyBytes) break;
  }
  reject_.bind_integer(1, static_cast<std::int64_t>(record));
  reject_.bind_text(2, key);
  reject_.bind_text(3, reason);
  reject_.execute();
  reject_.reset();
  ++table_.rejected_rows;
}

}  // namespace sqlite
