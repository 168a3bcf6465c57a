// Code that a function of the target finds by its name: of a body that the server has not parsed pg_depend knows
// nothing, and its names are looked up when it runs, by the session's path or by the function's own.
#pragma once

#include <string>

namespace postgres {

// A list of a WITH, after reached_code() and other_roles(): named(owner, words), functions, operators, views, foreign
// tables and domains of other roles that a function which an import reaches may find, by a word of its body. `schemas`:
// the session's, as a literal of text[]. No row where the role may do nothing beyond its own tables.
std::string named_code(const std::string& schemas);

}  // namespace postgres
