// Whether the ledger of db-migrate is a table that can be read and written without running anybody's code.
#pragma once

#include <string>

#include "postgres/session/connection.h"

namespace postgres {

// Throws kSchema, naming the reason, where the table `name` of `schema` is no ordinary table, or one of somebody else's
// than this role, the schema's, the database's owner or a superuser, or holds anything but our four columns and their
// primary key: what else computes while a row goes in (a default, a check, an index, a trigger, a rule, a policy), its
// owner wrote, and we would run. Nothing where there is no such table.
void demand_sound_ledger(Connection& connection, const std::string& schema, const std::string& name);

}  // namespace postgres
