#include "report/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/audits.h"
#include "report/outcomes.h"

namespace report {
namespace {

using outcome::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Grade grade_of(const outcome::ImportOutcome& outcome, const std::string& title) {
  for (const Check& check : checks(outcome))
    if (check.title == title) return check.grade;
  ADD_FAILURE() << "no check " << title;
  return Grade::kBad;
}

TEST(Judgement, IsReadyWhereNothingStandsAgainstTheImport) {
  EXPECT_EQ(judgement(an_import({a_table("users", {3, 1, 1, 1, 0, 0, 0})})), Judgement::kReady);
}

TEST(Judgement, WarnsOfRowsLeftOutAndIsBlockedWhereTheyEndTheImport) {
  auto outcome = an_import({a_table("users", {3, 1, 1, 0, 1, 0, 0})});
  EXPECT_EQ(judgement(outcome), Judgement::kReadyWithWarnings);

  outcome.blocked = true;
  EXPECT_EQ(judgement(outcome), Judgement::kBlocked);
  EXPECT_THAT(judgement_sentence(outcome), HasSubstr("would end the import"));
}

TEST(Judgement, WarnsOfAFileWithoutASeal) {
  auto outcome = an_import({});
  outcome.file.sealed = false;

  EXPECT_EQ(judgement(outcome), Judgement::kReadyWithWarnings);
}

TEST(Judgement, TellsHowAnImportEnded) {
  auto outcome = an_import({a_table("users", {2, 1, 0, 1, 0, 0, 0})});
  outcome.ending = outcome::Ending::kCommitted;
  EXPECT_EQ(judgement(outcome), Judgement::kDone);

  outcome.total.conflict = 1;
  EXPECT_EQ(judgement(outcome), Judgement::kDoneRowsLeftOut);

  outcome.ending = outcome::Ending::kRolledBack;
  EXPECT_EQ(judgement(outcome), Judgement::kRolledBack);
}

TEST(Judgement, OfARehearsalIsOneBeforeTheImport) {
  auto outcome = an_import({a_table("users", {1, 1, 0, 0, 0, 0, 0})});
  outcome.ending = outcome::Ending::kRehearsed;

  EXPECT_EQ(judgement(outcome), Judgement::kReady);
}

TEST(JudgementSentence, CountsAndSaysThatNothingIsDeleted) {
  EXPECT_EQ(judgement_sentence(an_import({a_table("users", {10403, 412, 37, 9951, 1, 2, 0})})),
            "412 rows will be inserted, 37 updated, 9,951 unchanged; 3 left out. Nothing is ever deleted.");
}

TEST(Checks, GradeWhatTheSampleHolds) {
  const auto outcome = an_audited_import();

  EXPECT_EQ(grade_of(outcome, "Seal"), Grade::kGood);
  for (const char* title :
       {"Migrations", "Schema", "Unique keys", "Values and parents", "Newer rows", "Extent", "Triggers", "Cascades"})
    EXPECT_EQ(grade_of(outcome, title), Grade::kWarning) << title;
  EXPECT_EQ(grade_of(outcome, "Rehearsal"), Grade::kNote);
}

TEST(Checks, FailWhereTheImportIsBlocked) {
  auto outcome = an_audited_import();
  outcome.blocked = true;

  EXPECT_EQ(grade_of(outcome, "Unique keys"), Grade::kBad);
  EXPECT_EQ(grade_of(outcome, "Values and parents"), Grade::kBad);
}

TEST(Checks, PassACascadeThatNoUpdateSetsOff) {
  auto table = a_table("users", {1, 0, 1, 0, 0, 0, 0});
  table.effects.cascades = {{"documents", "fk", "CASCADE", {"email"}, 0}};

  EXPECT_EQ(grade_of(an_import({table}), "Cascades"), Grade::kGood);
}

TEST(Checks, LeaveTablesOutThatAreNotTaken) {
  auto table = a_table("audit_logs", {10, 0, 0, 0, 0, 0, 10});
  table.taken = false;
  table.effects.triggers = {{"t", "before insert", "f()"}};

  EXPECT_EQ(grade_of(an_import({table}), "Triggers"), Grade::kGood);
}

TEST(Checks, HoldNothingFromTheFileOrTheDatabase) {
  for (const Check& check : checks(an_import_of("SENTINEL")))
    EXPECT_EQ((check.title + check.detail).find("SENTINEL"), std::string::npos) << check.title;
}

TEST(Causes, GroupByTheConstraintOrElseByWhatTheReasonNames) {
  const auto outcome = an_audited_import();
  const std::vector<Cause> found = causes(outcome, Verdict::kInvalid);

  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "users_roleId_fkey");
  EXPECT_EQ(found[0].rows.size(), 2U);
  EXPECT_EQ(found[1].name, "age");
  EXPECT_EQ(found[1].table->name, "users");
}

TEST(Causes, BeginWithTheMostFrequentOfATable) {
  auto users = a_table("users", {3, 0, 0, 0, 0, 3, 0});
  users.left_out = {a_row_left_out(1, Verdict::kInvalid, "a", "name: too long"),
                    a_row_left_out(2, Verdict::kInvalid, "b", "age: no number"),
                    a_row_left_out(3, Verdict::kInvalid, "c", "age: too large")};
  const auto outcome = an_import({users});

  const std::vector<Cause> found = causes(outcome, Verdict::kInvalid);

  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "age");
}

TEST(Anomalies, AreATableThatChangesMostlyAndOneThatIsEmptyInTheFile) {
  auto table = a_table("users", {100, 0, 51, 49, 0, 0, 0});
  table.effects.rows_before = 100;
  EXPECT_THAT(anomalies(table), ElementsAre("more than half of the target's rows are updated (51 of 100)"));

  table.counts = {};
  EXPECT_THAT(anomalies(table), ElementsAre("empty in the file, 100 rows in the target"));

  table.counts = {100, 0, 50, 50, 0, 0, 0};
  EXPECT_THAT(anomalies(table), IsEmpty());
}

TEST(Anomalies, AreNoneWhereTheTableIsNotTaken) {
  auto table = a_table("audit_logs", {});
  table.taken = false;
  table.effects.rows_before = 100;

  EXPECT_THAT(anomalies(table), IsEmpty());
}

TEST(WorstVerdict, IsTheOneAReviewerLooksAtFirst) {
  EXPECT_EQ(worst_verdict(a_table("a", {4, 1, 1, 1, 1, 0, 0})), Verdict::kConflict);
  EXPECT_EQ(worst_verdict(a_table("a", {3, 1, 1, 1, 0, 0, 0})), Verdict::kUpdate);
  EXPECT_EQ(worst_verdict(a_table("a", {2, 0, 0, 2, 0, 0, 0})), Verdict::kUnchanged);
}

TEST(IdentityUsed, IsTheNaturalKeyWhereOneWasAskedFor) {
  auto table = a_table("users", {});
  EXPECT_EQ(identity_used(table), "the whole row");

  table.effects.identity = {"A", "B"};
  EXPECT_EQ(identity_used(table), "A, B");

  table.effects.match = {"email"};
  EXPECT_EQ(identity_used(table), "email (natural key)");
}

TEST(TriggerSentence, NamesTheFunctionWhereThereIsOne) {
  const auto table = a_table("users", {});

  EXPECT_EQ(trigger_sentence(table, {"touch", "before update, for each row", "touch()"}),
            "users: the trigger touch fires before update, for each row and runs touch()");
  EXPECT_EQ(trigger_sentence(table, {"touch", "before update, for each row", {}}),
            "users: the trigger touch fires before update, for each row");
}

TEST(Limits, SayWhetherTheImportWasRehearsed) {
  auto outcome = an_import({});
  EXPECT_THAT(limits(outcome), testing::Contains(HasSubstr("Not rehearsed")));

  outcome.ending = outcome::Ending::kRehearsed;
  EXPECT_THAT(limits(outcome), testing::Contains(HasSubstr("Rehearsed: the rows were written")));
}

}  // namespace
}  // namespace report
