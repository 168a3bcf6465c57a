#include "sqlite/catalog/object_names.h"

#include "sqlite/session/sql_text.h"

namespace sqlite {

std::string other_object(Connection& connection, const catalog::TableName& name) {
  Statement found = connection.prepare("SELECT type FROM main.sqlite_schema WHERE name = " + quote_literal(name.name) +
                                       " COLLATE NOCASE AND type IN ('view', 'index', 'trigger')");
  if (!found.next()) return {};
  const std::string type(found.text(0));
  return (type == "index" ? "is an " : "is a ") + type;
}

}  // namespace sqlite
