#include "sqlite/catalog/virtual_tables.h"

#include <algorithm>
#include <optional>

#include "sqlite/catalog/sql_scan.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

using Contents = VirtualTable::Contents;

// "content = 'docs'" → docs; none: the option is not given.
std::optional<std::string> option(const std::vector<std::string>& arguments, std::string_view name) {
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos) continue;
    const std::size_t last = argument.find_last_not_of(" \n\r\t", equals == 0 ? 0 : equals - 1);
    if (!same_name(std::string_view(argument).substr(0, last + 1), name)) continue;
    const std::size_t value = argument.find_first_not_of(" \n\r\t", equals + 1);
    std::string text = value == std::string::npos ? std::string{} : argument.substr(value);
    if (text.size() >= 2 && std::string_view("'\"[`").find(text.front()) != std::string_view::npos)
      text = text.substr(1, text.size() - 2);
    return text;
  }
  return std::nullopt;
}

Contents contents_of_full_text(const std::vector<std::string>& arguments) {
  for (const char* hides : {"languageid", "compress", "uncompress"}) {
    if (option(arguments, hides)) return Contents::kHidden;
  }
  const auto content = option(arguments, "content");
  if (!content) return Contents::kOwn;
  return content->empty() ? Contents::kHidden : Contents::kOthers;
}

}  // namespace

VirtualTable virtual_table(std::string name, std::string_view create_virtual_table) {
  const VirtualTableParts parts = virtual_table_parts(create_virtual_table);
  VirtualTable table{std::move(name), parts.module, Contents::kUnknown, false};
  const std::string& module = parts.module;
  if (module == "fts3" || module == "fts4" || module == "fts5") table.contents = contents_of_full_text(parts.arguments);
  if (module == "fts4aux" || module == "fts5vocab" || module == "dbstat") table.contents = Contents::kOthers;
  table.numbers_its_rows = module == "rtree" || module == "rtree_i32";
  if (table.numbers_its_rows || module == "geopoly") table.contents = Contents::kOwn;
  return table;
}

std::vector<VirtualTable> find_virtual_tables(Connection& connection) {
  std::vector<VirtualTable> found;
  Statement rows = connection.prepare(R"sql(
SELECT name, sql
FROM main.sqlite_schema
WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE %'
ORDER BY name COLLATE BINARY)sql");
  while (rows.next()) found.push_back(virtual_table(rows.text("name"), rows.text("sql")));
  return found;
}

bool stands_behind(const std::vector<VirtualTable>& all, std::string_view table) {
  return std::ranges::any_of(all, [&](const VirtualTable& other) {
    const std::string prefix = other.name + "_";
    return other.contents == Contents::kUnknown && table.size() > prefix.size() &&
           same_name(table.substr(0, prefix.size()), prefix);
  });
}

}  // namespace sqlite
