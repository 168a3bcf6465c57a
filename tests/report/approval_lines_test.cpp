#include "report/approval_lines.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "report/audits.h"
#include "report/json_parts.h"

namespace report {
namespace {

using outcome::ShownValue;

// By way of an object of nlohmann/json, which the writer does without.
std::string line_by_way_of_json(const std::string& table, const outcome::Decision& row) {
  ordered_json object = {{"table", table}};
  object.update(decision_json(row));
  return dumped(object, Layout::kOneLine);
}

std::vector<std::string> odd_texts() {
  return {"",         "plain",    "\"quoted\\\"",     std::string("a\0b", 3), "\x7f",        "\xc3\xa4",
          "\xff\xfe", "\n\t\x1b", "\xf0\x9f\x98\x80", hostile_text(),         "\xe2\x80\xae"};
}

TEST(DecisionLine, IsTheObjectOfTheDecisionWhateverItsTexts) {
  for (const std::string& text : odd_texts()) {
    for (const ShownValue::Form form :
         {ShownValue::Form::kNull, ShownValue::Form::kWhole, ShownValue::Form::kCut, ShownValue::Form::kMasked}) {
      outcome::Decision row;
      row.record = 7;
      row.verdict = outcome::Verdict::kConflict;
      row.key = row.reason = row.file_key = row.constraint = row.holder = text;
      row.offset = text.size();
      row.target_is_newer = text.size() % 2 == 0;
      row.rewritten = {text, "b"};
      const ShownValue value{form, form == ShownValue::Form::kNull ? "" : text, text.size()};
      row.changes = {{text, value, value}, {"second", value, value}};
      row.values = {{text, value}};
      EXPECT_EQ(decision_line(json_name(text), row), line_by_way_of_json(text, row));
    }
  }
  EXPECT_EQ(decision_line(json_name("t"), {}), line_by_way_of_json("t", {}));
}

}  // namespace
}  // namespace report
