#include "report/audit_junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "report/audits.h"
#include "report/memory_sink.h"
#include "report/outcomes.h"
#include "support/folder.h"
#include "support/program.h"

namespace report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// What a parser of XML says of it; empty: it is well-formed.
std::string complaint(const std::string& xml) {
  const support::TemporaryFolder folder;
  std::ofstream(folder.file("a.xml"), std::ios::binary) << xml;
  const support::Run run = support::run_program(
      {"python3", "-c", "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])", folder.file("a.xml")});
  return run.status == 0 ? "" : run.err;
}

TEST(AuditJunit, HasASuiteATableAndAFailureACause) {
  auto users = a_table("users", {503, 3, 0, 0, 500, 0, 0});
  users.left_out = {a_row_left_out(7, outcome::Verdict::kConflict, "id=3", "users_email_key: taken")};
  users.causes = {{outcome::Verdict::kConflict, "users_email_key", 500}};

  EXPECT_THAT(
      audit_junit(an_import({users, a_table("roles", {1, 1, 0, 0, 0, 0, 0})})),
      AllOf(HasSubstr("<testsuite name=\"users\" tests=\"1\" failures=\"1\">"),
            HasSubstr("<failure type=\"conflict\" message=\"500 rows left out: users_email_key\">record 7 id=3: "
                      "users_email_key: taken\n</failure>"),
            HasSubstr("<testsuite name=\"roles\" tests=\"1\" failures=\"0\">")));
}

TEST(AuditJunit, FailsWherePrivilegesAreMissing) {
  auto outcome = an_import({a_table("t", {1, 1, 0, 0, 0, 0, 0})});
  EXPECT_THAT(audit_junit(outcome), Not(HasSubstr("<failure")));

  outcome.missing_grants = {"GRANT INSERT ON t TO app"};
  EXPECT_THAT(audit_junit(outcome), HasSubstr("<failure type=\"check\" message=\"the import would end with status 8"));
}

TEST(AuditJunit, IsWellFormedWhateverTheTextsAre) {
  EXPECT_EQ(complaint(audit_junit(an_audited_import())), "");
  EXPECT_EQ(complaint(audit_junit(an_import_of(hostile_text()))), "");
  for (std::uint64_t seed = 3, round = 0; round < 5; ++round)
    EXPECT_EQ(complaint(audit_junit(an_import_of(random_text(seed)))), "");
  EXPECT_NE(complaint("<a>&</b>"), "");
}

}  // namespace
}  // namespace report
