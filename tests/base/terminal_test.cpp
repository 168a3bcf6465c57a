#include "base/terminal.h"

#include <cstdlib>
#include <random>

#include "base/utf8.h"
#include "pseudo_terminal.h"
#include "temporary_folder.h"

namespace base {
namespace {

TEST(Printable, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(printable("users_2 Gr\u00fc\u00dfe \u6f22\u5b57 \U0001F600"),
            "users_2 Gr\u00fc\u00dfe \u6f22\u5b57 \U0001F600");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(printable("a\nb\r\t\x7f"), "a\\x0ab\\x0d\\x09\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\xC2\x9b"
                      "31m"),
            "\\u009b31m");
}

TEST(Printable, EscapesWhatTurnsTheDirectionOfText) {
  EXPECT_EQ(printable("\u202egnp.exe"), "\\u202egnp.exe");
  EXPECT_EQ(printable("\u200e\u200f\u2066\u2069\u061c"), "\\u200e\\u200f\\u2066\\u2069\\u061c");
  EXPECT_EQ(printable("\u2028\u2029"), "\\u2028\\u2029");
}

TEST(Printable, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("a\xff"
                      "b"),
            "a\\xffb");
  EXPECT_EQ(printable("\xC0\xAF"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xE6\xBC"), "\\xe6\\xbc");  // cut short
}

TEST(Printable, MakesAnyBytesSafe) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (std::size_t i = random() % 20; i > 0; --i) bytes += static_cast<char>(random() & 0xFF);
    const std::string safe = printable(bytes);
    EXPECT_EQ(printable(safe), safe);
    for (std::string_view rest = safe; !rest.empty();) {
      const CodePoint first = first_code_point(rest);
      ASSERT_NE(first.bytes, 0U);
      ASSERT_GE(first.value, U' ');
      ASSERT_FALSE(first.value >= 0x7F && first.value < 0xA0);
      rest.remove_prefix(first.bytes);
    }
  }
}

TEST(Utf8, ReadsBackEveryCodePoint) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const auto part = [c](unsigned shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
    std::string text;
    if (c < 0x80)
      text = {static_cast<char>(c)};
    else if (c < 0x800)
      text = {static_cast<char>(0xC0 | c >> 6), part(0)};
    else if (c < 0x10000)
      text = {static_cast<char>(0xE0 | c >> 12), part(6), part(0)};
    else
      text = {static_cast<char>(0xF0 | c >> 18), part(12), part(6), part(0)};
    ASSERT_EQ(first_code_point(text + "x").value, c);
    ASSERT_EQ(first_code_point(text + "x").bytes, text.size());
  }
}

TEST(DisplayWidth, CountsColumnsAndNotBytes) {
  EXPECT_EQ(display_width("users"), 5);
  EXPECT_EQ(display_width("Gr\u00fc\u00dfe"), 5);
  EXPECT_EQ(display_width("\u6f22\u5b57"), 4);
  EXPECT_EQ(display_width("\U0001F600"), 2);
  EXPECT_EQ(display_width("e\u0301"), 1);
  EXPECT_EQ(display_width("\uD55C\uAE00"), 4);
  EXPECT_EQ(display_width("\uFF21"), 2);
  EXPECT_EQ(display_width("\u200d\ufe0f"), 0);
  EXPECT_EQ(display_width(""), 0);
  EXPECT_EQ(display_width("a\xff"), 2);
}

TEST(Color, PaintsOnlyWhenAsked) {
  EXPECT_EQ(red("x", Color::kNever), "x");
  EXPECT_EQ(red("x", Color::kAlways), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(bold("", Color::kAlways), "");
  EXPECT_NE(green("x", Color::kAlways), yellow("x", Color::kAlways));
  EXPECT_NE(dim("x", Color::kAlways), bold("x", Color::kAlways));
}

class ColorChoiceTest : public testing::Test {
 protected:
  const Environment no_color_{"NO_COLOR", nullptr};
  const Environment term_{"TERM", "xterm"};
  PseudoTerminal terminal_{80};
};

TEST_F(ColorChoiceTest, PaintsOnATerminal) {
  EXPECT_EQ(choose_color(ColorChoice::kAuto, terminal_.fd()), Color::kAlways);
}

TEST_F(ColorChoiceTest, DoesNotPaintIntoAFile) {
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  EXPECT_EQ(choose_color(ColorChoice::kAuto, null), Color::kNever);
  EXPECT_EQ(choose_color(ColorChoice::kAlways, null), Color::kAlways);
  ::close(null);
}

TEST_F(ColorChoiceTest, HonoursNoColorUnlessItIsEmpty) {
  const Environment set("NO_COLOR", "1");
  EXPECT_EQ(choose_color(ColorChoice::kAuto, terminal_.fd()), Color::kNever);
  EXPECT_EQ(choose_color(ColorChoice::kAlways, terminal_.fd()), Color::kAlways);
  const Environment empty("NO_COLOR", "");
  EXPECT_EQ(choose_color(ColorChoice::kAuto, terminal_.fd()), Color::kAlways);
}

TEST_F(ColorChoiceTest, DoesNotPaintOnADumbTerminal) {
  const Environment dumb("TERM", "dumb");
  EXPECT_EQ(choose_color(ColorChoice::kAuto, terminal_.fd()), Color::kNever);
}

TEST(TerminalWidth, AsksTheTerminal) {
  const PseudoTerminal narrow(37);
  const PseudoTerminal silent(0);

  EXPECT_TRUE(is_terminal(narrow.fd()));
  EXPECT_EQ(terminal_width(narrow.fd()), 37);
  EXPECT_EQ(terminal_width(silent.fd()), 80);
  EXPECT_EQ(terminal_width(-1), 80);
}

}  // namespace
}  // namespace base
