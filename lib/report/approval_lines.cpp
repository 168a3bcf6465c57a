#include "report/approval_lines.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "report/json_parts.h"

namespace report {
namespace {

using json = ordered_json;
using outcome::Verdict;

constexpr std::string_view kDigest = ",\"digest\":\"";

outcome::Fingerprint fingerprint_of(const outcome::Decision& decision) {
  return {decision.record, decision.verdict, decision.digest, decision.constraint, decision.holder, decision.rewritten};
}

std::string place(const std::string& table, const outcome::Fingerprint& decision) {
  return "{\"table\":" + table + ",\"record\":" + std::to_string(decision.record) + ",\"verdict\":\"" +
         std::string(outcome::verdict_name(decision.verdict)) + "\"";
}

// What comes after the digest.
std::string rest(const outcome::Fingerprint& decision) {
  std::string text;
  if (!decision.constraint.empty()) text += ",\"constraint\":" + json_name(decision.constraint);
  if (!decision.holder.empty()) text += ",\"holder\":" + json_name(decision.holder);
  if (!decision.rewritten.empty()) text += ",\"rewritten\":" + dumped(json(decision.rewritten), Layout::kOneLine);
  return text;
}

std::optional<Verdict> verdict_of(const std::string& name) {
  for (const Verdict verdict : outcome::kAllVerdicts)
    if (outcome::verdict_name(verdict) == name) return verdict;
  return std::nullopt;
}

outcome::ShownValue value_of(const json& object) {
  using Form = outcome::ShownValue::Form;
  const std::string form = object.value("form", "null");
  if (form == "null") return {};
  outcome::ShownValue value;
  value.form = form == "whole" ? Form::kWhole : form == "cut" ? Form::kCut : Form::kMasked;
  value.text = object.value(form == "masked" ? "digest" : "text", "");
  value.characters = object.value("characters", std::uint64_t{0});
  return value;
}

}  // namespace

std::string json_name(const std::string& name) {
  std::string text;
  append_json_text(text, name);
  return text;
}

std::string line_begin(const std::string& table, const outcome::Fingerprint& decision) {
  return place(table, decision) +
         (decision.digest.empty() ? std::string{} : std::string(kDigest) + decision.digest + "\"") + rest(decision);
}

std::string decision_line(const std::string& table, const outcome::Decision& decision) {
  std::string line = line_begin(table, fingerprint_of(decision));
  append_decision_rest(line, decision);
  return line;
}

bool surely_same(std::string_view line, const std::string& table, const outcome::Fingerprint& decision,
                 outcome::Merged merged) {
  constexpr std::string_view kKey = ",\"key\":";
  if (merged == outcome::Merged::kBefore) {
    const std::string begin = line_begin(table, decision);
    return line.starts_with(begin) && line.substr(begin.size()).starts_with(kKey);
  }
  const std::string begin = place(table, decision);
  if (!line.starts_with(begin)) return false;
  line.remove_prefix(begin.size());
  if (line.starts_with(kDigest)) line.remove_prefix(std::min(line.size(), line.find('"', kDigest.size()) + 1));
  const std::string end = rest(decision);
  return line.starts_with(end) && line.substr(end.size()).starts_with(kKey);
}

ApprovedLine read_line(std::string_view line) {
  try {
    const json object = json::parse(line);
    ApprovedLine read;
    read.table = object.at("table");
    outcome::Decision& decision = read.decision;
    decision.record = object.at("record");
    decision.verdict = verdict_of(object.at("verdict")).value();
    decision.key = object.value("key", "");
    decision.missing = object.value("missing", false);
    decision.file_key = object.value("file_key", "");
    decision.reason = object.value("reason", "");
    decision.constraint = object.value("constraint", "");
    decision.holder = object.value("holder", "");
    decision.digest = object.value("digest", "");
    if (object.contains("rewritten")) decision.rewritten = object["rewritten"].get<std::vector<std::string>>();
    if (object.contains("changes")) {
      for (const json& change : object["changes"])
        decision.changes.push_back({change.at("column"), value_of(change.at("before")), value_of(change.at("after"))});
    }
    if (object.contains("values")) {
      for (const json& value : object["values"])
        decision.values.push_back({value.at("column"), value_of(value.at("value"))});
    }
    return read;
  } catch (const std::exception&) {
    throw base::Error(base::ErrorKind::kFile, "a decision of the plan is none that db-import writes",
                      "make a new plan with --dry-run --report");
  }
}

bool same_decision(const outcome::Decision& approved, const outcome::Fingerprint& now, outcome::Merged merged) {
  if (approved.verdict != now.verdict || json_name(approved.constraint) != json_name(now.constraint) ||
      json_name(approved.holder) != json_name(now.holder))
    return false;
  return merged == outcome::Merged::kBefore ? approved.digest == now.digest : approved.rewritten == now.rewritten;
}

}  // namespace report
