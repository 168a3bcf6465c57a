// --match gives rows other keys; what refers to them without a foreign key is named before anything is written.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"
#include "cli/undo_sqlite_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class LooseReferences : public Transfer {
 protected:
  // The same users under other ids.
  void renumbered_users(const std::string& others) {
    schema("CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE); " + others);
    source.run("INSERT INTO users SELECT g, 'u' || g FROM generate_series(1, 30) g");
    target.run("INSERT INTO users SELECT g + 100, 'u' || g FROM generate_series(1, 30) g");
  }
  std::string facts(const nlohmann::json& result) {
    std::string text;
    for (const auto& fact : result["facts"]) text += fact["fact"].get<std::string>() + "\n";
    for (const auto& check : result["checks"]) text += check["check"].get<std::string>() + "\n";
    return text;
  }
};

TEST_F(LooseReferences, ByTypeAndIdAreNamedByTheDryRunTheReportsAndTheImport) {
  renumbered_users("CREATE TABLE posts (id int PRIMARY KEY, owner_type text, owner_id int)");
  source.run("INSERT INTO posts VALUES (1, 'User', 2), (2, 'User', 3), (3, 'Team', 2), (4, NULL, NULL)");
  const auto dry = transfer({"--match", "users=email", "-n", "--report", folder.file("a.txt")});
  EXPECT_THAT(facts(dry),
              AllOf(HasSubstr("posts.owner_id holds keys of users that --match changes (2 → 102), in 2 rows"),
                    HasSubstr("Undeclared references")));
  EXPECT_EQ(dry["verdict"], "ready-with-warnings");
  EXPECT_THAT(support::read_file(folder.file("a.txt")), HasSubstr("posts.owner_id holds keys of users"));
  const auto run = run_import({"--match", "users=email", "-q"});
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.err,
              HasSubstr("warning: posts.owner_id holds keys of users that --match changes (2 → 102), in 2 rows"));
}

TEST_F(LooseReferences, OfAnyKindOfNameAndColumnAreNamed) {
  renumbered_users(
      "CREATE DOMAIN person AS bigint; CREATE TABLE t (id int PRIMARY KEY, \"userId\" bigint, created_by smallint, "
      "author_id "
      "person, watcher_user_ids int[], object_id text COLLATE \"POSIX\", owner_ref varchar(9) COLLATE \"C\", amount "
      "int, note text); CREATE TABLE self (user_id int PRIMARY "
      "KEY)");
  source.run(
      "INSERT INTO t SELECT g, g, g, g, ARRAY[g, 99], g::text, g::text, g, 'x' FROM generate_series(1, 5) g; INSERT "
      "INTO self "
      "VALUES "
      "(7)");
  const std::string named = facts(transfer({"--match", "users=email", "-n"}));
  for (const char* column :
       {"t.userId", "t.created_by", "t.author_id", "t.watcher_user_ids", "t.object_id", "t.owner_ref", "self.user_id"})
    EXPECT_THAT(named, HasSubstr(std::string(column) + " holds keys of users"));
  EXPECT_THAT(named, AllOf(Not(HasSubstr("t.amount")), Not(HasSubstr("t.note")), Not(HasSubstr("t.id"))));
}

TEST_F(LooseReferences, WithUuidsAndTextsAreKnownByTheirValues) {
  schema(
      "CREATE TABLE users (id uuid PRIMARY KEY, email text UNIQUE); CREATE TABLE teams (id text PRIMARY KEY, name text "
      "UNIQUE); "
      "CREATE TABLE t (id int PRIMARY KEY, whoever uuid, entity text, \"entityId\" text)");
  source.run(
      "INSERT INTO users VALUES ('11111111-1111-1111-1111-111111111111', 'a'); INSERT INTO teams VALUES ('clh3x0000', "
      "'a'); "
      "INSERT INTO t VALUES (1, '11111111-1111-1111-1111-111111111111', 'Team', 'clh3x0000'), (2, NULL, 'Other', "
      "'zzz')");
  target.run(
      "INSERT INTO users VALUES ('21111111-1111-1111-1111-111111111111', 'a'); INSERT INTO teams VALUES ('clh3x0009', "
      "'a')");
  EXPECT_THAT(
      facts(transfer({"--match", "users=email", "--match", "teams=name", "-n"})),
      AllOf(HasSubstr("t.whoever holds keys of users"),
            HasSubstr("t.entityId holds keys of teams that --match changes (clh3x0000 → clh3x0009), in 1 row,")));
}

TEST_F(LooseReferences, AreNoneWhereNothingIsRenumberedOrAForeignKeySaysSo) {
  renumbered_users(
      "CREATE TABLE teams (id int PRIMARY KEY, name text UNIQUE); CREATE TABLE posts (id int PRIMARY KEY, author_id "
      "int "
      "REFERENCES users, team_id int)");
  source.run("INSERT INTO teams VALUES (1, 'a'), (2, 'b'); INSERT INTO posts VALUES (1, 2, 2)");
  target.run("INSERT INTO teams VALUES (1, 'a')");
  const auto dry = transfer({"--match", "users=email", "--match", "teams=name", "-n"});
  EXPECT_THAT(facts(dry), AllOf(Not(HasSubstr("holds keys")), Not(HasSubstr("Undeclared"))));
}

TEST_F(UndoInSqlite, NamesLooseReferencesToo) {
  const std::string schema =
      "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE); CREATE TABLE posts (id INTEGER PRIMARY KEY, "
      "owner_type TEXT, owner_id INTEGER, created_by INT, amount INT);";
  shell("dev.db",
        schema +
            "INSERT INTO users VALUES (1, 'a'), (2, 'b'); INSERT INTO posts VALUES (1, 'App\\Models\\User', 2, "
            "1, 1), (2, 'Team', 1, 2, 2);");
  shell("prod.db", schema + "INSERT INTO users VALUES (101, 'a'), (102, 'b');");
  support::run_program({PROGRAM_DIR "/db-export", "out.json", "--url", "sqlite:dev.db"}, {.folder = folder.path()});
  const auto run = db_import({"out.json", "--match", "users=email"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.err,
              AllOf(HasSubstr("posts.owner_id holds keys of users that --match changes (2 → 102), in 1 row,"),
                    HasSubstr("posts.created_by holds keys of users that --match changes (1 → 101), in 2 rows"),
                    Not(HasSubstr("posts.amount"))));
}

}  // namespace
}  // namespace cli
