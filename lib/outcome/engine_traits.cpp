#include "outcome/engine_traits.h"

#include <algorithm>
#include <array>

namespace outcome {
namespace {

constexpr std::array kEngines = {
    EngineTraits{.name = "postgresql", .title = "PostgreSQL", .has_roles = true},
    EngineTraits{.name = "sqlite",
                 .title = "SQLite",
                 .is_file = true,
                 .is_typed = false,
                 .has_schemas = false,
                 .has_json = false,
                 .holds_orphans = true,
                 .names_ignore_case = true,
                 .dialect = Dialect::kSqlite},
};

constexpr EngineTraits kUnknown{};

}  // namespace

const EngineTraits& traits_of(std::string_view engine) {
  const auto* found = std::ranges::find(kEngines, engine, &EngineTraits::name);
  return found == kEngines.end() ? kUnknown : *found;
}

}  // namespace outcome
