// What the schema of a file may set in motion on a connection: a positive list of functions, table modules and actions,
// whatever the library was built with. Checks, defaults, generated columns and indexes of the file may call the
// functions of the list and no other; triggers and views, beside that, read and write tables of the file only.
#pragma once

#include <string_view>

struct sqlite3;

namespace sqlite {

// A function that neither writes nor reaches beyond its arguments and the row at hand.
bool is_trusted_function(std::string_view name);

// kNever: no statement at all. kOurs: our own may, for VACUUM does so.
enum class Attaching { kNever, kOurs };

// To be called once, before functions of our own are added. Returns SQLite's result code.
int restrict_schema(sqlite3* database, Attaching attaching);

}  // namespace sqlite
