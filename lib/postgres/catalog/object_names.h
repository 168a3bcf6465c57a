// What a name that is no table of the user's is, for messages: a view, a partition, nothing. Catalog reads only.
#pragma once

#include <string>
#include <vector>

#include "catalog/table.h"
#include "postgres/session/connection.h"

namespace postgres {

// The schemas that are neither the server's own nor of other sessions, by name.
std::vector<std::string> schema_names(Connection& connection);

// "is a view", "is a partition of public.ev"; empty: there is no such thing, or it is a table. Without a schema the
// first of any.
std::string other_object(Connection& connection, const catalog::TableName& name);

}  // namespace postgres
