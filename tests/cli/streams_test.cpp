// What both programs print and where, and how they end: seen from outside, against a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <algorithm>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"

namespace cli {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kExport = PROGRAM_DIR "/db-export";
constexpr const char* kImport = PROGRAM_DIR "/db-import";
constexpr const char* kTables =
    "CREATE TABLE roles (id int PRIMARY KEY, name text UNIQUE);"
    "CREATE TABLE users (id int PRIMARY KEY, role_id int REFERENCES roles, login varchar(10));"
    "CREATE TABLE audit_logs (id int PRIMARY KEY, user_id int REFERENCES users)";
constexpr const char* kRows =
    "INSERT INTO roles VALUES (1, 'admin'), (2, 'reader'); INSERT INTO users VALUES (1, 1, 'ada'), (2, 2, 'bob');"
    "INSERT INTO audit_logs VALUES (1, 1)";

class Streams : public testing::Test {
 protected:
  Streams() {
    source_.run(kTables);
    source_.run(kRows);
    target_.run(kTables);
  }

  support::Run run(const char* program, const support::Database& database, std::vector<std::string> words,
                   support::RunOptions options = {}) {
    words.insert(words.begin(), program);
    words.insert(words.end(), {"--url", database.url()});
    options.folder = folder_.path();
    return support::run_program(words, options);
  }
  support::Run run_export(const std::vector<std::string>& words, const support::RunOptions& options = {}) {
    return run(kExport, source_, words, options);
  }
  support::Run run_import(const std::vector<std::string>& words, const support::RunOptions& options = {}) {
    return run(kImport, target_, words, options);
  }

  void make_file() {
    const support::Run exported = run_export({"a.json"});
    ASSERT_EQ(exported.status, 0) << exported.err;
  }

  support::Database source_;
  support::Database target_;
  const support::TemporaryFolder folder_;
};

bool is_there(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0;
}

TEST_F(Streams, ExportPrintsItsStatisticsOnStandardOutput) {
  const support::Run run = run_export({"a.json"});

  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("Exported 5 rows of 3 tables"), HasSubstr("Written to a.json"),
                             Not(HasSubstr("from PostgreSQL"))));
  EXPECT_THAT(run.err, StartsWith("db-export: from PostgreSQL database " + source_.name()));
}

TEST_F(Streams, ExportToStandardOutputKeepsTheDocumentClean) {
  ASSERT_EQ(run_export({"a.json"}).status, 0);
  const support::Run run = run_export({"-"});

  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(json::parse(run.out)["data"], json::parse(support::read_file(folder_.file("a.json")))["data"]);
  EXPECT_THAT(run.err, HasSubstr("Written to standard output."));
}

TEST_F(Streams, QuietExportSaysNothing) {
  const support::Run run = run_export({"a.json", "-q"});

  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.out + run.err, "");
  EXPECT_TRUE(is_there(folder_.file("a.json")));
}

TEST_F(Streams, ExportWithoutAFileMakesOneInTheExportsFolder) {
  const support::Run run = run_export({"--json"});

  EXPECT_EQ(run.status, 0) << run.err;
  const std::string path = json::parse(run.out)["file"];
  EXPECT_THAT(path, StartsWith("exports/export-"));
  EXPECT_TRUE(is_there(folder_.file(path)));
}

TEST_F(Streams, JsonIsAllThatStandsOnStandardOutput) {
  const support::Run exported = run_export({"a.json", "--json", "-v"});
  const support::Run listed = run_export({"--list", "--json", "-v"});
  const support::Run imported = run_import({"a.json", "--json", "-v"});

  EXPECT_EQ(json::parse(exported.out)["total"]["rows"], 5);
  EXPECT_THAT(json::parse(exported.out)["source"].get<std::string>(),
              StartsWith("PostgreSQL database " + source_.name()));
  EXPECT_EQ(json::parse(listed.out)["tables"][0]["name"], "roles");
  EXPECT_EQ(json::parse(imported.out)["ending"], "committed");
  EXPECT_EQ(json::parse(imported.out)["total"]["insert"], 5);
}

TEST_F(Streams, ListShowsParentsFirstAndWritesNothing) {
  const support::Run run = run_export({"--list"});

  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_LT(run.out.find("roles"), run.out.find("users"));
  EXPECT_LT(run.out.find("users"), run.out.find("audit_logs"));
  EXPECT_FALSE(is_there(folder_.file("exports")));
}

TEST_F(Streams, AuditTablesAreKnownByDefaultByOptionAndByConfig) {
  folder_.write("system.json", R"({"audit": ["users"]})");

  const auto skipped = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"a.json", "--force", "--skip-audit", "--json"});
    return json::parse(run_export(words).out)["skipped"];
  };

  EXPECT_EQ(skipped({}), json({"audit_logs"}));
  EXPECT_EQ(skipped({"--audit-table", "r*"}), json({"roles"}));
  EXPECT_EQ(skipped({"--config", "system.json"}), json({"users"}));
}

TEST_F(Streams, TheConfigDecidesTheOrderThatForeignKeysLeaveOpen) {
  source_.run("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE z (id int PRIMARY KEY)");
  folder_.write("system.json", R"({"order": ["z"]})");

  const std::string by_name = run_export({"--list", "-t", "a", "-t", "z", "--json"}).out;
  const std::string by_config = run_export({"--list", "-t", "a", "-t", "z", "--json", "--config", "system.json"}).out;

  EXPECT_EQ(json::parse(by_name)["tables"][0]["name"], "a");
  EXPECT_EQ(json::parse(by_config)["tables"][0]["name"], "z");
}

TEST_F(Streams, ABadConfigIsRefusedBeforeAnythingIsWritten) {
  folder_.write("system.json", R"({"oder": []})");

  const support::Run run = run_export({"a.json", "--config", "system.json"});

  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("system.json: the member \"oder\" is not known\n"),
                             HasSubstr("did you mean \"order\"?")));
  EXPECT_FALSE(is_there(folder_.file("a.json")));
}

TEST_F(Streams, TheSchemaOfTheUrlCountsUnlessOneIsNamed) {
  source_.run("CREATE SCHEMA extra; CREATE TABLE extra.more (id int)");
  const auto tables = [&](const std::string& url, std::vector<std::string> words) {
    words.insert(words.begin(), {kExport, "--list", "--json", "--url", url});
    return support::run_program(words).out;
  };

  EXPECT_THAT(tables(source_.url() + "&schema=extra", {}), AllOf(HasSubstr("\"more\""), Not(HasSubstr("roles"))));
  EXPECT_THAT(tables(source_.url() + "&schema=extra", {"--schema", "public"}),
              AllOf(HasSubstr("\"roles\""), Not(HasSubstr("more"))));
}

TEST_F(Streams, AnUnknownTableIsAnsweredWithTheOneThatWasMeant) {
  const support::Run run = run_export({"a.json", "-t", "user"});

  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("db-export: no table matches user\n"), HasSubstr("did you mean users?\n")));
  EXPECT_EQ(run.out, "");
}

TEST_F(Streams, ColorIsOnlyForTerminalsUnlessItIsDemanded) {
  make_file();

  EXPECT_THAT(run_import({"a.json", "-n"}).out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run_import({"a.json", "-n", "--color", "always"}).out, HasSubstr("\x1b["));
  EXPECT_THAT(run_import({"none.json", "--color", "always"}).err,
              HasSubstr("db-import: \x1b[31merror:\x1b[0m there is no file none.json"));
  EXPECT_THAT(run_import({"none.json"}).err, HasSubstr("db-import: there is no file none.json"));
}

TEST_F(Streams, VerboseTellsServerSchemasAndPhases) {
  make_file();

  const support::Run run = run_import({"a.json", "-v", "--schema", "public"});

  EXPECT_THAT(run.err, AllOf(HasSubstr("server: postgresql "), HasSubstr("database " + target_.name()),
                             HasSubstr("schemas: public\n"), HasSubstr("classify")));
  EXPECT_THAT(run.out, StartsWith("From a.json"));
}

TEST_F(Streams, DryRunTellsItsWorkByTheExitStatusOnlyWhenAsked) {
  make_file();

  EXPECT_EQ(run_import({"a.json", "-n"}).status, 0);
  EXPECT_EQ(run_import({"a.json", "-n", "--exit-code"}).status, 3);
  EXPECT_EQ(run_import({"a.json"}).status, 0);
  EXPECT_EQ(run_import({"a.json", "-n", "--exit-code"}).status, 0);
}

TEST_F(Streams, RowsThatAreLeftOutEndWithFourAndAreNamedEvenWhenQuiet) {
  target_.run("INSERT INTO roles VALUES (9, 'reader')");  // the name of role 2
  make_file();

  const support::Run dry = run_import({"a.json", "-n", "--exit-code", "-q"});
  const support::Run real = run_import({"a.json", "-q"});

  EXPECT_EQ(dry.err, "");
  EXPECT_THAT(real.err, HasSubstr("db-import: into PostgreSQL database ")) << "what writes says where to";
  EXPECT_EQ(std::count(real.err.begin(), real.err.end(), '\n'), 1);
  for (const support::Run& run : {dry, real}) {
    EXPECT_EQ(run.status, 4);
    EXPECT_THAT(run.out, AllOf(HasSubstr("roles record 2 (byte "), HasSubstr(" id=2: invalid: "),
                               Not(HasSubstr("unchanged   "))));
  }
  EXPECT_EQ(target_.value("SELECT count(*) FROM users"), "1");
}

TEST_F(Streams, AtomicRollsBackAndSaysSo) {
  target_.run("INSERT INTO roles VALUES (9, 'reader')");
  make_file();

  const support::Run run = run_import({"a.json", "--atomic"});

  EXPECT_EQ(run.status, 4);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("Rolled back because 2 rows would have been left out, 1 of them for want of another "
                              "(--atomic): roles record"),
                    HasSubstr(" Nothing was written.")));
  EXPECT_EQ(target_.value("SELECT count(*) FROM users"), "0");
}

TEST_F(Streams, AnEditedFileIsTakenOnlyUnsealedAndTheResultSaysSo) {
  make_file();
  std::string text = support::read_file(folder_.file("a.json"));
  text.replace(text.find("\"ada\""), 5, "\"eve\"");
  folder_.write("edited.json", text);

  const support::Run sealed = run_import({"edited.json"});
  const support::Run unsealed = run_import({"edited.json", "--unsealed"});

  EXPECT_EQ(sealed.status, 6);
  EXPECT_EQ(unsealed.status, 0) << unsealed.err;
  EXPECT_THAT(unsealed.out, HasSubstr("warning: the file has no seal"));
  EXPECT_EQ(target_.value("SELECT login FROM users WHERE id = 1"), "eve");
}

TEST_F(Streams, AFullStandardOutputIsAnErrorThatTheExitStatusTells) {
  const support::Run exported = run_export({"a.json"}, {.output_file = "/dev/full"});
  const support::Run dry = run_import({"a.json", "-n"}, {.output_file = "/dev/full"});
  const support::Run help = support::run_program({kImport, "--help"}, {.output_file = "/dev/full"});

  EXPECT_EQ(exported.status, 10);
  EXPECT_THAT(exported.err, AllOf(HasSubstr("standard output"), HasSubstr("the export itself is complete: a.json")));
  EXPECT_EQ(dry.status, 10);
  EXPECT_EQ(help.status, 10);
}

TEST_F(Streams, ACommittedImportIsNotCalledAFailureBecauseItsResultCannotBePrinted) {
  make_file();

  const support::Run run = run_import({"a.json"}, {.output_file = "/dev/full"});

  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.err, AllOf(HasSubstr("the import is committed"), HasSubstr("Imported: 5 rows inserted")));
  EXPECT_EQ(target_.value("SELECT count(*) FROM users"), "2");
}

TEST_F(Streams, ASignalEndsAWaitingExportWithoutAFile) {
  source_.run("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
  for (const int signal : {SIGINT, SIGTERM}) {
    support::Program program({kExport, folder_.file("a.json"), "--url", source_.url(), "--lock-timeout", "5min"});
    while (target_.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND database = "
                         "(SELECT oid FROM pg_database WHERE datname = '" +
                         source_.name() + "')") == "0")
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    program.signal(signal);

    const support::Run run = program.finish();

    EXPECT_EQ(run.status, 128 + signal);
    EXPECT_THAT(run.err, HasSubstr("db-export: interrupted; "));
    EXPECT_EQ(run.out, "");
    EXPECT_FALSE(is_there(folder_.file("a.json")));
  }
}

TEST_F(Streams, ALockThatIsNotToBeHadEndsWithNine) {
  source_.run("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE");

  const support::Run run = run_export({"a.json", "--lock-timeout", "50ms"});

  EXPECT_EQ(run.status, 9) << run.err;
  EXPECT_FALSE(is_there(folder_.file("a.json")));
}

TEST_F(Streams, AServerThatIsNotThereEndsWithFiveAndNoPassword) {
  make_file();
  const std::string url = "postgresql://ada:secret@127.0.0.1:1/app";

  const support::Run exported = support::run_program({kExport, "-", "--url", url, "-v"});
  const support::Run imported = support::run_program({kImport, folder_.file("a.json"), "--url", url, "-v"});

  for (const support::Run& run : {exported, imported}) {
    EXPECT_EQ(run.status, 5);
    EXPECT_THAT(run.out + run.err, Not(HasSubstr("secret")));
    EXPECT_EQ(run.out, "");
  }
}

TEST_F(Streams, AMissingFileEndsBeforeTheServerIsAsked) {
  const support::Run run =
      support::run_program({kImport, "none.json", "--url", "postgresql://ada:secret@127.0.0.1:1/app"});

  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("db-import: there is no file none.json\n"));
}

TEST(Programs, PrintTheirVersionAndHelpOnStandardOutput) {
  for (const std::string program : {"db-export", "db-import"}) {
    const support::Run version = support::run_program({std::string(PROGRAM_DIR "/") + program, "--version"});
    const support::Run help = support::run_program({std::string(PROGRAM_DIR "/") + program, "--help"});

    EXPECT_EQ(version.status, 0);
    EXPECT_THAT(version.out,
                MatchesRegex(program + " [0-9]+\\.[0-9]+\\.[0-9]+\ncommit [0-9a-f]{12}\nwith libpq .*, libpqxx "
                                       ".*, SQLite 3\\..*OpenSSL 3\\..*zstd .*, zlib .*, simdjson .*\n"));
    EXPECT_EQ(support::run_program({std::string(PROGRAM_DIR "/") + program, "-V"}).out, version.out);
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.out, HasSubstr("Usage: " + program));
    EXPECT_EQ(version.err + help.err, "");
  }
}

TEST(Programs, PrintAUsageErrorOnceAndOnStandardError) {
  const support::Run run = support::run_program({kImport, "f", "--dryrun"});

  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err, "db-import: there is no option --dryrun\n  did you mean --dry-run?\n");
}

}  // namespace
}  // namespace cli
