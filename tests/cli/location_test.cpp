// Where the programs look for the database, seen from outside: nobody listens at port 1, so every run ends with status
// 5 after it has said which place it found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/folder.h"
#include "support/program.h"

namespace cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kExport = PROGRAM_DIR "/db-export";

std::string url(const std::string& database) { return "postgresql://ada:secret@127.0.0.1:1/" + database; }
std::string line(const std::string& database) { return "DATABASE_URL=" + url(database) + "\n"; }

class WhereTheDatabaseIs : public testing::Test {
 protected:
  support::Run list(const std::vector<std::string>& options, const std::vector<std::string>& environment = {}) {
    std::vector<std::string> arguments = {kExport, "--list"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    support::Run run = support::run_program(arguments, {.environment = environment, .folder = folder_.path()});
    EXPECT_THAT(run.out + run.err, Not(HasSubstr("secret")));
    EXPECT_EQ(run.out, "");
    return run;
  }

  const support::TemporaryFolder folder_;
};

TEST_F(WhereTheDatabaseIs, IsTheUrlBeforeAnythingElse) {
  folder_.write(".env", line("of_file"));

  const support::Run run =
      list({"--url", url("of_option")}, {"DATABASE_URL=" + url("of_environment"), "PGDATABASE=of_libpq"});

  EXPECT_EQ(run.status, 5);
  EXPECT_THAT(run.err, HasSubstr("db-export: from PostgreSQL database of_option on 127.0.0.1 port 1 as ada (--url)\n"));
}

TEST_F(WhereTheDatabaseIs, IsTheEnvironmentBeforeTheFile) {
  folder_.write(".env", line("of_file"));

  const support::Run run = list({}, {"DATABASE_URL=" + url("of_environment"), "PGDATABASE=of_libpq"});

  EXPECT_EQ(run.status, 5);
  EXPECT_THAT(run.err,
              HasSubstr("database of_environment on 127.0.0.1 port 1 as ada (DATABASE_URL of the environment)"));
}

TEST_F(WhereTheDatabaseIs, IsTheFileOfTheWorkingFolderBeforeLibpqsVariables) {
  folder_.write(".env", "# of the app\nexport DATABASE_URL=\"" + url("of_file") + "\" # dev\n");

  const support::Run run = list({}, {"PGDATABASE=of_libpq"});

  EXPECT_EQ(run.status, 5);
  EXPECT_THAT(run.err, HasSubstr("database of_file on 127.0.0.1 port 1 as ada (DATABASE_URL of .env)"));
}

TEST_F(WhereTheDatabaseIs, IsWhatLibpqsVariablesSay) {
  folder_.write(".env", "OTHER=1\n");

  const support::Run run =
      list({}, {"PGDATABASE=of_libpq", "PGHOST=127.0.0.1", "PGPORT=1", "PGPASSWORD=secret", "PGUSER="});

  EXPECT_EQ(run.status, 5);
  EXPECT_THAT(run.err, HasSubstr("from PostgreSQL database of_libpq on 127.0.0.1 port 1 (PGDATABASE, PGHOST, PGPORT)"));
}

TEST_F(WhereTheDatabaseIs, IsNowhereWhenNothingNamesIt) {
  const support::Run run = list({}, {"PGPASSWORD=secret"});

  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("no database is named"), HasSubstr("--url"), HasSubstr("DATABASE_URL"),
                             HasSubstr("PGHOST")));
}

TEST_F(WhereTheDatabaseIs, ReadsAnotherFileOnlyWhenItIsNamed) {
  folder_.write(".env.production", line("of_production"));

  EXPECT_EQ(list({}).status, 2);
  const support::Run run = list({"--env-file", ".env.production"});

  EXPECT_EQ(run.status, 5);
  EXPECT_THAT(run.err,
              HasSubstr("database of_production on 127.0.0.1 port 1 as ada (DATABASE_URL of .env.production)"));
}

TEST_F(WhereTheDatabaseIs, PrefersTheNamedFileToTheOneThatLiesThere) {
  folder_.write(".env", line("of_file"));
  folder_.write(".env.production", line("of_production"));

  EXPECT_THAT(list({"--env-file", ".env.production"}).err, HasSubstr("database of_production"));
}

TEST_F(WhereTheDatabaseIs, IsTheNamedFileBeforeTheEnvironmentAndTheDifferenceIsTold) {
  folder_.write(".env.production", line("of_production"));

  const support::Run run = list({"--env-file", ".env.production"}, {"DATABASE_URL=" + url("of_environment")});

  EXPECT_EQ(run.status, 5);
  EXPECT_THAT(run.err, AllOf(HasSubstr("from PostgreSQL database of_production"),
                             HasSubstr("warning: DATABASE_URL of .env.production is used; DATABASE_URL of the "
                                       "environment names PostgreSQL database of_environment on 127.0.0.1")));
}

TEST_F(WhereTheDatabaseIs, IsTheUrlBeforeTheNamedFileAndTheDifferenceIsTold) {
  folder_.write("a.env", line("of_file"));

  const support::Run run = list({"--url", url("of_option"), "--env-file", "a.env"}, {"DATABASE_URL=" + url("x")});

  EXPECT_THAT(run.err,
              AllOf(HasSubstr("from PostgreSQL database of_option"),
                    HasSubstr("warning: --url is used; DATABASE_URL of a.env names PostgreSQL database of_file")));
}

TEST_F(WhereTheDatabaseIs, IsNotRedirectedByPghostaddrOfTheEnvironment) {
  const support::Run run = list({"--url", url("a")}, {"PGHOSTADDR=127.0.0.2"});

  EXPECT_THAT(run.err, AllOf(HasSubstr("at \"127.0.0.1\", port 1"), Not(HasSubstr("127.0.0.2"))));
}

TEST_F(WhereTheDatabaseIs, TellsWhatTheEnvironmentAddsToAUrl) {
  const support::Run run = list({"--url", "postgresql:///app"}, {"PGHOST=127.0.0.1", "PGPORT=1"});

  EXPECT_THAT(run.err, AllOf(HasSubstr("from PostgreSQL database app on 127.0.0.1 port 1 (--url)"),
                             HasSubstr("PGPORT of the environment does")));
}

TEST_F(WhereTheDatabaseIs, IsWhatLibpqsVariablesInTheFileSay) {
  folder_.write(".env", "PGHOST=127.0.0.1\nPGPORT=1\nPGDATABASE=\"of_${STAGE}\"\nPGPASSWORD=secret\nSTAGE=file\n");

  EXPECT_THAT(list({}).err, HasSubstr("from PostgreSQL database of_file on 127.0.0.1 port 1 "
                                      "(PGDATABASE of .env, PGHOST of .env, PGPORT of .env)"));
  EXPECT_THAT(list({}, {"PGDATABASE=outside"}).err,
              AllOf(HasSubstr("database outside on 127.0.0.1 port 1 (PGDATABASE, PGHOST of .env"),
                    HasSubstr("PGDATABASE of the environment is used, not the other one of .env")));
  EXPECT_THAT(list({"--env-file", ".env"}, {"PGDATABASE=outside"}).err, HasSubstr("database of_file on 127.0.0.1"));
}

TEST_F(WhereTheDatabaseIs, IsNotTheEmbeddedDefaultBesideAnothersUrl) {
  folder_.write("dev.db", "");
  for (const char* text : {"POSTGRES_URL=postgresql://ada:secret@h/a\n", "DB_HOST=h\n",
                           "OTHER=mysql://ada:secret@h/a\n", "SQLITE_URL=file:./app.db\n", "POSTGRES_DB=app\n"}) {
    const std::string name = std::string(text).substr(0, std::string(text).find('='));
    folder_.write(".env", text);

    const support::Run run = list({});

    EXPECT_EQ(run.status, 2) << text;
    EXPECT_THAT(run.err, AllOf(HasSubstr(name + " of .env"), HasSubstr("--url sqlite:dev.db"))) << text;
  }
}

TEST_F(WhereTheDatabaseIs, IsNeverTheEmbeddedDefaultForAnImport) {
  folder_.write("dev.db", "");
  folder_.write("a.json", "{}");
  for (const char* way : {"--dry-run", "--atomic"}) {
    const support::Run run =
        support::run_program({PROGRAM_DIR "/db-import", "a.json", way}, {.folder = folder_.path()});

    EXPECT_EQ(run.status, 2) << way;
    EXPECT_THAT(run.err, AllOf(HasSubstr("no database is named"), HasSubstr("--url sqlite:dev.db"))) << way;
  }
}

TEST_F(WhereTheDatabaseIs, ExpandsTheFileAsDotenvExpandDoes) {
  folder_.write(".env",
                "DB_USER=ada\nDB_PASSWORD=secret\nDB_PORT=1\nDATABASE_URL=\"postgresql://${DB_USER}:${DB_PASSWORD}@"
                "${DB_HOST:-127.0.0.1}:$DB_PORT/${STAGE}_app\"\n");

  const support::Run undefined = list({});
  const support::Run run = list({}, {"STAGE=test"});

  EXPECT_EQ(undefined.status, 2);
  EXPECT_THAT(undefined.err, HasSubstr("DATABASE_URL of .env needs STAGE, which nothing defines"));
  EXPECT_THAT(run.err,
              HasSubstr("from PostgreSQL database test_app on 127.0.0.1 port 1 as ada (DATABASE_URL of .env)"));
}

TEST_F(WhereTheDatabaseIs, SaysThatAFileIsUtf16) {
  folder_.write(".env", std::string("\xFF\xFE") + std::string("D\0A\0=\0\n\0", 8));

  const support::Run run = list({});

  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr(".env is UTF-16"));
}

TEST_F(WhereTheDatabaseIs, IsAskedForWhereAUrlNamesNone) {
  for (const char* text : {"postgresql://ada:secret@127.0.0.1:1", "postgresql://ada:secret@127.0.0.1:1/",
                           "postgres://h?sslmode=require"}) {
    const support::Run run = list({"--url", text});

    EXPECT_EQ(run.status, 2) << text;
    EXPECT_THAT(run.err, HasSubstr("--url: the URL names no database")) << text;
  }
}

TEST_F(WhereTheDatabaseIs, IsSilentWhenFileAndEnvironmentAgree) {
  folder_.write(".env.production", line("same"));

  EXPECT_THAT(list({"--env-file", ".env.production"}, {"DATABASE_URL=" + url("same")}).err, Not(HasSubstr("is used")));
}

TEST_F(WhereTheDatabaseIs, RefusesANamedFileThatIsMissingOrHoldsNoUrl) {
  folder_.write("other.env", "OTHER=1\n");

  const support::Run missing = list({"--env-file", "none.env"}, {"DATABASE_URL=" + url("of_environment")});
  const support::Run without = list({"--env-file", "other.env"});

  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.err, HasSubstr("there is no file none.env"));
  EXPECT_EQ(without.status, 2);
  EXPECT_THAT(without.err, HasSubstr("other.env holds no DATABASE_URL"));
}

TEST_F(WhereTheDatabaseIs, RefusesAnEmptyVariableInsteadOfLookingElsewhere) {
  folder_.write(".env", line("of_file"));
  folder_.write("empty.env", "DATABASE_URL=\n");

  const support::Run environment = list({}, {"DATABASE_URL="});
  const support::Run file = list({"--env-file", "empty.env"});

  EXPECT_EQ(environment.status, 2);
  EXPECT_THAT(environment.err, HasSubstr("DATABASE_URL of the environment is empty"));
  EXPECT_EQ(file.status, 2);
  EXPECT_THAT(file.err, HasSubstr("DATABASE_URL of empty.env is empty"));
}

TEST_F(WhereTheDatabaseIs, NamesWhoseUrlIsBad) {
  folder_.write("bad.env", "DATABASE_URL=mysql://ada:secret@host/app\n");

  const support::Run run = list({"--env-file", "bad.env"});

  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("DATABASE_URL of bad.env: "), HasSubstr("mysql://")));
}

TEST_F(WhereTheDatabaseIs, MayBeAnSqliteFile) {
  for (const char* sqlite : {"sqlite:none.db", "file:./none.db"}) {
    const support::Run run = list({"--url", sqlite});

    EXPECT_EQ(run.status, 5);
    EXPECT_THAT(run.err, HasSubstr("none.db: No such file"));
  }
}

TEST_F(WhereTheDatabaseIs, IsLibpqsVariablesBeforeTheEmbeddedDefault) {
  folder_.write("dev.db", "");

  EXPECT_THAT(list({}, {"PGDATABASE=of_libpq", "PGHOST=127.0.0.1", "PGPORT=1"}).err, HasSubstr("database of_libpq"));
  EXPECT_THAT(list({}).err, HasSubstr("from SQLite file dev.db"));
}

TEST_F(WhereTheDatabaseIs, WarnsOfAFileThatOthersMayReadButNotWhenQuiet) {
  folder_.write(".env", line("of_file"));  // 0644 under the usual umask
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"/bin/sh", "-c", "chmod 644 .env && exec \"$@\"", "sh", kExport, "--list"});
    return support::run_program(words, {.folder = folder_.path()}).err;
  };

  EXPECT_THAT(run({}), HasSubstr("warning: .env is open to others (mode 0644)"));
  EXPECT_THAT(run({"-q"}),
              AllOf(Not(HasSubstr("warning")), Not(HasSubstr("from PostgreSQL")), HasSubstr("cannot connect")));
}

TEST_F(WhereTheDatabaseIs, PrintsNoControlCharacterOfAName) {
  EXPECT_THAT(list({"--url", "postgresql://127.0.0.1:1/a%1b%5b2Jb"}).err,
              AllOf(HasSubstr("database a\\x1b[2Jb"), Not(HasSubstr("\x1b"))));
}

TEST_F(WhereTheDatabaseIs, HidesThePasswordWhereverItStands) {
  // list() looks for it in both streams.
  for (const std::string& place :
       {url("a"), url("a?sslmode=require"), std::string("postgresql://127.0.0.1:1/a?password=secret&user=ada"),
        std::string("postgresql://ada:se%63ret@127.0.0.1:1/a"), std::string("postgresql://ada:secret@host:x/a"),
        std::string("postgresql://ada:secret/x@host/a"), std::string("postgres//ada:secret@host/a")}) {
    for (const char* verbosity : {"-v", "-q"}) EXPECT_NE(list({"--url", place, verbosity}).status, 0);
    EXPECT_NE(list({}, {"DATABASE_URL=" + place}).status, 0);
  }
}

}  // namespace
}  // namespace cli
