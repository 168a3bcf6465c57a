#include "postgres/import/column_privileges.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/import/changed_columns.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// Returns the rights that the role lacks on a whole table. by_column: it has the right on some column; then a row for
// each column on which it lacks it, or one without a column where it lacks none. Otherwise one row.
constexpr const char* kColumnsWithout = R"sql(
SELECT d.n, p.privilege, p.by_column, a.attname
FROM (VALUES {tables}) AS d(n, relation)
CROSS JOIN LATERAL (
  SELECT r.privilege, pg_catalog.has_any_column_privilege(d.relation, r.privilege) AS by_column
  FROM (VALUES ('INSERT'), ('UPDATE')) AS r(privilege)
  WHERE NOT pg_catalog.has_table_privilege(d.relation, r.privilege)) AS p
LEFT JOIN pg_catalog.pg_attribute a ON p.by_column AND a.attrelid = d.relation AND a.attnum > 0 AND NOT a.attisdropped
  AND NOT pg_catalog.has_column_privilege(d.relation, a.attnum, p.privilege)
ORDER BY d.n, p.privilege, a.attnum)sql";

std::string grant(Connection& connection, const StagedTable& table, const std::string& privilege,
                  const std::vector<std::string>& columns) {
  const std::string role = connection.query_value("SELECT pg_catalog.quote_ident(current_user)").c_str();
  return fmt::format("GRANT {} ({}) ON {} TO {}", privilege, join(columns, ", "), table.target, role);
}

}  // namespace

void read_column_privileges(Connection& connection, std::vector<StagedTable>& tables) {
  if (tables.empty()) return;
  std::vector<std::string> wanted;
  for (StagedTable& table : tables) {
    table.not_insertable.clear();
    table.not_updatable.clear();
    table.never_inserts = table.never_updates = false;
    wanted.push_back(fmt::format("({}, {}::pg_catalog.oid)", wanted.size(), table.details.oid));
  }
  for (const auto& row : connection.query(fmt::format(kColumnsWithout, fmt::arg("tables", join(wanted, ", "))))) {
    StagedTable& table = tables.at(row["n"].as<std::size_t>());
    const bool insert = row["privilege"].c_str()[0] == 'I';
    if (row["by_column"].as<bool>())
      (insert ? table.inserts_by_column : table.updates_by_column) = true;
    else
      (insert ? table.never_inserts : table.never_updates) = true;
    if (!row["attname"].is_null())
      (insert ? table.not_insertable : table.not_updatable).emplace_back(row["attname"].c_str());
  }
}

std::vector<std::string> column_grants(Connection& connection, const StagedTable& table, const std::string& privilege) {
  const bool insert = privilege == "INSERT";
  if (table.plan.mode == (insert ? engine::Mode::kUpdate : engine::Mode::kInsert)) return {};
  const std::vector<std::string>& lacking = insert ? table.not_insertable : table.not_updatable;
  std::vector<std::string> columns;
  for (const StagedColumn& column : table.columns) {
    if ((insert || table.is_assigned(column)) && std::ranges::find(lacking, column.name) != lacking.end())
      columns.push_back(column.quoted);
  }
  if (columns.empty()) return {};
  return {grant(connection, table, privilege, columns)};
}

std::vector<std::string> missing_update_grants(Connection& connection, const std::vector<StagedTable>& tables) {
  std::vector<std::string> grants;
  for (const StagedTable& table : tables) {
    if (table.not_updatable.empty() || table.plan.identity.empty() || table.may_be_written == 0) continue;
    std::vector<std::string> changed;
    for (const std::string& column : table.not_updatable)
      changed.push_back(fmt::format("pg_catalog.bool_or({})", table.differs("s", "t", {column})));
    const pqxx::result found =
        connection.query(fmt::format("SELECT {}\nFROM {}", join(changed, ", "), accepted_updates(table)));
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < changed.size(); ++i) {
      const auto field = found[0][static_cast<pqxx::row::size_type>(i)];
      if (!field.is_null() && field.as<bool>()) columns.push_back(quote_name(table.not_updatable[i]));
    }
    if (!columns.empty()) grants.push_back(grant(connection, table, "UPDATE", columns));
  }
  return grants;
}

}  // namespace postgres
