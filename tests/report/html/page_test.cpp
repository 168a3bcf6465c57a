// What the page says; page_test.py looks at its markup with a parser and at its behavior with a browser.
#include "report/html/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "report/audits.h"
#include "report/html/graph.h"
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

TEST(AuditHtml, LinksColoursAndFiltersEveryVerdictOfAnUndo) {
  auto outcome = an_audited_import();
  outcome.is_undo = true;
  const std::string page = audit_html(outcome);
  const std::string style = between(page, "<style>", "</style>");

  EXPECT_THAT(page, HasSubstr("<a href=\"#deletes\">Deletes <b>"));
  for (const outcome::Verdict verdict : outcome::kAllVerdicts)
    EXPECT_EQ(count_of_text(style, ".v-" + std::string(outcome::verdict_name(verdict)) + " {"), 2U)
        << outcome::verdict_name(verdict);
  // Sections that may have no row listed.
  for (const char* section : {"conflicts", "invalid", "updates", "inserts", "deletes", "skipped", "kept"})
    EXPECT_THAT(between(page, "<script>", "</script>"), HasSubstr('"' + std::string(section) + '"'));
}

TEST(AuditHtml, HasEverySampleOnce) {
  const std::string page = audit_html(an_audited_import());

  EXPECT_EQ(count_of_text(page, " class=\"row\" data-verdict="), 10U);
  EXPECT_EQ(count_of_text(page, "data-verdict=\"invalid\""), 3U);
  EXPECT_EQ(count_of_text(page, "data-verdict=\"update\""), 2U);
}

TEST(AuditHtml, FoldsTheRowsOfALongListAfterTen) {
  auto users = a_table("users", {30, 0, 0, 0, 0, 30, 0});
  users.left_out = left_out_rows(25);
  users.causes = {{outcome::Verdict::kInvalid, "too long", 30}};

  const std::string page = audit_html(an_import({users}));

  EXPECT_EQ(count_of_text(page, "<tr class=\"row\""), 25U);
  EXPECT_THAT(page, AllOf(HasSubstr("<summary>15 more rows</summary>"), HasSubstr("25 of 30 rows listed here")));
}

TEST(AuditHtml, IsOneTableOfFiveHundredConflictsOfOneCauseWithTheTrueTotal) {
  auto users = a_table("users", {500, 0, 0, 0, 500, 0, 0});
  users.causes = {{outcome::Verdict::kConflict, "users_email_key", 500}};
  users.effects.blocking = {{"users_email_key", 2, 14, {"email"}, 500}};
  for (std::uint64_t record = 1; record <= 40; ++record) {
    users.left_out.push_back(a_row_left_out(record, outcome::Verdict::kConflict, "id=" + std::to_string(record), ""));
    users.left_out.back().constraint = "users_email_key";
  }

  const std::string page = audit_html(an_import({users}));

  EXPECT_THAT(page, AllOf(HasSubstr("users_email_key</span></span> <span class=\"remark\">500 rows</span>"),
                          HasSubstr("! 2 of them hold back 14 rows of the file."),
                          HasSubstr("Finding rows by email would let 500 of them in")));
  EXPECT_EQ(count_of_text(page, "<h3>"), 1U);
}

TEST(AuditHtml, ShowsThreeChangedAdministratorsBeforeTheManyOtherUpdates) {
  auto users = a_table("users", {100003, 0, 100003, 0, 0, 0, 0});
  users.effects.changed_columns = {{"updatedAt", 100003}, {"role", 3, outcome::Meaning::kRights}};
  for (const char* role : {"1", "2", "3", "4"})
    users.updates.push_back(a_row_left_out(1, outcome::Verdict::kUpdate, std::string("id=") + role, ""));
  users.changed_sets = {{{"role", "updatedAt"}, 3, 0, {0, 1, 2}}, {{"updatedAt"}, 100000, 0, {3}}};

  const std::string page = audit_html(an_import({users}));

  EXPECT_LT(page.find("users.role says who may do what"), page.find("<nav"));
  EXPECT_LT(page.find("id=3</code>"), page.find("100,000 rows</span></h4>"));
  EXPECT_LT(page.find("100,000 rows</span></h4>"), page.find("id=4</code>"));
}

TEST(AuditHtml, ShowsWhatGoesInAndHowOften) {
  auto users = a_table("users", {8, 8, 0, 0, 0, 0, 0});
  outcome::Decision row = a_row_left_out(1, outcome::Verdict::kInsert, "id=1", "");
  row.values = {{"id", whole("1")},
                {"role", whole("ADMIN")},
                {"password", {outcome::ShownValue::Form::kMasked, "9f86d081", 60}},
                {"notes", whole(std::string(500, 'n'))}};
  users.inserts = {row};
  users.inserted_values = {{"role", outcome::Meaning::kRights, {{"AGENT", 6}, {"ADMIN", 2}}, 0}};

  const std::string page = audit_html(an_import({users}));

  EXPECT_THAT(page, AllOf(HasSubstr("AGENT</span> <b>6</b>, <span class=\"data\">ADMIN</span> <b>2</b>"),
                          HasSubstr("<td><code class=\"data\">ADMIN</code></td>"),
                          HasSubstr("(60 characters, digest 9f86d081)"), HasSubstr("500 characters in all")));
}

TEST(AuditHtml, TellsSumsAndExtremesOfWhatChanges) {
  auto payments = a_table("payments", {200000, 0, 200000, 0, 0, 0, 0});
  payments.effects.changed_columns = {
      {"amount", 200000, outcome::Meaning::kPlain, "90100", "1290100", "1", "2", "900", "999999"}};

  EXPECT_THAT(audit_html(an_import({payments})), AllOf(HasSubstr("90100</span> → <span class=\"data\">1290100"),
                                                       HasSubstr("900</span> → <span class=\"data\">999999")));
}

TEST(AuditHtml, FoldsTablesThatStayAsTheyAre) {
  std::vector<outcome::ImportedTable> tables;
  for (int i = 0; i < 150; ++i)
    tables.push_back(a_table("table_" + std::to_string(i), {5, i < 2 ? 5U : 0U, 0, i < 2 ? 0U : 5U, 0, 0, 0}));

  const std::string page = audit_html(an_import(std::move(tables)));

  EXPECT_THAT(page, HasSubstr("<summary>148 more tables, 740 rows in the file, stay as they are</summary>"));
  EXPECT_LT(page.find("id=\"t1\""), page.find("class=\"calm\""));
  EXPECT_GT(page.find("id=\"t2\""), page.find("class=\"calm\""));
  EXPECT_EQ(count_of_text(page, "<rect width"), 2U) << "the drawing has those that change alone";
}

TEST(AuditHtml, TellsTheFileAsLsAndSha256sumDo) {
  auto outcome = an_audited_import();
  outcome.file.path = "my export.json";
  outcome.file.whole_bytes = 4719300;
  outcome.file.whole_sha256 = std::string(64, 'f');

  EXPECT_THAT(audit_html(outcome), AllOf(HasSubstr("4,719,300 bytes"), HasSubstr(std::string(64, 'f')),
                                         HasSubstr("sha256sum &#39;my export.json&#39;"), HasSubstr("Sealed part")));
}

TEST(AuditHtml, IsToBeSignedOnlyWhereItMayBeApplied) {
  auto outcome = an_audited_import();
  outcome.approval.emplace().id = std::string(64, 'b');
  EXPECT_THAT(audit_html(outcome),
              AllOf(HasSubstr("<h2>Approval</h2>"), HasSubstr("Plan bbbbbbbbbbbb</b> is what is approved")));

  outcome.blocked = true;
  EXPECT_THAT(audit_html(outcome), Not(HasSubstr("<h2>Approval</h2>")));
}

TEST(AuditHtml, ComparesWhatWasForetoldWithWhatWasDone) {
  auto users = a_table("users", {3, 2, 0, 0, 0, 1, 0});
  users.foretold = users.counts;
  auto outcome = an_import({users});
  outcome.ending = outcome::Ending::kCommitted;
  EXPECT_THAT(audit_html(outcome), HasSubstr("✓ Every table came out as it was foretold"));

  outcome.tables[0].foretold->insert = 3;
  outcome.tables[0].foretold->invalid = 0;
  EXPECT_THAT(audit_html(outcome), AllOf(HasSubstr("! 3 → 2"), HasSubstr("! 0 → 1")));
}

TEST(AuditHtml, PredictsTheRowsOfTheTarget) {
  EXPECT_THAT(audit_html(an_audited_import()),
              HasSubstr("<td class=\"minor\">1,503</td><td class=\"minor\">55 %</td>"));
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
  EXPECT_EQ(count_of_text(svg, "<path class=\"head\""), 5U);
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

TEST(AuditGraph, CutsNamesInTheMiddle) {
  const std::string svg =
      audit_graph({a_table("organization_membership_invitations", {}), a_table("organization_membership_roles", {})});

  EXPECT_THAT(svg, AllOf(HasSubstr(">organizati…vitations<"), HasSubstr(">organizati…hip_roles<")));
}

TEST(AuditGraph, OfManyTablesHasThoseThatChangeAndTheirParents) {
  std::vector<outcome::ImportedTable> tables;
  for (int i = 0; i < 40; ++i) tables.push_back(a_table("t" + std::to_string(i), {1, 0, 0, 1, 0, 0, 0}));
  tables[39].counts = {1, 1, 0, 0, 0, 0, 0};
  tables[39].parents = {"t3"};
  tables[3].parents = {"t1"};

  EXPECT_EQ(count_of_text(audit_graph(tables), "class=\"node "), 2U);
  EXPECT_EQ(tables_not_drawn(tables), 38U);
  tables.pop_back();
  EXPECT_EQ(tables_not_drawn(tables), 0U);
}

TEST(AuditGraph, LaysNoTableOverAnother) {
  const std::string svg = audit_graph(an_import_of_many_tables(39).tables);
  std::vector<std::pair<int, int>> places;
  for (std::size_t at = svg.find("translate("); at != std::string::npos; at = svg.find("translate(", at + 1)) {
    places.emplace_back();
    ASSERT_EQ(std::sscanf(svg.c_str() + at, "translate(%d %d)", &places.back().first, &places.back().second), 2);
  }

  ASSERT_EQ(places.size(), 39U);
  for (std::size_t i = 0; i < places.size(); ++i)
    for (std::size_t k = i + 1; k < places.size(); ++k)
      EXPECT_TRUE(std::abs(places[i].first - places[k].first) >= 184 ||
                  std::abs(places[i].second - places[k].second) >= 32)
          << i << " and " << k;
}

TEST(AuditGraph, OfNoTableIsEmpty) { EXPECT_THAT(audit_graph({}), HasSubstr("<svg")); }

}  // namespace
}  // namespace report
