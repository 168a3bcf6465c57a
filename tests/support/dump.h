// The independent oracle of the round trips: the rows of a database as pg_dump sees them. Two databases hold the same
// rows, to the last digit and byte, exactly if these texts are equal. Knows nothing of our own code; says nothing of
// schema and sequences.
#pragma once

#include <string>
#include <vector>

namespace support {

// pg_dump --data-only --inserts, its INSERT statements sorted (the order of rows is not data), one after another.
// More options narrow it down: {"--exclude-table=public.audit_logs"}.
std::string normalized_dump(const std::string& url, const std::vector<std::string>& options = {});

}  // namespace support
