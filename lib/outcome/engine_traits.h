// What engines differ in, for those who decide by it and see none: of a file's source the header tells only the name.
// An engine is a row of the table. Plain values.
#pragma once

#include <string_view>

namespace outcome {

// By whose rules a script is cut into statements.
enum class Dialect { kPostgresql, kSqlite };

struct EngineTraits {
  std::string_view name;   // as headers and DatabaseInfo have it: "postgresql"
  std::string_view title;  // as people write it
  bool is_file = false;    // of this machine, without a server
  bool is_typed = true;    // a column holds values of its type alone
  bool has_roles = false;  // and passwords
  bool has_schemas = true;
  bool has_json = true;            // as a type of its own
  bool holds_orphans = false;      // rows whose parent is not there
  bool names_ignore_case = false;  // of tables and columns
  Dialect dialect = Dialect::kPostgresql;
};

// Of an engine that is not known: a typed one, without a title.
const EngineTraits& traits_of(std::string_view engine);

}  // namespace outcome
