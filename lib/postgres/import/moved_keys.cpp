#include "postgres/import/moved_keys.h"

#include <algorithm>

#include "postgres/import/judged_rows.h"
#include "postgres/import/rejects.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// kForm: 1.00 that becomes 1.0 has moved, too.
enum class Moved { kValue, kForm };

// Whether an update can change one of the columns. The identity keeps its value: rows are found by it.
bool may_move(const StagedTable& table, const std::vector<std::string>& columns, Moved moved = Moved::kValue) {
  if (table.plan.identity.empty() || table.plan.mode == engine::Mode::kInsert || !foretells(table, columns))
    return false;
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
    const bool brought = table.has_columns({column}) || table.details.table.find_column(column)->generated;
    const bool of_identity =
        std::find(table.plan.identity.begin(), table.plan.identity.end(), column) != table.plan.identity.end();
    return brought && !(of_identity && (moved == Moved::kValue || table.details.details_of(column).bytewise));
  });
}

// The accepted updates, each called `alias`.
std::string accepted_updates(const StagedTable& table, const std::string& alias,
                             const std::vector<std::string>& columns) {
  return table_sql(table, "{rows} {alias} JOIN {verdicts} w ON w.record = {alias}.{record} AND w.verdict = 'u'",
                   fmt::arg("rows", judged_rows(table, columns)), fmt::arg("alias", alias));
}

// Rows t of the target whose key an accepted update s changes, and somebody needs.
constexpr const char* kNeeded = R"sql({updates}
JOIN {target} t ON {same}
WHERE {moved} AND EXISTS ({needed}))sql";

constexpr const char* kReferring = "SELECT FROM {children} c WHERE {refers}{stays}";

// An accepted update of the file lets the child's row refer to something else.
constexpr const char* kStays = " AND NOT EXISTS (SELECT FROM {updates} WHERE {same_row} AND {refers} IS NOT TRUE)";

std::string compared(const std::vector<std::string>& left, const std::string& a, const std::vector<Equality>& operators,
                     const std::vector<std::string>& right, const std::string& b) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < left.size(); ++i)
    parts.push_back(
        operators[i].of(fmt::format("{}.{}", a, quote_name(left[i])), fmt::format("{}.{}", b, quote_name(right[i]))));
  return fmt::format("({})", join(parts, " AND "));
}

std::string other_value(const Reference& reference) {
  return compared(reference.parent_columns, "t", reference.key_equality, reference.parent_columns, "s") +
         " IS NOT TRUE";
}

// RESTRICT asks for the same bytes: 1.0 is not 1.00 to it.
std::string other_image(const std::vector<std::string>& columns) {
  const auto row = [&](const std::string& alias) {
    std::vector<std::string> values;
    values.reserve(columns.size());
    for (const std::string& column : columns) values.push_back(fmt::format("{}.{}", alias, quote_name(column)));
    return fmt::format("ROW({})::pg_catalog.record", join(values, ", "));
  };
  return row("t") + " OPERATOR(pg_catalog.*<>) " + row("s");
}

}  // namespace

std::uint64_t reject_needed(Connection& connection, StagedTable& table) {
  std::uint64_t found = 0;
  for (const Reference& reference : table.details.references) {
    if (!may_move(table, reference.parent_columns, reference.restrict ? Moved::kForm : Moved::kValue)) continue;
    const auto refers = [&](const std::string& child) {
      return compared(reference.parent_columns, "t", reference.equality, reference.columns, child);
    };
    const bool may_stay = reference.own && !reference.restrict && foretells(table, reference.columns);
    const std::string stays =
        may_stay
            ? fmt::format(fmt::runtime(kStays), fmt::arg("updates", accepted_updates(table, "o", reference.columns)),
                          fmt::arg("same_row", table.same_identity("o", "c")), fmt::arg("refers", refers("o")))
            : std::string{};
    const std::string needed = fmt::format(fmt::runtime(kReferring), fmt::arg("children", reference.rows),
                                           fmt::arg("refers", refers("c")), fmt::arg("stays", stays));
    const std::string reason =
        fmt::format("{} || {} || ', which this update would take away'",
                    quote_literal(fmt::format("{}: rows of {} refer to ", reference.name, reference.table)),
                    table.columns_text(reference.parent_columns, "t"));
    found += reject(connection, table,
                    reject_sql(table, {.verdict = Verdict::kInvalid, .reason = reason, .constraint = reference.name},
                               table_sql(table, kNeeded,
                                         fmt::arg("updates", accepted_updates(table, "s", reference.parent_columns)),
                                         fmt::arg("moved", reference.restrict ? other_image(reference.parent_columns)
                                                                              : other_value(reference)),
                                         fmt::arg("needed", needed))));
  }
  return found;
}

std::string keeps_key(const StagedTable& parent, const std::vector<std::string>& columns) {
  if (!may_move(parent, columns)) return {};
  return fmt::format(fmt::runtime(kStays), fmt::arg("updates", accepted_updates(parent, "o", columns)),
                     fmt::arg("same_row", parent.same_identity("o", "p")),
                     fmt::arg("refers", fmt::format("({})", parent.same_columns(columns, "o", "p"))));
}

}  // namespace postgres
