// What a target asks and says of columns that may be masked.
#include <algorithm>

#include "postgres/import/target.h"

namespace postgres {

bool PostgresTarget::has_column(const std::function<bool(const catalog::TableName&, const std::string&)>& wanted) {
  const pqxx::result columns = connection_->query(R"sql(
    SELECT n.nspname, c.relname, a.attname
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema')sql");
  return std::any_of(columns.begin(), columns.end(), [&](const auto& row) {
    return wanted({row[0].c_str(), row[1].c_str()}, row[2].c_str());
  });
}

// They may look at several rows or tables: none can be left out by itself.
void PostgresTarget::fire_deferred_triggers() {
  try {
    connection_->execute("SET CONSTRAINTS ALL IMMEDIATE");
  } catch (const ServerError& error) {
    if (!error.blames_a_row()) throw;
    const std::string& context = error.fields().context;
    throw base::Error(
        base::ErrorKind::kSchema,
        std::string("a deferred trigger of the target refuses the rows together: ") + error.what() +
            (context.empty() || connection_->withholds_values() ? ""
                                                                : " (" + context.substr(0, context.find('\n')) + ")"),
        "nothing was written: mend the rows that it speaks of, or leave their table out with -T");
  }
}

}  // namespace postgres
