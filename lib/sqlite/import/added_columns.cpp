#include "sqlite/import/added_columns.h"

#include <fmt/format.h>

#include <regex>

#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

constexpr const char* kColumns = R"sql(
SELECT name, coalesce(dflt_value, '') AS standard
FROM pragma_table_xinfo({table}, 'main')
WHERE hidden = 0
ORDER BY cid)sql";

// A plain value, for which nothing has to be called.
bool is_literal(const std::string& expression) {
  static const std::regex literal(R"(('([^']|'')*'|[xX]'[0-9a-fA-F]*'|[-+]?[0-9][0-9.eE+-]*|true|false|TRUE|FALSE))");
  constexpr std::size_t kLongest = 1000;  // std::regex goes as deep as a text is long
  return expression.size() <= kLongest && std::regex_match(expression, literal);
}

}  // namespace

AddedColumns added_columns(Connection& connection, const StagedTable& table, const std::string& alias) {
  AddedColumns added;
  Statement columns = connection.prepare(
      fmt::format(fmt::runtime(kColumns), fmt::arg("table", quote_literal(table.details.table.name.name))));
  while (columns.next()) {
    const std::string name(columns.text("name"));
    const std::string standard(columns.text("standard"));
    if (table.has_columns({name})) continue;
    const std::string value = fmt::format("{}.{}", alias, quote_name(name));
    const std::string changed = fmt::format(
        fmt::runtime(is_literal(standard) ? "({value} IS NOT NULL AND {value} COLLATE BINARY IS NOT {standard})"
                                          : "{value} IS NOT NULL"),
        fmt::arg("value", value), fmt::arg("standard", standard));
    added.changed += (added.changed.empty() ? "" : " OR ") + changed;
    added.shown.push_back(fmt::format("CASE WHEN {} THEN {} || substr({}, 1, 100) ELSE '' END", changed,
                                      quote_literal(", " + name + "="), table.readable(value, {name})));
  }
  if (!added.changed.empty()) added.changed = "(" + added.changed + ")";
  return added;
}

}  // namespace sqlite
