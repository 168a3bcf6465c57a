#include "sqlite/import/loose_references.h"

#include <fmt/format.h>

#include "catalog/loose_columns.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

using catalog::KeyKind;
using catalog::LooseColumn;

// One row: how many rows of the child fill the column, how many of these name a key of the file (known) and one that
// moved, the shortest such key, and an example. Without WITH: the names of its parts would be taken for views of the
// file, which may not read our tables.
constexpr const char* kCount = R"sql(
SELECT count(*) AS filled, count(k.was) AS known, coalesce(sum(k.was <> k.now), 0) AS moved,
       coalesce(min(length(k.was)), 0) AS shortest,
       coalesce(min(CASE WHEN k.was <> k.now THEN k.was || ' → ' || k.now END), '') AS example
FROM {child_rows}
LEFT JOIN (
  SELECT CAST(coalesce(m.old_0, p.{key}) AS TEXT) AS was, min(CAST(p.{key} AS TEXT)) AS now
  FROM {parent} p
  LEFT JOIN {remaps} m ON m.record = p.{parent_record}
  GROUP BY 1
) k ON k.was = CAST(s.{column} AS TEXT) COLLATE BINARY
WHERE s.{column} IS NOT NULL AND s.{column} <> ''{of_type}
)sql";

// By the rules of a column's affinity.
KeyKind kind_of(const std::string& type) {
  std::string upper = type;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  const auto has = [&](const char* part) { return upper.find(part) != std::string::npos; };
  if (has("INT")) return KeyKind::kInteger;
  if (has("UUID") || has("GUID")) return KeyKind::kUuid;
  return upper.empty() || has("CHAR") || has("CLOB") || has("TEXT") ? KeyKind::kText : KeyKind::kNone;
}

// "User", "users", "App\Models\User", "auth.user".
std::string of_type(const std::string& column, const std::string& parent) {
  if (column.empty()) return {};
  const std::string value = "replace(lower(s." + quote_name(column) + "), '_', '')";
  std::vector<std::string> conditions;
  for (const std::string& name : catalog::names_of(parent)) {
    conditions.push_back(value + " = " + quote_literal(name));
    const std::string end = "substr(" + value + ", -" + std::to_string(name.size() + 1) + ")";
    for (const char* mark : {".", "\\", "/", ":", " "}) conditions.push_back(end + " = " + quote_literal(mark + name));
  }
  return " AND (" + join(conditions, " OR ") + ")";
}

catalog::Table staged(const StagedTable& table) {
  catalog::Table shown = table.details.table;
  std::erase_if(shown.columns, [&](const catalog::Column& column) { return !table.has_columns({column.name}); });
  return shown;
}

class Search {
 public:
  Search(Connection& connection, const std::vector<StagedTable>& tables) : connection_(connection) {
    for (const StagedTable& table : tables) names_.push_back(table.details.table.name);
  }

  void find(const StagedTable& child, const StagedTable& parent) {
    const catalog::Column* key = parent.details.table.find_column(parent.plan.identity.front());
    const KeyKind kind = key == nullptr ? KeyKind::kNone : kind_of(key->type);
    if (kind == KeyKind::kNone) return;
    for (const LooseColumn& column : catalog::loose_columns(staged(child), parent.details.table, kind, kind_of, names_))
      count(child, parent, kind, column);
  }

  std::vector<outcome::LooseReference> found() { return std::move(found_); }

 private:
  void count(const StagedTable& child, const StagedTable& parent, KeyKind kind, const LooseColumn& column) {
    // It may be found already: each column comes without its type column, then with it.
    const std::string& table = child.details.table.name.name;
    const std::string& referred = parent.details.table.name.name;
    if (!found_.empty() && found_.back().table == table && found_.back().column == column.name &&
        found_.back().parent == referred)
      return;
    Statement row = connection_.prepare(
        fmt::format(kCount, fmt::arg("key", quote_name(parent.plan.identity.front())), fmt::arg("parent", parent.stage),
                    fmt::arg("remaps", parent.remaps), fmt::arg("parent_record", parent.record),
                    fmt::arg("child_rows", child.accepted_rows()), fmt::arg("column", quote_name(column.name)),
                    fmt::arg("of_type", of_type(column.type_column, referred))));
    row.next();
    const auto number = [&](const char* name) { return static_cast<std::uint64_t>(row.integer(name)); };
    const catalog::LooseValues values{
        .filled = number("filled"), .known = number("known"), .moved = number("moved"), .shortest = number("shortest")};
    if (!catalog::points(column, kind, values)) return;
    found_.push_back({table, column.name, referred, values.moved,
                      child.is_masked(column.name) ? std::string{} : row.text("example")});
  }

  Connection& connection_;
  std::vector<catalog::TableName> names_;
  std::vector<outcome::LooseReference> found_;
};

}  // namespace

std::vector<outcome::LooseReference> loose_references(Connection& connection, const std::vector<StagedTable>& tables) {
  Search search(connection, tables);
  for (const StagedTable& parent : tables) {
    const bool may_move = !parent.plan.match.empty() && parent.plan.identity.size() == 1 && parent.staged_rows > 0;
    if (!may_move || parent.is_masked(parent.plan.identity.front())) continue;
    if (connection.number("SELECT count(*) FROM " + parent.remaps) == 0) continue;
    for (const StagedTable& child : tables)
      if (child.staged_rows > 0) search.find(child, parent);
  }
  return search.found();
}

}  // namespace sqlite
