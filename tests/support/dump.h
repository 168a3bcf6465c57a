// The independent oracles of the round trips: the rows of a database as PostgreSQL's own programs see them. Two
// databases hold the same rows, to the last digit and byte, exactly if these texts are equal. They know nothing of our
// own code and say nothing of schema and sequences.
#pragma once

#include <string>
#include <vector>

namespace support {

// pg_dump --data-only --inserts, its INSERT statements sorted (the order of rows is not data), one after another.
// More options narrow it down: {"--exclude-table=public.audit_logs"}. From a server that is newer than pg_dump, which
// refuses it, the lines of copied_rows; of the options, only --encoding and --exclude-table with a plain name are known
// then.
std::string normalized_dump(const std::string& url, const std::vector<std::string>& options = {});

// Every row of every table and partition as `COPY … TO STDOUT` gives it, each line with its table's name in front,
// sorted; columns in the order of their names, generated ones left out. For servers of any version, so also to compare
// two of them. `without_columns` are left out of every table.
std::vector<std::string> copied_rows(const std::string& url, const std::vector<std::string>& without_columns = {});

}  // namespace support
