// The transfer file that is found, and its targets: nobody listens at port 1, so every run ends with status 5 after it
// has said which place it found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/folder.h"
#include "support/program.h"

namespace cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string url(const std::string& database) { return "postgresql://ada:secret@127.0.0.1:1/" + database; }

constexpr const char* kTargets = R"({
  // where our databases are
  "targets": {
    "production": {"url_env": "PRODUCTION_URL", "env_file": ".env.production", "production": true},
    "staging": {"url_env": "STAGING_URL"}
  }
})";

class Targets : public testing::Test {
 protected:
  Targets() { folder_.write("a.json", "{}"); }

  support::Run run(std::vector<std::string> words, const std::vector<std::string>& environment = {}) {
    words[0] = std::string(PROGRAM_DIR "/") + words[0];
    support::Run run = support::run_program(words, {.environment = environment, .folder = folder_.path()});
    EXPECT_THAT(run.out + run.err, Not(HasSubstr("secret")));
    return run;
  }
  support::Run list(std::vector<std::string> words, const std::vector<std::string>& environment = {}) {
    words.insert(words.begin(), {"db-export", "--list"});
    return run(words, environment);
  }

  const support::TemporaryFolder folder_;
};

TEST_F(Targets, AreFoundByTheirNames) {
  folder_.write("db-transfer.json", kTargets);
  folder_.write(".env.production", "PRODUCTION_URL=" + url("of_production") + "\n");

  const support::Run exported =
      list({"--from", "production"}, {"DATABASE_URL=" + url("dev"), "PRODUCTION_URL=" + url("x")});
  const support::Run staging = list({"--from", "staging"}, {"STAGING_URL=" + url("of_staging")});

  EXPECT_EQ(exported.status, 5);
  EXPECT_THAT(exported.err, StartsWith("db-export: with db-transfer.json of this folder (--no-config leaves it aside)\n"
                                       "db-export: from PostgreSQL database of_production on 127.0.0.1 port 1 as ada "
                                       "(PRODUCTION_URL of .env.production, target production)\n"));
  EXPECT_THAT(staging.err, HasSubstr("database of_staging on 127.0.0.1 port 1 as ada (STAGING_URL of the environment, "
                                     "target staging)"));
}

TEST_F(Targets, AreReadFromTheEnvFileOfTheFolderWhereNoneIsNamed) {
  folder_.write("transfer.json", kTargets);
  folder_.write(".env", "STAGING_URL=postgresql://${WHO}@127.0.0.1:1/of_staging\nWHO=bob\n");

  EXPECT_THAT(list({"--from", "staging"}).err,
              AllOf(HasSubstr("with transfer.json of this folder"),
                    HasSubstr("database of_staging on 127.0.0.1 port 1 as bob (STAGING_URL of .env, target staging)")));
}

TEST_F(Targets, AreRefusedWhereTheirUrlIsNowhereInsteadOfTakingAnother) {
  folder_.write("db-transfer.json", kTargets);
  folder_.write(".env", "DATABASE_URL=" + url("dev") + "\n");

  const support::Run no_file = list({"--from", "production"}, {"PRODUCTION_URL=" + url("x")});
  const support::Run nowhere = list({"--from", "staging"});
  folder_.write(".env.production", "DATABASE_URL=" + url("dev") + "\n");
  const support::Run not_in_file = list({"--from", "production"});

  EXPECT_EQ(no_file.status, 2);
  EXPECT_THAT(no_file.err, HasSubstr("there is no file .env.production"));
  EXPECT_EQ(nowhere.status, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("neither the environment nor .env holds STAGING_URL"));
  EXPECT_EQ(not_in_file.status, 2);
  EXPECT_THAT(not_in_file.err, HasSubstr(".env.production holds no PRODUCTION_URL, which the target production needs"));
}

TEST_F(Targets, ThatNobodyKnowsAreAnsweredWithThoseThatThereAre) {
  const support::Run without = list({"--from", "production"});
  folder_.write("db-transfer.json", kTargets);
  const support::Run mistyped = list({"--from", "prodction"});
  const support::Run unknown = list({"--from", "zzz"});

  EXPECT_EQ(without.status, 2);
  EXPECT_THAT(without.err, HasSubstr("there is no transfer file that could name a target production"));
  EXPECT_EQ(mistyped.status, 2);
  EXPECT_THAT(mistyped.err, HasSubstr("did you mean production?"));
  EXPECT_THAT(unknown.err, HasSubstr("it names production, staging"));
}

TEST_F(Targets, OfAnImportAreNamedEvenWhereQuietIsAskedFor) {
  folder_.write("db-transfer.json", kTargets);
  folder_.write(".env.production", "PRODUCTION_URL=" + url("of_production") + "\n");

  const support::Run writing = run({"db-import", "a.json", "--to", "production", "-q"});
  const support::Run trying = run({"db-import", "a.json", "--to", "production", "-q", "--dry-run"});

  EXPECT_THAT(writing.err, HasSubstr("into PostgreSQL database of_production on 127.0.0.1 port 1 as ada "
                                     "(PRODUCTION_URL of .env.production, target production)"));
  EXPECT_THAT(trying.err, Not(HasSubstr("of_production on")));
}

TEST_F(Targets, FileThatLiesHereIsLeftAsideForAnotherOrForNone) {
  folder_.write("db-transfer.json", "{\"order\": 5}");
  folder_.write("transfer.json", "no JSON");
  folder_.write("other.json", "{}");
  const std::vector<std::string> here = {"DATABASE_URL=" + url("dev")};

  const support::Run found = list({}, here);

  EXPECT_EQ(found.status, 2);
  EXPECT_THAT(found.err, HasSubstr("db-transfer.json: \"order\" must be a list"));
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--no-config"}, {"--config", "other.json"}}) {
    const support::Run run = list(words, here);
    EXPECT_EQ(run.status, 5) << run.err;
    EXPECT_THAT(run.err, AllOf(StartsWith("db-export: from PostgreSQL"), Not(HasSubstr("transfer.json"))));
  }
}

TEST_F(Targets, EnvFileIsMeantFromTheFolderOfTheTransferFile) {
  support::run_program({"mkdir", folder_.file("conf")});
  folder_.write("conf/t.json", kTargets);
  folder_.write("conf/.env.production", "PRODUCTION_URL=" + url("of_conf") + "\n");
  folder_.write(".env.production", "PRODUCTION_URL=" + url("of_here") + "\n");

  EXPECT_THAT(list({"--from", "production", "--config", "conf/t.json"}).err,
              HasSubstr("database of_conf on 127.0.0.1 port 1 as ada (PRODUCTION_URL of conf/.env.production"));
}

}  // namespace
}  // namespace cli
