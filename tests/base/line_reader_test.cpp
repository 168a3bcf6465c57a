#include "base/line_reader.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/spool.h"

namespace {

base::InputFile file_of(const std::string& text) {
  base::Spool spool;
  spool.write(text);
  return spool.finish("lines");
}

std::vector<std::string> lines_of(base::LineReader reader) {
  std::vector<std::string> lines;
  for (std::string_view line; reader.next(line);) lines.emplace_back(line);
  return lines;
}

TEST(LineReader, ReadsBetweenTwoOffsets) {
  base::InputFile file = file_of("one\ntwo\n\nfour\nfive\n");
  EXPECT_EQ(lines_of({file, 4, 14}), (std::vector<std::string>{"two", "", "four"}));
  EXPECT_TRUE(lines_of({file, 4, 4}).empty());
}

TEST(LineReader, ReadsLinesLongerThanItReadsAtATime) {
  const std::string is_long(3 << 20, 'x');
  base::InputFile file = file_of("a\n" + is_long + "\nb\n");
  EXPECT_EQ(lines_of({file, 0, file.size()}), (std::vector<std::string>{"a", is_long, "b"}));
}

TEST(LineReader, LeavesOutALastLineWithoutItsEnd) {
  base::InputFile file = file_of("whole\ntorn");
  EXPECT_EQ(lines_of({file, 0, file.size()}), (std::vector<std::string>{"whole"}));
}

TEST(LineReader, SharesItsFileWithAnother) {
  base::InputFile file = file_of("a\nb\nc\nd\n");
  base::LineReader first(file, 0, 4);
  base::LineReader second(file, 4, 8);
  std::string read;
  for (std::string_view line; first.next(line);) {
    read += line;
    if (second.next(line)) read += line;
  }
  EXPECT_EQ(read, "acbd");
}

}  // namespace
