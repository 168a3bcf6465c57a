// Pieces of SQL for what the catalog keeps differently from version to version, or in more than one place. No
// connection needed.
#pragma once

#include <string>
#include <string_view>

namespace postgres {

// Condition on a row of pg_trigger: it calls somebody's code. What the server makes for foreign keys is internal and
// calls the server's own functions; what up to PostgreSQL 14 a partition has of its parent's trigger is internal, too.
std::string users_trigger(std::string_view trigger);

// The same, and it is fired by what an import writes: not disabled, nor for replicas alone.
std::string fired_trigger(std::string_view trigger);

// Row (classid, objid, objsubid): where pg_depend keeps what the value of a column uses, of its rows in pg_attribute
// and pg_attrdef. Up to PostgreSQL 14 that of a generated column is kept with the column, otherwise with its
// expression.
std::string user_of_column_value(int server_version, std::string_view attribute, std::string_view expression);

}  // namespace postgres
