// Which sequence of the target goes on where one of the source stopped: by the column that draws from it, then by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// A sequence of the target that a column of the file's feeds on.
struct Draw {
  std::string column;
  std::string sequence;               // quoted, to be used in SQL
  bool plain = false;                 // the column's values are the sequence's own
  std::optional<std::int64_t> given;  // the last value that the source's sequence gave
  SequenceRange range;                // of the target's
};

struct SequenceMatch {
  std::vector<Draw> draws;
  std::vector<std::string> unknown;  // sentences: what nothing can be told of
};

SequenceMatch match_sequences(Connection& connection, const StagedTable& table);

}  // namespace postgres
