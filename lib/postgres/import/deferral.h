// When constraints are checked while rows are merged.
#pragma once

#include "postgres/session/connection.h"

namespace postgres {

// Keys, foreign keys and exclusion constraints at the end of the statement that breaks them, so that the row at fault
// can be found. Constraint triggers stay deferred where they are: they may look at several tables ("an order has
// lines"). SET CONSTRAINTS takes every constraint of a name: a key that shares its name with such a trigger stays
// deferred, too.
void check_keys_at_once(Connection& connection);

}  // namespace postgres
