// What triggers mean for an import, as far as their text tells: who writes which table, in which order tables had
// better be written, who would see values that are somewhere for a moment only. Pure functions over the catalog.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sqlite/catalog/introspect.h"
#include "sqlite/import/staged_table.h"

namespace sqlite {

// Whether any table has a trigger that the import fires: by an INSERT or UPDATE, and by a DELETE where it may lose
// rows.
bool fires_triggers(const TableDetails& table);
bool fires_triggers(const std::vector<TableDetails>& all);

// The triggers, of any table, whose statements write `table`: "log_users of users".
std::vector<std::string> writers_of(const TableDetails& table, const std::vector<TableDetails>& all);

// Of each table, whether a trigger or cascade may change, make or take away rows of it beside the import's statements.
std::vector<bool> reached_tables(const std::vector<StagedTable>& tables, const std::vector<TableDetails>& all);

// Whether an INSERT into `table` fires a trigger that writes `table` again, by itself or through triggers of others.
bool writes_itself(const TableDetails& table, const std::vector<TableDetails>& all);

// Whether a trigger could see what is in `table` while it is written.
bool is_watched(const TableDetails& table, const std::vector<TableDetails>& all);

// Columns that some UPDATE OF trigger of the table waits for.
std::vector<std::string> awaited_columns(const TableDetails& table);

// The components so that a table comes after those that its triggers look up and after those whose triggers write it,
// as far as foreign keys leave a choice.
std::vector<std::vector<std::size_t>> order_for_triggers(const std::vector<StagedTable>& tables,
                                                         const std::vector<std::vector<std::size_t>>& components);

}  // namespace sqlite
