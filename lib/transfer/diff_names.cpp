#include "transfer/diff_names.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/suggestion.h"
#include "outcome/engine_traits.h"
#include "transfer/secrets.h"
#include "transfer/selection.h"

namespace transfer {

using catalog::Table;

MappedSide::MappedSide(const format::Header& header, const DiffOptions& options)
    : file(header), mapped(map_header(header, applicable(header, options.mapping))) {
  masked = masked_columns(mapped.header.tables, mapped.header.types, options.masks);
  const auto own = masked_columns(header.tables, header.types, options.masks);
  for (std::size_t i = 0; i < own.size(); ++i) {
    for (const std::string& name : own[i])
      masked[i].push_back(mapped.header.tables[i].columns[place_of(header.tables[i], name)].name);
  }
}

std::size_t MappedSide::place_of(const Table& table, const std::string& column) {
  return static_cast<std::size_t>(table.find_column(column) - table.columns.data());
}

std::string MappedSide::name(std::size_t i) const { return format::section_name(file.tables[i].name, file.schemas); }

bool MappedSide::is_typed() const { return outcome::traits_of(file.engine).is_typed; }
bool MappedSide::ignores_case() const { return outcome::traits_of(file.engine).names_ignore_case; }

Wishes::Wishes(const MappedSide& a, const MappedSide& b, std::vector<Table> tables, const Selection& selection)
    : selection_(selection) {
  for (const MappedSide* side : {&a, &b}) {
    for (const auto* of_side : {&side->file.tables, &side->mapped.header.tables})
      tables.insert(tables.end(), of_side->begin(), of_side->end());
  }
  select_tables(tables, selection);  // throws for what is about none
}

Wish Wishes::of(const MappedSide& side, std::size_t table) const {
  Wish wish;
  for (const Table* called : {&side.file.tables[table], &side.table(table)}) {
    Selection by_name;  // a ledger has to be named in full
    by_name.tables = matching(called->name);
    const bool matched = selection_.tables.empty() || !by_name.tables.empty();
    wish.named = wish.named || (matched && !select_tables({*called}, by_name).empty());
    wish.excluded = wish.excluded || is_excluded(called->name, selection_);
    wish.audit = wish.audit || called->audit || is_audit(called->name, selection_);
  }
  return wish;
}

std::vector<std::string> Wishes::matching(const catalog::TableName& name) const {
  std::vector<std::string> found;
  std::ranges::copy_if(selection_.tables, std::back_inserter(found),
                       [&](const std::string& pattern) { return matches(pattern, name); });
  return found;
}

std::optional<std::size_t> counterpart(const MappedSide& a, std::size_t table, const MappedSide& b) {
  const std::vector<Table>& tables = b.mapped.header.tables;
  const catalog::TableName& name = a.table(table).name;
  const auto exact = std::ranges::find(tables, name, &Table::name);
  if (exact != tables.end()) return static_cast<std::size_t>(exact - tables.begin());
  const auto has_one_schema = [](const MappedSide& side) { return side.mapped.header.schemas.size() <= 1; };
  const bool b_has_none = std::ranges::all_of(tables, [](const Table& there) { return there.name.schema.empty(); });
  if (!name.schema.empty() && !b_has_none && (!has_one_schema(a) || !has_one_schema(b))) return std::nullopt;
  const auto same_name = [&](const Table& one, const Table& other, bool any_case) {
    return one.name.name == other.name.name || (any_case && base::differs_in_case_only(one.name.name, other.name.name));
  };
  for (const bool any_case : {false, true}) {
    if (any_case && !a.ignores_case() && !b.ignores_case()) continue;
    const auto rivals = std::ranges::count_if(
        a.mapped.header.tables, [&](const Table& one) { return same_name(one, a.table(table), any_case); });
    if (rivals > 1 && name.schema != "public") continue;
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < tables.size(); ++i) {
      if (same_name(tables[i], a.table(table), any_case)) found.push_back(i);
    }
    if (found.size() > 1) std::erase_if(found, [&](std::size_t i) { return tables[i].name.schema != "public"; });
    if (found.size() == 1) return found.front();
  }
  return std::nullopt;
}

}  // namespace transfer
