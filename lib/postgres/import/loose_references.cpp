#include "postgres/import/loose_references.h"

#include "catalog/loose_columns.h"
#include "postgres/import/table_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

using catalog::KeyKind;
using catalog::LooseColumn;

// Values as text, each of a type of the server's own.
constexpr const char* kCount = R"sql(
WITH moved AS (
  SELECT pg_catalog.format('%s', p.{key}) AS now,
         CASE WHEN m.file_key IS NULL THEN pg_catalog.format('%s', p.{key})
              ELSE pg_catalog.substr(pg_catalog.convert_from(m.file_key, 'UTF8'),
                pg_catalog.length({name}) OPERATOR(pg_catalog.+) 2) END AS was
  FROM {parents} p
  LEFT JOIN {parent_matches} m ON m.record OPERATOR(pg_catalog.=) p.{parent_record}
),
key AS (
  SELECT k.was COLLATE pg_catalog."C" AS was, pg_catalog.bool_or(k.was OPERATOR(pg_catalog.<>) k.now) AS moved,
         pg_catalog.min(pg_catalog.concat(k.was, ' → ', k.now) COLLATE pg_catalog."C") AS example
  FROM moved k
  GROUP BY 1
)
SELECT v.number, pg_catalog.count(*) AS filled, pg_catalog.count(k.was) AS known,
       pg_catalog.count(*) FILTER (WHERE k.moved) AS moved, pg_catalog.min(pg_catalog.octet_length(k.was)) AS shortest,
       pg_catalog.min(k.example) FILTER (WHERE k.moved) AS example
FROM {staged} s
CROSS JOIN LATERAL ({values}) v(number, value)
LEFT JOIN key k ON k.was OPERATOR(pg_catalog.=) v.value
WHERE v.value OPERATOR(pg_catalog.<>) ''
  AND EXISTS (SELECT FROM {verdicts} w WHERE w.record OPERATOR(pg_catalog.=) s.{record})
GROUP BY v.number
ORDER BY v.number
)sql";

// Of one column of the row s; its type is one of the server's own.
constexpr const char* kValues =
    R"sql(SELECT {number}, {value}::pg_catalog.text COLLATE pg_catalog."C"{elements}{of_type})sql";
constexpr const char* kOfType = R"sql(
  WHERE pg_catalog.replace(pg_catalog.lower(pg_catalog.format('%s', s.{type})), '_', '') OPERATOR(pg_catalog.~) {names})sql";

KeyKind kind_of(const std::string& type) {
  if (type == "integer" || type == "bigint" || type == "smallint") return KeyKind::kInteger;
  if (type == "uuid") return KeyKind::kUuid;
  const bool is_text = type == "text" || type.starts_with("character");
  return is_text ? KeyKind::kText : KeyKind::kNone;
}

std::string staged_type(const StagedTable& table, const std::string& name) {
  for (const StagedColumn& column : table.columns)
    if (column.name == name && !column.stage_type.empty()) return column.stage_type;
  const catalog::Column* column = table.details.table.find_column(name);
  return column == nullptr ? std::string{} : column->type;
}

// With the types of the stage, which has no domains; of the columns that the file brings.
catalog::Table staged(const StagedTable& table) {
  catalog::Table shown = table.details.table;
  std::erase_if(shown.columns, [&](const catalog::Column& column) { return !table.has_columns({column.name}); });
  for (catalog::Column& column : shown.columns) column.type = staged_type(table, column.name);
  return shown;
}

std::string values_of(const LooseColumn& column, const std::string& parent, std::size_t number) {
  const std::string name = "s." + quote_name(column.name);
  const std::string of_type =
      column.type_column.empty()
          ? std::string{}
          : fmt::format(
                kOfType, fmt::arg("type", quote_name(column.type_column)),
                fmt::arg("names", quote_literal("(^|[^a-z0-9])(" + join(catalog::names_of(parent), "|") + ")$")));
  return fmt::format(kValues, fmt::arg("number", number), fmt::arg("value", column.is_array ? "e.value" : name),
                     fmt::arg("elements", column.is_array ? " FROM pg_catalog.unnest(" + name + ") e(value)" : ""),
                     fmt::arg("of_type", of_type));
}

class Search {
 public:
  Search(Connection& connection, const std::vector<StagedTable>& tables) : connection_(connection) {
    for (const StagedTable& table : tables) names_.push_back(table.details.table.name);
  }

  void find(const StagedTable& child, const StagedTable& parent) {
    const std::string& key = parent.plan.identity.front();
    const KeyKind kind = kind_of(staged_type(parent, key));
    if (kind == KeyKind::kNone) return;
    const auto columns = catalog::loose_columns(staged(child), parent.details.table, kind, kind_of, names_);
    if (columns.empty()) return;
    std::vector<std::string> values;
    for (const LooseColumn& column : columns)
      values.push_back(values_of(column, parent.details.table.name.name, values.size()));
    const pqxx::result rows = connection_.query(
        table_sql(child, kCount, fmt::arg("key", quote_name(key)), fmt::arg("name", quote_literal(key)),
                  fmt::arg("parents", parent.typed_rows()), fmt::arg("parent_matches", parent.matches),
                  fmt::arg("parent_record", parent.record), fmt::arg("values", join(values, " UNION ALL "))));
    for (const auto& row : rows) {
      const LooseColumn& column = columns.at(row["number"].as<std::size_t>());
      const catalog::LooseValues counted{
          .filled = row["filled"].as<std::uint64_t>(),
          .known = row["known"].as<std::uint64_t>(),
          .moved = row["moved"].as<std::uint64_t>(),
          .shortest = row["shortest"].is_null() ? 0 : row["shortest"].as<std::uint64_t>()};
      if (!catalog::points(column, kind, counted)) continue;
      const std::string& name = child.details.table.name.name;
      // With its type column and without.
      const std::string& referred = parent.details.table.name.name;
      if (!found_.empty() && found_.back().table == name && found_.back().column == column.name &&
          found_.back().parent == referred)
        continue;
      found_.push_back({name, column.name, referred, counted.moved,
                        child.is_masked(column.name) ? std::string{} : row["example"].c_str()});
    }
  }

  std::vector<outcome::LooseReference> found() { return std::move(found_); }

 private:
  Connection& connection_;
  std::vector<catalog::TableName> names_;
  std::vector<outcome::LooseReference> found_;
};

}  // namespace

std::vector<outcome::LooseReference> loose_references(Connection& connection, const std::vector<StagedTable>& tables) {
  Search search(connection, tables);
  for (const StagedTable& parent : tables) {
    const bool moved = parent.remapped > 0 && parent.plan.identity.size() == 1;
    if (!moved || parent.is_masked(parent.plan.identity.front())) continue;
    for (const StagedTable& child : tables)
      if (child.has_rows() && child.may_be_written > 0) search.find(child, parent);
  }
  return search.found();
}

}  // namespace postgres
