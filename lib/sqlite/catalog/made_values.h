// What a table computes of its rows: defaults, generated columns, the expressions of its indexes; and which columns an
// expression reads. From pragmas and the schema's own SQL.
#pragma once

#include <string>
#include <vector>

#include "sqlite/catalog/introspect.h"
#include "sqlite/session/connection.h"

namespace sqlite {

// Fills what each column says of generated values and defaults, and the expressions of all indexes.
void read_made_values(Connection& connection, TableDetails& table);

// The column as it is declared, whatever its case where it was named; empty: there is none.
std::string declared(const catalog::Table& table, const std::string& name);

// The columns of the table that the expression names, each once.
std::vector<std::string> columns_in(const catalog::Table& table, const std::string& expression);

// Whether the expression reads the number of a row (rowid). A staged row has another number than its row of the target,
// so such an expression cannot be judged in the stage.
bool reads_row_number(const catalog::Table& table, const std::string& expression);

}  // namespace sqlite
