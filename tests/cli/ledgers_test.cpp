// Ledgers of migrations: left out and named on both sides, whatever the engine; a table that only shares the name goes.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Ledgers : public Transfer {
 protected:
  static constexpr const char* kKnex =
      "CREATE TABLE users (id int PRIMARY KEY);"
      "CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch int, migration_time timestamptz);"
      "CREATE TABLE knex_migrations_lock (index serial PRIMARY KEY, is_locked int);"
      "INSERT INTO users VALUES (1); INSERT INTO knex_migrations VALUES (1, 'a.js', 1, now())";

  support::Run list() { return support::run_program({PROGRAM_DIR "/db-export", "--list", "--url", source.url()}); }
};

TEST_F(Ledgers, AreNamedByTheExportAndByItsList) {
  source.run(kKnex);

  const support::Run run = run_export();

  EXPECT_THAT(run.out, HasSubstr("Left out, as ledgers of migrations: knex_migrations (Knex), knex_migrations_lock "
                                 "(Knex); -t with the full name takes one along"));
  EXPECT_THAT(list().out, AllOf(HasSubstr("knex_migrations (Knex)"), HasSubstr("1   users")));
  EXPECT_EQ(nlohmann::json::parse(run_export({"--json"}).out)["ledgers"].size(), 2U);
}

TEST_F(Ledgers, GoAlongWhereTheyAreNamedInFull) {
  schema("CREATE TABLE \"SequelizeMeta\" (name varchar(255) PRIMARY KEY)");
  source.run("INSERT INTO \"SequelizeMeta\" VALUES ('a.js')");
  ASSERT_EQ(run_export({"-t", "Sequelize*"}).status, 2);
  ASSERT_EQ(run_export({"-t", "public.SequelizeMeta"}).status, 0);

  const auto without = import();
  EXPECT_THAT(without["differences"].dump(), HasSubstr("SequelizeMeta is the ledger of migrations of Sequelize"));
  EXPECT_EQ(verdicts(without, "SequelizeMeta"), (std::vector<int>{0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(verdicts(import({"-t", "SequelizeMeta"}), "SequelizeMeta"), (std::vector<int>{1, 0, 0, 0, 0, 0}));
}

TEST_F(Ledgers, ByNameAloneAreData) {
  schema(
      "CREATE TABLE migrations (id int PRIMARY KEY, species text, \"timestamp\" timestamptz);"
      "CREATE TABLE schema_migrations (version text PRIMARY KEY, author text)");
  source.run(
      "INSERT INTO migrations VALUES (1, 'swallow', '2025-01-01'); INSERT INTO schema_migrations VALUES ('1', 'x')");

  const auto result = transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(verdicts(result, "migrations"), (std::vector<int>{1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(verdicts(result, "schema_migrations"), (std::vector<int>{1, 0, 0, 0, 0, 0}));
}

TEST_F(Ledgers, OfTheTargetTakeNoRowsOfATableThatOnlySharesTheName) {
  source.run("CREATE TABLE migrations (id int PRIMARY KEY, name text); INSERT INTO migrations VALUES (1, 'swallow')");
  target.run("CREATE TABLE migrations (id serial PRIMARY KEY, name text, run_on timestamp)");
  ASSERT_EQ(run_export().status, 0);

  const support::Run run = run_import();

  EXPECT_EQ(run.status, 7);
  EXPECT_THAT(run.err, HasSubstr("is data in the file and db-migrate of Node's ledger in the target"));
}

TEST_F(Ledgers, OfSqliteAreNamedAlike) {
  const std::string database = folder.file("app.db");
  ASSERT_EQ(support::run_program({"sqlite3", database,
                                  "CREATE TABLE users(id INTEGER PRIMARY KEY); CREATE TABLE DATABASECHANGELOGLOCK(ID "
                                  "INT, LOCKED BOOLEAN, LOCKGRANTED TEXT, LOCKEDBY TEXT); CREATE TABLE "
                                  "migrations(name TEXT, species TEXT);"})
                .status,
            0);

  const support::Run run = support::run_program({PROGRAM_DIR "/db-export", file, "--url", "sqlite:" + database});

  EXPECT_THAT(run.out, HasSubstr("Left out, as a ledger of migrations: DATABASECHANGELOGLOCK (Liquibase);"));
  EXPECT_THAT(run.out, AllOf(HasSubstr("users"), HasSubstr("migrations"), Not(HasSubstr("ledgers"))));
}

}  // namespace
}  // namespace cli
