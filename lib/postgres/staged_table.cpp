#include "postgres/staged_table.h"

#include <algorithm>

#include "postgres/sql_text.h"

namespace postgres {
namespace {

std::string stage_type_of(const ColumnDetails& column) {
  switch (transport_of(column.type)) {
    case Transport::kText:
      return "pg_catalog.text";
    case Transport::kTextArray:
      return "pg_catalog.text[]";
    case Transport::kBinary:
      // A domain is staged as its base type: its checks are for the rows, not for the COPY.
      return column.is_domain ? column.base_sql : std::string{};
  }
  return {};
}

std::string free_column_name(const catalog::Table& table) {
  std::string name = "record";
  while (table.find_column(name) != nullptr) name += '_';
  return name;
}

}  // namespace

StagedTable::StagedTable(std::size_t number, const TableDetails& table_details, engine::TablePlan table_plan)
    : details(table_details), plan(std::move(table_plan)) {
  const std::string suffix = std::to_string(number);
  target = quote_name(details.table.name);
  target_rows = details.partitioned ? target : "ONLY " + target;
  stage = "pg_temp.stage_" + suffix;
  verdicts = "pg_temp.verdict_" + suffix;
  rejects = "pg_temp.reject_" + suffix;
  record = quote_name(free_column_name(details.table));
  for (std::size_t i = 0; i < plan.target_column.size(); ++i) {
    const std::size_t place = plan.target_column[i];
    if (place == engine::TablePlan::kNotWritten) continue;
    const ColumnDetails& column = details.columns[place];
    const std::string& name = details.table.columns[place].name;
    std::string stage_type = stage_type_of(column);
    std::string cast = stage_type.empty() ? std::string{} : "::" + column.type_sql;
    columns.push_back({i, name, quote_name(name), std::move(stage_type), std::move(cast), Codec(column.type)});
  }
}

bool StagedTable::has_columns(const std::vector<std::string>& names) const {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(columns.begin(), columns.end(), [&](const StagedColumn& column) { return column.name == name; });
  });
}

std::string StagedTable::typed_rows() const {
  std::string sql = "(SELECT " + record;
  for (const StagedColumn& column : columns) {
    sql += ", " + column.quoted;
    if (!column.cast.empty()) sql += column.cast + " AS " + column.quoted;
  }
  return sql + " FROM " + stage + ")";
}

std::string StagedTable::image(const std::string& alias) const {
  std::vector<std::string> fields;
  for (const StagedColumn& column : columns) fields.push_back(alias + "." + column.quoted);
  // The cast keeps the parser from taking ROW() op ROW() for a comparison field by field.
  return "(ROW(" + join(fields, ", ") + ")::pg_catalog.record)";
}

std::string StagedTable::same_identity(const std::string& a, const std::string& b) const {
  const UniqueIndex* by_index = nullptr;
  for (const UniqueIndex& index : details.unique_indexes) {
    if (index.plain && index.columns == plan.identity) by_index = &index;
  }
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < plan.identity.size(); ++i) {
    const std::string name = quote_name(plan.identity[i]);
    const std::string equals = by_index == nullptr ? "OPERATOR(pg_catalog.=)" : by_index->equality[i];
    parts.push_back(a + "." + name + " " + equals + " " + b + "." + name);
  }
  return join(parts, " AND ");
}

std::string StagedTable::key_text(const std::string& alias) const {
  if (plan.identity.empty()) return "pg_catalog.left(" + image(alias) + "::pg_catalog.text, 1000)";
  std::vector<std::string> parts;
  for (const std::string& column : plan.identity) {
    parts.push_back(quote_literal(column + "=") + " || " + alias + "." + quote_name(column) + "::pg_catalog.text");
  }
  return join(parts, " || ', ' || ");
}

std::string StagedTable::identity_list(const std::string& alias) const {
  std::vector<std::string> list;
  for (const std::string& column : plan.identity) list.push_back(alias + "." + quote_name(column));
  return join(list, ", ");
}

std::string reject_sql(const StagedTable& table, char verdict, const std::string& reason, const std::string& rows) {
  return "INSERT INTO " + table.rejects + " SELECT DISTINCT ON (1) s." + table.record + ", '" + verdict +
         "', pg_catalog.convert_to(" + table.key_text("s") + ", 'UTF8'), pg_catalog.convert_to(" + reason + ", 'UTF8') FROM " + rows;
}

}  // namespace postgres
