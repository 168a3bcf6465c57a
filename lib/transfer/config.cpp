#include "transfer/config.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/input_file.h"
#include "base/suggestion.h"
#include "base/terminal.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;
using base::printable;
using nlohmann::json;

constexpr std::size_t kLongestFileBytes = std::size_t{1} << 20;
constexpr const char* kWhere = "schema/transfer.schema.json describes the file";

const std::vector<std::string>& known_members() {
  static const std::vector<std::string> members = {"$schema", "title", "order", "audit"};
  return members;
}

// "[json.exception.parse_error.101] parse error at line 1, column 5: …" without the part that is for programmers.
std::string plain_message(const json::exception& error) {
  std::string message = error.what();
  const std::size_t prefix_end = message.find("] ");
  if (prefix_end != std::string::npos) message.erase(0, prefix_end + 2);
  return printable(message);
}

class Reader {
 public:
  explicit Reader(const std::string& path) : file_(printable(path)) {}

  Config read(std::string_view text) {
    const json document = parse(text);
    if (!document.is_object()) throw wrong("must hold one JSON object");
    for (const auto& [name, value] : document.items()) check_member(name, value);
    Config config;
    if (document.contains("order")) config.order = names(document["order"], "order");
    if (document.contains("audit")) config.audit_tables = names(document["audit"], "audit");
    return config;
  }

 private:
  Error wrong(const std::string& what, const std::string& hint = kWhere) const {
    return {ErrorKind::kUsage, file_ + ": " + what, hint};
  }

  // A name that is given twice is a slip of the hand; the parser alone would keep the last one in silence.
  json parse(std::string_view text) const {
    std::set<std::string> seen;
    const auto demand_unique = [&](int depth, json::parse_event_t event, json& parsed) {
      if (depth == 1 && event == json::parse_event_t::key && !seen.insert(parsed.get<std::string>()).second)
        throw wrong("the member \"" + printable(parsed.get<std::string>()) + "\" stands there twice");
      return true;
    };
    try {
      return json::parse(text.begin(), text.end(), demand_unique);
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
    if (!value.is_array()) throw wrong("\"" + member + "\" must be a list of table names");
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const json& item : value) {
      const std::string place = "\"" + member + "\", entry " + std::to_string(names.size() + 1);
      if (!item.is_string()) throw wrong(place + ", must be a table name");
      names.push_back(item.get<std::string>());
      if (names.back().empty()) throw wrong(place + ", is empty");
      if (!seen.insert(names.back()).second)
        throw wrong("\"" + member + "\" names " + printable(names.back()) + " twice", "take one of them out");
    }
    return names;
  }

  const std::string file_;
};

std::string read_all(const std::string& path) {
  base::InputFile input = base::InputFile::open(path);
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
  return parse_config(text, path);
}

}  // namespace transfer
