#include "postgres/import/changed_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

struct Group {
  std::string observed;
  std::uint64_t rows;
};

std::vector<Group> largest_first(Connection& connection, const std::string& groups) {
  std::vector<Group> found;
  const std::string sql = fmt::format(
      R"sql(
SELECT g.observed, pg_catalog.count(*) AS rows FROM {groups} g GROUP BY g.observed ORDER BY 2 DESC, 1)sql",
      fmt::arg("groups", groups));
  for (const auto& row : connection.query(sql))
    found.push_back({row["observed"].c_str(), row["rows"].as<std::uint64_t>()});
  return found;
}

std::string of_all_observers(const StagedTable& table) {
  return std::string(table.details.column_observers.size(), '1');
}

}  // namespace

std::string accepted_updates(const StagedTable& table) {
  return fmt::format(
      R"sql({rows} s JOIN {verdicts} v ON v.record = s.{record} JOIN {target} t ON {same} WHERE v.verdict = 'u')sql",
      fmt::arg("rows", table.typed_rows()), fmt::arg("verdicts", table.verdicts), fmt::arg("record", table.record),
      fmt::arg("target", table.target_rows), fmt::arg("same", table.same_identity("s", "t")));
}

std::string classified_updates(const StagedTable& table) {
  const bool as_they_differ = table.rejected_rows == 0 && table.reached == 0;
  if (!as_they_differ || table.may_be_written < table.staged_rows / 2) return accepted_updates(table);
  return table_sql(table, "{staged} s JOIN {target} t ON {same} WHERE {differs}");
}

std::string update_group_sql(const StagedTable& table, const std::string& s, const std::string& t) {
  std::string sql = "''";
  for (const ColumnObserver& observer : table.details.column_observers)
    sql += " || CASE WHEN " + table.differs(s, t, observer.columns) + " THEN '1' ELSE '0' END";
  return "(" + sql + ")";
}

std::vector<std::string> unnamed_columns(const StagedTable& table, const std::string& group) {
  std::vector<std::string> columns = table.not_updatable;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (group[i] == '1') continue;
    for (const std::string& column : table.details.column_observers[i].columns) {
      if (!contains(columns, column)) columns.push_back(column);
    }
  }
  return columns;
}

std::vector<std::string> group_updates(Connection& connection, const StagedTable& table, std::size_t number) {
  if (connection.query_value("SELECT pg_catalog.to_regclass('pg_temp.update_group') IS NULL").as<bool>()) {
    connection.execute(R"sql(
CREATE TEMPORARY TABLE update_group (plan pg_catalog.int4, record pg_catalog.int8, observed pg_catalog.text)
    ON COMMIT DROP)sql");
  }
  connection.execute(fmt::format(
      R"sql(
DELETE FROM pg_temp.update_group WHERE plan = {plan};
INSERT INTO pg_temp.update_group SELECT {plan}, v.record, {observed} FROM {updates};
ANALYZE pg_temp.update_group)sql",
      fmt::arg("plan", number), fmt::arg("observed", update_group_sql(table, "s", "t")),
      fmt::arg("updates", accepted_updates(table))));
  std::vector<std::string> groups;
  for (const Group& group :
       largest_first(connection, fmt::format("(SELECT observed FROM pg_temp.update_group WHERE plan = {})", number)))
    groups.push_back(group.observed);
  if (groups.size() <= kMaxUpdateGroups) return groups;
  groups.resize(kMaxUpdateGroups - 1);
  std::vector<std::string> kept;
  for (const std::string& group : groups) kept.push_back(quote_literal(group));
  const std::string all = of_all_observers(table);
  connection.execute(fmt::format(
      R"sql(
UPDATE pg_temp.update_group SET observed = {all} WHERE plan = {plan} AND observed NOT IN ({kept}))sql",
      fmt::arg("all", quote_literal(all)), fmt::arg("plan", number), fmt::arg("kept", join(kept, ", "))));
  if (!contains(groups, all)) groups.push_back(all);
  return groups;
}

std::string in_update_group(std::size_t number, const std::string& group) {
  return fmt::format(
      R"sql( AND v.record IN (SELECT g.record FROM pg_temp.update_group g WHERE g.plan = {plan} AND g.observed = {group}))sql",
      fmt::arg("plan", number), fmt::arg("group", quote_literal(group)));
}

std::string notice_of_ungrouped_updates(Connection& connection, const StagedTable& table) {
  // Fewer observers cannot make that many groups.
  if (table.details.column_observers.size() < 5 || table.plan.identity.empty() || table.may_be_written == 0) return {};
  const std::vector<Group> groups = largest_first(
      connection,
      fmt::format("(SELECT {} AS observed FROM {})", update_group_sql(table, "s", "t"), accepted_updates(table)));
  if (groups.size() <= kMaxUpdateGroups) return {};
  std::uint64_t rows = 0;
  for (std::size_t i = kMaxUpdateGroups - 1; i < groups.size(); ++i) rows += groups[i].rows;
  std::vector<std::string> names;
  for (const ColumnObserver& observer : table.details.column_observers) {
    if (!contains(names, observer.name)) names.push_back(observer.name);
  }
  return fmt::format(
      "{}: the updates differ in too many ways for a statement each; {} of them name all columns, also those that stay "
      "as they are, which {} may tell",
      table.details.table.name.name, rows, join(names, ", "));
}

}  // namespace postgres
