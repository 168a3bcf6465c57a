// What db-migrate says of a statement that failed repeats no value where a column of the database looks like a secret.
#include <gmock/gmock.h>

#include "migrate/program_fixture.h"
#include "migrate/sqlite_fixture.h"

namespace migrate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kUsers =
    "CREATE TABLE users (id int, password text); INSERT INTO users VALUES (1, 'hunter2-x'), (2, 'hunter2-x')";

TEST_F(Migrate, ShowsNoValueWhereAColumnIsASecret) {
  database.run(kUsers);
  for (const char* sql :
       {"CREATE UNIQUE INDEX ON users (password)", "ALTER TABLE users ALTER password TYPE int USING password::int",
        "ALTER TABLE users ALTER password TYPE date USING password::date",
        "ALTER TABLE users ADD CHECK (password <> 'hunter' || '2-x')",
        "DO $$BEGIN RAISE 'pw %', (SELECT max(password) FROM users); END$$",
        "DO $$BEGIN RAISE 'x' USING DETAIL = (SELECT max(password) FROM users); END$$",
        "DO $$BEGIN RAISE 'x' USING HINT = (SELECT max(password) FROM users), ERRCODE = '42P01'; END$$",
        "CREATE TABLE up (id int, password text) PARTITION BY LIST (password); INSERT INTO up SELECT * FROM users",
        "CREATE TABLE pp (password text PRIMARY KEY); ALTER TABLE users ADD FOREIGN KEY (password) REFERENCES pp",
        "CREATE TABLE n (v int); INSERT INTO n SELECT password::int FROM users",
        "ALTER ROLE postgres PASSWORD 'hunter2-literal' nonsense", "ALTER ROLE postgres PASSWORD nonsense 'hunter2-l'",
        "INSERT INTO users VALUES ('hunter2-literal', 1)"}) {
    folder.write("001_a.sql", sql);
    const support::Run done = run({"up"});
    const support::Run tried = run({"up", "--dry-run", "--json"});
    EXPECT_EQ(done.status, 7) << sql << done.err;
    EXPECT_THAT(done.out + done.err + tried.out + tried.err,
                AllOf(Not(HasSubstr("hunter2")), HasSubstr("001_a.sql, line 1"), HasSubstr("SQLSTATE")))
        << sql;
  }
}

TEST_F(Migrate, WithholdsWhatTheFileItselfMakesASecret) {
  folder.write(
      "001_a.sql",
      "CREATE TABLE members (id int, \"apiToken\" text);\nINSERT INTO members SELECT 1, repeat('hunter2', 2) FROM "
      "generate_series(1, 2);\nCREATE UNIQUE INDEX ON members (\"apiToken\");");
  const support::Run done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.err, AllOf(HasSubstr("001_a.sql, line 3: refused by a unique constraint"),
                              HasSubstr("--show-masked"), Not(HasSubstr("hunter2"))));
}

TEST_F(Migrate, ShowsEverythingWhereThatIsAskedForOrNothingIsASecret) {
  database.run(kUsers);
  folder.write("001_a.sql", "CREATE UNIQUE INDEX ON users (password)");
  EXPECT_THAT(run({"up", "--show-masked"}).err, HasSubstr("Key (password)=(hunter2-x) is duplicated"));
  database.run("ALTER TABLE users RENAME password TO place");
  folder.write("001_a.sql", "CREATE SCHEMA s AUTHORIZATION postgres; CREATE UNIQUE INDEX ON users (place)");
  EXPECT_THAT(run({"up"}).err, HasSubstr("Key (place)=(hunter2-x) is duplicated"));
}

// Names are no values: what depends, what is missing, where a statement is wrong.
TEST_F(Migrate, StillNamesWhatIsWrongWithAStatement) {
  database.run(std::string(kUsers) + "; CREATE VIEW names AS SELECT id FROM users");
  const std::pair<const char*, const char*> statements[] = {
      {"DROP TABLE users", "(view names depends on table users)"},
      {"ALTER TABLE users ADD id int", "column \"id\" of relation \"users\" already exists"},
      {"SELECT nothing FROM users", "column \"nothing\" does not exist"},
      {"CREATE TABEL t ()", "syntax error at or near \"TABEL\""},
      {"ALTER TABLE users ADD c int NOT NULL", "NULL where a value is needed: column c"}};
  for (const auto& [sql, words] : statements) {
    folder.write("001_a.sql", sql);
    EXPECT_THAT(run({"up"}).err, HasSubstr(words)) << sql;
  }
}

TEST_F(MigrateSqlite, ShowsNoLiteralOfAStatement) {
  folder.write("001_a.sql",
               "CREATE TABLE users (password TEXT UNIQUE); INSERT INTO users VALUES ('hunter2'), ('hunter2');");
  const auto done = run({"up"});
  EXPECT_EQ(done.status, 7);
  EXPECT_THAT(done.out + done.err, AllOf(HasSubstr("001_a.sql, line 1"), HasSubstr("users.password"),
                                         HasSubstr("INSERT INTO users VALUES (…"), Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace migrate
