#include "sqlite/import/stage.h"

#include <algorithm>

#include "sqlite/import/rejects.h"
#include "sqlite/import/trigger_effects.h"
#include "sqlite/import/undo_judge.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr std::uint64_t kRecordsBetweenReports = 1000;
constexpr std::size_t kLongestRowKeyBytes = 1000;

std::string insert_sql(const StagedTable& table) {
  std::string names = table.record;
  std::string places = "?";
  if (table.has_marks()) {
    names += ", " + table.mark;
    places += ", ?";
  }
  for (const StagedColumn& column : table.columns) {
    names += ", " + column.quoted;
    places += ", ?";
  }
  return "INSERT INTO " + table.stage + " (" + names + ") VALUES (" + places + ")";
}

}  // namespace

namespace {

// What only some tables need.
void create_lists(Connection& connection, const StagedTable& table, const std::vector<TableDetails>& all) {
  const auto create = [&](const std::string& name) {
    connection.execute("CREATE TABLE " + name + " (record INTEGER PRIMARY KEY)");
  };
  const std::string claims = table.claims.substr(table.claims.find('.') + 1);
  const bool may_claim = std::ranges::any_of(table.details.unique_indexes, [&](const UniqueIndex& index) {
    return !index.plain || index.columns != table.plan.identity;
  });
  if (may_claim) {
    for (const char* column : {"record", "freed_by"})
      connection.execute("CREATE INDEX temp." + claims + "_by_" + column + " ON " + claims + " (" + column + ")");
    connection.execute("CREATE TABLE " + table.order + " (place INTEGER PRIMARY KEY, record INTEGER UNIQUE)");
    create(table.parked);
  }
  if (!awaited_columns(table.details).empty())
    connection.execute("CREATE TABLE " + table.masks + " (record INTEGER PRIMARY KEY, mask TEXT)");
  if (!fires_triggers(all)) return;
  create(table.early);
  create(table.retries);
}

}  // namespace

void create_stage(Connection& connection, const StagedTable& table, const std::vector<TableDetails>& all) {
  std::vector<std::string> list;
  for (const StagedColumn& column : table.columns) list.push_back(column.quoted + " " + column.stage_type);
  if (list.empty()) list.emplace_back("\"no column\"");
  if (table.declares_record) list.push_back(table.record + " INTEGER PRIMARY KEY");
  for (const MadeColumn& column : table.made) list.push_back(column.definition);
  if (table.has_marks()) list.push_back(table.mark + " TEXT");
  connection.execute("CREATE TABLE " + table.stage + " (" + join(list, ", ") + ")" +
                     (table.details.strict && !table.columns.empty() ? " STRICT" : ""));
  connection.execute("CREATE TABLE " + table.verdicts + " (record INTEGER PRIMARY KEY, verdict TEXT, newer INTEGER)");
  connection.execute("CREATE TABLE " + table.rejects +
                     " (record INTEGER PRIMARY KEY, verdict TEXT, key TEXT, reason TEXT, \"constraint\" TEXT, holder "
                     "TEXT, newer INTEGER)");
  if (table.has_marks()) create_deletes(connection, table);
  connection.execute("CREATE TABLE " + table.claims + " (place INTEGER, record INTEGER, freed_by INTEGER)");
  create_lists(connection, table, all);
}

Stager::Stager(Connection& connection, StagedTable& table, base::Progress& progress)
    : table_(table),
      progress_(progress),
      insert_(connection.prepare(insert_sql(table))),
      reject_(connection.prepare("INSERT INTO " + table.rejects + " VALUES (?, 'x', ?, ?, NULL, NULL, NULL)")) {}

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
      refuse(records.record().number, values,
             reason + " (byte " + std::to_string(records.record().offset) + " of the file)");
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
    reason = "column " + column.name + ": " + reason;
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
  const std::string stage = table_.stage.substr(table_.stage.find('.') + 1);
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
