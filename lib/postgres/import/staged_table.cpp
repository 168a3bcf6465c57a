#include "postgres/import/staged_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "postgres/catalog/value_sql.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr const char* kDeletes = R"sql((
  SELECT record, target_table, target_row, key, state, equal_rows
  FROM pg_temp.deletion
  WHERE plan OPERATOR(pg_catalog.=) {plan}))sql";

constexpr std::size_t kMaxColumns = 1600;  // MaxHeapAttributeNumber

// A domain is staged as its base type: its checks are for the rows, not for the COPY.
std::string stage_type_of(const ColumnDetails& column) { return column.is_domain ? column.base_sql : std::string{}; }

// None where only the merge can tell: the rows that the domain looks up may be of this import.
std::string cast_of(const ColumnDetails& column) {
  return column.is_checked && column.looking_domain.empty() ? "::" + column.type_sql : std::string{};
}

// ANALYZE of a range asks a function that whoever made the type has named (subtype_diff).
bool has_own_statistics(const ColumnType& type) { return !is_builtin(type) && (type.kind == 'r' || type.kind == 'm'); }

// Whether two lists of values are not the same to the byte.
constexpr std::string_view kImagesDiffer =
    "ROW({})::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW({})::pg_catalog.record";

std::string free_column_name(const catalog::Table& table) {
  std::string name = "record";
  while (table.find_column(name) != nullptr) name += '_';
  return name;
}

}  // namespace

StagedTable::StagedTable(std::size_t number, const TableDetails& table_details, engine::TablePlan table_plan,
                         const std::string& own_room)
    : details(table_details),
      plan(std::move(table_plan)),
      room("pg_temp." + own_room),
      may_fail(table_details.evaluated) {
  const std::string suffix = std::to_string(number);
  target = quote_name(details.table.name);
  target_rows = details.partitioned ? target : "ONLY " + target;
  stage_part.heap = room + "stage_" + suffix;
  take_parts("_" + suffix, "");
  exclusions = room + "exclusion_" + suffix + "_";
  record = quote_name(free_column_name(details.table));
  mark = free_name("db-transfer mark");
  for (std::size_t i = 0; i < plan.target_column.size(); ++i) {
    const std::size_t place = plan.target_column[i];
    if (place == engine::TablePlan::kNotWritten) continue;
    const ColumnDetails& column = details.columns[place];
    const std::string& name = details.table.columns[place].name;
    const bool in_identity = std::ranges::find(plan.identity, name) != plan.identity.end();
    by_text = by_text || transport_of(column.type) != Transport::kBinary;
    columns.push_back({i, name, quote_name(name), stage_type_of(column), cast_of(column), Codec(column.type),
                       in_identity, quote_name(name)});
  }
  plan_number = suffix;
  deletes = fmt::format(kDeletes, fmt::arg("plan", plan_number));
  if (has_marks() && columns.size() + 1 >= kMaxColumns) {
    const char* what = own_room.empty() ? "its import to be taken back" : "what its records say of the target";
    throw base::Error(base::ErrorKind::kSchema,
                      target + " has too many columns for " + what + ": a server's table has 1,600",
                      "leave the table out with -T");
  }
  if (columns.size() >= kMaxColumns) first_column_type = room + "first_" + suffix;
}

// Of all but the stage.
void StagedTable::take_parts(const std::string& suffix, const std::string& number) {
  verdict_part = {room + "verdict" + suffix, number};
  reject_part = {room + "reject" + suffix, number};
  claim_part = {room + "claim" + suffix, number};
  match_part = {room + "match" + suffix, number};
  verdicts = verdict_part.rows(kVerdictColumns);
  rejects = reject_part.rows(kRejectColumns);
  claims = claim_part.rows(kClaimColumns);
  matches = match_part.rows(kMatchColumns);
  records_indexed = !number.empty();
}

std::string StagedTable::stage_record() const {
  if (!stage_part.number.empty()) return "record";
  return first_column_type.empty() ? record : fmt::format("({}).record", columns.front().quoted);
}

std::string StagedTable::stage_record(const std::string& alias) const {
  if (!stage_part.number.empty()) return alias + ".record";
  return first_column_type.empty() ? alias + "." + record
                                   : fmt::format("({}.{}).record", alias, columns.front().quoted);
}

std::string StagedTable::stage_target(const std::string& column) const {
  const bool beside_record = !first_column_type.empty() && columns.front().name == column;
  const auto staged = std::ranges::find(columns, column, &StagedColumn::name);
  return staged->staged + (beside_record ? ".value" : "");
}

std::string StagedTable::stage_value(const std::string& column, const std::string& value) const {
  return value + details.details_of(column).comparison_cast();
}

bool StagedTable::has_columns(const std::vector<std::string>& names) const {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(columns.begin(), columns.end(), [&](const StagedColumn& column) { return column.name == name; });
  });
}

const std::string& StagedTable::made_value(const std::string& column) const {
  const auto computed = computed_defaults.find(column);
  return computed != computed_defaults.end() ? computed->second : details.details_of(column).made.expression;
}

bool StagedTable::looks_elsewhere() const {
  for (std::size_t i = 0; i < details.columns.size(); ++i) {
    const ColumnDetails& column = details.columns[i];
    if (!column.looking_domain.empty()) return true;
    if (column.made.looks_elsewhere && !has_columns({details.table.columns[i].name})) return true;
  }
  return !details.leaf_checks.unjudged.empty() || !details.looking_code.empty() ||
         std::ranges::any_of(details.checks, [](const CheckConstraint& check) { return check.looks_elsewhere; });
}

std::string StagedTable::free_name(const std::string& wish) const {
  std::string name = wish;
  while (details.table.find_column(name) != nullptr) name += '_';
  return quote_name(name);
}

std::string StagedTable::typed_rows() const { return rows(Casts::kLeftOut); }

std::string StagedTable::placed_rows() const {
  constexpr std::string_view kSelect = "(SELECT ";
  return fmt::format("{}ctid AS {}, {}", kSelect, kStagedPlace, rows(Casts::kApplied).substr(kSelect.size()));
}

std::string StagedTable::marked_rows() const {
  constexpr std::string_view kSelect = "(SELECT ";
  if (!has_rows())
    return fmt::format("{}NULL::pg_catalog.text AS {}, {}", kSelect, mark, no_rows().substr(kSelect.size()));
  return fmt::format("{}{} AS {}, {}", kSelect, stage_mark(), mark, rows(Casts::kLeftOut).substr(kSelect.size()));
}

std::string StagedTable::rows(Casts casts) const {
  if (!has_rows()) return no_rows();
  std::string list;
  for (const StagedColumn& column : columns) {
    const bool beside_record = !first_column_type.empty() && &column == &columns.front();
    list += beside_record ? fmt::format(", ({}).value", column.staged) : ", " + column.staged;
    if (casts == Casts::kApplied) list += column.cast;
    const bool is_cast = casts == Casts::kApplied && !column.cast.empty();
    if (beside_record || is_cast || column.staged != column.quoted) list += " AS " + column.quoted;
  }
  return fmt::format("(SELECT {record} AS {name}{list} FROM {heap}{where})", fmt::arg("record", stage_record()),
                     fmt::arg("name", record), fmt::arg("list", list), fmt::arg("heap", stage_part.heap),
                     fmt::arg("where", stage_part.number.empty()
                                           ? ""
                                           : fmt::format(" WHERE plan OPERATOR(pg_catalog.=) {}", stage_part.number)));
}

// The same columns from the target itself.
std::string StagedTable::no_rows() const {
  std::string list;
  for (const StagedColumn& column : columns) list += ", t." + column.quoted;
  return fmt::format("(SELECT NULL::pg_catalog.int8 AS {}{} FROM {} AS t WHERE false)", record, list, target);
}

std::string StagedTable::insert_sql(const std::string& rows) const {
  std::vector<std::string> names;
  std::vector<std::string> values;
  for (const StagedColumn& column : columns) {
    names.push_back(column.quoted);
    values.push_back("s." + column.quoted);
  }
  const std::string list = columns.empty() ? "" : fmt::format(" ({}) OVERRIDING SYSTEM VALUE", join(names, ", "));
  return fmt::format("INSERT INTO {target}{list}\nSELECT {values}\nFROM {staged} s", fmt::arg("target", target),
                     fmt::arg("list", list), fmt::arg("values", join(values, ", ")), fmt::arg("staged", rows));
}

std::string StagedTable::update_head(const std::vector<std::string>& unnamed) const {
  std::vector<std::string> assignments;
  for (const StagedColumn& column : columns) {
    if (!is_assigned(column) || std::ranges::find(unnamed, column.name) != unnamed.end()) continue;
    assignments.push_back(fmt::format("{0} = s.{0}", column.quoted));
  }
  if (assignments.empty()) return {};
  return fmt::format("UPDATE {} AS t SET {}", target_rows, join(assignments, ", "));
}

std::string StagedTable::update_sql(const std::vector<std::string>& unnamed) const {
  return fmt::format("{}\nFROM {} s", update_head(unnamed), typed_rows());
}

std::string StagedTable::image(const std::string& alias) const {
  std::vector<std::string> fields;
  for (const StagedColumn& column : columns) {
    if (!is_ignored(column.name)) fields.push_back(alias + "." + column.quoted);
  }
  // The cast keeps the parser from taking ROW() op ROW() for a comparison field by field.
  return fmt::format("(ROW({})::pg_catalog.record)", join(fields, ", "));
}

std::string StagedTable::column_differs(const StagedColumn& column, const std::string& a, const std::string& b) const {
  const ColumnDetails& there = details.details_of(column.name);
  // The server compares varchar as text: of its own = a planted one would be the better match.
  const std::string cast = there.comparison_cast() + (there.type.type_name == "varchar" ? "::pg_catalog.text" : "");
  const std::string left = fmt::format("{}.{}{}", a, column.quoted, cast);
  const std::string right = fmt::format("{}.{}{}", b, column.quoted, cast);
  if (there.bytewise && is_builtin(there.type)) return fmt::format("{} IS DISTINCT FROM {}", left, right);
  std::string image = fmt::format(fmt::runtime(kImagesDiffer), left, right);
  if (there.one_form) return image;
  // %L tells NULL from an empty text; "C", because a collation of the type's own may take different texts for equal.
  return fmt::format(
      R"sql(({image} AND pg_catalog.format('%L', {left}) OPERATOR(pg_catalog.<>) pg_catalog.format('%L', {right}) COLLATE pg_catalog."C"))sql",
      fmt::arg("image", image), fmt::arg("left", left), fmt::arg("right", right));
}

// One record for all columns of one form where that says the same: making a record of either side costs more.
std::string StagedTable::differs(const std::string& a, const std::string& b,
                                 const std::vector<std::string>& only) const {
  std::vector<std::string> parts;
  std::vector<std::string> a_fields;
  std::vector<std::string> b_fields;
  for (const StagedColumn& column : columns) {
    const bool passed_over =
        only.empty() ? is_ignored(column.name) : std::ranges::find(only, column.name) == only.end();
    if (is_kept(column) || passed_over) continue;
    const ColumnDetails& there = details.details_of(column.name);
    const bool by_operator = there.bytewise && is_builtin(there.type);
    if (by_operator || !there.one_form) {
      if (!by_operator || !column.in_identity) parts.push_back(column_differs(column, a, b));
    } else {
      a_fields.push_back(fmt::format("{}.{}{}", a, column.quoted, there.comparison_cast()));
      b_fields.push_back(fmt::format("{}.{}{}", b, column.quoted, there.comparison_cast()));
    }
  }
  if (!a_fields.empty())
    parts.push_back(fmt::format(fmt::runtime(kImagesDiffer), join(a_fields, ", "), join(b_fields, ", ")));
  return parts.empty() ? "false" : fmt::format("({})", join(parts, " OR "));
}

std::string StagedTable::joined_columns() const {
  std::vector<std::string> names;
  const auto add = [&](const std::vector<std::string>& more) {
    for (const std::string& name : more) {
      if (has_columns({name}) && !has_own_statistics(details.details_of(name).type) &&
          std::ranges::find(names, quote_name(name)) == names.end())
        names.push_back(quote_name(name));
    }
  };
  if (first_column_type.empty()) names.push_back(record);
  add(plan.identity);
  add(plan.match);
  for (const UniqueIndex& index : details.unique_indexes) add(index.columns);
  for (const catalog::ForeignKey& key : details.table.foreign_keys) add(key.columns);
  return join(names, ", ");
}

bool StagedTable::is_kept(const StagedColumn& column) const {
  return details.table.find_column(column.name)->identity == catalog::Identity::kAlways;
}

bool StagedTable::is_assigned(const StagedColumn& column) const {
  return !is_kept(column) && !(column.in_identity && details.details_of(column.name).bytewise);
}

std::string StagedTable::same_identity(const std::string& a, const std::string& b) const {
  return same_columns(plan.identity, a, b);
}

std::string StagedTable::same_columns(const std::vector<std::string>& names, const std::string& a,
                                      const std::string& b) const {
  const UniqueIndex* by_index = nullptr;
  for (const UniqueIndex& index : details.unique_indexes) {
    if (index.plain && index.columns == names) by_index = &index;
  }
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const ColumnDetails& column = details.details_of(names[i]);
    const std::string name = "." + quote_name(names[i]) + column.comparison_cast();
    // As rows: with the operator of the type's default class, which no cast to another type stands in for.
    const Equality equality =
        by_index == nullptr ? Equality{"OPERATOR(pg_catalog.=)", !is_builtin(column.type)} : by_index->equality[i];
    parts.push_back(equality.of(a + name, b + name));
  }
  return join(parts, " AND ");
}

bool StagedTable::may_be_null(const std::vector<std::string>& names) const {
  return std::ranges::any_of(names,
                             [&](const std::string& name) { return !details.table.find_column(name)->not_null; });
}

std::string StagedTable::any_null(const std::vector<std::string>& names, const std::string& alias) const {
  std::vector<std::string> parts;
  parts.reserve(names.size());
  for (const std::string& name : names)
    parts.push_back(fmt::format("{}.{} IS NOT DISTINCT FROM NULL", alias, quote_name(name)));
  return fmt::format("({})", join(parts, " OR "));
}

std::string StagedTable::target_is_newer() const {
  if (plan.changed_at.empty() || !has_columns({plan.changed_at})) return "false";
  return fmt::format("COALESCE(t.{0} OPERATOR(pg_catalog.>) s.{0}, false)", quote_name(plan.changed_at));
}

bool StagedTable::is_ignored(const std::string& column) const {
  return std::find(plan.ignored.begin(), plan.ignored.end(), column) != plan.ignored.end();
}

bool StagedTable::is_masked(const std::string& column) const {
  return std::find(plan.masked.begin(), plan.masked.end(), column) != plan.masked.end();
}

std::string StagedTable::readable(const std::string& text, const std::vector<std::string>& from_columns) const {
  const auto masked = [&](const std::string& name) { return is_masked(name); };
  if (!std::any_of(from_columns.begin(), from_columns.end(), masked)) return text;
  return fmt::format("'(masked, digest ' || {} || ')'", digest_of(text));
}

std::string StagedTable::digest_of(const std::string& text) const {
  return fmt::format(
      "pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to({key}::pg_catalog.text || {text}, "
      "'UTF8')), 'hex'), 8)",
      fmt::arg("key", quote_literal(plan.digest_key)), fmt::arg("text", text));
}

std::string StagedTable::column_text(const std::string& column, const std::string& alias) const {
  return readable(text_of(details.details_of(column).type, alias + "." + quote_name(column)), {column});
}

std::string StagedTable::columns_text(const std::vector<std::string>& names, const std::string& alias) const {
  std::vector<std::string> parts;
  parts.reserve(names.size());
  for (const std::string& column : names) {
    parts.push_back(fmt::format("{} || COALESCE({}, 'null')", quote_literal(column + "="), column_text(column, alias)));
  }
  return join(parts, " || ', ' || ");
}

std::string StagedTable::key_text(const std::string& alias) const {
  if (!plan.identity.empty()) return columns_text(plan.identity, alias);
  std::vector<std::string> shown;
  for (const StagedColumn& column : columns) {
    if (!is_masked(column.name)) shown.push_back(alias + "." + column.quoted);
  }
  return fmt::format("pg_catalog.left(pg_catalog.format('%s', ROW({})), 1000)", join(shown, ", "));
}

std::string StagedTable::identity_list(const std::string& alias) const {
  std::vector<std::string> list;
  for (const std::string& column : plan.identity) list.push_back(alias + "." + quote_name(column));
  return join(list, ", ");
}

WrittenTable written_table(const StagedTable& table) {
  WrittenTable written{table.details.oid, {}, table.may_lose_rows(), {}};
  for (const catalog::Column& column : table.details.table.columns) {
    if (column.has_default && table.has_columns({column.name})) written.columns.push_back(column.name);
  }
  for (const StagedColumn& column : table.columns) {
    if (table.is_assigned(column)) written.assigned.push_back(column.name);
  }
  return written;
}

std::vector<WrittenTable> written_tables(const std::vector<StagedTable>& tables) {
  std::vector<WrittenTable> written;
  for (const StagedTable& table : tables) {
    if (table.has_rows()) written.push_back(written_table(table));
  }
  return written;
}

}  // namespace postgres
