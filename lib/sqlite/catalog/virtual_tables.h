// The virtual tables of a file: whether their rows are all there is of them, and are nowhere else. Asks the schema's
// text only, so that it knows tables of modules too that are not here. One thread, that of the connection.
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

// Whether `table` is one of those in which a virtual table of an unknown module keeps its contents: SQLite itself can
// tell that of the modules only that are here.
bool stands_behind(const std::vector<VirtualTable>& all, std::string_view table);

}  // namespace sqlite
