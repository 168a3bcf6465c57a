// Whether a column of a name that somebody looks for is anywhere in the database.
#pragma once

#include <functional>
#include <string>

#include "catalog/table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Of every table, view and composite type that is not the server's own.
bool is_any_column(Connection& connection,
                   const std::function<bool(const catalog::TableName&, const std::string& column)>& wanted);

}  // namespace postgres
