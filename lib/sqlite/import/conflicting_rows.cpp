#include "sqlite/import/conflicting_rows.h"

#include <string>

#include "engine/reasons.h"
#include "sqlite/catalog/record_reader.h"
#include "sqlite/import/base_merge.h"
#include "sqlite/import/table_sql.h"
#include "sqlite/import/target.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// A result has at most 2000 columns: of a table of as many, the last ones are not told.
constexpr std::size_t kMostFields = 2000;

constexpr const char* kRows = R"sql(
SELECT {values}
FROM {rejects} r
CROSS JOIN {stage} s ON s.{record} = r.record
CROSS JOIN {side} ON {same_side}
WHERE r.verdict = 'c' AND r."constraint" = {constraint}
ORDER BY r.record)sql";

}  // namespace

std::unique_ptr<engine::RowReader> conflicting_rows(Connection& connection, const StagedTable& table, engine::Side side,
                                                    const std::vector<engine::NamedColumn>& columns) {
  if (table.base == nullptr || table.plan.identity.empty() || table.rejected_rows == 0) return nullptr;
  const bool of_base = side == engine::Side::kBase;
  const std::string alias = of_base ? "b" : "t";
  ColumnType text;
  text.affinity = Affinity::kText;
  std::vector<RecordReader::Column> fields{{engine::kNumberKey, Codec(text)}};
  std::vector<std::string> values{"CAST(r.record AS TEXT)"};
  for (const engine::NamedColumn& column : columns) {
    const std::string& name = table.plan.target.columns[column.column].name;
    if (fields.size() == kMostFields || (of_base && !table.base->has_columns({name}))) continue;
    fields.push_back({column.name, Codec(table.details.columns[column.column].type)});
    values.push_back(alias + "." + quote_name(name));
  }
  const std::string constraint = engine::reasons::base_words(table.plan.base->settled).constraint;
  return std::make_unique<RecordReader>(
      connection, table.details.table.name.name, fields, table.plan.identity,
      connection.prepare(table_sql(table, kRows, fmt::arg("values", join(values, ", ")),
                                   fmt::arg("side", (of_base ? table.base->stage : table.target) + " " + alias),
                                   fmt::arg("same_side", of_base ? same_base(table) : table.same_identity("s", "t")),
                                   fmt::arg("constraint", quote_literal(constraint)))));
}

std::unique_ptr<engine::RowReader> SqliteTarget::conflicting_rows(std::size_t plan, engine::Side side,
                                                                  const std::vector<engine::NamedColumn>& columns) {
  return sqlite::conflicting_rows(*connection_, tables_.at(plan), side, columns);
}

}  // namespace sqlite
