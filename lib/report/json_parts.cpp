#include "report/json_parts.h"

#include <algorithm>

namespace report {
namespace {

void add(ordered_json& object, const char* member, const std::string& text) {
  if (!text.empty()) object[member] = text;
}

// ,"name":"text"
void append_member(std::string& to, std::string_view name, std::string_view text) {
  to.append(",\"").append(name).append("\":");
  append_json_text(to, text);
}

// As value_json says it.
void append_value(std::string& to, const outcome::ShownValue& value) {
  using Form = outcome::ShownValue::Form;
  constexpr const char* kBegins[] = {"{\"form\":\"null\"", "{\"form\":\"whole\"", "{\"form\":\"cut\"",
                                     "{\"form\":\"masked\""};
  to += kBegins[static_cast<std::size_t>(value.form)];
  if (value.form != Form::kNull) append_member(to, value.form == Form::kMasked ? "digest" : "text", value.text);
  if (value.form == Form::kCut || value.form == Form::kMasked)
    to += ",\"characters\":" + std::to_string(value.characters);
  to += '}';
}

// ,"name":[{"column":…},…]; nothing where there are none. `append` says what follows "column":.
template <typename Items, typename Append>
void append_list(std::string& to, const char* name, const Items& items, const Append& append) {
  if (items.empty()) return;
  to.append(",\"").append(name).append("\":[");
  for (const auto& item : items) {
    if (&item != &items.front()) to += ',';
    to += "{\"column\":";
    append(item);
    to += '}';
  }
  to += ']';
}

}  // namespace

std::string dumped(const ordered_json& object, Layout layout) {
  constexpr int kIndent = 2;
  constexpr int kNoIndent = -1;
  return object.dump(layout == Layout::kIndented ? kIndent : kNoIndent, ' ', true,
                     ordered_json::error_handler_t::replace);
}

void append_json_text(std::string& to, std::string_view text) {
  const auto is_plain = [](unsigned char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; };
  if (std::ranges::all_of(text, is_plain)) {
    to.append("\"").append(text).append("\"");
  } else {
    to += dumped(ordered_json(text), Layout::kOneLine);
  }
}

ordered_json counts_json(const outcome::VerdictCounts& counts) {
  ordered_json object = {{"rows", counts.rows}};
  for (const outcome::Verdict verdict : outcome::kVerdicts)
    object[std::string(outcome::verdict_name(verdict))] = counts.of(verdict);
  if (counts.deleted != 0) object["delete"] = counts.deleted;
  if (counts.missing != 0) object["missing"] = counts.missing;
  if (counts.kept != 0) object["kept"] = counts.kept;
  if (counts.gone != 0) object["gone"] = counts.gone;
  return object;
}

ordered_json value_json(const outcome::ShownValue& value) {
  switch (value.form) {
    case outcome::ShownValue::Form::kNull:
      return {{"form", "null"}};
    case outcome::ShownValue::Form::kWhole:
      return {{"form", "whole"}, {"text", value.text}};
    case outcome::ShownValue::Form::kCut:
      return {{"form", "cut"}, {"text", value.text}, {"characters", value.characters}};
    case outcome::ShownValue::Form::kMasked:
      break;
  }
  return {{"form", "masked"}, {"digest", value.text}, {"characters", value.characters}};
}

ordered_json decision_json(const outcome::Decision& row) {
  ordered_json object = {{"record", row.record}, {"verdict", outcome::verdict_name(row.verdict)}};
  add(object, "digest", row.digest);
  add(object, "constraint", row.constraint);
  add(object, "holder", row.holder);
  if (!row.rewritten.empty()) object["rewritten"] = row.rewritten;
  object["key"] = row.key;
  if (row.missing) object["missing"] = true;
  add(object, "file_key", row.file_key);
  add(object, "reason", row.reason);
  if (row.offset != 0) object["offset"] = row.offset;
  if (row.target_is_newer) object["target_is_newer"] = true;
  if (!row.changes.empty()) {
    ordered_json changes = ordered_json::array();
    for (const outcome::ColumnChange& change : row.changes) {
      changes.push_back(
          {{"column", change.column}, {"before", value_json(change.before)}, {"after", value_json(change.after)}});
      if (change.base) changes.back()["base"] = value_json(*change.base);
    }
    object["changes"] = std::move(changes);
  }
  if (!row.values.empty()) {
    ordered_json values = ordered_json::array();
    for (const outcome::ColumnValue& value : row.values)
      values.push_back({{"column", value.column}, {"value", value_json(value.value)}});
    object["values"] = std::move(values);
  }
  return object;
}

void append_decision_rest(std::string& to, const outcome::Decision& row) {
  append_member(to, "key", row.key);
  if (row.missing) to += ",\"missing\":true";
  if (!row.file_key.empty()) append_member(to, "file_key", row.file_key);
  if (!row.reason.empty()) append_member(to, "reason", row.reason);
  if (row.offset != 0) to += ",\"offset\":" + std::to_string(row.offset);
  if (row.target_is_newer) to += ",\"target_is_newer\":true";
  append_list(to, "changes", row.changes, [&](const outcome::ColumnChange& change) {
    append_json_text(to, change.column);
    to += ",\"before\":";
    append_value(to, change.before);
    to += ",\"after\":";
    append_value(to, change.after);
    if (!change.base) return;
    to += ",\"base\":";
    append_value(to, *change.base);
  });
  append_list(to, "values", row.values, [&](const outcome::ColumnValue& value) {
    append_json_text(to, value.column);
    to += ",\"value\":";
    append_value(to, value.value);
  });
  to += '}';
}

ordered_json database_json(const outcome::DatabaseInfo& info) {
  ordered_json object = {{"engine", info.engine}, {"server_version", info.server_version}, {"database", info.database}};
  add(object, "host", info.host);
  add(object, "port", info.port);
  add(object, "user", info.user);
  add(object, "system_identifier", info.system_identifier);
  return object;
}

ordered_json file_json(const outcome::FileIdentity& file) {
  ordered_json object = {{"path", file.path},
                         {"bytes", file.bytes},
                         {"sha256", file.sha256},
                         {"sealed", file.sealed},
                         {"generator", file.generator},
                         {"exported_at", file.exported_at},
                         {"source", database_json(file.source)},
                         {"last_migration", file.last_migration}};
  if (!file.whole_sha256.empty()) object["whole"] = {{"bytes", file.whole_bytes}, {"sha256", file.whole_sha256}};
  return object;
}

ordered_json target_json(const outcome::TargetIdentity& target) {
  return {{"place", target.place},
          {"database", database_json(target.info)},
          {"role", target.role},
          {"last_migration", target.last_migration}};
}

double seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace report
