#include "base/table_printer.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace base {
namespace {

TEST(TablePrinter, AlignsNamesLeftAndNumbersRight) {
  TablePrinter table({{"table"}, {"rows", Align::kRight}, {"insert", Align::kRight}});
  table.add_row({"permissions", "24", "24"});
  table.add_row({"audit_logs", "1,500,000", "0"});

  EXPECT_EQ(table.text(),
            "table              rows   insert\n"
            "permissions          24       24\n"
            "audit_logs    1,500,000        0\n");
}

TEST(TablePrinter, AlignsByColumnsOnTheTerminal) {
  TablePrinter table({{"name"}, {"n", Align::kRight}});
  table.add_row({"\u6f22\u5b57\u6f22", "1"});
  table.add_row({"e\u0301t\u00e9", "2"});

  EXPECT_EQ(table.text(),
            "name     n\n"
            "\u6f22\u5b57\u6f22   1\n"
            "e\u0301t\u00e9      2\n");
}

TEST(TablePrinter, LeavesNoSpaceAtTheEndOfALine) {
  TablePrinter table({{"a"}, {"long title"}});
  table.add_row({"x"});
  table.add_row({"", ""});

  EXPECT_EQ(table.text(), "a   long title\nx\n\n");
}

TEST(TablePrinter, EscapesNames) {
  TablePrinter table({{"table"}});
  table.add_row({"a\x1b[2Jb\nc"});

  EXPECT_EQ(table.text(), "table\na\\x1b[2Jb\\x0ac\n");
}

TEST(TablePrinter, RefusesMoreCellsThanColumns) {
  TablePrinter table({{"a"}});

  EXPECT_THROW(table.add_row({"1", "2"}), Error);
}

}  // namespace
}  // namespace base
