#include "postgres/import/moved_keys.h"

#include <algorithm>

#include "postgres/import/judged_rows.h"
#include "postgres/import/rejects.h"
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

// FROM and WHERE of the accepted updates, each called `alias`.
std::string accepted_updates(const StagedTable& table, const std::string& alias,
                             const std::vector<std::string>& columns) {
  return judged_rows(table, columns) + " " + alias + " JOIN " + table.verdicts + " w ON w.record = " + alias + "." +
         table.record + " AND w.verdict = 'u'";
}

std::string compared(const std::vector<std::string>& left, const std::string& a, const std::vector<Equality>& operators,
                     const std::vector<std::string>& right, const std::string& b) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < left.size(); ++i)
    parts.push_back(operators[i].of(a + "." + quote_name(left[i]), b + "." + quote_name(right[i])));
  return "(" + join(parts, " AND ") + ")";
}

std::string other_value(const Reference& reference) {
  return compared(reference.parent_columns, "t", reference.key_equality, reference.parent_columns, "s") +
         " IS NOT TRUE";
}

// RESTRICT asks for the same bytes: 1.0 is not 1.00 to it.
std::string other_image(const std::vector<std::string>& columns) {
  const auto row = [&](const std::string& alias) {
    std::vector<std::string> values;
    for (const std::string& column : columns) values.push_back(alias + "." + quote_name(column));
    return "ROW(" + join(values, ", ") + ")::pg_catalog.record";
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
    std::string needed = "SELECT FROM " + reference.rows + " c WHERE " + refers("c");
    if (reference.own && !reference.restrict && foretells(table, reference.columns)) {
      needed += " AND NOT EXISTS (SELECT FROM " + accepted_updates(table, "o", reference.columns) + " WHERE " +
                table.same_identity("o", "c") + " AND " + refers("o") + " IS NOT TRUE)";
    }
    const std::string reason = quote_literal(reference.name + ": rows of " + reference.table + " refer to ") + " || " +
                               table.columns_text(reference.parent_columns, "t") +
                               " || ', which this update would take away'";
    found +=
        reject(connection, table,
               reject_sql(table, {'x', reason, reference.name, {}},
                          accepted_updates(table, "s", reference.parent_columns) + " JOIN " + table.target_rows +
                              " t ON " + table.same_identity("s", "t") + " WHERE " +
                              (reference.restrict ? other_image(reference.parent_columns) : other_value(reference)) +
                              " AND EXISTS (" + needed + ")"));
  }
  return found;
}

std::string keeps_key(const StagedTable& parent, const std::vector<std::string>& columns, const std::string& same) {
  if (!may_move(parent, columns)) return {};
  return " AND NOT EXISTS (SELECT FROM " + accepted_updates(parent, "o", columns) + " WHERE " +
         parent.same_identity("o", "p") + " AND (" + same + ") IS NOT TRUE)";
}

}  // namespace postgres
