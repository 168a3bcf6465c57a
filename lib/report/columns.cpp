#include "report/columns.h"

#include "base/human.h"
#include "base/table_printer.h"
#include "report/json_parts.h"

namespace report {

// One line a shape; table, column and type are told only where they change.
std::string columns_text(const std::vector<outcome::ColumnContent>& columns) {
  base::TablePrinter printer(
      {{"table"}, {"column"}, {"declared as"}, {"holds"}, {"values", base::Align::kRight}, {"numbers"}});
  std::string table;
  for (const outcome::ColumnContent& column : columns) {
    std::vector<std::string> begin = {column.table == table ? "" : column.table, column.column, column.declared};
    table = column.table;
    if (column.shapes.empty()) {
      begin.emplace_back("nothing");
      printer.add_row(begin);
    }
    bool first = true;
    for (const outcome::CountedShape& shape : column.shapes) {
      printer.add_row({first ? begin[0] : "", first ? begin[1] : "", first ? begin[2] : "", shape.name,
                       base::human_count(shape.values), first ? column.numbers : ""});
      first = false;
    }
  }
  return printer.text();
}

std::string columns_json(const std::vector<outcome::ColumnContent>& columns) {
  ordered_json list = ordered_json::array();
  for (const outcome::ColumnContent& column : columns) {
    ordered_json shapes = ordered_json::object();
    for (const outcome::CountedShape& shape : column.shapes) shapes[shape.name] = shape.values;
    list.push_back({{"table", column.table},
                    {"column", column.column},
                    {"declared", column.declared},
                    {"holds", std::move(shapes)},
                    {"numbers", column.numbers}});
  }
  return dumped({{"report", {{"name", "db-transfer profile"}, {"version", 1}}},
                 {"program", "db-export"},
                 {"exit_status", 0},
                 {"columns", std::move(list)}},
                Layout::kIndented) +
         "\n";
}

}  // namespace report
