// What becomes of each row: the verdicts through the real programs, and the target afterwards.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Import : public Transfer {};

TEST_F(Import, InsertsUpdatesAndLeavesEqualRowsAlone) {
  schema("CREATE TABLE t (id int PRIMARY KEY, v text)");
  source.run("INSERT INTO t VALUES (1, 'same'), (2, 'new value'), (3, 'new row')");
  target.run("INSERT INTO t VALUES (1, 'same'), (2, 'old value'), (4, 'only here')");
  const std::string untouched = target.value("SELECT xmin || ' ' || ctid FROM t WHERE id = 1");
  const auto result = transfer();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "t"), ElementsAre(1, 1, 1, 0, 0, 0));
  EXPECT_EQ(target.value("SELECT string_agg(id || v, ',' ORDER BY id) FROM t"), "1same,2new value,3new row,4only here");
  EXPECT_EQ(target.value("SELECT xmin || ' ' || ctid FROM t WHERE id = 1"), untouched);
}

TEST_F(Import, WithTooManyRowsLeftOutIsRolledBackAndEndsEarly) {
  schema("CREATE TABLE t (id int PRIMARY KEY, v int)");
  target.run(
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.v < 0 THEN RAISE 'broken'; END "
      "IF; RETURN NEW; END$$; CREATE TRIGGER guard BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
  source.run("INSERT INTO t SELECT n, CASE WHEN n > 500 THEN -1 ELSE n END FROM generate_series(1, 5000) n");

  const auto result = transfer({"--max-left-out", "20"});

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "t"), ElementsAre(4979, 0, 0, 0, 21, 0));
  EXPECT_EQ(result["ending"], "rolled-back");
  EXPECT_EQ(target.value("SELECT count(*) FROM t"), "0");
}

TEST_F(Import, WithAsManyRowsLeftOutAsMayBeGoesIn) {
  schema("CREATE TABLE t (id int PRIMARY KEY, v int)");
  target.run("ALTER TABLE t ADD CHECK (v > 2)");
  source.run("INSERT INTO t SELECT n, n FROM generate_series(1, 5) n");
  transfer({"--max-left-out", "1"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(target.value("SELECT count(*) FROM t"), "0");
  import({"--max-left-out", "2"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(target.value("SELECT count(*) FROM t"), "3");
}

TEST_F(Import, ASecondTimeWritesNoRow) {
  schema("CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE bag (v text)");
  source.run("INSERT INTO t VALUES (1, 'a'), (2, NULL); INSERT INTO bag VALUES ('x'), ('x'), (NULL), (NULL), ('y')");
  transfer();
  const std::string written = writes();
  const auto again = import();
  EXPECT_THAT(verdicts(again, "t"), ElementsAre(0, 0, 2, 0, 0, 0));
  EXPECT_THAT(verdicts(again, "bag"), ElementsAre(0, 0, 5, 0, 0, 0));
  EXPECT_EQ(writes(), written);
}

TEST_F(Import, LeavesOutARowWhoseOtherUniqueKeyIsTakenAndNamesTheHolder) {
  schema(
      "CREATE TABLE users (id text PRIMARY KEY, email text UNIQUE); CREATE TABLE posts (id int PRIMARY KEY, author "
      "text REFERENCES users)");
  source.run(
      "INSERT INTO users VALUES ('c1', 'a@b.fr'), ('c2', 'c@d.fr'); INSERT INTO posts VALUES (1, 'c1'), (2, 'c2')");
  target.run("INSERT INTO users VALUES ('c99', 'a@b.fr')");
  const auto result = transfer();
  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(1, 0, 0, 1, 0, 0));
  EXPECT_THAT(verdicts(result, "posts"), ElementsAre(1, 0, 0, 0, 1, 0));
  const auto conflict = table(result, "users")["left_out"][0];
  EXPECT_EQ(conflict["key"], "id=c1");
  EXPECT_EQ(conflict["record"], 1);
  EXPECT_THAT(std::string(conflict["reason"]),
              testing::AllOf(HasSubstr("users_email_key"), HasSubstr("a@b.fr"), HasSubstr("id=c99")));
  EXPECT_THAT(std::string(table(result, "posts")["left_out"][0]["reason"]),
              testing::AllOf(HasSubstr("users"), HasSubstr("id=c1")));
}

TEST_F(Import, LeavesOutWhatTheTargetCannotHoldAndGoesOn) {
  source.run(
      "CREATE TYPE mood AS ENUM ('calm', 'wild'); CREATE TABLE t (id int PRIMARY KEY, name text, n numeric, m mood, d "
      "date)");
  target.run(
      "CREATE TYPE mood AS ENUM ('calm'); CREATE TABLE t (id int PRIMARY KEY, name varchar(3) NOT NULL, n numeric(4,1) "
      "CHECK (n < 100), m mood, d date)");
  source.run(
      "INSERT INTO t VALUES (1, 'ok', 1.5, 'calm', '2025-01-15'), (2, 'too long', 1, NULL, NULL), (3, NULL, 1, NULL, "
      "NULL), (4, 'x', 1.25, NULL, NULL), "
      "(5, 'x', 100, NULL, NULL), (6, 'x', 1, 'wild', NULL), (7, 'ok', NULL, 'calm', NULL)");
  const auto result = transfer();
  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "t"), ElementsAre(2, 0, 0, 0, 5, 0));
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM t"), "1,7");
  std::vector<int> records;
  const auto found = table(result, "t");
  for (const auto& row : found["left_out"]) records.push_back(row["record"]);
  EXPECT_THAT(records, ElementsAre(2, 3, 4, 5, 6));
}

TEST_F(Import, FindsTheRowsThatOnlyATriggerRefuses) {
  schema("CREATE TABLE t (id int PRIMARY KEY, v text)");
  source.run("INSERT INTO t SELECT n, 'v' || n FROM generate_series(1, 3000) n");
  target.run(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IN (7, 1500, 2999) THEN RAISE "
      "'not %', NEW.id; END IF; "
      "IF NEW.id = 42 THEN RETURN NULL; END IF; RETURN NEW; END $$; CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH "
      "ROW EXECUTE FUNCTION refuse()");
  const auto result = transfer();
  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "t"), ElementsAre(2996, 0, 0, 0, 4, 0));
  EXPECT_EQ(target.value("SELECT count(*) FROM t"), "2996");
  EXPECT_THAT(std::string(table(result, "t")["left_out"][0]["reason"]), HasSubstr("not 7"));
}

TEST_F(Import, WithAtomicRollsEverythingBackWhenARowWouldBeLeftOut) {
  schema("CREATE TABLE t (id int PRIMARY KEY, v int UNIQUE)");
  source.run("INSERT INTO t VALUES (1, 10), (2, 20)");
  target.run("INSERT INTO t VALUES (9, 20)");
  const auto result = transfer({"--atomic"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(result["ending"], "rolled-back");
  EXPECT_EQ(target.value("SELECT count(*) FROM t"), "1");
}

TEST_F(Import, WithAModeSkipsTheRowsThatTheModeIsNotFor) {
  schema("CREATE TABLE t (id int PRIMARY KEY, v text)");
  source.run("INSERT INTO t VALUES (1, 'same'), (2, 'changed'), (3, 'new')");
  target.run("INSERT INTO t VALUES (1, 'same'), (2, 'old')");
  EXPECT_THAT(verdicts(transfer({"--mode", "insert", "--dry-run"}), "t"), ElementsAre(1, 0, 1, 0, 0, 1));
  EXPECT_THAT(verdicts(import({"--mode", "update"}), "t"), ElementsAre(0, 1, 1, 0, 0, 1));
  EXPECT_EQ(target.value("SELECT string_agg(id || v, ',' ORDER BY id) FROM t"), "1same,2changed");
}

TEST_F(Import, RaisesSequencesAndNeverLowersThem) {
  schema(
      "CREATE TABLE low (id serial PRIMARY KEY); CREATE TABLE high (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)");
  source.run("INSERT INTO low SELECT FROM generate_series(1, 50); INSERT INTO high SELECT FROM generate_series(1, 5)");
  target.run("SELECT setval('high_id_seq', 1000)");
  transfer();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("INSERT INTO low DEFAULT VALUES RETURNING id"), "51");
  EXPECT_EQ(target.value("INSERT INTO high DEFAULT VALUES RETURNING id"), "1001");
}

TEST_F(Import, OfATableThatTheTargetLacksEndsBeforeAnythingIsRead) {
  source.run("CREATE TABLE users (id int PRIMARY KEY, email text); CREATE TABLE orders (id int PRIMARY KEY)");
  target.run("CREATE TABLE user_s (id int PRIMARY KEY); CREATE TABLE orders (id int PRIMARY KEY, paid bool NOT NULL)");
  ASSERT_EQ(run_export().status, 0);
  const support::Run run = run_import();
  EXPECT_EQ(run.status, 7);
  EXPECT_THAT(run.err, testing::AllOf(HasSubstr("users is missing in the target"),
                                      HasSubstr("orders.paid is NOT NULL without a default")));
}

TEST_F(Import, OfACutFileIsRefusedBeforeTheTargetIsOpened) {
  schema("CREATE TABLE t (id int PRIMARY KEY)");
  source.run("INSERT INTO t SELECT generate_series(1, 100)");
  ASSERT_EQ(run_export().status, 0);
  const std::string whole = support::read_file(file);
  file = folder.write("cut.json", whole.substr(0, whole.size() - 40));
  const support::Run run =
      support::run_program({PROGRAM_DIR "/db-import", file, "--url", "postgresql://nobody@/none?host=/nowhere"});
  EXPECT_EQ(run.status, 6) << run.err;
}

}  // namespace
}  // namespace cli
