#include "postgres/import/parking_trial.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/import/index_key.h"
#include "postgres/import/judged_rows.h"
#include "postgres/session/savepoint.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// The target's rows with the one value in place, shaped like staged rows.
constexpr const char* kRows = R"sql((
SELECT s.{record}, {columns}
FROM {staged} s
JOIN pg_temp.key_aside a ON a.plan = {plan} AND a.place = {place} AND a.record = s.{record}
JOIN {target} t ON {same}{values}))sql";

constexpr const char* kClash = "SELECT FROM {mine} p JOIN {others} {alias} ON {same} WHERE {are_two}";

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

bool overlap(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::any_of(a, [&](const std::string& name) { return contains(b, name); });
}

}  // namespace

std::vector<std::string> ParkingTrial::changed_with(const StagedTable& table, const std::string& column) {
  std::vector<std::string> changed{column};
  for (const catalog::Column& other : table.details.table.columns) {
    if (other.generated && contains(table.details.details_of(other.name).made.reads, column))
      changed.push_back(other.name);
  }
  return changed;
}

bool ParkingTrial::fits(const StagedColumn& column, const std::string& values) {
  const std::vector<std::string> offences = this->offences(changed_with(table_, column.name), rows(column, values));
  bool fits = false;
  const auto look = [&] {
    fits = std::ranges::all_of(offences, [&](const std::string& one) {
      return connection_.query(fmt::format("SELECT FROM ({}) x LIMIT 1", one)).empty();
    });
  };
  refusal_of(connection_, "trial", look, Refusal::kOfAnExpression);
  return fits;
}

std::string ParkingTrial::rows(const StagedColumn& column, const std::string& values) const {
  std::vector<std::string> columns;
  for (const StagedColumn& one : table_.columns) {
    if (one.name != column.name) {
      columns.push_back(fmt::format("t.{}", one.quoted));
    } else if (!values.empty()) {
      columns.push_back(fmt::format("x.value AS {}", one.quoted));
    } else {
      const ColumnDetails& details = table_.details.details_of(one.name);
      columns.push_back(fmt::format("NULL::{}{} AS {}", details.base_sql,
                                    details.is_domain ? "::" + details.type_sql : "", one.quoted));
    }
  }
  return fmt::format(kRows, fmt::arg("record", table_.record), fmt::arg("columns", join(columns, ", ")),
                     fmt::arg("staged", table_.typed_rows()), fmt::arg("plan", number_), fmt::arg("place", place_),
                     fmt::arg("target", table_.target_rows), fmt::arg("same", table_.same_identity("s", "t")),
                     fmt::arg("values", values.empty() ? "" : fmt::format(" JOIN {} x ON x.rank = a.rank", values)));
}

// Queries that find a row each where something speaks against the rows, or that fail.
std::vector<std::string> ParkingTrial::offences(const std::vector<std::string>& changed,
                                                const std::string& rows) const {
  const TableDetails& details = table_.details;
  std::vector<std::string> all;
  const auto judge = [&](const std::vector<std::string>& columns, const std::string& offence) {
    all.push_back(fmt::format("SELECT FROM {} s WHERE {}", judged_rows(table_, columns, rows), offence));
  };
  for (const std::string& column : changed)
    judge({column}, fmt::format("pg_catalog.num_nulls(s.{}) < 0", quote_name(column)));
  for (const CheckConstraint& check : details.checks)
    if (overlap(check.columns, changed)) judge(check.columns, fmt::format("({}) IS FALSE", check.expression));
  if (overlap(details.leaf_checks.columns, changed))
    judge(details.leaf_checks.columns, fmt::format("({}) IS NOT NULL", details.leaf_checks.failed));
  for (const Evaluated& one : table_.may_fail)
    if (overlap(one.columns, changed)) judge(one.columns, fmt::format("pg_catalog.num_nulls({}) < 0", one.expression));
  for (std::size_t i = 0; i < details.unique_indexes.size(); ++i) {
    const UniqueIndex& index = details.unique_indexes[i];
    if (i == place_ || overlap(index.columns, changed)) add_key(index, i == place_, rows, all);
  }
  return all;
}

// Of a key that is not set aside, what the row itself holds in the target and gets from the file may be the same.
void ParkingTrial::add_key(const UniqueIndex& index, bool set_aside, const std::string& rows,
                           std::vector<std::string>& all) const {
  const std::string mine = keys_of(index, fmt::format("s.{}, {}, ", table_.record, table_.identity_list("s")),
                                   fmt::format("{} s", judged_rows(table_, index.columns, rows)));
  const auto add = [&](const std::string& others, const std::string& alias, const std::string& are_two) {
    for (const std::string& same : ways_to_be_same(table_, index, "p", alias))
      all.push_back(fmt::format(fmt::runtime(kClash), fmt::arg("mine", mine), fmt::arg("others", others),
                                fmt::arg("alias", alias), fmt::arg("same", same),
                                fmt::arg("are_two", set_aside ? "true" : are_two)));
  };
  add(held_keys(table_, index), "t", fmt::format("({}) IS NOT TRUE", table_.same_identity("p", "t")));
  add(staged_keys(table_, index), "s", fmt::format("p.{0} <> s.{0}", table_.record));
  all.push_back(fmt::format("SELECT FROM {} r", repeated_keys(table_, index, mine)));
}

}  // namespace postgres
