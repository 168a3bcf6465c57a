// What a name that is no table of the user's is, for messages.
#pragma once

#include <string>

#include "catalog/table.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// "is a view", "is an index"; empty: there is no such thing, or it is a table.
std::string other_object(Connection& connection, const catalog::TableName& name);

}  // namespace sqlite
