#include "sqlite/import/reference.h"

#include <fmt/format.h>

#include "sqlite/session/sql_text.h"

namespace sqlite {

std::string finds_parent(const catalog::ForeignKey& key, const std::string& parent, const std::string& child) {
  std::vector<std::string> same;
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    same.push_back(finds_part(fmt::format("{}.{}", parent, quote_name(key.parent_columns[i])),
                              fmt::format("{}.{}", child, quote_name(key.columns[i]))));
  return join(same, " AND ");
}

std::string finds_part(const std::string& of_parent, const std::string& of_child) {
  return fmt::format("{} = +{}", of_parent, of_child);
}

std::string finds_child(const catalog::ForeignKey& key, const std::string& parent, const std::string& child) {
  std::vector<std::string> same;
  for (std::size_t i = 0; i < key.columns.size(); ++i)
    same.push_back(
        fmt::format("{}.{} = {}.{}", parent, quote_name(key.parent_columns[i]), child, quote_name(key.columns[i])));
  return join(same, " AND ");
}

}  // namespace sqlite
