// What a conflict says of values: exact, under the file's names, and nothing that must not be shown or would not come
// back as it is.
#include "cli/conflict_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ConflictingValues : public Conflicts {
 protected:
  std::string config(const std::string& json) const {
    const std::string path = folder.file("db-transfer.json");
    std::ofstream(path) << json;
    return path;
  }
};

TEST_F(ConflictingValues, AreExactlyThoseOfTheTarget) {
  common(
      "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE DOMAIN code AS varchar(8);"
      "CREATE TABLE t (id int PRIMARY KEY, n numeric, d numeric(9,3), b bytea, j json, jb jsonb, a int[], ta text[],"
      " ts timestamp, tz timestamptz, day date, s text, u uuid, f float8, big int8, m mood, c code, i interval, none "
      "text);"
      "INSERT INTO t (id, s) VALUES (1, 'base')");
  source.run("UPDATE t SET s = 'file'");
  target.run(
      R"sql(UPDATE t SET n = 1.500, d = 2.5, b = '\x00ff', j = E'{"a": 1,\n "a":2}', jb = '{"z":1e2,"a":null}',
        a = '{{1,NULL},{3,4}}', ta = '{"a\"b",NULL,"x,y"}', ts = '2026-01-02 03:04:05.6', tz = '2026-01-02 03:04:05+02',
        day = 'infinity', s = E'say "hi"\n\\ \u00e9', u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', f = 0.1,
        big = 9223372036854775807, m = 'bad', c = 'x', i = '1 day 2 hours')sql");
  const std::string there = target.value("SELECT t::text FROM t");
  leave_out();
  EXPECT_THAT(
      text_of(rejects),
      HasSubstr(R"("target":{"id":1,"n":"1.500","d":"2.500","b":"\\x00ff","j":{"a": 1,)"
                "\n"
                R"( "a":2},"jb":{"a": null, "z": 100},"a":[[1,null],[3,4]],"ta":["a\"b",null,"x,y"],)"
                R"("ts":"2026-01-02T03:04:05.6","tz":"2026-01-02T01:04:05Z","day":"infinity","s":"say \"hi\"\n\\ é",)"
                R"("u":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","f":0.1,"big":"9223372036854775807","m":"bad","c":"x",)"
                R"("i":"1 day 02:00:00","none":null}})"));
  // Taken over to the letter they are what is there already.
  std::string text = text_of(rejects);
  const std::size_t begin = text.find("\"target\":{") + 9;
  const std::string of_target = text.substr(begin, text.find("}}", begin) - begin);
  const std::size_t record = text.find("{\"id\":1,");
  const std::size_t marks = text.find(",\"$rejected\"", record);
  text.replace(record, marks - record, of_target);
  std::ofstream(rejects) << text;
  const support::Run run = import_settled({"--json"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(nlohmann::json::parse(run.out)["total"]["unchanged"], 1) << run.out;
  EXPECT_EQ(target.value("SELECT t::text FROM t"), there);
}

TEST_F(ConflictingValues, TellNumbersOfAnotherScaleApart) {
  common("CREATE TABLE t (id int PRIMARY KEY, n numeric, s text); INSERT INTO t VALUES (1, 1, 'base')");
  source.run("UPDATE t SET s = 'file', n = 2");
  target.run("UPDATE t SET s = 'target', n = 3.0");
  leave_out();
  EXPECT_EQ(record("t")["$conflict"]["target"]["n"], "3.0");
  target.run("UPDATE t SET n = 3.00");
  expect_conflict_again("settled by: n");
}

TEST_F(ConflictingValues, AreReadFromColumnsWithoutABinaryForm) {
  common(
      "CREATE TABLE t (id int PRIMARY KEY, p tsvector, r regclass, s text); INSERT INTO t VALUES (1, 'a', 't', "
      "'base')");
  source.run("UPDATE t SET s = 'file'");
  target.run("UPDATE t SET s = 'target', p = 'it''s here'");
  leave_out();
  EXPECT_THAT(record("t")["$conflict"]["target"].dump(), HasSubstr(R"("p":"'here' 'it''s'")"));
  expect_settled();
  EXPECT_EQ(target.value("SELECT s FROM t"), "file");
}

TEST_F(ConflictingValues, OfMaskedColumnsAreInNoFile) {
  common(
      "CREATE TABLE users (id int PRIMARY KEY, name text, password text);"
      "INSERT INTO users VALUES (1, 'Ann', 'of-base'), (2, 'Bob', 'of-base')");
  source.run("UPDATE users SET name = 'Anna' WHERE id = 1; UPDATE users SET name = 'Bobby' WHERE id = 2");
  target.run(
      "UPDATE users SET name = 'Anne' WHERE id = 1;"
      "UPDATE users SET name = 'Bert', password = 'only-in-target' WHERE id = 2");
  leave_out();
  EXPECT_THAT(text_of(rejects), Not(HasSubstr("only-in-target")));
  EXPECT_EQ(record("users", 0)["$conflict"].dump(),
            R"({"base":{"id":1,"name":"Ann"},"target":{"id":1,"name":"Anne"}})");
  // Nobody has seen what the second would write over.
  expect_conflict_again("settled by: password");
  EXPECT_EQ(target.value("SELECT string_agg(name || ' ' || password, ', ' ORDER BY id) FROM users"),
            "Anna of-base, Bert only-in-target");
  EXPECT_THAT(text_of(rejects), Not(HasSubstr("only-in-target")));
  settle("users", 0, [](Json& user) { user.erase("$conflict"); });
  expect_settled();
  EXPECT_EQ(target.value("SELECT name || ' ' || password FROM users WHERE id = 2"), "Bobby of-base");
}

TEST_F(ConflictingValues, GoUnderTheFilesNames) {
  common("CREATE TABLE users (id int PRIMARY KEY, name text, old text); INSERT INTO users VALUES (1, 'Ann', 'x')");
  target.run(
      "ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME name TO called;"
      "ALTER TABLE people DROP old; ALTER TABLE people ADD imported bool DEFAULT false");
  const std::string settled =
      config(R"({"rename": {"tables": {"users": "people"}, "columns": {"users.name": "called"}},)"
             R"( "set": {"users.imported": true}, "drop": ["users.old"]})");
  source.run("UPDATE users SET name = 'Anna'");
  target.run("UPDATE people SET called = 'Anne'");
  leave_out({"--config", settled});
  EXPECT_EQ(record("users")["$conflict"].dump(), R"({"base":{"id":1,"name":"Ann"},"target":{"id":1,"name":"Anne"}})");
  expect_settled({"--config", settled});
  EXPECT_EQ(target.value("SELECT concat_ws(' ', called, imported) FROM people"), "Anna f")
      << "the constant is no change of the file's";
}

TEST_F(ConflictingValues, OfReorderedCompositesAreLeftOut) {
  source.run("CREATE TYPE pair AS (a int, b text)");
  target.run("CREATE TYPE pair AS (b text, a int)");
  common("CREATE TABLE t (id int PRIMARY KEY, s text, p pair); INSERT INTO t (id, s) VALUES (1, 'base')");
  source.run("UPDATE t SET s = 'file', p = (1, 'one')");
  target.run("UPDATE t SET s = 'target', p = ('one', 1)");
  leave_out();
  EXPECT_FALSE(record("t")["$conflict"]["target"].contains("p"));
  target.run("UPDATE t SET p = ('two', 2)");
  expect_conflict_again("settled by: p");
  target.run("UPDATE t SET p = ('one', 1)");
  expect_settled();
  EXPECT_EQ(target.value("SELECT s FROM t"), "file");
}

TEST_F(ConflictingValues, OfAColumnThatIsCalledAsTheConflictIs) {
  common(R"(CREATE TABLE t (id int PRIMARY KEY, "$conflict" text, "$rejected" text);)"
         "INSERT INTO t VALUES (1, 'base', 'r')");
  source.run(R"(UPDATE t SET "$conflict" = 'file')");
  target.run(R"(UPDATE t SET "$conflict" = 'target')");
  leave_out();
  EXPECT_EQ(document(rejects)["conflict"], "$conflict_");
  EXPECT_EQ(record("t")["$conflict"], "file");
  EXPECT_EQ(record("t")["$conflict_"]["target"]["$conflict"], "target");
  target.run(R"(UPDATE t SET "$conflict" = 'moved')");
  expect_conflict_again("settled by: $conflict");
  EXPECT_EQ(record("t")["$conflict_"]["target"]["$conflict"], "moved");
  expect_settled();
  EXPECT_EQ(target.value(R"(SELECT "$conflict" FROM t)"), "file");
}

TEST_F(ConflictingValues, AreFoundByKeysOfSeveralColumnsAndOtherCase) {
  common(
      "CREATE EXTENSION citext;"
      "CREATE TABLE t (a citext, b int, s text, PRIMARY KEY (b, a)); INSERT INTO t VALUES ('key', 1, 'base')");
  source.run("UPDATE t SET s = 'file'");
  target.run("UPDATE t SET s = 'target', a = 'KEY'");
  leave_out();
  EXPECT_EQ(record("t")["$conflict"]["target"].dump(), R"({"a":"KEY","b":1,"s":"target"})");
  target.run("UPDATE t SET s = 'moved'");
  expect_conflict_again("settled by: s");
  expect_settled();
  EXPECT_EQ(target.value("SELECT s FROM t"), "file");
}

}  // namespace
}  // namespace cli
