// The virtual tables of a file, and whether their rows are all that they hold, and are in no other table. Reads the
// text of the schema alone, and so also knows tables whose module is not here. One thread, that of the connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sqlite/session/connection.h"

namespace sqlite {

struct VirtualTable {
  // kOwn: its rows, read through the table, are all there is. kOthers: it shows what other tables hold. kHidden: it
  // holds what its rows do not show. kUnknown: its module is not here.
  enum class Contents { kOwn, kOthers, kHidden, kUnknown };
  std::string name;
  std::string module;  // in lower case
  Contents contents = Contents::kUnknown;
  bool numbers_its_rows = false;  // its first column is the row's number (R*Tree)
};

// Of a CREATE VIRTUAL TABLE.
VirtualTable virtual_table(std::string name, std::string_view create_virtual_table);

std::vector<VirtualTable> find_virtual_tables(Connection& connection);

// Whether a virtual table of an unknown module keeps its contents in `table`, as far as the name tells: docs_content of
// docs. Of modules that are here SQLite itself tells it.
bool stands_behind(const std::vector<VirtualTable>& all, std::string_view table);

}  // namespace sqlite
