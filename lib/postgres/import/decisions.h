// The verdicts of an import, row by row, as a reviewer reads them: with the values that change. A merge overwrites
// these values: KeptDecisions keeps them first, so that they can still be told after it. One thread, that of the
// connection.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/input_file.h"
#include "base/line_reader.h"
#include "engine/target.h"
#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// What the decisions of all tables were before the merge, with their values, in a temporary file of this side.
class KeptDecisions {
 public:
  KeptDecisions(Connection& connection, const std::vector<StagedTable>& tables);

  // One line a decision, by record.
  base::LineReader of(std::size_t table) { return {file_, table == 0 ? 0 : ends_[table - 1], ends_[table]}; }

 private:
  std::vector<std::uint64_t> ends_;  // in the file, by table
  base::InputFile file_;
};

// As engine::Target::for_each_decision says. After a merge with what was `kept` of the table.
void read_decisions(Connection& connection, const StagedTable& table, engine::Decisions which, engine::Detail detail,
                    std::optional<base::LineReader> kept, const std::function<bool(const outcome::Decision&)>& take);

// The same without the server, of a merge that changed nothing about them; and what an approval holds.
void read_kept_decisions(const StagedTable& table, engine::Decisions which, base::LineReader kept,
                         const std::function<bool(const outcome::Decision&)>& take);
void read_kept_fingerprints(const StagedTable& table, base::LineReader kept,
                            const std::function<void(const outcome::Fingerprint&)>& take);

}  // namespace postgres
