#include "transfer/mapped_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/suggestion.h"
#include "base/terminal.h"
#include "catalog/alike.h"
#include "transfer/selection.h"

namespace transfer {
namespace {

using base::Error;
using base::ErrorKind;
using base::printable;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// Longer ones are no constants that anybody reads.
std::string shortened(const std::string& json) {
  constexpr std::size_t kLongest = 60;
  if (json.size() <= kLongest) return json;
  std::size_t end = kLongest;
  while ((static_cast<unsigned char>(json[end]) & 0xc0) == 0x80) --end;
  return json.substr(0, end) + "…";
}

// The name in the file of the column at `place` of its description; empty: a constant.
std::string own_column(const MappedTable& table, std::size_t place) {
  const std::vector<catalog::Column>& own = table.file.tables[table.place].columns;
  return place >= own.size() ? std::string{} : own[place].name;
}

// A file may describe any number of columns that nobody has: no search of all for each.
std::unordered_map<std::string_view, std::size_t> places_of_columns(const catalog::Table& table) {
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < table.columns.size(); ++i) places.emplace(table.columns[i].name, i);
  return places;
}

// A misspelt new name is the commonest slip.
std::string missing_renamed(const catalog::Table& there, const catalog::Table& file, const std::string& column) {
  std::vector<std::string> free;
  for (const catalog::Column& other : there.columns) {
    if (file.find_column(other.name) == nullptr) free.push_back(other.name);
  }
  const auto near = base::closest(column, free);
  return "is missing in the target" + (near ? ", which has " + *near : std::string{});
}

}  // namespace

void demand_names_of_target(const format::Header& file, const MappedHeader& mapped, const ImportOptions& options) {
  const Selection& selection = options.selection;
  for (const auto& [from, to] : options.mapping.schemas) {
    if (selection.schemas.empty() || contains(selection.schemas, to)) continue;
    throw Error(ErrorKind::kUsage,
                "the file's schema " + printable(from) + " is to become " + printable(to) +
                    ", but another schema was asked for: " + printable(selection.schemas.front()),
                "say --schema " + printable(to) + ", or leave --schema out");
  }
  for (const std::vector<std::string>* patterns : {&selection.tables, &selection.excluded}) {
    for (const std::string& pattern : *patterns) {
      const auto is_meant = [&](const catalog::Table& table) { return matches(pattern, table.name); };
      if (std::ranges::any_of(mapped.header.tables, is_meant)) continue;
      const auto own = std::ranges::find_if(file.tables, is_meant);
      if (own == file.tables.end()) continue;
      const MappedTable table{file, mapped, static_cast<std::size_t>(own - file.tables.begin())};
      throw Error(
          ErrorKind::kUsage, "no table of the target matches " + printable(pattern),
          "the file's " + printable(table.own_name()) + " is " + printable(table.name()) + " there: name it so");
    }
  }
}

bool MappedTable::is_renamed() const {
  return file.tables[place].name != mapped.header.tables[place].name && own_name() != name();
}

std::string MappedTable::own_name() const { return format::section_name(file.tables[place].name, file.schemas); }

std::string MappedTable::name() const {
  return format::section_name(mapped.header.tables[place].name, mapped.header.schemas);
}

std::string beside(const MappedTable& table) {
  return table.is_renamed() ? " (" + table.own_name() + " in the file)" : std::string{};
}

std::string likely_rename(const MappedTable& table, const std::vector<catalog::Table>& target_tables) {
  if (table.is_renamed()) return {};
  const catalog::TableName& wanted = table.mapped.header.tables[table.place].name;
  const catalog::Table* likely = nullptr;
  for (const catalog::Table& there : target_tables) {
    const bool same_schema = there.name.schema.empty() || wanted.schema.empty() || there.name.schema == wanted.schema;
    if (!same_schema || !catalog::differ_in_style_or_number(there.name.name, wanted.name)) continue;
    if (std::ranges::any_of(table.mapped.header.tables, [&](const auto& other) { return other.name == there.name; }))
      continue;
    if (likely != nullptr) return {};
    likely = &there;
  }
  if (likely == nullptr || (likely->name.name + wanted.name).find_first_of(".\"\\") != std::string::npos) return {};
  return ", which has " + likely->name.name + R"( (renamed? Then write "rename": {"tables": {")" + table.own_name() +
         R"(": ")" + likely->name.name + R"("}} into the transfer file))";
}

void set_types_of_constants(const MappedTable& table, const catalog::Table& there, catalog::Table& file) {
  for (std::size_t i = file.columns.size() - table.constants(); i < file.columns.size(); ++i) {
    const catalog::Column* column = there.find_column(file.columns[i].name);
    if (column != nullptr) file.columns[i].type = column->type;
  }
}

void settle_drift(const MappedTable& table, const catalog::Table& there, const catalog::Table& file,
                  std::vector<catalog::Drift>& drift) {
  std::erase_if(drift, [&](const catalog::Drift& difference) {
    return contains(table.mapped.dropped[table.place], difference.column) &&
           there.find_column(difference.column) == nullptr;
  });
  const auto places = places_of_columns(file);
  for (catalog::Drift& difference : drift) {
    const auto place = places.find(difference.column);
    if (place == places.end()) continue;
    const std::string own = own_column(table, place->second);
    if (own.empty()) {
      difference.what = R"(is missing in the target, and "set" gives it a value)";
    } else if (own != difference.column) {
      if (there.find_column(difference.column) == nullptr)
        difference.what = missing_renamed(there, file, difference.column);
      difference.what += " (" + table.own_name() + "." + own + " in the file)";
    }
  }
  for (std::size_t i = file.columns.size() - table.constants(); i < file.columns.size(); ++i) {
    const catalog::Column* column = there.find_column(file.columns[i].name);
    if (column != nullptr && column->generated)
      drift.push_back({table.name(), column->name, R"(is generated in the target, and "set" gives it a value)"});
  }
}

void mask_renamed(const MappedTable& table, const catalog::Table& file, const std::vector<std::string>& own,
                  engine::TablePlan& plan) {
  for (std::size_t i = 0; i < file.columns.size(); ++i) {
    const catalog::Column& column = file.columns[i];
    const std::string name = own_column(table, i);
    if (name.empty() || !contains(own, name) || contains(plan.masked, column.name)) continue;
    if (plan.target.find_column(column.name) == nullptr) continue;
    plan.masked.push_back(column.name);
    plan.values_withheld = true;
  }
}

void note_mapping(const MappedTable& table, const catalog::Table& there, const std::vector<std::string>& masked,
                  std::vector<std::string>& differences) {
  const catalog::Table& own = table.file.tables[table.place];
  const catalog::Table& mapped = table.mapped.header.tables[table.place];
  const std::string name = table.name();
  if (table.is_renamed()) differences.push_back(table.own_name() + " is " + name + " in the target (\"rename\")");
  for (std::size_t i = 0; i < own.columns.size(); ++i) {
    if (own.columns[i].name == mapped.columns[i].name) continue;
    differences.push_back(table.own_name() + "." + own.columns[i].name + " is " + name + "." + mapped.columns[i].name +
                          " in the target (\"rename\")");
  }
  for (std::size_t i = 0; i < table.constants(); ++i) {
    const std::string& column = mapped.columns[own.columns.size() + i].name;
    const std::string value =
        contains(masked, column) ? "one value (masked)" : shortened(table.mapped.constants[table.place][i]);
    differences.push_back(
        fmt::format(R"({}.{} is not in the file: each of its rows has {} there ("set"))", name, column, value));
  }
  for (const std::string& column : table.mapped.dropped[table.place]) {
    if (there.find_column(column) == nullptr)
      differences.push_back(fmt::format(R"({}.{} is missing in the target: not imported ("drop"))", name, column));
  }
}

void note_schemas(const format::Header& file, const Mapping& mapping, std::vector<std::string>& differences) {
  for (const auto& [from, to] : mapping.schemas) {
    const bool is_there = contains(file.schemas, from) || !contains(file.schemas, to);  // it may hold types alone
    if (is_there && from != to)
      differences.push_back(fmt::format(R"(the schema {} is {} in the target ("rename"))", from, to));
  }
}

}  // namespace transfer
