// What the page says; page_test.py looks at its markup with a parser and at its behavior with a browser.
#include "report/audit_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "report/audit_graph.h"
#include "report/audits.h"
#include "report/html_text.h"
#include "report/outcomes.h"

namespace report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count_of_text(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

// The text between the first `begin` and the `end` after it.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  if (from == std::string::npos) return {};
  return text.substr(from + begin.size(), text.find(end, from + begin.size()) - from - begin.size());
}

TEST(AuditHtml, AllowsItsOwnStyleAndScriptAndNothingElse) {
  const std::string page = audit_html(an_audited_import());

  EXPECT_EQ(between(page, "Content-Security-Policy\" content=\"", "\""),
            "default-src 'none'; style-src " + csp_hash(between(page, "<style>", "</style>")) + "; script-src " +
                csp_hash(between(page, "<script>", "</script>")) +
                "; img-src data:; base-uri 'none'; form-action 'none'");
}

TEST(AuditHtml, BeginsWithTheVerdictAndTheCommand) {
  auto outcome = an_audited_import();
  EXPECT_THAT(audit_html(outcome),
              AllOf(HasSubstr("READY WITH WARNINGS</h1>"), HasSubstr("To import it:"),
                    HasSubstr("<code>db-import exports/app.json --env-file .env.production --match users=email "
                              "--skip-audit</code>")));

  outcome.blocked = true;
  EXPECT_THAT(audit_html(outcome),
              AllOf(HasSubstr("BLOCKED</h1>"), HasSubstr("would be rolled back"), Not(HasSubstr("To import it:"))));

  outcome.ending = outcome::Ending::kCommitted;
  EXPECT_THAT(audit_html(outcome), AllOf(HasSubstr("DONE, ROWS LEFT OUT</h1>"), HasSubstr("It was run as:")));
}

TEST(AuditHtml, HasEverySampleOnce) {
  const std::string page = audit_html(an_audited_import());

  EXPECT_EQ(count_of_text(page, "<article class=\"row\""), 10U);
  EXPECT_EQ(count_of_text(page, "data-verdict=\"invalid\""), 3U);
  EXPECT_EQ(count_of_text(page, "data-verdict=\"update\""), 2U);
}

TEST(AuditHtml, FoldsTheRowsOfALongListAfterTen) {
  auto users = a_table("users", {30, 0, 0, 0, 0, 30, 0});
  users.left_out = left_out_rows(25);

  const std::string page = audit_html(an_import({users}));

  EXPECT_EQ(count_of_text(page, "<article class=\"row\""), 25U);
  EXPECT_THAT(page, AllOf(HasSubstr("<summary>15 more rows</summary>"), HasSubstr("25 of 30 rows listed here")));
}

TEST(AuditHtml, CountsACauseOnlyAsFarAsItsRowsAreListed) {
  auto users = a_table("users", {30, 0, 0, 0, 0, 30, 0});
  users.left_out = left_out_rows(25);
  EXPECT_THAT(audit_html(an_import({users})), HasSubstr("at least 25 rows"));

  users.left_out = left_out_rows(30);
  EXPECT_THAT(audit_html(an_import({users})), Not(HasSubstr("at least")));
}

TEST(AuditHtml, PredictsTheRowsOfTheTarget) {
  EXPECT_THAT(audit_html(an_audited_import()), HasSubstr("<td>1,503</td><td>55 %</td>"));
}

TEST(AuditHtml, NeverShortensAKey) {
  auto users = a_table("users", {1, 1, 0, 0, 0, 0, 0});
  const std::string key = "id=" + std::string(5000, 'k');
  users.inserts = {a_row_left_out(1, outcome::Verdict::kInsert, key, "")};

  EXPECT_THAT(audit_html(an_import({users})), HasSubstr(key));
}

TEST(AuditHtml, ShowsNothingOfAMaskedValueButLengthAndDigest) {
  EXPECT_THAT(audit_html(an_audited_import()), HasSubstr("(60 characters, digest 9f86d081)"));
}

TEST(AuditGraph, DrawsEachTableOnceAndEachReferenceOnce) {
  const std::string svg = audit_graph(an_audited_import().tables);

  EXPECT_EQ(count_of_text(svg, "class=\"node "), 6U);
  EXPECT_EQ(count_of_text(svg, "<path class=\"edge\""), 5U);
  EXPECT_THAT(svg, HasSubstr("node v-conflict"));
}

TEST(AuditGraph, PutsChildrenToTheRightOfTheirParents) {
  auto child = a_table("child", {});
  child.parents = {"parent"};

  const std::string svg = audit_graph({a_table("parent", {}), child});

  EXPECT_THAT(svg, AllOf(HasSubstr("translate(8 8)\"><title>parent"), HasSubstr("translate(248 8)\"><title>child")));
}

TEST(AuditGraph, DrawsTablesThatReferToEachOther) {
  auto a = a_table("a", {});
  auto b = a_table("b", {});
  a.parents = {"b"};
  b.parents = {"a"};

  const std::string svg = audit_graph({a, b});

  EXPECT_EQ(count_of_text(svg, "class=\"edge\""), 1U);
  EXPECT_EQ(count_of_text(svg, "class=\"edge back\""), 1U);
}

TEST(AuditGraph, LaysNoTableOverAnother) {
  const std::string svg = audit_graph(an_import_of_many_tables(60).tables);
  std::vector<std::pair<int, int>> places;
  for (std::size_t at = svg.find("translate("); at != std::string::npos; at = svg.find("translate(", at + 1)) {
    places.emplace_back();
    ASSERT_EQ(std::sscanf(svg.c_str() + at, "translate(%d %d)", &places.back().first, &places.back().second), 2);
  }

  ASSERT_EQ(places.size(), 60U);
  for (std::size_t i = 0; i < places.size(); ++i)
    for (std::size_t k = i + 1; k < places.size(); ++k)
      EXPECT_TRUE(std::abs(places[i].first - places[k].first) >= 184 ||
                  std::abs(places[i].second - places[k].second) >= 32)
          << i << " and " << k;
}

TEST(AuditGraph, OfNoTableIsEmpty) { EXPECT_THAT(audit_graph({}), HasSubstr("<svg")); }

}  // namespace
}  // namespace report
