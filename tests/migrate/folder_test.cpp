// Which files of a folder are migrations, in which order, and what is refused before any database is touched.
#include "migrate/folder.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "support/folder.h"

namespace migrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names(const Folder& folder) {
  std::vector<std::string> all;
  for (const MigrationFile& file : folder.files) all.push_back(file.name);
  return all;
}

std::string refusal(const std::string& path) {
  try {
    read_folder(path, "postgresql");
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    return error.what();
  }
  return "no refusal";
}

TEST(MigrationFolder, TakesNumberedFilesInTheOrderOfTheirNumbers) {
  const support::TemporaryFolder folder;
  for (const char* name : {"010_c.sql", "002_b.sql", "1000_e.sql", "20250131120000_f.sql", "999_d.sql", "001_a.sql"})
    folder.write(name, "SELECT 1");
  for (const char* name : {"sample.sql", "README.md", "transfer.json", "001_a.sql.bak"}) folder.write(name, "SELECT 1");
  EXPECT_THAT(names(read_folder(folder.path(), "postgresql")),
              ElementsAre("001_a.sql", "002_b.sql", "010_c.sql", "999_d.sql", "1000_e.sql", "20250131120000_f.sql"));
}

TEST(MigrationFolder, NamesWhatLooksLikeAMigrationButIsNone) {
  const support::TemporaryFolder folder;
  for (const char* name : {"001_a.sql", "02_b.sql", "003-c.sql", "004_D.SQL", "000_x.sql", "sample.sql"})
    folder.write(name, "SELECT 1");
  EXPECT_THAT(read_folder(folder.path(), "postgresql").look_alikes,
              ElementsAre("000_x.sql", "003-c.sql", "004_D.SQL", "02_b.sql"));
}

TEST(MigrationFolder, LooksIntoTheFolderOfTheEngineWhenItHoldsNoneItself) {
  const support::TemporaryFolder folder;
  std::filesystem::create_directory(folder.file("postgresql"));
  std::filesystem::create_directory(folder.file("sqlite"));
  folder.write("postgresql/001_p.sql", "SELECT 1");
  folder.write("sqlite/001_s.sql", "SELECT 1");
  EXPECT_THAT(names(read_folder(folder.path(), "postgresql")), ElementsAre("001_p.sql"));
  EXPECT_THAT(names(read_folder(folder.path(), "sqlite")), ElementsAre("001_s.sql"));
  EXPECT_THAT(names(read_folder(folder.file("sqlite"), "postgresql")), ElementsAre("001_s.sql"));
}

TEST(MigrationFolder, RefusesWhatHoldsNoneOrIsNone) {
  const support::TemporaryFolder folder;
  folder.write("sample.sql", "SELECT 1");
  EXPECT_THAT(refusal(folder.path()), HasSubstr("there is no migration in"));
  EXPECT_THAT(refusal(folder.file("nothing")), HasSubstr("there is no folder"));
  EXPECT_THAT(refusal(folder.file("sample.sql")), HasSubstr("there is no folder"));
}

TEST(MigrationFolder, RefusesTwoFilesOfOneNumber) {
  const support::TemporaryFolder folder;
  folder.write("001_a.sql", "");
  folder.write("0001_b.sql", "");
  EXPECT_THAT(refusal(folder.path()), HasSubstr("0001_b.sql and 001_a.sql have the same number"));
}

TEST(MigrationFolder, RefusesAFileThatControlsTheTransactionItself) {
  const support::TemporaryFolder folder;
  folder.write("001_a.sql", "CREATE TABLE a ();\nCOMMIT;\nCREATE TABLE b ();");
  EXPECT_THAT(refusal(folder.path()), HasSubstr("001_a.sql, line 2: COMMIT would cut the transaction"));
  folder.write("001_a.sql", "SELECT 'a");
  EXPECT_THAT(refusal(folder.path()), HasSubstr("001_a.sql: a string that begins in line 1 never ends"));
}

TEST(MigrationFile, MayBringATransactionAroundAllOfIt) {
  const MigrationFile file = parse_file("001_a.sql", "BEGIN;\nCREATE TABLE a ();\nSAVEPOINT s;\nCOMMIT;\n");
  ASSERT_EQ(file.statements.size(), 2U);
  EXPECT_EQ(file.statements[0].text, "CREATE TABLE a ()");
}

TEST(MigrationFile, RunsOutsideATransactionWhenItsFirstLineSaysSo) {
  EXPECT_EQ(parse_file("001_a.sql", "-- no-transaction\nVACUUM;\nCOMMIT").transaction, TransactionUse::kNone);
  EXPECT_EQ(parse_file("001_a.sql", "\xEF\xBB\xBF--no-transaction \r\nVACUUM").transaction, TransactionUse::kNone);
  EXPECT_EQ(parse_file("001_a.sql", "-- no-transaction").transaction, TransactionUse::kNone);
  EXPECT_EQ(parse_file("001_a.sql", "-- no-transactions\nSELECT 1").transaction, TransactionUse::kOne);
  EXPECT_EQ(parse_file("001_a.sql", "-- a\n-- no-transaction\nSELECT 1").transaction, TransactionUse::kOne);
}

TEST(MigrationFile, IsKnownByTheHashOfItsBytes) {
  EXPECT_EQ(parse_file("001_a.sql", "abc").checksum,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(MigrationFile, MustHoldNoZeroByte) {
  EXPECT_THROW(parse_file("001_a.sql", std::string("SELECT 1;\0DROP", 14)), base::Error);
}

}  // namespace
}  // namespace migrate
