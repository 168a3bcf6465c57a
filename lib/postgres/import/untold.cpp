#include "postgres/import/untold.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "postgres/import/judged_rows.h"
#include "postgres/import/rejects.h"
#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

// None: the expression itself fails.
std::optional<std::uint64_t> count(Connection& connection, const std::string& sql) {
  std::optional<std::uint64_t> rows;
  connection.execute("SAVEPOINT untold");
  try {
    rows = connection.query(sql)[0][0].as<std::uint64_t>();
  } catch (const ServerError& error) {
    if (!error.blames_a_row() && error.kind() != base::ErrorKind::kSchema) throw;
    connection.execute("ROLLBACK TO SAVEPOINT untold");
  }
  connection.execute("RELEASE SAVEPOINT untold");
  return rows;
}

}  // namespace

std::vector<std::string> untold(Connection& connection, const std::vector<StagedTable>& tables) {
  std::vector<std::string> lines;
  for (const StagedTable& table : tables) {
    const std::string name = table.details.table.name.name + ": ";
    for (const CheckConstraint& check : table.details.checks) {
      if (!check.looks_elsewhere || !foretells(table, check.columns) || table.staged_rows == 0) continue;
      const auto failed = count(connection, fmt::format("SELECT pg_catalog.count(*) FROM {} AND ({}) IS FALSE",
                                                        accepted_rows(table, check.columns), check.expression));
      if (failed && *failed == 0) continue;
      lines.push_back(name + "the check " + check.name +
                      (failed ? " fails as the target is now for " + std::to_string(*failed) + " rows to be written"
                              : " cannot be judged as the target is now") +
                      ", but it calls a function that may look up rows of this import: only --rehearse can tell");
    }
    const bool grows = table.plan.identity.empty() && !table.details.triggers.empty() && table.staged_rows > 0;
    if (!grows || table.plan.growth == engine::Growth::kAllow) continue;
    const auto inserts =
        count(connection, fmt::format("SELECT pg_catalog.count(*) FROM {} v WHERE v.verdict = 'i'", table.verdicts));
    if (inserts.value_or(0) == 0) continue;
    lines.push_back(name + "has no key, and trigger " + join(table.details.triggers, ", ") +
                    " may change what is inserted: then the rows are left out, unless --allow-growth is given; only "
                    "--rehearse can tell");
  }
  return lines;
}

}  // namespace postgres
