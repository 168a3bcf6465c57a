// Which errors of the server are a row's own fault (a value, a constraint, what a function of the target says of it)
// and not that of the transaction, the statement or the connection. A function may raise any code that it likes, so a
// code alone does not tell: the context does. Pure functions.
#pragma once

#include <string>

namespace postgres {

// Somebody's function has said so: RAISE.
bool is_raised(const std::string& context);

// The statement of a function of the target cannot be run: what it names is not there, or not for us.
bool is_of_a_functions_statement(const std::string& sqlstate, const std::string& context);

// The line of the context that names the function, else the first one.
std::string function_line(const std::string& context);

bool blames_a_row(const std::string& sqlstate, const std::string& context);

// The same in SQL: condition on these expressions. The context is that of a block of ours (DO), whose own line does not
// count.
std::string blames_a_row_sql(const std::string& sqlstate, const std::string& context);

}  // namespace postgres
