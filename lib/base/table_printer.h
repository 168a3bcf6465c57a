// A table as text: columns as wide as their widest cell on a terminal, three spaces between them, no space at the end
// of a line. Cells are made printable() here. For results of a few hundred rows, all kept in memory.
#pragma once

#include <string>
#include <vector>

namespace base {

enum class Align { kLeft, kRight };

struct Header {
  std::string title;
  Align align = Align::kLeft;
};

class TablePrinter {
 public:
  explicit TablePrinter(std::vector<Header> headers);

  // One cell a column; missing ones at the end are empty, surplus ones are kInternal.
  void add_row(std::vector<std::string> cells);

  // The headers and the rows, each line ended with a newline.
  std::string text() const;

 private:
  std::vector<Header> headers_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace base
