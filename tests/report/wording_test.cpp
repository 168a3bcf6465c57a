#include "report/wording.h"

#include <gtest/gtest.h>

#include "report/audits.h"
#include "report/commands.h"
#include "report/memory_sink.h"
#include "report/outcomes.h"
#include "support/program.h"

namespace report {
namespace {

using outcome::ShownValue;

// What bash makes of it.
std::string read_by_bash(const std::string& word) {
  return support::run_program({"bash", "-c", "printf %s " + word}).out;
}

TEST(ShellWord, StaysAsItIsWhereItNeedsNoQuotes) {
  EXPECT_EQ(shell_word("exports/app-1.json"), "exports/app-1.json");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(ShellWord, IsReadBackByAShell) {
  for (std::string word : {std::string("it's"), std::string("$(rm -rf x) `ls` \"\\"), hostile_text()}) {
    std::erase(word, '\0');  // no argument holds one
    EXPECT_EQ(read_by_bash(shell_word(word)), word);
  }
}

TEST(ShellWord, IsReadBackByAShellForRandomBytes) {
  for (std::uint64_t seed = 7, round = 0; round < 30; ++round) {
    std::string word = random_text(seed);
    std::erase(word, '\0');
    EXPECT_EQ(read_by_bash(shell_word(word)), word) << "seed " << seed;
  }
}

TEST(ImportCommand, LeavesOutWhatOnlyTries) {
  auto outcome = an_import({});
  outcome.file.path = "my exports/app.json";
  outcome.options = {"--dry-run", "--mode=insert", "--rehearse", "--exit-code", "--atomic"};

  EXPECT_EQ(import_command(outcome), "db-import 'my exports/app.json' --mode=insert --atomic");
}

TEST(ImportCommand, TakesNoFileForAnOption) {
  auto outcome = an_import({});
  outcome.file.path = "-x.json";
  EXPECT_EQ(import_command(outcome), "db-import ./-x.json");

  outcome.file.path = "-";
  EXPECT_EQ(import_command(outcome), "db-import - < FILE") << "it has to be given again";
}

TEST(ShownValue, TellsNullFromEmptyAndWholeFromCut) {
  EXPECT_EQ(shown_value({}), "NULL");
  EXPECT_EQ(shown_value(whole("")), "(empty)");
  EXPECT_EQ(shown_value(whole("abc")), "abc");
  EXPECT_EQ(shown_value({ShownValue::Form::kCut, "abc", 2000}), "abc… (2,000 characters)");
}

TEST(ShownValue, OfASecretIsItsLengthAndDigest) {
  EXPECT_EQ(shown_value({ShownValue::Form::kMasked, "1f2e3d4c", 12}), "••• (12 characters, digest 1f2e3d4c)");
}

TEST(ShownKey, HasTheFilesWhereANaturalKeyGaveTheRowAnotherOne) {
  outcome::Decision row = a_row_left_out(1, outcome::Verdict::kConflict, "id=7", "");
  EXPECT_EQ(shown_key(row), "id=7");

  row.file_key = "id=dev-7";
  EXPECT_EQ(shown_key(row), "id=7 (in the file id=dev-7)");
}

TEST(OutcomeSentence, OfARehearsalSaysThatEverythingWasRolledBack) {
  auto outcome = an_import({a_table("users", {3, 1, 1, 0, 0, 1, 0})});
  outcome.ending = outcome::Ending::kRehearsed;

  EXPECT_EQ(outcome_sentence(outcome),
            "Rehearsal: 1 row was inserted, 1 updated, 0 unchanged; 1 row was left out. Everything was rolled back.");
}

}  // namespace
}  // namespace report
