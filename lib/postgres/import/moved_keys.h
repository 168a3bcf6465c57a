// Keys beside the identity that foreign keys refer to and that an update of the file takes away from a row of the
// target. Who referred to such a key would be left without a parent. One thread, that of the connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postgres/import/staged_table.h"
#include "postgres/session/connection.h"

namespace postgres {

// Leaves out the accepted updates that take away a key which rows of the target refer to. Rows of the same table may
// leave the key by the same statement; those of another are written later. Returns how many.
std::uint64_t reject_needed(Connection& connection, StagedTable& table);

// " AND …" on a row of the target's `parent`, called p: no accepted update gives it others in `columns`. Empty where no
// update can.
std::string keeps_key(const StagedTable& parent, const std::vector<std::string>& columns);

}  // namespace postgres
