// No output takes the place of a file that somebody needs: the input, the database, another output, anything that is no
// report. By the real programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "support/folder.h"
#include "support/program.h"

namespace cli {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class OutputFiles : public testing::Test {
 protected:
  OutputFiles() {
    shell("dev.db",
          "CREATE TABLE t(id INTEGER PRIMARY KEY, \"plan\" TEXT NOT NULL); INSERT INTO t VALUES(1,'gold'),(2,'x')");
    shell("prod.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, \"plan\" TEXT NOT NULL CHECK(\"plan\" <> 'x'))");
    EXPECT_EQ(db_export({"app.json", "--url", "sqlite:dev.db"}).status, 0);
  }
  void shell(const std::string& database, const std::string& sql) const {
    const support::Run run = support::run_program({"sqlite3", "-bail", folder.file(database)}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
  }
  support::Run run(const char* program, std::vector<std::string> words, support::RunOptions options = {}) const {
    words.insert(words.begin(), program);
    options.folder = folder.path();
    return support::run_program(words, options);
  }
  support::Run db_export(const std::vector<std::string>& words) const { return run(PROGRAM_DIR "/db-export", words); }
  support::Run db_import(std::vector<std::string> words, const support::RunOptions& options = {}) const {
    words.insert(words.end(), {"--url", "sqlite:prod.db"});
    return run(PROGRAM_DIR "/db-import", words, options);
  }
  std::string text(const std::string& name) const { return support::read_file(folder.file(name)); }
  // Status 2, nothing written anywhere, and the message names the reason.
  void expect_refused(const support::Run& refused, const std::string& reason) const {
    EXPECT_EQ(refused.status, 2) << refused.out << refused.err;
    EXPECT_THAT(refused.err, HasSubstr(reason));
    EXPECT_EQ(run("sqlite3", {"prod.db", "SELECT count(*) FROM t"}).out, "0\n");
  }
  // As expect_refused, and the file is as it was; with --force, too.
  void expect_kept(const std::string& name, std::vector<std::string> words, const std::string& reason) const {
    const std::string before = text(name);
    expect_refused(db_import(words), reason);
    words.emplace_back("--force");
    expect_refused(db_import(words), reason);
    EXPECT_EQ(text(name), before) << name;
  }

  const support::TemporaryFolder folder;
};

TEST_F(OutputFiles, NeverReplaceTheInput) {
  fs::create_hard_link(folder.file("app.json"), folder.file("twin.json"));
  fs::create_directory_symlink(folder.path(), folder.file("here"));
  fs::create_symlink("app.json", folder.file("link.json"));
  const std::string reason = "would replace the file that is imported";
  for (const char* spelling : {"app.json", "./app.json", "here/app.json", "twin.json", "link.json"}) {
    expect_kept("app.json", {"app.json", "-n", "--report", spelling}, reason);
    expect_kept("app.json", {"app.json", "--rejects", spelling}, reason);
  }
  expect_kept("app.json", {"link.json", "--report", "app.json"}, reason);
}

TEST_F(OutputFiles, NeverReplaceTheInputThatIsStandardInput) {
  const support::Run refused =
      db_import({"-", "--report", "app.json", "--force"}, {.input_file = folder.file("app.json")});
  expect_refused(refused, "would replace the file that is imported");
}

TEST_F(OutputFiles, NeverReplaceTheDatabase) {
  fs::rename(folder.file("prod.db"), folder.file("prod.json"));
  fs::create_symlink("prod.json", folder.file("prod.db"));
  expect_kept("prod.json", {"app.json", "--report", "prod.json"}, "would replace the database");
  expect_kept("prod.json", {"app.json", "--rejects", "prod.json"}, "would replace the database");
  for (const char* beside : {"prod.json-wal", "prod.json-shm", "prod.json-journal", "prod.db-journal"}) {
    expect_refused(db_import({"app.json", "--rejects", beside, "--force"}), "would replace the database's");
    EXPECT_FALSE(fs::exists(folder.file(beside)));
  }
}

TEST_F(OutputFiles, OfAnExportNeverReplaceItsSource) {
  fs::create_hard_link(folder.file("dev.db"), folder.file("twin.db"));
  const std::string before = text("dev.db");
  for (const char* file : {"dev.db", "twin.db", "dev.db-wal", "dev.db-journal"}) {
    const support::Run refused = db_export({file, "--url", "sqlite:dev.db", "--force"});
    EXPECT_EQ(refused.status, 2) << file << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("would replace the database"));
  }
  EXPECT_EQ(text("dev.db"), before);
}

TEST_F(OutputFiles, NeverReplaceWhatNamesTheDatabaseOrTheTables) {
  folder.write("here.env", "DATABASE_URL=sqlite:dev.db\n");
  folder.write("transfer.json", "{\"order\": [\"t\"]}");
  for (const char* file : {"here.env", "transfer.json"}) {
    const support::Run refused = db_export({file, "--env-file", "here.env", "--config", "transfer.json", "--force"});
    EXPECT_EQ(refused.status, 2) << file << refused.err;
  }
  EXPECT_EQ(text("here.env") + text("transfer.json"), "DATABASE_URL=sqlite:dev.db\n{\"order\": [\"t\"]}");
}

TEST_F(OutputFiles, AreEachAFileOfTheirOwn) {
  fs::create_directory_symlink(folder.path(), folder.file("here"));
  const std::string reason = "would be one file";
  expect_refused(db_import({"app.json", "--report", "a.json", "--report", "./a.json"}), reason);
  expect_refused(db_import({"app.json", "--report", "a.json", "--rejects", "here/a.json"}), reason);
  EXPECT_FALSE(fs::exists(folder.file("a.json")));
  folder.write("out.txt", "");
  expect_refused(db_import({"app.json", "--report", "out.txt", "--force"}, {.output_file = folder.file("out.txt")}),
                 "would replace standard output");
}

TEST_F(OutputFiles, KeepOutOfTheWayOfTheFileOfRowsLeftOut) {
  const support::Run imported = db_import({"app.json", "--report", "app.rejects.json"});
  EXPECT_EQ(imported.status, 4) << imported.err;
  EXPECT_THAT(text("app.rejects.json"), HasSubstr("db-transfer audit"));
  EXPECT_THAT(text("app.rejects-2.json"), HasSubstr("$rejected"));
}

TEST_F(OutputFiles, ReplaceAnotherFileOnlyByForce) {
  for (const char* name : {"notes.txt", "notes.md", "notes.html", "notes.json"}) {
    folder.write(name, "READY\nto go\n");
    expect_refused(db_import({"app.json", "-n", "--report", name}), "exists already, and is no report of db-import");
    expect_refused(db_import({"app.json", "-n", "--rejects", name}), "exists already");
    EXPECT_EQ(text(name), "READY\nto go\n");
    EXPECT_EQ(db_import({"app.json", "-n", "--report", name, "--force"}).status, 4);
    EXPECT_NE(text(name), "READY\nto go\n");
  }
  EXPECT_EQ(db_import({"app.json", "--report", "none/app.html"}).status, 10);
}

TEST_F(OutputFiles, ReplaceReportsOfBefore) {
  for (const char* name : {"a.txt", "a.md", "a.html", "a.json"}) {
    EXPECT_EQ(db_import({"app.json", "-n", "--report", name}).status, 4) << name;
    fs::resize_file(folder.file(name), fs::file_size(folder.file(name)) - 1);
    EXPECT_EQ(db_import({"app.json", "-n", "--report", name}).status, 4) << name;
  }
}

TEST_F(OutputFiles, NeverReplaceWhatSomebodyReliesOn) {
  folder.write("plan.json", R"({"report": {"name": "db-transfer audit", "version": 2}, "plan": {"id": "1"}})");
  folder.write("undo.json", R"({"format": {"name": "db-transfer", "version": 1}, "undo": {}, "tables": []})");
  folder.write("sig.txt", "-----BEGIN SSH SIGNATURE-----\n");
  folder.write("read.json", R"({"report": {"name": "db-transfer audit", "version": 1}})");
  folder.write("read.json.sig", "-----BEGIN SSH SIGNATURE-----\n");
  for (const char* file : {"plan.json", "undo.json", "sig.txt", "read.json"})
    expect_kept(file, {"app.json", "-n", "--report", file}, "is never replaced");
  expect_kept("undo.json", {"app.json", "-n", "--rejects", "undo.json"}, "is never replaced");
}

// Its rows speak of a plan; it is none.
TEST_F(OutputFiles, OfAnExportReplaceTheOneOfBefore) {
  EXPECT_EQ(db_export({"app.json", "--url", "sqlite:dev.db", "--force"}).status, 0);
}

}  // namespace
}  // namespace cli
