#include "postgres/import/judged_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_generated(const StagedTable& table, const std::string& column) {
  return table.details.table.find_column(column)->generated;
}

// What the table keeps or makes of a column that the file lacks can be told for every row that may be written.
bool foretells_default(const StagedTable& table, const std::string& column) {
  const ColumnDetails& details = table.details.details_of(column);
  return !(details.made.is_volatile || details.looks_elsewhere()) || table.plan.mode == engine::Mode::kUpdate;
}

// As an assignment brings a value to the column's type: too long a text is an error there, and cut by a cast.
std::string assigned(const ColumnDetails& column, const std::string& expression, Domains domains) {
  const std::string domain = column.is_domain && domains == Domains::kAsked ? "::" + column.type_sql : std::string{};
  if (!is_builtin(column.type)) return "(" + expression + ")" + domain;
  const std::string& type = column.type.type_name;
  std::string value = "(" + expression + ")::" + column.base_sql;
  if (column.type.typmod >= 0 && (type == "varchar" || type == "bpchar")) {
    value = fmt::format("pg_catalog.{type}(({expression})::pg_catalog.{type}, {typmod}, false)",
                        fmt::arg("type", quote_name(type)), fmt::arg("expression", expression),
                        fmt::arg("typmod", column.type.typmod));
  }
  return domain.empty() ? value : "(" + value + ")" + domain;
}

// Of a new row; one that is updated keeps what it has.
std::string kept_or_default(const StagedTable& table, const std::string& column) {
  const ColumnDetails& details = table.details.details_of(column);
  std::string made = "NULL::" + details.base_sql;
  // A default that a domain refuses is found before: make_defaults().
  if (!table.made_value(column).empty() && !details.made.is_volatile)
    made = assigned(details, table.made_value(column), Domains::kAsBase);
  if (table.plan.identity.empty()) return made + " AS " + quote_name(column);
  return fmt::format("CASE WHEN t.tableoid IS NULL THEN {made} ELSE t.{column} END AS {column}", fmt::arg("made", made),
                     fmt::arg("column", quote_name(column)));
}

// Columns beside the file's that `columns` are, or are computed from.
struct Lacking {
  std::vector<std::string> kept;  // by the target, or filled by their defaults
  std::vector<std::string> generated;
  bool leaf = false;

  void add(const StagedTable& table, const std::vector<std::string>& columns) {
    for (const std::string& column : columns) {
      if (column == kLeaf) {
        leaf = true;
        add(table, table.details.partitions.columns);
      } else if (table.has_columns({column}) || contains(kept, column) || contains(generated, column)) {
        continue;
      } else if (is_generated(table, column)) {
        generated.push_back(column);
        add(table, table.details.details_of(column).made.reads);
      } else {
        kept.push_back(column);
      }
    }
  }
};

}  // namespace

bool foretells(const StagedTable& table, const std::vector<std::string>& columns) {
  return std::ranges::all_of(columns, [&](const std::string& column) {
    if (column == kLeaf)
      return !table.details.partitions.leaf.empty() && foretells(table, table.details.partitions.columns);
    if (table.has_columns({column})) return true;
    if (is_generated(table, column)) {
      const MadeValue& made = table.details.details_of(column).made;
      return !made.looks_elsewhere && foretells(table, made.reads);
    }
    return foretells_default(table, column);
  });
}

std::string judged_rows(const StagedTable& table, const std::vector<std::string>& columns) {
  if (!table.careful) return judged_rows(table, columns, table.typed_rows());
  // OFFSET 0 keeps the planner from computing before it chooses.
  return judged_rows(table, columns,
                     fmt::format("(SELECT w.* FROM {} w WHERE w.{} IN (SELECT v.record FROM {} v) OFFSET 0)",
                                 table.typed_rows(), table.record, table.verdicts));
}

std::string judged_rows(const StagedTable& table, const std::vector<std::string>& columns, const std::string& rows,
                        Domains domains) {
  Lacking lacking;
  lacking.add(table, columns);
  std::string sql = rows;
  if (!lacking.kept.empty()) {
    std::string list;
    for (const std::string& column : lacking.kept) list += ", " + kept_or_default(table, column);
    const std::string join = table.plan.identity.empty() ? std::string{}
                                                         : fmt::format(" LEFT JOIN {} t ON {}", table.target_rows,
                                                                       table.same_identity("w", "t"));
    sql = fmt::format("(SELECT w.*{} FROM {} w{})", list, sql, join);
  }
  if (lacking.generated.empty() && !lacking.leaf) return sql;
  // Expressions name columns unqualified, so they need a FROM of one relation.
  std::string list;
  for (const std::string& column : lacking.generated) {
    const ColumnDetails& details = table.details.details_of(column);
    list += ", " + assigned(details, details.made.expression, domains) + " AS " + quote_name(column);
  }
  if (lacking.leaf) list += ", " + table.details.partitions.leaf + " AS " + kLeaf;
  return fmt::format("(SELECT g.*{} FROM {} g)", list, sql);
}

}  // namespace postgres
