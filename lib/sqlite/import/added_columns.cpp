#include "sqlite/import/added_columns.h"

#include <regex>

#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// A value as it stands, which nothing has to be called for.
bool is_literal(const std::string& expression) {
  static const std::regex literal(R"(('([^']|'')*'|[xX]'[0-9a-fA-F]*'|[-+]?[0-9][0-9.eE+-]*|true|false|TRUE|FALSE))");
  constexpr std::size_t kLongest = 1000;  // std::regex goes as deep as a text is long
  return expression.size() <= kLongest && std::regex_match(expression, literal);
}

}  // namespace

AddedColumns added_columns(Connection& connection, const StagedTable& table, const std::string& alias) {
  AddedColumns added;
  Statement columns =
      connection.prepare("SELECT name, coalesce(dflt_value, '') FROM pragma_table_xinfo(" +
                         quote_literal(table.details.table.name.name) + ", 'main') WHERE hidden = 0 ORDER BY cid");
  while (columns.next()) {
    const std::string name(columns.text(0));
    const std::string standard(columns.text(1));
    if (table.has_columns({name})) continue;
    const std::string value = alias + "." + quote_name(name);
    std::string changed = value + " IS NOT NULL";
    if (is_literal(standard)) changed = "(" + changed + " AND " + value + " COLLATE BINARY IS NOT " + standard + ")";
    added.changed += (added.changed.empty() ? "" : " OR ") + changed;
    added.shown.push_back("CASE WHEN " + changed + " THEN " + quote_literal(", " + name + "=") + " || substr(" +
                          table.readable(value, {name}) + ", 1, 100) ELSE '' END");
  }
  if (!added.changed.empty()) added.changed = "(" + added.changed + ")";
  return added;
}

}  // namespace sqlite
