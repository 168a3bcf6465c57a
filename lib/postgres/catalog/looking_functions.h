// Which functions may read rows: what a check, a default or a generated column says that calls one is only known when
// those rows are there. One thread, that of the connection.
#pragma once

#include <string>

#include "postgres/session/connection.h"

namespace postgres {

// Of the functions that checks, defaults, generated columns, domains and indexes of the database call: those that are
// not immutable, and those that say so but whose text, or that of a function which it names, mentions a table or runs a
// text. An array of OIDs, to be used in SQL.
std::string looking_functions(Connection& connection);

// Condition: the object `classid`, `objid` calls one of these, by its name or by way of an operator.
std::string calls_one_of(const std::string& functions, const std::string& classid, const std::string& objid);

}  // namespace postgres
