// The report in its two textual forms.
#include "report/audit_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/terminal.h"
#include "report/audit_markdown.h"
#include "report/audits.h"
#include "report/memory_sink.h"
#include "report/outcomes.h"

namespace report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The text outside its code spans and its one fenced block, as CommonMark (0.31, 6.1) finds them: a run of back-ticks
// ends at the next run of the same length.
std::string outside_code(const std::string& line) {
  std::string outside;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] != '`') {
      outside += line[at++];
      continue;
    }
    const std::size_t length = std::min(line.find_first_not_of('`', at), line.size()) - at;
    std::size_t close = at + length;
    while (close < line.size()) {
      close = std::min(line.find('`', close), line.size());
      const std::size_t run = std::min(line.find_first_not_of('`', close), line.size()) - close;
      if (run == length) break;
      close += run;
    }
    if (close >= line.size()) return outside + line.substr(at);  // never closed: markup after all
    at = close + length;
  }
  return outside;
}

TEST(AuditText, KeepsItsSentencesInTheWidthOfAnEMail) {
  for (const std::string& line : lines_of(audit_text(an_audited_import()))) {
    const bool is_command = line.find("db-import ") != std::string::npos;
    EXPECT_LE(base::display_width(line), is_command ? 1000 : 100) << line;
  }
}

TEST(AuditText, BeginsWithTheVerdictAndTellsWhatMattersMost) {
  const std::string text = audit_text(an_audited_import());

  EXPECT_THAT(text, StartsWith("READY WITH WARNINGS\n===================\n8 rows will be inserted"));
  for (const char* part :
       {"\nFile   exports/app.json of app_dev, exported ",
        "\nInto   PostgreSQL database app_production on db.example.org",
        "\n! 4 of 820 updates overwrite rows that are newer", " --keep-newer\n", "\nTo import it:\n    db-import ",
        "\ntotal  ", "\nLeft out\n- users: 1 row: users_email_key\n", "\nUpdates\n- users: 820 updates: updatedAt 820",
        "\nInserts\n- roles: 1 insert\n"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(AuditText, HasAtMostSixtyLines) {
  for (const auto& outcome : {an_audited_import(), an_import_of(hostile_text()), an_import_of_many_tables(150)})
    EXPECT_LE(lines_of(audit_text(outcome)).size(), 60U);
}

TEST(AuditText, LeavesOutWhatHasNothingToTell) {
  const std::string text = audit_text(an_import({a_table("users", {1, 0, 0, 1, 0, 0, 0})}));

  EXPECT_THAT(text, AllOf(StartsWith("READY\n"), Not(HasSubstr("Conflicts")), Not(HasSubstr("Indirect"))));
}

TEST(AuditText, LetsNoControlCharacterThrough) {
  std::vector<std::string> texts = {hostile_text()};
  for (std::uint64_t seed = 5; texts.size() < 50;) texts.push_back(random_text(seed));
  for (const std::string& text : texts) {
    const std::string report = audit_text(an_import_of(text));
    for (const std::string& line : lines_of(report)) ASSERT_EQ(base::printable(line), line);
  }
}

TEST(CodeSpan, IsLongerThanTheBackTicksInIt) {
  EXPECT_EQ(code_span("a"), "`a`");
  EXPECT_EQ(code_span("a`b``c"), "```a`b``c```");
  EXPECT_EQ(code_span("`"), "`` ` ``");
  EXPECT_EQ(code_span(" a "), "`  a  `");
  EXPECT_EQ(code_span("a\nb"), "`a\\x0ab`");
  EXPECT_EQ(code_span(""), "(empty)");
}

// A dry run, one that would pass a limit and delete rows, one that was rolled back: each says other sentences.
std::vector<outcome::ImportOutcome> imports_of(const std::string& text) {
  std::vector<outcome::ImportOutcome> all(4, an_import_of(text));
  all[1].deletes_missing = all[1].passed_limits = {text};
  all[1].blocked = true;
  all[1].blocked_by = "--limit " + text;
  all[2].ending = all[3].ending = outcome::Ending::kRolledBack;
  all[2].blocked_by = "--atomic";
  all[3].blocked_by = all[1].blocked_by;
  all[3].passed_limits = {text};
  return all;
}

TEST(AuditMarkdown, HoldsDataInCodeOnly) {
  std::vector<std::string> texts = {hostile_text()};
  for (std::uint64_t seed = 9; texts.size() < 50;) texts.push_back(random_text(seed) + "SENTINEL<@|");
  texts[0] += "SENTINEL";
  std::vector<std::string> reports;
  for (const std::string& text : texts)
    for (const outcome::ImportOutcome& outcome : imports_of(text)) reports.push_back(audit_markdown(outcome));
  for (const std::string& report : reports) {
    bool in_block = false;
    for (const std::string& line : lines_of(report)) {
      const bool fence = line.find("```") == 0 && line.find_first_not_of('`') >= line.find("sh");
      if (fence) in_block = !in_block;
      if (fence || in_block) continue;
      const bool is_fold =
          line == "</details>" || (line.starts_with("<details><summary>") &&
                                   line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
                                                          "qrstuvwxyz0123456789 ,()<>/") == std::string::npos);
      if (is_fold) continue;
      const std::string outside = outside_code(line);
      ASSERT_EQ(outside.find_first_of("<@`"), std::string::npos) << line;
      ASSERT_EQ(outside.find("SENTINEL"), std::string::npos) << line;
    }
  }
}

TEST(AuditMarkdown, KeepsTheCellsOfItsTableWhateverATableIsCalled) {
  const std::string text = audit_markdown(an_import({a_table("a|b\\|c\nd", {1, 0, 1, 0, 0, 0, 0})}));

  EXPECT_THAT(text, HasSubstr("\n| `a\\x7cb\\\\x7cc\\x0ad` | 1 | 0 | 1 | 0 | 0 | 0 | 0 | 0 | 0 |\n"));
}

TEST(AuditMarkdown, FitsAComment) {
  auto users = a_table("users", {5000, 0, 0, 0, 0, 5000, 0});
  users.left_out = left_out_rows(5000);
  for (auto& row : users.left_out) row.reason = std::string(3500, 'r');
  const std::string fewer_rows = audit_markdown(an_import({users}));
  EXPECT_LE(fewer_rows.size(), kMarkdownBytes);
  EXPECT_THAT(fewer_rows, AllOf(HasSubstr("users: 5,000 rows"), Not(HasSubstr("cut here"))));

  const std::string many_tables = audit_markdown(an_import_of_many_tables(2000));
  EXPECT_LE(many_tables.size(), kMarkdownBytes);
  EXPECT_THAT(many_tables, HasSubstr("This comment is cut here"));
}

}  // namespace
}  // namespace report
