#include "report/comparison.h"

#include <gtest/gtest.h>

#include "report/audits.h"
#include "report/html/values.h"
#include "report/memory_sink.h"

namespace report {
namespace {

using outcome::ShownValue;

std::string middle(const std::string& text, CommonParts common) {
  return text.substr(common.begin, text.size() - common.begin - common.end);
}

TEST(CommonParts, EndWhereTheTextsDiffer) {
  const CommonParts common = common_parts("Grace B. Hopper", "Grace M. Hopper");

  EXPECT_EQ(middle("Grace B. Hopper", common), "B");
  EXPECT_EQ(middle("Grace M. Hopper", common), "M");
}

TEST(CommonParts, DoNotOverlap) {
  const CommonParts common = common_parts("aaa", "aaaaa");

  EXPECT_EQ(middle("aaa", common), "");
  EXPECT_EQ(middle("aaaaa", common), "aa");
}

TEST(CommonParts, NeverCutACharacter) {
  const CommonParts begin = common_parts("x\u00e9", "x\u00e8");  // differ in the second byte
  EXPECT_EQ(middle("x\u00e9", begin), "\u00e9");

  const CommonParts end = common_parts("\u00e9x", "\u0129x");  // the same last byte
  EXPECT_EQ(middle("\u00e9x", end), "\u00e9");
}

TEST(CommonParts, PutTogetherAgainGiveTheTextForRandomBytes) {
  for (std::uint64_t seed = 3, round = 0; round < 300; ++round) {
    const std::string same = random_text(seed);
    const std::string a = same + random_text(seed) + same;
    const std::string b = same + random_text(seed) + same;
    const CommonParts common = common_parts(a, b);
    ASSERT_LE(common.begin + common.end, std::min(a.size(), b.size()));
    EXPECT_EQ(a.substr(0, common.begin), b.substr(0, common.begin));
    EXPECT_EQ(a.substr(a.size() - common.end), b.substr(b.size() - common.end));
  }
}

TEST(ChangeText, ShortensLongEqualParts) {
  const std::string same(200, 's');

  EXPECT_EQ(change_text({"c", whole(same + "old" + same), whole(same + "new" + same)}),
            "…" + same.substr(0, 30) + "old" + same.substr(0, 30) + "… → …" + same.substr(0, 30) + "new" +
                same.substr(0, 30) + "…");
}

TEST(ChangeText, ShowsShortValuesWhole) {
  EXPECT_EQ(change_text({"c", {}, whole("x")}), "NULL → x");
  EXPECT_EQ(change_text({"c", whole("Ada"), whole("")}), "Ada → (empty)");
}

TEST(ComparedHtml, MarksOnlyWhatDiffers) {
  const ComparedValues values = compared_html(whole("Grace B. Hopper"), whole("Grace M. Hopper"));

  EXPECT_EQ(values.before,
            "<code class=\"data\">Grace </code><mark><code class=\"data\">B</code></mark>"
            "<code class=\"data\">. Hopper</code>");
}

TEST(ComparedHtml, SaysWhereCutValuesDifferBeyondWhatIsShown) {
  const ShownValue before = {ShownValue::Form::kCut, "same", 2000};
  const ShownValue after = {ShownValue::Form::kCut, "same", 2001};

  EXPECT_NE(compared_html(before, after).after.find("differs beyond what is shown"), std::string::npos);
}

TEST(ComparedHtml, NeverShowsAMaskedValue) {
  const ShownValue before = {ShownValue::Form::kMasked, "1f2e3d4c", 12};

  EXPECT_EQ(compared_html(before, {}).before,
            "<mark>••• <span class=\"remark\">(12 characters, digest 1f2e3d4c)</span></mark>");
}

TEST(ComparedHtml, FoldsLongEqualPartsButKeepsThem) {
  const std::string same(500, 's');
  const std::string html = compared_html(whole(same + "a"), whole(same + "b")).before;

  EXPECT_NE(html.find("<details class=\"same\"><summary>… 460 characters equal …</summary>"), std::string::npos);
  EXPECT_NE(html.find(std::string(460, 's')), std::string::npos);
}

}  // namespace
}  // namespace report
