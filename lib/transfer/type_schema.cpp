#include "transfer/type_schema.h"

namespace transfer {
namespace {

bool is_plain(const std::string& name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

}  // namespace

std::string quoted_as_type(const std::string& schema) {
  if (is_plain(schema)) return schema;
  std::string text = "\"";
  for (const char byte : schema) text.append(byte == '"' ? 2 : 1, byte);
  return text + '"';
}

std::pair<std::string, std::size_t> schema_of_type(const std::string& type) {
  std::string schema;
  if (!type.starts_with('"')) {
    const std::size_t dot = type.find('.');
    if (dot == std::string::npos || !is_plain(type.substr(0, dot))) return {};
    return {type.substr(0, dot), dot};
  }
  for (std::size_t at = 1; at < type.size(); ++at) {
    if (type[at] == '"' && (at + 1 == type.size() || type[++at] != '"'))
      return type[at] == '.' ? std::pair{schema, at} : std::pair<std::string, std::size_t>{};
    schema += type[at];
  }
  return {};
}

}  // namespace transfer
