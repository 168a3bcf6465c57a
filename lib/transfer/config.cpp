#include "transfer/config.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/input_file.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "transfer/limits.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;
using base::printable;
using nlohmann::json;

constexpr std::size_t kLongestFileBytes = std::size_t{1} << 20;
constexpr const char* kWhere = "schema/transfer.schema.json describes the file";

const std::vector<std::string>& known_members() {
  static const std::vector<std::string> members = {"$schema", "title",   "order",  "audit",  "masked", "tables",
                                                   "blob_as", "targets", "limits", "rename", "set",    "drop"};
  return members;
}

// "[json.exception.parse_error.101] parse error at line 1, column 5: …" without the part that is for programmers.
std::string plain_message(const json::exception& error) {
  std::string message = error.what();
  const std::size_t prefix_end = message.find("] ");
  if (prefix_end != std::string::npos) message.erase(0, prefix_end + 2);
  return printable(message);
}

// "conf/db-transfer.json": "conf/".
std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

class Reader {
 public:
  explicit Reader(const std::string& path) : file_(printable(path)), folder_(folder_of(path)) {}

  Config read(std::string_view text) {
    const json document = parse(text);
    if (!document.is_object()) throw wrong("must hold one JSON object");
    for (const auto& [name, value] : document.items()) check_member(name, value);
    Config config;
    if (document.contains("order")) config.order = names(document["order"], "order");
    if (document.contains("audit")) config.audit_tables = names(document["audit"], "audit");
    if (document.contains("masked")) config.masked = names(document["masked"], "masked");
    if (document.contains("tables")) config.policies = policies(document["tables"]);
    if (document.contains("blob_as")) read_blobs(document["blob_as"], config.policies);
    if (document.contains("limits")) config.limits = limits(document["limits"]);
    if (document.contains("rename")) read_renames(document["rename"], config.mapping);
    if (document.contains("set")) config.mapping.constants = constants(document["set"]);
    if (document.contains("drop")) config.mapping.dropped = columns(names(document["drop"], "drop"), "drop");
    if (document.contains("targets")) config.targets = targets(document["targets"]);
    return config;
  }

 private:
  Error wrong(const std::string& what, const std::string& hint = kWhere) const {
    return {ErrorKind::kUsage, file_ + ": " + what, hint};
  }

  // A name that is given twice is a slip of the hand; the parser alone would keep the last one in silence.
  json parse(std::string_view text) const {
    constexpr bool kThrow = true;
    constexpr bool kTakeComments = true;
    std::vector<std::set<std::string>> seen;  // by depth
    const auto demand_unique = [&](int, json::parse_event_t event, json& parsed) {
      if (event == json::parse_event_t::object_start) seen.emplace_back();
      if (event == json::parse_event_t::object_end) seen.pop_back();
      if (event == json::parse_event_t::key && !seen.back().insert(parsed.get<std::string>()).second)
        throw wrong("the member \"" + printable(parsed.get<std::string>()) + "\" occurs twice");
      return true;
    };
    try {
      return json::parse(text.begin(), text.end(), demand_unique, kThrow, kTakeComments);
    } catch (const json::exception& error) {
      throw wrong("is not JSON: " + plain_message(error));
    }
  }

  void check_member(const std::string& name, const json& value) const {
    const std::vector<std::string>& known = known_members();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const auto meant = base::closest(name, known);
      throw wrong("the member \"" + printable(name) + "\" is not known",
                  meant ? "did you mean \"" + *meant + "\"?" : kWhere);
    }
    if ((name == "title" || name == "$schema") && !value.is_string()) throw wrong("\"" + name + "\" must be a text");
  }

  std::vector<std::string> names(const json& value, const std::string& member) const {
    if (!value.is_array()) throw wrong("\"" + member + "\" must be a list of names");
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const json& item : value) {
      const std::string place = "\"" + member + "\", entry " + std::to_string(names.size() + 1);
      if (!item.is_string()) throw wrong(place + ", must be a name");
      names.push_back(item.get<std::string>());
      if (names.back().empty()) throw wrong(place + ", is empty");
      if (!seen.insert(names.back()).second)
        throw wrong("\"" + member + "\" names " + printable(names.back()) + " twice", "take one of them out");
    }
    return names;
  }

  std::vector<TablePolicy> policies(const json& tables) const {
    if (!tables.is_object()) throw wrong("\"tables\" must be an object: tables and what holds for them");
    std::vector<TablePolicy> policies;
    for (const auto& [table, rules] : tables.items()) {
      const std::string place = "\"tables\", " + printable(table);
      if (table.empty()) throw wrong("\"tables\" names a table without a name");
      if (!rules.is_object()) throw wrong(place + ", must be an object");
      policies.emplace_back();
      policies.back().tables = table;
      for (const auto& [rule, value] : rules.items()) read_rule(place, rule, value, policies.back());
    }
    return policies;
  }

  std::vector<Limit> limits(const json& value) const {
    if (!value.is_object()) throw wrong("\"limits\" must be an object: tables, insert, update or delete, and how many");
    std::vector<Limit> limits;
    for (const auto& [name, amount] : value.items()) {
      const bool text = amount.is_string();
      if (!text && !amount.is_number_unsigned())
        throw wrong("\"limits\", " + printable(name) + ", must be a whole number or a text like \"5%\"");
      try {
        limits.push_back(parse_limit(name, text ? amount.get<std::string>() : amount.dump()));
      } catch (const Error& error) {
        throw wrong("\"limits\": " + std::string(error.what()), error.hint());
      }
    }
    return limits;
  }

  std::vector<ConfiguredTarget> targets(const json& value) const {
    if (!value.is_object()) throw wrong("\"targets\" must be an object: names and where the databases are");
    std::vector<ConfiguredTarget> targets;
    for (const auto& [name, members] : value.items()) {
      const std::string place = "\"targets\", " + printable(name);
      if (name.empty()) throw wrong("\"targets\" holds a target without a name");
      if (!members.is_object()) throw wrong(place + ", must be an object");
      targets.emplace_back();
      targets.back().name = name;
      for (const auto& [member, content] : members.items()) read_target(place, member, content, targets.back());
    }
    return targets;
  }

  void read_target(const std::string& place, const std::string& member, const json& value,
                   ConfiguredTarget& target) const {
    static const std::vector<std::string> members = {"url_env", "env_file", "production"};
    const std::string where = place + ", \"" + printable(member) + "\"";
    if (member == "production") {
      if (!value.is_boolean()) throw wrong(where + " must be true or false");
      target.production = value.get<bool>();
    } else if (member == "url_env" || member == "env_file") {
      if (!value.is_string() || value.get<std::string>().empty()) throw wrong(where + " must be a name");
      const auto word = value.get<std::string>();
      if (word.find("://") != std::string::npos)
        throw wrong(where + " is a URL, which does not belong into this file (not shown: it may hold a password)",
                    "name the variable that holds it, and the .env file that has it");
      if (member == "url_env") target.url_env = word;
      if (member == "env_file") target.env_file = word.front() == '/' ? word : folder_ + word;
    } else {
      const auto meant = base::closest(member, members);
      throw wrong(where + " is not known", meant ? "did you mean \"" + *meant + "\"?" : kWhere);
    }
  }

  void read_renames(const json& value, Mapping& mapping) const {
    static const std::vector<std::string> members = {"tables", "columns", "schemas"};
    if (!value.is_object()) throw wrong("\"rename\" must be an object of \"tables\", \"columns\" and \"schemas\"");
    for (const auto& [member, pairs] : value.items()) {
      const std::string where = "\"rename\", \"" + printable(member) + "\"";
      if (std::find(members.begin(), members.end(), member) == members.end()) {
        const auto meant = base::closest(member, members);
        throw wrong(where + " is not known", meant ? "did you mean \"" + *meant + "\"?" : kWhere);
      }
      if (!pairs.is_object()) throw wrong(where + " must be an object: names of the file and those of the target");
      Mapping::Pairs& renamed = member == "tables"    ? mapping.tables
                                : member == "columns" ? mapping.columns
                                                      : mapping.schemas;
      for (const auto& [from, to] : pairs.items()) {
        if (from.empty() || !to.is_string() || to.get<std::string>().empty())
          throw wrong(where + ", " + printable(from) + ", must be a name");
        if (member == "columns") columns({from}, "rename");
        renamed.emplace_back(from, to.get<std::string>());
      }
    }
  }

  Mapping::Pairs constants(const json& value) const {
    if (!value.is_object()) throw wrong("\"set\" must be an object: columns and the values that they get");
    Mapping::Pairs constants;
    for (const auto& [column, constant] : value.items()) constants.emplace_back(column, constant.dump());
    for (const auto& [column, constant] : constants) columns({column}, "set");
    return constants;
  }

  std::vector<std::string> columns(std::vector<std::string> words, const std::string& member) const {
    for (const std::string& word : words) {
      const std::size_t dot = word.rfind('.');
      if (dot == std::string::npos || dot == 0 || dot + 1 == word.size())
        throw wrong("\"" + member + "\", " + printable(word) + ", is not TABLE.COLUMN");
    }
    return words;
  }

  // {"t.c": "text"}: what comes before the last dot is the table.
  void read_blobs(const json& value, std::vector<TablePolicy>& policies) const {
    if (!value.is_object()) throw wrong("\"blob_as\" must be an object: columns and what their blobs are taken as");
    for (const auto& [name, word] : value.items()) {
      const std::size_t dot = name.rfind('.');
      if (dot == std::string::npos || dot == 0 || dot + 1 == name.size())
        throw wrong("\"blob_as\", " + printable(name) + ", is not TABLE.COLUMN");
      const auto as =
          one_of<conversion::BlobAs>(word, "\"blob_as\", " + printable(name) + ",",
                                     {{"text", conversion::BlobAs::kText}, {"bytes", conversion::BlobAs::kBytes}});
      if (as == conversion::BlobAs::kBytes) continue;
      policies.emplace_back();
      policies.back().tables = name.substr(0, dot);
      policies.back().blob_as_text = {name.substr(dot + 1)};
    }
  }

  void read_rule(const std::string& place, const std::string& rule, const json& value, TablePolicy& policy) const {
    static const std::vector<std::string> rules = {"mode",        "match",         "keep_newer", "changed_at",
                                                   "on_conflict", "empty_as_null", "times",      "ignore"};
    const std::string where = place + ", \"" + printable(rule) + "\"";
    if (rule == "mode") {
      policy.mode = one_of<engine::Mode>(
          value, where,
          {{"upsert", engine::Mode::kUpsert}, {"insert", engine::Mode::kInsert}, {"update", engine::Mode::kUpdate}});
    } else if (rule == "on_conflict") {
      policy.on_conflict =
          one_of<ConflictPolicy>(value, where, {{"skip", ConflictPolicy::kSkip}, {"fail", ConflictPolicy::kFail}});
    } else if (rule == "match") {
      policy.match = names(value, "match");
      if (policy.match.empty()) throw wrong(where + " names no column");
    } else if (rule == "keep_newer") {
      if (!value.is_boolean()) throw wrong(where + " must be true or false");
      policy.newer_rows = value.get<bool>() ? engine::NewerRows::kKeep : engine::NewerRows::kOverwrite;
    } else if (rule == "ignore") {
      policy.ignore = names(value, "ignore");
    } else if (rule == "empty_as_null") {
      policy.empty_as_null = names(value, "empty_as_null");
    } else if (rule == "times") {
      if (!value.is_object()) throw wrong(where + " must be an object: columns and how their times are written");
      for (const auto& [column, word] : value.items()) {
        policy.times.emplace_back(
            column, one_of<conversion::TimeReading>(word, where + ", " + printable(column),
                                                    {{"iso", conversion::TimeReading::kIso},
                                                     {"seconds", conversion::TimeReading::kSeconds},
                                                     {"milliseconds", conversion::TimeReading::kMilliseconds}}));
      }
    } else if (rule == "changed_at") {
      if (!value.is_string() || value.get<std::string>().empty()) throw wrong(where + " must be the name of a column");
      policy.changed_at = value.get<std::string>();
    } else {
      const auto meant = base::closest(rule, rules);
      throw wrong(where + " is not known", meant ? "did you mean \"" + *meant + "\"?" : kWhere);
    }
  }

  template <typename Value>
  Value one_of(const json& word, const std::string& where,
               const std::vector<std::pair<std::string, Value>>& choices) const {
    std::string list;
    for (const auto& [name, value] : choices) {
      if (word.is_string() && word.get<std::string>() == name) return value;
      list += (list.empty() ? "" : ", ") + name;
    }
    throw wrong(where + " must be one of " + list);
  }

  const std::string file_;
  const std::string folder_;  // with the slash after it; empty: the working folder
};

std::string read_all(const std::string& path) {
  base::InputFile input = base::InputFile::open_settings(path);
  std::string text;
  std::array<char, 4096> chunk{};
  while (const std::size_t bytes = input.read(chunk.data(), chunk.size())) {
    text.append(chunk.data(), bytes);
    if (text.size() > kLongestFileBytes)
      throw Error(ErrorKind::kUsage, printable(path) + " is larger than 1 MiB: it is no transfer file", kWhere);
  }
  return text;
}

}  // namespace

Config parse_config(std::string_view json, const std::string& path) { return Reader(path).read(json); }

Config read_config(const std::string& path) {
  std::string text;
  try {
    text = read_all(path);
  } catch (const Error& error) {
    // The transfer file is part of the configuration, not of the data.
    if (error.kind() == ErrorKind::kFile) throw Error(ErrorKind::kUsage, error.what(), error.hint());
    throw;
  }
  Config config = parse_config(text, path);
  config.path = path;
  return config;
}

std::optional<std::string> find_config() {
  for (const char* name : {"db-transfer.json", "transfer.json"}) {
    struct stat found {};
    if (::stat(name, &found) == 0 && S_ISREG(found.st_mode)) return name;
  }
  return std::nullopt;
}

const ConfiguredTarget& target_of(const Config& config, const std::string& name) {
  std::vector<std::string> names;
  std::string list;
  for (const ConfiguredTarget& target : config.targets) {
    if (target.name == name) return target;
    names.push_back(target.name);
    list += (list.empty() ? "" : ", ") + printable(target.name);
  }
  if (config.path.empty())
    throw Error(ErrorKind::kUsage, "there is no transfer file that could name a target " + printable(name),
                "write \"targets\" into db-transfer.json of this folder, or name the file with --config");
  const auto meant = base::closest(name, names);
  throw Error(ErrorKind::kUsage, printable(config.path) + " names no target " + printable(name),
              meant           ? "did you mean " + printable(*meant) + "?"
              : names.empty() ? "write it into its \"targets\""
                              : "it names " + list);
}

}  // namespace transfer
