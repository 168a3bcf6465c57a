// What the columns of a database really hold (db-export --profile), for a terminal and for a program.
#pragma once

#include <string>
#include <vector>

#include "outcome/column_content.h"

namespace report {

std::string columns_text(const std::vector<outcome::ColumnContent>& columns);
std::string columns_json(const std::vector<outcome::ColumnContent>& columns);

}  // namespace report
