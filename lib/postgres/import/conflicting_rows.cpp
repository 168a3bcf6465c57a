#include "postgres/import/conflicting_rows.h"

#include <fmt/format.h>

#include <string>

#include "postgres/catalog/record_reader.h"
#include "postgres/import/base_merge.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kRows = R"sql((
SELECT {values}
FROM {rejects} r
JOIN {staged} s ON s.{record} = r.record
JOIN {side} ON {same_side}
WHERE {of_base}
ORDER BY r.record))sql";

Codec text_codec() {
  ColumnType text;
  text.oid = 25;
  text.type_name = text.name = "text";
  text.type_schema = "pg_catalog";
  return Codec(text);
}

}  // namespace

std::unique_ptr<engine::RowReader> conflicting_rows(Connection& connection, const StagedTable& table, engine::Side side,
                                                    const std::vector<engine::NamedColumn>& columns) {
  if (table.base == nullptr || table.plan.identity.empty() || table.rejected_rows == 0) return nullptr;
  const bool of_base = side == engine::Side::kBase;
  const std::string alias = of_base ? "b" : "t";
  std::vector<RecordReader::Column> fields{{engine::kNumberKey, text_codec()}};
  std::vector<std::string> values{"r.record::pg_catalog.text"};
  for (const engine::NamedColumn& column : columns) {
    const std::string& name = table.plan.target.columns[column.column].name;
    if (of_base && !table.base->has_columns({name})) continue;
    const ColumnType& type = table.details.details_of(name).type;
    fields.push_back({column.name, Codec(type)});
    values.push_back(sent_value(type, alias + "." + quote_name(name)));
  }
  const std::string rows = (of_base ? base_rows(table) : table.target_rows) + " " + alias;
  return std::make_unique<RecordReader>(
      connection, table.details.table.name.name, fields, table.plan.identity,
      table_sql(table, kRows, fmt::arg("values", join(values, ", ")), fmt::arg("side", rows),
                fmt::arg("same_side", of_base ? same_base(table) : table.same_identity("s", "t")),
                fmt::arg("of_base", is_of_base(table))));
}

}  // namespace postgres
