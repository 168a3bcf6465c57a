// What a target asks and says of columns that may be masked.
#include "postgres/catalog/column_names.h"
#include "postgres/import/target.h"

namespace postgres {

bool PostgresTarget::has_column(const std::function<bool(const catalog::TableName&, const std::string&)>& wanted) {
  return is_any_column(*connection_, wanted);
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
