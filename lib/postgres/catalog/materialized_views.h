// Materialized views that show rows of tables which an import has written, also through other views: they show the old
// rows until they are refreshed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/target.h"
#include "postgres/session/connection.h"
#include "postgres/session/settings.h"

namespace postgres {

struct MaterializedView {
  std::string name;         // quoted: "schema"."view"
  bool may_refresh = true;  // the role owns it, or may maintain it
  std::string owner;        // as whom it is filled
  std::string unreadable;  // tables, views and functions that the owner may not use (any more): public.p, public.f(int)
};

// In the order in which they must be refreshed; none that was never filled.
std::vector<MaterializedView> views_over(Connection& connection, const std::vector<std::uint32_t>& tables);

// Refreshes those over `written` where that is asked for and the intent writes; returns what there is to say of each.
// Throws kPrivilege for one that the role may not refresh, or whose owner may not read what it shows, before any is
// refreshed and without writing, too. They are refreshed under the settings of `session`; before
// and after ours hold.
std::vector<std::string> refresh_or_name(Connection& connection, const std::vector<std::uint32_t>& written,
                                         engine::Refresh refresh, engine::Intent intent,
                                         const SessionSettings& session);

}  // namespace postgres
