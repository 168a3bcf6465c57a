#include "report/html_text.h"

#include <gtest/gtest.h>

#include "report/memory_sink.h"

namespace report {
namespace {

std::string marked(const std::string& shown) { return "<span class=\"ctl\">" + shown + "</span>"; }

TEST(HtmlText, EscapesWhatMeansSomethingToAParser) {
  EXPECT_EQ(html_marked("<a href=\"x\">'&amp;"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;");
}

TEST(HtmlText, ShowsControlCharactersAndDirectionMarks) {
  EXPECT_EQ(html_marked(std::string("a\0b", 3)), "a" + marked("\\x00") + "b");
  EXPECT_EQ(html_marked("\x1b[2J"), marked("\\x1b") + "[2J");
  EXPECT_EQ(html_marked("\u202ex"), marked("\\u202e") + "x");
  EXPECT_EQ(html_marked("\xff"), marked("\\xff"));
  EXPECT_EQ(html_marked("a\nb"), "a" + marked("\\n") + "\nb");
}

TEST(HtmlText, ShowsWhatCannotBeSeenOrToldFromASpace) {
  EXPECT_EQ(html_marked("a\u00a0b"), "a" + marked("\\u00a0") + "b");
  EXPECT_EQ(html_marked("a\u200bb"), "a" + marked("\\u200b") + "b");
  EXPECT_EQ(html_marked("\ufffe"), marked("\\ufffe"));
}

TEST(HtmlText, KeepsEveryOtherCharacter) { EXPECT_EQ(html_marked("Café 日本 😀"), "Café 日本 😀"); }

TEST(HtmlText, HasNoElementWherePlainTextIsWanted) {
  EXPECT_EQ(html_plain("</title>\n\x1b"), "&lt;/title&gt;\\x0a\\x1b");
}

TEST(HtmlText, HoldsNoMarkupButItsOwnForRandomBytes) {
  for (std::uint64_t seed = 11, round = 0; round < 2000; ++round) {
    std::string html = html_marked(random_text(seed));
    for (const std::string& own : {std::string("<span class=\"ctl\">"), std::string("</span>")})
      for (std::size_t at = html.find(own); at != std::string::npos; at = html.find(own)) html.erase(at, own.size());
    ASSERT_EQ(html.find_first_of("<>\"'"), std::string::npos) << html;
  }
}

// openssl dgst -sha256 -binary | base64
TEST(CspHash, IsTheBase64OfTheDigest) {
  EXPECT_EQ(csp_hash(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
  EXPECT_EQ(csp_hash("abc"), "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='");
}

}  // namespace
}  // namespace report
