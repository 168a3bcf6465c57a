#include "sqlite/catalog/object_names.h"

#include "sqlite/session/sql_text.h"

namespace sqlite {

std::string other_object(Connection& connection, const catalog::TableName& name) {
  const std::string type =
      connection.text("SELECT type FROM main.sqlite_schema WHERE name = " + quote_literal(name.name) +
                      " COLLATE NOCASE AND type IN ('view', 'index', 'trigger')");
  if (type.empty()) return {};
  return (type == "index" ? "is an " : "is a ") + type;
}

}  // namespace sqlite
