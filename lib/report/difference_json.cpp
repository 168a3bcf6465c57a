#include "report/difference_json.h"

#include "report/difference_text.h"
#include "report/json_parts.h"

namespace report {
namespace {

using json = ordered_json;

constexpr int kVersion = 1;
constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

json row_json(const std::string& table, const outcome::DifferingRow& row) {
  json object = {{"table", table}, {"difference", outcome::difference_name(row.difference)}, {"key", row.key}};
  if (row.times > 1) object["times"] = row.times;
  for (const outcome::ColumnChange& change : row.changes)
    object["changes"].push_back(
        {{"column", change.column}, {"a", value_json(change.before)}, {"b", value_json(change.after)}});
  for (const outcome::ColumnValue& value : row.values)
    object["values"].push_back({{"column", value.column}, {"value", value_json(value.value)}});
  return object;
}

json side_json(const outcome::ComparedSide& side) {
  json object = {{"name", side.name}, {"file", side.is_file}};
  if (side.is_file) object.update({{"sealed", side.sealed}, {"sha256", side.sha256}});
  object.update({{"exported_at", side.exported_at}, {"source", database_json(side.source)}, {"rows", side.rows}});
  return object;
}

json counts_json(const outcome::ComparedTable& table) {
  return {{"rows_a", table.rows_a},   {"rows_b", table.rows_b}, {"equal", table.equal},
          {"changed", table.changed}, {"only_a", table.only_a}, {"only_b", table.only_b}};
}

const char* presence_name(outcome::Presence presence) {
  switch (presence) {
    case outcome::Presence::kOnlyA:
      return "only-a";
    case outcome::Presence::kOnlyB:
      return "only-b";
    case outcome::Presence::kBoth:
      break;
  }
  return "both";
}

json table_json(const outcome::ComparedTable& table) {
  json object = {{"name", table.name}};
  if (!table.other.empty()) object["name_b"] = table.other;
  json columns = json::array();
  for (const auto& [column, count] : table.changed_columns) columns.push_back({{"column", column}, {"rows", count}});
  object.update({{"presence", presence_name(table.presence)},
                 {"equal", table.is_equal()},
                 {"key", table.key},
                 {"differences", table.differences},
                 {"notes", table.notes},
                 {"counts", counts_json(table)},
                 {"changed_columns", std::move(columns)}});
  return object;
}

json head(int exit_status) {
  return {{"report", {{"name", "db-transfer difference"}, {"version", kVersion}}},
          {"program", "db-diff"},
          {"exit_status", exit_status}};
}

json rest(const outcome::Difference& difference) {
  json tables = json::array();
  for (const outcome::ComparedTable& table : difference.tables) tables.push_back(table_json(table));
  return {{"equal", difference.is_equal()},
          {"summary", difference_sentence(difference)},
          {"a", side_json(difference.a)},
          {"b", side_json(difference.b)},
          {"tables", std::move(tables)},
          {"total", counts_json(difference.total())},
          {"skipped", difference.skipped},
          {"notices", difference.notices},
          {"duration_seconds", seconds(difference.duration)}};
}

constexpr int kDifferent = 3;  // the exit status of a comparison that found something

}  // namespace

std::string difference_json(const outcome::Difference& difference) {
  json object = head(difference.is_equal() ? 0 : kDifferent);
  object.update(rest(difference));
  object["rows"] = json::array();
  for (const outcome::ComparedTable& table : difference.tables) {
    for (const outcome::DifferingRow& row : table.rows) object["rows"].push_back(row_json(table.name, row));
  }
  return dumped(object, Layout::kIndented) + "\n";
}

void DifferenceJsonWriter::append(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() < kChunkBytes) return;
  sink_.write(buffer_);
  buffer_.clear();
}

void DifferenceJsonWriter::write(const std::string& table, const outcome::DifferingRow& row) {
  append(first_ ? "{\"rows\": [\n" : ",\n");
  first_ = false;
  append(dumped(row_json(table, row), Layout::kOneLine));
}

// The rows come first, for nobody knows before them what the rest counts.
void DifferenceJsonWriter::finish(const outcome::Difference& difference) {
  append(first_ ? "{\"rows\": [" : "\n");
  json object = head(difference.is_equal() ? 0 : kDifferent);
  object.update(rest(difference));
  append("],\n" + dumped(object, Layout::kIndented).substr(2) + "\n");
  if (!buffer_.empty()) sink_.write(buffer_);
  buffer_.clear();
}

}  // namespace report
