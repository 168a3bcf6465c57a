#include "properties/every_type.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "properties/dice.h"
#include "properties/generate_type.h"

namespace properties {

Scenario every_type(std::uint64_t seed, std::size_t rows) {
  constexpr std::size_t kTypesInATable = 16;
  Dice dice(seed);
  Scenario scenario;
  scenario.schemas = {"public"};
  const auto& makers = type_makers();
  for (std::size_t first = 0; first < makers.size(); first += kTypesInATable) {
    Table table;
    table.schema = "public";
    table.name = "types " + std::to_string(first);
    table.columns = {{"id", "int4", "PRIMARY KEY", false, {}}};
    std::vector<Type> types;
    for (std::size_t i = first; i < std::min(first + kTypesInATable, makers.size()); ++i) {
      types.push_back(makers[i](dice));
      types.push_back(array_of(types.back()));
    }
    for (const Type& type : types) {
      table.columns.push_back({std::to_string(table.columns.size()) + " " + type.sql, type.sql, "", false, {}});
    }
    for (std::size_t i = 0; i < rows; ++i) {
      Row row{std::to_string(i)};
      for (const Type& type : types) row.emplace_back(type.value(dice));
      table.rows.push_back(std::move(row));
    }
    scenario.tables.push_back(std::move(table));
  }
  return scenario;
}

}  // namespace properties
