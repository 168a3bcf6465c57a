#include "report/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "report/outcomes.h"

namespace report {
namespace {

using base::Color;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// The words of the line that begins with `first`.
std::vector<std::string> words_of_line(const std::string& text, const std::string& first) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(first, 0) != 0) continue;
    std::istringstream words(line);
    return {std::istream_iterator<std::string>(words), std::istream_iterator<std::string>()};
  }
  return {};
}

std::size_t lines_with(const std::string& text, const std::string& part) {
  std::istringstream lines(text);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) count += line.find(part) != std::string::npos ? 1 : 0;
  return count;
}

TEST(ImportText, HasOneLineAChangedTableInTheOrderOfTheFileThenTheSumAndOneLineOfTheOthers) {
  const auto outcome =
      an_import({a_table("permissions", {24, 20, 1, 3, 0, 0, 0}), a_table("audit_logs", {7, 0, 0, 7, 0, 0, 0}),
                 a_table("empty", {0, 0, 0, 0, 0, 0, 0}), a_table("users", {2000, 0, 0, 1990, 3, 2, 5})});

  const std::string text = import_text(outcome, Color::kNever);

  EXPECT_THAT(words_of_line(text, "table"),
              ElementsAre("table", "rows", "insert", "update", "unchanged", "conflict", "invalid", "skipped"));
  EXPECT_THAT(words_of_line(text, "permissions"), ElementsAre("permissions", "24", "20", "1", "3", "0", "0", "0"));
  EXPECT_THAT(words_of_line(text, "total"), ElementsAre("total", "2,031", "20", "1", "2,000", "3", "2", "5"));
  EXPECT_LT(text.find("permissions"), text.find("users"));
  EXPECT_THAT(text, HasSubstr("Unchanged: 7 rows in 2 tables (audit_logs, empty)\n"));
}

TEST(ImportText, NamesTheRowsThatWereLeftOut) {
  auto users = a_table("users", {3, 1, 0, 0, 1, 1, 0});
  users.left_out = {a_row_left_out(2, outcome::Verdict::kConflict, "id=c1", "the e-mail is taken"),
                    a_row_left_out(3, outcome::Verdict::kInvalid, "id=c2", "too long")};

  const std::string text = import_text(an_import({users}), Color::kNever);

  EXPECT_THAT(text, HasSubstr("users record 2 id=c1: conflict: the e-mail is taken\n"));
  EXPECT_THAT(text, HasSubstr("users record 3 id=c2: invalid: too long\n"));
  EXPECT_THAT(text, Not(HasSubstr("more")));
}

TEST(ImportText, TellsWhereARowLeftOutBeginsInTheFile) {
  auto users = a_table("users", {1, 0, 0, 0, 0, 1, 0});
  users.left_out = left_out_rows(1);
  users.left_out[0].offset = 4711;

  EXPECT_THAT(import_text(an_import({users}), Color::kNever),
              HasSubstr("users record 1 (byte 4,711) id=1: invalid: too long\n"));
}

TEST(ImportText, ShowsTheFirstRowsOfACauseAndCountsTheRest) {
  auto a = a_table("a", {1501, 0, 0, 0, 1, 1500, 0});
  a.left_out = left_out_rows(25);
  a.left_out.push_back(a_row_left_out(77, outcome::Verdict::kConflict, "id=77", "email: taken"));
  a.causes = {{outcome::Verdict::kInvalid, "too long", 1500}, {outcome::Verdict::kConflict, "email", 1}};

  const std::string text = import_text(an_import({a}), Color::kNever);

  EXPECT_EQ(lines_with(text, ": invalid: too long"), 3U);
  EXPECT_THAT(text, HasSubstr("a: … and 1,497 more for too long\n"));
  EXPECT_THAT(text, HasSubstr("a record 77 id=77: conflict: email: taken\n"));
}

TEST(ImportText, CountsCausesBeyondThoseThatFitAScreen) {
  auto a = a_table("a", {60, 0, 0, 0, 0, 60, 0});
  for (int i = 0; i < 20; ++i) a.causes.push_back({outcome::Verdict::kInvalid, "c" + std::to_string(i), 3});

  EXPECT_THAT(import_text(an_import({a}), Color::kNever), HasSubstr("… and 6 more rows for 2 more causes\n"));
}

TEST(ImportText, HasDetailsFirstThenTheTableThenTheNextStep) {
  auto users = a_table("users", {3, 2, 0, 0, 0, 1, 0});
  users.left_out = left_out_rows(1);
  auto outcome = an_import({users});
  outcome.target.option = "--url postgresql://app@db/app_production";

  const std::string text = import_text(outcome, Color::kNever);

  EXPECT_LT(text.find("too long"), text.find("rows   insert"));
  EXPECT_LT(text.find("rows   insert"), text.find("Dry run: 2 rows"));
  EXPECT_TRUE(text.ends_with("To import it:\n  db-import exports/app.json --url postgresql://app@db/app_production\n"))
      << text;
}

TEST(ImportText, NamesTheRejectsFileAndWhatToDoWithIt) {
  auto outcome = an_import({a_table("users", {3, 2, 0, 0, 0, 1, 0})});
  outcome.ending = outcome::Ending::kCommitted;
  outcome.rejects_file = "exports/app.rejects.json";
  outcome.options = {"--match users=email", "--apply audit.json"};
  outcome.target.option = "--url sqlite:app.db";

  EXPECT_TRUE(import_text(outcome, Color::kNever)
                  .ends_with("The 1 row left out is in exports/app.rejects.json, with the reasons. Mend them there "
                             "(--unsealed then says that you did) or in the target, then import it:\n  db-import "
                             "exports/app.rejects.json --match users=email --url "
                             "sqlite:app.db\n"));
  EXPECT_THAT(left_out_text(outcome, Color::kNever), HasSubstr("exports/app.rejects.json"));
}

TEST(ImportText, SaysHowToTakeTheImportBack) {
  auto outcome = an_import({a_table("users", {2, 2, 0, 0, 0, 0, 0})});
  outcome.ending = outcome::Ending::kCommitted;
  outcome.undo_file = "app.undo.json";
  outcome.options = {"--match users=email", "--to production", "--save-undo app.undo.json"};

  EXPECT_THAT(import_text(outcome, Color::kNever),
              HasSubstr("To take this import back:\n  db-import app.undo.json --to production --undo\n"));
}

TEST(ImportText, OfAnUndoSpeaksOfTakingBack) {
  auto outcome = an_import({a_table("users", {2, 0, 2, 0, 0, 0, 0})});
  outcome.ending = outcome::Ending::kDryRun;
  outcome.is_undo = true;
  EXPECT_THAT(import_text(outcome, Color::kNever), HasSubstr("To take it back:\n  db-import "));

  outcome.total = outcome.tables[0].counts = {2, 0, 0, 2, 0, 0, 0};
  EXPECT_THAT(import_text(outcome, Color::kNever),
              AllOf(HasSubstr("Nothing is left to take back"), testing::Not(HasSubstr("nothing to import"))));
}

TEST(ImportText, SaysThatADryRunWroteNothing) {
  auto outcome = an_import({a_table("users", {10403, 412, 37, 9951, 1, 2, 0})});
  outcome.ending = outcome::Ending::kDryRun;

  EXPECT_THAT(import_text(outcome, Color::kNever), HasSubstr("Dry run: 412 rows would be inserted, 37 updated, 9,951 "
                                                             "unchanged; 3 would be left out. Nothing was written. The "
                                                             "import will do just that: every row is foretold.\n"));
}

TEST(ImportText, PromisesNothingOfWhatOnlyTheImportCanTell) {
  auto outcome = an_import({a_table("users", {1, 1, 0, 0, 0, 0, 0})});
  outcome.untold = {"users: trigger guard may refuse rows"};
  outcome.notices = outcome.untold;

  EXPECT_THAT(import_text(outcome, Color::kNever),
              AllOf(HasSubstr("note: users: trigger guard may refuse rows\n"),
                    HasSubstr("What 1 note names above, only the import itself or --rehearse can tell.\n"),
                    Not(HasSubstr("every row is foretold"))));
}

TEST(ImportText, SaysOfADryRunThatWouldBeRolledBackWhichRowIsTheCause) {
  auto users = a_table("users", {4, 1, 0, 0, 1, 2, 0});
  users.left_out = left_out_rows(2);
  users.left_out[1].verdict = outcome::Verdict::kConflict;
  users.left_out[1].reason = "the target holds it";
  auto outcome = an_import({users});
  outcome.total.dependants = 1;
  outcome.blocked = true;

  outcome.blocked_by = "--atomic";
  EXPECT_THAT(import_text(outcome, Color::kNever),
              HasSubstr("Dry run: nothing would be written, because 3 rows would be left out, 1 of them for want of "
                        "another (--atomic): users record 1 id=1: too long."));
  outcome.blocked_by = "--on-conflict fail";
  EXPECT_THAT(import_text(outcome, Color::kNever),
              AllOf(HasSubstr("Dry run: nothing would be written, because of 1 conflict (--on-conflict fail): users "
                              "record 2 id=2: the target holds it. 2 more rows would be left out, too."),
                    Not(HasSubstr("--atomic"))));
}

TEST(ImportText, SaysWhatACommittedImportDid) {
  auto outcome = an_import({a_table("users", {5, 1, 1, 1, 0, 1, 1})});
  outcome.ending = outcome::Ending::kCommitted;

  EXPECT_THAT(import_text(outcome, Color::kNever),
              AllOf(HasSubstr("Imported: 1 row inserted, 1 updated, 1 unchanged, 1 skipped; 1 row was left out.\n"),
                    Not(HasSubstr("Nothing was written"))));
}

TEST(ImportText, SaysWhyItWasRolledBack) {
  auto outcome = an_import({a_table("users", {3, 0, 0, 0, 1, 2, 0})});
  outcome.ending = outcome::Ending::kRolledBack;
  outcome.blocked_by = "--atomic";

  EXPECT_THAT(import_text(outcome, Color::kNever),
              AllOf(HasSubstr("Rolled back because 3 rows would have been left out (--atomic). Nothing was written.\n"),
                    Not(HasSubstr("Imported"))));
}

TEST(ImportText, WarnsOfAFileWithoutASealOnlyWhereThereIsNone) {
  auto outcome = an_import({a_table("users", {1, 0, 0, 1, 0, 0, 0})});
  EXPECT_THAT(import_text(outcome, Color::kNever), Not(HasSubstr("seal")));

  outcome.file.sealed = false;
  EXPECT_THAT(import_text(outcome, Color::kNever), HasSubstr("warning: the file has no seal"));
}

TEST(ImportText, LetsNoControlCharacterThrough) {
  auto table = a_table(kHostile, {1, 0, 0, 0, 0, 1, 0});
  table.left_out = {a_row_left_out(1, outcome::Verdict::kInvalid, kHostile, kHostile)};
  auto outcome = an_import({table});
  outcome.file.path = outcome.target.place = outcome.file.source.database = outcome.file.exported_at = kHostile;
  outcome.notices = {kHostile};

  for (const std::string& text : {import_text(outcome, Color::kNever), left_out_text(outcome, Color::kNever)}) {
    EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                            [](char c) { return c == '\n' || static_cast<unsigned char>(c) >= ' '; }));
    EXPECT_THAT(text, AllOf(HasSubstr("\\x1b[2J"), HasSubstr("\\x0a"), HasSubstr("\\u202e"), HasSubstr("\\xff")));
    EXPECT_THAT(text, AllOf(Not(HasSubstr("\u202e")), Not(HasSubstr("\xff"))));
  }
}

TEST(ImportText, IsPaintedOnlyWhereColorIsWanted) {
  const auto outcome = an_import({a_table("users", {1, 0, 0, 0, 0, 1, 0})});

  EXPECT_THAT(import_text(outcome, Color::kNever), Not(HasSubstr("\x1b")));
  EXPECT_THAT(import_text(outcome, Color::kAlways), HasSubstr("\x1b["));
}

TEST(LeftOutText, IsEmptyWhenEveryRowFoundItsPlace) {
  EXPECT_EQ(left_out_text(an_import({a_table("users", {3, 1, 1, 1, 0, 0, 0})}), Color::kNever), "");
}

TEST(LeftOutText, HasTheRowsAndTheSentenceButNoTable) {
  auto users = a_table("users", {3, 2, 0, 0, 0, 1, 0});
  users.left_out = left_out_rows(1);

  EXPECT_EQ(left_out_text(an_import({users}), Color::kNever),
            "users record 1 id=1: invalid: too long\n"
            "Dry run: 2 rows would be inserted, 0 updated, 0 unchanged; 1 would be left out. Nothing was written. The "
            "import will do just that: every row is foretold.\n");
}

TEST(ExportText, HasRowsAndBytesOfEachTableAndTheSum) {
  const std::string text = export_text(an_export(), Color::kNever);

  EXPECT_THAT(words_of_line(text, "permissions"), ElementsAre("permissions", "24", "1,200"));
  EXPECT_THAT(words_of_line(text, "total"), ElementsAre("total", "1,234,591", "98,767,000"));
  EXPECT_THAT(text, HasSubstr("1,234,591 rows of 2 tables, 98.8 MB in 2.5 s (39.5 MB/s)."));
}

TEST(ExportText, SaysWhereTheFileIsWhoMayReadItAndItsSeal) {
  const std::string text = export_text(an_export(), Color::kNever);

  EXPECT_THAT(text, HasSubstr("Written to exports/app.json, readable by you alone (mode 0600)"));
  EXPECT_THAT(text, HasSubstr(std::string(64, 'a')));
  EXPECT_THAT(text, Not(HasSubstr("--skip-audit")));
}

TEST(ExportText, SaysWhatWasSkippedAndNoted) {
  auto outcome = an_export();
  outcome.path = "-";
  outcome.skipped = {"audit_logs", "login_audit"};
  outcome.notices = {"a refers to b"};

  const std::string text = export_text(outcome, Color::kNever);

  EXPECT_THAT(text, HasSubstr("Left out by --skip-audit: audit_logs, login_audit\n"));
  EXPECT_THAT(text, HasSubstr("note: a refers to b\n"));
  EXPECT_THAT(text, AllOf(HasSubstr("Written to standard output.\n"), Not(HasSubstr("0600"))));
}

TEST(ExportText, LetsNoControlCharacterThrough) {
  auto outcome = an_export();
  outcome.path = kHostile;
  outcome.tables = {{kHostile, 1, 1}};
  outcome.skipped = outcome.notices = {kHostile};

  const std::string text = export_text(outcome, Color::kNever);

  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\u202e")), Not(HasSubstr("b\nc"))));
}

TEST(ExportText, TellsNoRateWhereTheTimeIsTooShort) {
  auto outcome = an_export();
  outcome.duration = {};

  EXPECT_THAT(export_text(outcome, Color::kNever), Not(HasSubstr("/s")));
}

TEST(TablesText, NumbersTheTablesAndNamesTheirParents) {
  const std::string text =
      tables_text({{"roles", {}, false, false, 0, {}}, {"users", {"roles", "teams"}, true, true, 1, {}}});

  EXPECT_THAT(words_of_line(text, "1"), ElementsAre("1", "roles"));
  EXPECT_THAT(words_of_line(text, "2"),
              ElementsAre("2", "users", "roles,", "teams", "audit,", "refers", "to", "itself"));
}

TEST(TablesText, TellsWhichTablesReferToEachOther) {
  const std::string text = tables_text({{"a", {"b"}, false, false, 0, {}},
                                        {"b", {"c"}, false, false, 0, {}},
                                        {"c", {"a"}, false, false, 0, {}},
                                        {"d", {}, false, false, 1, {}}});

  EXPECT_THAT(text, HasSubstr("in a cycle with a, c\n"));
  EXPECT_THAT(words_of_line(text, "4"), ElementsAre("4", "d"));
}

}  // namespace
}  // namespace report
