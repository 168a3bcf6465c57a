// An import into the database that its file came from is a slip that would pass in silence.
#include <gmock/gmock.h>

#include <filesystem>

#include "transfer_fixture.h"

namespace cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class SameDatabase : public Transfer {
 protected:
  SameDatabase() { schema("CREATE TABLE t(a int PRIMARY KEY)"); }
};

TEST_F(SameDatabase, IsRefusedHoweverItIsNamed) {
  source.run("INSERT INTO t VALUES (1)");
  ASSERT_EQ(run_export().status, 0);
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--url", source.url()},
                                             {"--url", source.url() + "&application_name=x", "-n"},
                                             {"--url", source.url(), "--rehearse"}}) {
    const support::Run run = run_import(words);

    EXPECT_EQ(run.status, 2) << run.err;
    EXPECT_THAT(run.err, AllOf(HasSubstr("the database that this file was exported from"),
                               HasSubstr("or a physical copy of it: " + source.name()), HasSubstr("--allow-same")));
  }
}

TEST_F(SameDatabase, IsTakenWhereThatIsWanted) {
  source.run("INSERT INTO t VALUES (1)");
  ASSERT_EQ(run_export().status, 0);
  source.run("DELETE FROM t");

  EXPECT_EQ(run_import({"--url", source.url(), "--allow-same"}).status, 0);
  EXPECT_EQ(source.value("SELECT count(*) FROM t"), "1");
}

TEST_F(SameDatabase, IsNotWhatAnotherDatabaseOfTheSameServerIs) {
  ASSERT_EQ(run_export().status, 0);

  EXPECT_EQ(run_import().status, 0);
}

TEST_F(SameDatabase, IsNotSeenInAFileThatDoesNotTellWhereItComesFrom) {
  ASSERT_EQ(run_export({"--reproducible"}).status, 0);

  EXPECT_EQ(run_import({"--url", source.url()}).status, 0);
}

TEST_F(SameDatabase, OfSqliteIsTheSameFileUnderAnyName) {
  const auto shell = [&](const std::string& sql) {
    EXPECT_EQ(support::run_program({"sqlite3", "-bail", folder.file("a.db")}, {.input = sql}).status, 0);
  };
  shell("CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);");
  ASSERT_EQ(run_export({"--url", "sqlite:" + folder.file("a.db")}).status, 2);  // two URLs
  ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", file, "--url", "sqlite:" + folder.file("a.db")}).status, 0);
  std::filesystem::create_symlink("a.db", folder.file("link.db"));
  std::filesystem::create_hard_link(folder.file("a.db"), folder.file("hard.db"));
  std::filesystem::copy_file(folder.file("a.db"), folder.file("copy.db"));

  for (const char* name : {"a.db", "link.db", "hard.db"})
    EXPECT_EQ(run_import({"--url", "sqlite:" + folder.file(name), "-n"}).status, 2) << name;
  EXPECT_EQ(run_import({"--url", "sqlite:" + folder.file("copy.db"), "-n"}).status, 0);
}

}  // namespace
}  // namespace cli
