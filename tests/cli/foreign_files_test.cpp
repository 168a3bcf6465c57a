// What people give to an import and that is no export is called what it is, with what to do about it: before anything
// is asked of the target.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include "support/folder.h"
#include "support/program.h"

namespace cli {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;

class ForeignFiles : public testing::Test {
 protected:
  support::Run import(const std::string& name) const {
    return support::run_program(
        {PROGRAM_DIR "/db-import", name, "--url", "postgresql://nobody@/none?host=/nowhere", "-n"},
        {.folder = folder_.path()});
  }
  void expect(const std::string& content, const std::string& what, const std::string& hint) {
    folder_.write("app.json", content);
    const support::Run run = import("app.json");
    EXPECT_EQ(run.status, 6) << run.err;
    EXPECT_THAT(run.err, AllOf(HasSubstr("app.json " + what), HasSubstr(hint)));
  }
  // `command` makes it here.
  void expect_made(const std::string& command, const std::string& what, const std::string& hint) {
    ASSERT_EQ(support::run_program({"sh", "-c", command}, {.folder = folder_.path()}).status, 0) << command;
    const support::Run run = import("made.json");
    EXPECT_EQ(run.status, 6) << run.err;
    EXPECT_THAT(run.err, AllOf(HasSubstr("made.json " + what), HasSubstr(hint)));
  }

  const support::TemporaryFolder folder_;
};

TEST_F(ForeignFiles, InUtf16AreCalledSo) {
  const std::string text = "{\n\"format\"";
  std::string little;
  std::string big;
  for (const char letter : text) {
    little += letter + "\0"s;
    big += "\0"s + letter;
  }

  expect("\xff\xfe" + little, "is UTF-16 text", "PowerShell's > writes UTF-16");
  expect("\xfe\xff" + big, "is UTF-16 text", "iconv -f UTF-16 -t UTF-8");
  expect(little, "is UTF-16 text", "PowerShell");
  expect(big, "is UTF-16 text", "PowerShell");
}

TEST_F(ForeignFiles, ThatArePackedAreToBeUnpacked) {
  folder_.write("inner.json", "{}");

  expect("PK\x03\x04 and so on", "is a zip archive", "unpack it first");
  expect_made("tar -cf made.json inner.json", "is a tar archive", "tar -xf FILE");
  expect_made("tar -czf made.json inner.json", "is a tar archive", "tar -xf FILE");
  expect(
      "\xfd"
      "7zXZ\0\0"s,
      "is compressed with xz", "xz -dc FILE | db-import -");
  expect("BZh91AY&SY", "is compressed with bzip2", "bzip2 -dc FILE");
  expect("7z\xbc\xaf\x27\x1c", "is a 7z archive", "unpack it first");
}

TEST_F(ForeignFiles, OfOtherToolsAreNamed) {
  folder_.write("a.sql", "CREATE TABLE t (id int);");

  expect("PGDMP\x01\x0e", "is a dump of pg_dump", "pg_restore reads it");
  expect("--\n-- PostgreSQL database dump\n--\n", "is an SQL dump of pg_dump", "psql");
  expect("\n\nINSERT INTO t VALUES (1);", "is SQL", "db-import reads what db-export writes");
  expect("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "is a pointer of Git LFS",
         "git lfs pull");
  expect_made("sqlite3 made.json 'CREATE TABLE t (id)'", "is an SQLite database, not an export of it",
              "--url sqlite:FILE");
  expect("<!DOCTYPE html><html>", "is a web page", "fetch it again");
  expect("[{\"id\": 1}]", "is a JSON list, not an export", "one object");
  expect("-----BEGIN PGP MESSAGE-----\n", "is encrypted (PGP)", "decrypt it first");
}

TEST_F(ForeignFiles, OfSeparatedValuesAreCalledSo) {
  for (const char* text : {"id,name\n1,Ann\n", "\"id\";\"name\"\r\n1;Ann\r\n", "1\tAnn\n2\tBob\n", "_id,é\n1,2\n",
                           "\xef\xbb\xbfid,name\n1,Ann\n"})
    expect(text, "is a table of separated values (CSV), not an export", "db-import reads what db-export writes");
}

TEST_F(ForeignFiles, WhoseKeysAToolSortedAreToBeMadeAgain) {
  folder_.write("app.json", R"({"data": {}, "format": {"name": "db-transfer", "version": 1}, "tables": []})");

  const support::Run run = import("app.json");

  EXPECT_EQ(run.status, 6);
  EXPECT_THAT(run.err, AllOf(HasSubstr("the members were sorted"), HasSubstr("jq -S")));
}

TEST_F(ForeignFiles, ThatAreNoneOrMayNotBeReadEndWithAnErrorOfTheMachine) {
  folder_.write("app.json", "{}");
  ASSERT_EQ(::mkdir(folder_.file("folder").c_str(), 0755), 0);
  ASSERT_EQ(::symlink("loop", folder_.file("loop").c_str()), 0);

  EXPECT_EQ(import("folder").status, 10);
  EXPECT_THAT(import("folder").err, HasSubstr("folder is a folder, not a file"));
  EXPECT_EQ(import("loop").status, 10);
  EXPECT_EQ(import("/dev/null").status, 10);
  EXPECT_EQ(import("missing.json").status, 2);
}

TEST_F(ForeignFiles, ThatMayNotBeReadAreToldByWhoMayNot) {
  folder_.write("app.json", "{}");
  ASSERT_EQ(::chmod(folder_.file("app.json").c_str(), 0), 0);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  support::RunOptions options{.folder = folder_.path()};
  options.before_exec = [] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(99);
  };

  const support::Run run = support::run_program(
      {PROGRAM_DIR "/db-import", "app.json", "--url", "postgresql://nobody@/none?host=/nowhere"}, options);

  EXPECT_EQ(run.status, 10) << run.err;
  EXPECT_THAT(run.err, HasSubstr("app.json may not be read: permission denied"));
}

}  // namespace
}  // namespace cli
