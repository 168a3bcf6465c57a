#include "sqlite/import/staged_table.h"

#include <algorithm>
#include <set>

#include "sqlite/import/table_sql.h"
#include "sqlite/session/row_functions.h"
#include "sqlite/session/sql_text.h"

namespace sqlite {
namespace {

// A key of a table without an identity is its whole row; a person reads no more than this of it.
constexpr std::size_t kMostNamingColumns = 60;
constexpr int kLongestRowCharacters = 1000;

std::string stage_type_of(const ColumnDetails& column) {
  std::string type = column.type.strict_type;
  if (type.empty()) {
    switch (column.type.affinity) {
      case Affinity::kInteger:
        type = "INTEGER";
        break;
      case Affinity::kText:
        type = "TEXT";
        break;
      case Affinity::kNone:
        type = "BLOB";
        break;
      case Affinity::kReal:
        type = "REAL";
        break;
      case Affinity::kNumeric:
        type = "NUMERIC";
        break;
    }
  }
  return type + " COLLATE " + quote_name(column.collation);
}

std::string same_column(const std::string& name, const std::string& a, const std::string& b,
                        const std::string& collation) {
  return fmt::format("{a}.{column} = {b}.{column} COLLATE {collation}", fmt::arg("a", a), fmt::arg("b", b),
                     fmt::arg("column", quote_name(name)), fmt::arg("collation", quote_name(collation)));
}

}  // namespace

StagedTable::StagedTable(std::size_t number, const TableDetails& table_details, engine::TablePlan table_plan,
                         const std::string& room)
    : details(table_details), plan(std::move(table_plan)) {
  const auto temporary = [&](const char* name) { return fmt::format("temp.{}{}_{}", room, name, number); };
  target = "main." + quote_name(details.table.name.name);
  if (details.resolves_conflicts) or_abort = " OR ABORT";
  stage = temporary("stage");
  verdicts = temporary("verdict");
  rejects = temporary("reject");
  changes = temporary("change");
  remaps = temporary("remap");
  deletes = temporary("delete");
  claims = temporary("claim");
  order = temporary("order");
  parked = temporary("parked");
  masks = temporary("mask");
  early = temporary("early");
  retries = temporary("retry");
  mark = free_name("db-transfer mark");
  record = free_row_number(details.table);
  if (record.empty()) {
    record = free_name("db-transfer record");
    declares_record = true;
  }
  for (std::size_t i = 0; i < plan.target_column.size(); ++i) {
    const std::size_t place = plan.target_column[i];
    if (place == engine::TablePlan::kNotWritten) continue;
    const ColumnDetails& column = details.columns[place];
    const std::string& name = details.table.columns[place].name;
    ColumnType type = column.type;
    type.keeps_form = i < plan.file_type.size() && is_text_type(plan.file_type[i]);
    columns.push_back({i, name, quote_name(name), stage_type_of(column), Codec(std::move(type))});
  }
  find_made_columns();
}

// Every generated column, for the merge computes them all; of the others those that something reads, or whose default
// the table may refuse.
void StagedTable::find_made_columns() {
  std::set<std::string> read;
  const auto add = [&](const std::vector<std::string>& names) { read.insert(names.begin(), names.end()); };
  for (const UniqueIndex& index : details.unique_indexes) add(index.columns);
  for (const IndexExpression& expression : details.index_expressions) add(expression.columns);
  for (const CheckConstraint& check : details.checks) add(check.columns);
  for (const catalog::ForeignKey& key : details.table.foreign_keys) add(key.columns);
  for (const ColumnDetails& column : details.columns) add(column.made_from);
  using Default = ColumnDetails::Default;
  for (std::size_t i = 0; i < details.columns.size(); ++i) {
    const catalog::Column& column = details.table.columns[i];
    const ColumnDetails& found = details.columns[i];
    const bool may_be_refused = found.default_kind != Default::kPlain ||
                                (details.strict && !found.default_value.empty()) ||
                                (column.not_null && same_name(found.default_value, "NULL"));
    const bool matters = column.generated || may_be_refused || read.contains(column.name);
    if (!matters || has_columns({column.name}) || column.name == details.rowid_column ||
        found.default_kind == Default::kUnknown)
      continue;
    MadeColumn one{column.name, quote_name(column.name), {}, column.generated, column.not_null};
    one.read = read.contains(column.name);
    one.random = found.default_kind == Default::kRandom;
    if (found.default_kind != Default::kPlain || details.strict) one.computed = found.default_value;
    one.definition = one.quoted + " " + stage_type_of(found) + " " + found.generated;
    if (one.computed.empty() && !found.default_value.empty()) one.definition += "DEFAULT " + found.default_value;
    made.push_back(std::move(one));
  }
  // What is made of unknown values is unknown itself, and so is what is made of that.
  const auto is_unknown = [&](const MadeColumn& column) {
    return !foretells(details.details_of(column.name).made_from);
  };
  while (std::erase_if(made, is_unknown) > 0) {
  }
}

bool StagedTable::foretells(const std::vector<std::string>& names) const {
  return std::ranges::all_of(names, [&](const std::string& name) {
    return has_columns({name}) ||
           std::ranges::any_of(made, [&](const MadeColumn& column) { return column.name == name; });
  });
}

std::string StagedTable::free_name(const std::string& wish) const {
  const auto is_column = [&](const std::string& name) {
    return std::ranges::any_of(details.table.columns,
                               [&](const catalog::Column& column) { return same_name(column.name, name); });
  };
  std::string name = wish;
  while (is_column(name)) name += '_';
  return quote_name(name);
}

bool StagedTable::has_columns(const std::vector<std::string>& names) const {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(columns.begin(), columns.end(), [&](const StagedColumn& column) { return column.name == name; });
  });
}

bool StagedTable::is_random(const std::string& name) const {
  return std::ranges::any_of(made, [&](const MadeColumn& column) {
    if (column.name != name) return false;
    const std::vector<std::string>& sources = details.details_of(name).made_from;
    return column.random || std::ranges::any_of(sources, [&](const std::string& source) { return is_random(source); });
  });
}

bool StagedTable::identity_may_be_null() const {
  return std::any_of(plan.identity.begin(), plan.identity.end(),
                     [&](const std::string& column) { return !details.table.find_column(column)->not_null; });
}

std::string StagedTable::lacks_identity(const std::string& alias) const {
  std::vector<std::string> parts;
  for (const std::string& column : plan.identity) {
    if (!details.table.find_column(column)->not_null)
      parts.push_back(fmt::format("{}.{} IS NULL", alias, quote_name(column)));
  }
  return "(" + join(parts, " OR ") + ")";
}

std::string StagedTable::differs(const std::string& a, const std::string& b) const {
  std::vector<std::string> pairs;
  for (const StagedColumn& column : columns) {
    if (!is_ignored(column.name))
      pairs.push_back(fmt::format("{a}.{column}, {b}.{column}", fmt::arg("a", a), fmt::arg("b", b),
                                  fmt::arg("column", column.quoted)));
  }
  return differs_call(pairs);
}

std::string StagedTable::differs(const std::string& a, const std::string& b,
                                 const std::vector<std::string>& only) const {
  std::vector<std::string> pairs;
  for (const std::string& name : only)
    pairs.push_back(fmt::format("{a}.{column}, {b}.{column}", fmt::arg("a", a), fmt::arg("b", b),
                                fmt::arg("column", quote_name(name))));
  return differs_call(pairs);
}

bool StagedTable::is_ignored(const std::string& column) const {
  return std::find(plan.ignored.begin(), plan.ignored.end(), column) != plan.ignored.end();
}

// An index is used only where the comparison has its collation.
std::string StagedTable::collation_of(const std::string& column) const {
  for (const UniqueIndex& index : details.unique_indexes) {
    if (!index.plain || index.columns != plan.identity) continue;
    for (std::size_t i = 0; i < index.columns.size(); ++i) {
      if (index.columns[i] == column) return index.collations[i];
    }
  }
  return details.details_of(column).collation;
}

std::string StagedTable::same_columns(const std::vector<std::string>& names, const std::string& a,
                                      const std::string& b) const {
  std::vector<std::string> parts;
  for (const std::string& name : names) parts.push_back(same_column(name, a, b, collation_of(name)));
  return join(parts, " AND ");
}

std::string StagedTable::same_identity(const std::string& a, const std::string& b) const {
  return same_columns(plan.identity, a, b);
}

// NULL finds nobody.
std::string StagedTable::same_match(const std::string& a, const std::string& b) const {
  std::vector<std::string> parts;
  for (const std::string& name : plan.match)
    parts.push_back(same_column(name, a, b, details.details_of(name).collation));
  return join(parts, " AND ");
}

std::string StagedTable::target_is_newer() const {
  if (plan.changed_at.empty() || !has_columns({plan.changed_at})) return "0";
  return fmt::format(
      R"sql(COALESCE((typeof(t.{column}) IN ('integer', 'real')) = (typeof(s.{column}) IN ('integer', 'real'))
  AND t.{column} > s.{column}, 0))sql",
      fmt::arg("column", quote_name(plan.changed_at)));
}

std::vector<std::string> StagedTable::naming_columns(const std::string& alias) const {
  std::vector<std::string> names;
  if (!plan.identity.empty()) {
    for (const std::string& column : plan.identity) names.push_back(alias + "." + quote_name(column));
    return names;
  }
  for (const StagedColumn& column : columns) {
    if (names.size() < kMostNamingColumns) names.push_back(alias + "." + column.quoted);
  }
  return names;
}

bool StagedTable::is_masked(const std::string& column) const {
  if (std::find(plan.masked.begin(), plan.masked.end(), column) != plan.masked.end()) return true;
  const catalog::Column* found = details.table.find_column(column);
  return found != nullptr && found->generated &&
         std::ranges::any_of(details.details_of(column).made_from,
                             [&](const std::string& source) { return is_masked(source); });
}

std::string StagedTable::readable(const std::string& value, const std::vector<std::string>& from_columns) const {
  const auto masked = [&](const std::string& column) { return is_masked(column); };
  if (!std::any_of(from_columns.begin(), from_columns.end(), masked)) return fmt::format("db_transfer_text({})", value);
  return fmt::format("db_transfer_digest({}, {})", quote_literal(plan.digest_key), value);
}

std::string StagedTable::key_text(const std::string& alias) const {
  const std::vector<std::string> values = naming_columns(alias);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& name = plan.identity.empty() ? columns[i].name : plan.identity[i];
    parts.push_back(quote_literal(name + "=") + " || " + readable(values[i], {name}));
  }
  if (parts.empty()) return "''";
  const std::string text = join(parts, " || ', ' || ");
  return plan.identity.empty() ? fmt::format("substr({}, 1, {})", text, kLongestRowCharacters) : text;
}

std::vector<std::string> StagedTable::collated_identity(const std::string& alias) const {
  std::vector<std::string> list;
  for (const std::string& column : plan.identity)
    list.push_back(fmt::format("{}{}{} COLLATE {}", alias, alias.empty() ? "" : ".", quote_name(column),
                               quote_name(collation_of(column))));
  return list;
}

// CROSS JOIN fixes the order of the loops: the rows to be written are the outer one.
std::string StagedTable::accepted_rows() const {
  return fmt::format("{verdicts} v\nCROSS JOIN {stage} s ON s.{record} = v.record", fmt::arg("verdicts", verdicts),
                     fmt::arg("stage", stage), fmt::arg("record", record));
}

std::string reject_sql(const StagedTable& table, const std::string& record, const Rejection& rejection,
                       const std::string& rows) {
  const auto or_null = [](const std::string& expression) { return expression.empty() ? "NULL" : expression; };
  return table_sql(table, R"sql(
INSERT OR IGNORE INTO {rejects}
SELECT {of}, '{verdict}', {key},
       {reason},
       {constraint}, {holder}, {newer}
FROM {rows})sql",
                   fmt::arg("of", record), fmt::arg("verdict", verdict_letter(rejection.verdict)),
                   fmt::arg("key", table.key_text("s")), fmt::arg("reason", or_null(rejection.reason)),
                   fmt::arg("constraint", rejection.constraint.empty() ? "NULL" : quote_literal(rejection.constraint)),
                   fmt::arg("holder", or_null(rejection.holder)), fmt::arg("newer", or_null(rejection.newer)),
                   fmt::arg("rows", rows));
}

std::string unqualified(const std::string& temporary_table) {
  return temporary_table.substr(temporary_table.find('.') + 1);
}

const StagedTable* find_staged(const std::vector<StagedTable>& tables, const catalog::TableName& name) {
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&](const StagedTable& table) { return table.details.table.name == name; });
  return found == tables.end() ? nullptr : &*found;
}

}  // namespace sqlite
