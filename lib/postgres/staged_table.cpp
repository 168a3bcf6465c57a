#include "postgres/staged_table.h"

#include <algorithm>

#include "postgres/sql_text.h"

namespace postgres {
namespace {

constexpr std::size_t kMaxColumns = 1600;  // MaxHeapAttributeNumber

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

std::uint32_t stage_oid_of(const ColumnDetails& column) {
  constexpr std::uint32_t kTextOid = 25;
  constexpr std::uint32_t kTextArrayOid = 1009;
  switch (transport_of(column.type)) {
    case Transport::kText:
      return kTextOid;
    case Transport::kTextArray:
      return kTextArrayOid;
    case Transport::kBinary:
      break;
  }
  return column.type.oid;
}

// From the stage's type to the column's own. Through bpchar where it is text: then the server reads the text as the
// type's input function does, whatever casts from text the type has.
std::string cast_of(const ColumnDetails& column) {
  switch (transport_of(column.type)) {
    case Transport::kText:
      return "::pg_catalog.bpchar::" + column.type_sql;
    case Transport::kTextArray:
      return "::pg_catalog.bpchar[]::" + column.type_sql;
    case Transport::kBinary:
      return column.is_domain ? "::" + column.type_sql : std::string{};
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
  changes = "pg_temp.change_" + suffix;
  record = quote_name(free_column_name(details.table));
  for (std::size_t i = 0; i < plan.target_column.size(); ++i) {
    const std::size_t place = plan.target_column[i];
    if (place == engine::TablePlan::kNotWritten) continue;
    const ColumnDetails& column = details.columns[place];
    const std::string& name = details.table.columns[place].name;
    columns.push_back(
        {i, name, quote_name(name), stage_type_of(column), stage_oid_of(column), cast_of(column), Codec(column.type)});
  }
  if (columns.size() >= kMaxColumns) first_column_type = "pg_temp.first_" + suffix;
}

std::string StagedTable::stage_record() const {
  return first_column_type.empty() ? record : "(" + columns.front().quoted + ").record";
}

bool StagedTable::has_columns(const std::vector<std::string>& names) const {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(columns.begin(), columns.end(), [&](const StagedColumn& column) { return column.name == name; });
  });
}

std::string StagedTable::typed_rows() const { return rows(Casts::kApplied); }

std::string StagedTable::raw_rows() const { return rows(Casts::kLeftOut); }

std::string StagedTable::rows(Casts casts) const {
  std::string sql = "(SELECT " + stage_record() + " AS " + record;
  for (const StagedColumn& column : columns) {
    const bool beside_record = !first_column_type.empty() && &column == &columns.front();
    sql += beside_record ? ", (" + column.quoted + ").value" : ", " + column.quoted;
    if (casts == Casts::kApplied) sql += column.cast;
    if (beside_record || !column.cast.empty()) sql += " AS " + column.quoted;
  }
  return sql + " FROM " + stage + ")";
}

std::string StagedTable::image(const std::string& alias) const {
  std::vector<std::string> fields;
  for (const StagedColumn& column : columns) fields.push_back(alias + "." + column.quoted);
  // The cast keeps the parser from taking ROW() op ROW() for a comparison field by field.
  return "(ROW(" + join(fields, ", ") + ")::pg_catalog.record)";
}

std::string StagedTable::updated_image(const std::string& alias) const {
  std::vector<std::string> fields;
  for (const StagedColumn& column : columns) {
    if (!is_kept(column)) fields.push_back(alias + "." + column.quoted);
  }
  return "(ROW(" + join(fields, ", ") + ")::pg_catalog.record)";
}

bool StagedTable::is_kept(const StagedColumn& column) const {
  return details.table.find_column(column.name)->identity == catalog::Identity::kAlways;
}

std::string StagedTable::same_identity(const std::string& a, const std::string& b) const {
  const UniqueIndex* by_index = nullptr;
  for (const UniqueIndex& index : details.unique_indexes) {
    if (index.plain && index.columns == plan.identity) by_index = &index;
  }
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < plan.identity.size(); ++i) {
    const std::string name = quote_name(plan.identity[i]) + details.details_of(plan.identity[i]).comparison_cast();
    const std::string equals = by_index == nullptr ? "OPERATOR(pg_catalog.=)" : by_index->equality[i];
    parts.push_back(a + "." + name + " " + equals + " " + b + "." + name);
  }
  return join(parts, " AND ");
}

std::string StagedTable::target_is_newer() const {
  if (plan.changed_at.empty() || !has_columns({plan.changed_at})) return "false";
  const std::string column = quote_name(plan.changed_at);
  return "COALESCE(t." + column + " OPERATOR(pg_catalog.>) s." + column + ", false)";
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

std::string reject_sql(const StagedTable& table, const Rejection& rejection, const std::string& rows) {
  const auto bytes = [](const std::string& text) { return "pg_catalog.convert_to(" + text + ", 'UTF8')"; };
  std::string sql = "INSERT INTO " + table.rejects + " SELECT DISTINCT ON (1) s." + table.record + ", '" +
                    rejection.verdict + "', " + bytes(table.key_text("s")) + ", " + bytes(rejection.reason) + ", ";
  sql += rejection.constraint.empty() ? "NULL" : bytes(quote_literal(rejection.constraint));
  sql += rejection.holder.empty() ? ", NULL, NULL, NULL" : ", " + bytes(rejection.holder) + ", t.tableoid, t.ctid";
  return sql + " FROM " + rows;
}

}  // namespace postgres
