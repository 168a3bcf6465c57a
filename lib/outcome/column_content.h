// What the values of one column really are, counted: for engines that do not hold a column to its type. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace outcome {

struct CountedShape {
  std::string name;  // "ISO date and time"
  std::uint64_t values = 0;
};

struct ColumnContent {
  std::string table;  // as an export calls it
  std::string column;
  std::string declared;              // its type; may be empty
  std::vector<CountedShape> shapes;  // those that occur, NULL first
  std::string numbers;               // "from 0 to 1700000000"; empty: it holds none
};

}  // namespace outcome
