// Imports are taken back whatever the tables are: other schemas, partitions, keys of several columns, quoted names,
// domains, no key at all; and whatever an application, picked at random, has done since.
#include <random>

#include "cli/undo_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class UndoOf : public Undo {
 protected:
  void expect_taken_back() {
    import_kept();
    const std::string imported = rows();
    ASSERT_NE(imported, before);
    const support::Run run = take_back({"--save-undo", redo});
    EXPECT_EQ(run.status, 0) << run.out << run.err;
    EXPECT_EQ(rows(), before);
    EXPECT_EQ(take_back().status, 0);
    EXPECT_EQ(rows(), before);
    EXPECT_EQ(take_back_by(redo).status, 0);
    EXPECT_EQ(rows(), imported);
  }
  std::string redo = folder.file("redo.json");
};

TEST_F(UndoOf, RowsOfPartitionsThatMoved) {
  schema(
      "CREATE SCHEMA \"Sales\"; CREATE TABLE \"Sales\".\"Orders\" (\"Id\" int, at date, \"Total\" numeric, PRIMARY KEY "
      "(\"Id\", at)) PARTITION BY RANGE (at); CREATE TABLE \"Sales\".y24 PARTITION OF \"Sales\".\"Orders\" FOR VALUES "
      "FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (\"Id\"); CREATE TABLE \"Sales\".y24all PARTITION OF "
      "\"Sales\".y24 DEFAULT; CREATE TABLE \"Sales\".rest PARTITION OF \"Sales\".\"Orders\" DEFAULT;"
      "CREATE TABLE lines (o int, at date, n int, PRIMARY KEY (o, at, n), FOREIGN KEY (o, at) REFERENCES "
      "\"Sales\".\"Orders\" ON DELETE CASCADE)");
  source.run(
      "INSERT INTO \"Sales\".\"Orders\" VALUES (1, '2024-02-01', 1.0), (2, '2025-02-01', 2), (3, '2024-03-01', NULL);"
      "INSERT INTO lines VALUES (1, '2024-02-01', 1), (3, '2024-03-01', 1), (3, '2024-03-01', 2)");
  target.run("INSERT INTO \"Sales\".\"Orders\" VALUES (1, '2024-02-01', 1.00), (2, '2024-02-01', 7)");
  expect_taken_back();
}

TEST_F(UndoOf, RowsWithDomainsGeneratedAndIdentityColumns) {
  schema(
      "CREATE DOMAIN word AS text NOT NULL CHECK (VALUE <> ''); CREATE TYPE mood AS ENUM ('sad', 'glad');"
      "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \"a b\" word UNIQUE, m mood, j json, xs int[], "
      "len int GENERATED ALWAYS AS (length(\"a b\")) STORED)");
  source.run(
      "INSERT INTO t (id, \"a b\", m, j, xs) OVERRIDING SYSTEM VALUE VALUES (1, 'one', 'glad', '{\"a\" : 1}', "
      "'{1,NULL}'), (2, 'two', NULL, NULL, NULL)");
  target.run(
      "INSERT INTO t (id, \"a b\", m, j, xs) OVERRIDING SYSTEM VALUE VALUES (1, 'two', 'sad', '{\"a\":1}', '{}'), (7, "
      "'x', 'sad', NULL, '[0:1]={1,2}')");
  expect_taken_back();
}

TEST_F(UndoOf, RowsThatReferByAGeneratedColumn) {
  schema(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, a int, g int GENERATED ALWAYS AS (a + "
      "0) "
      "STORED REFERENCES p)");
  source.run("INSERT INTO p VALUES (1), (2); INSERT INTO c (id, a) VALUES (1, 1), (2, 2)");
  target.run("INSERT INTO p VALUES (1); INSERT INTO c (id, a) VALUES (1, 1)");
  expect_taken_back();
}

TEST_F(UndoOf, RowsThatNoKeyTellsApart) {
  schema("CREATE TABLE log (what text, n numeric); CREATE TABLE docs (j json)");
  source.run(
      "INSERT INTO log VALUES ('a', 1), ('a', 1), ('a', 1), (NULL, NULL), ('b', 1.0); INSERT INTO docs VALUES "
      "('{}'), ('{ }')");
  target.run("INSERT INTO log VALUES ('a', 1), ('b', 1), ('c', NULL); INSERT INTO docs VALUES ('{}')");
  expect_taken_back();
}

TEST_F(UndoOf, RowsThatReferToEachOtherAndToThemselves) {
  schema(
      "CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a, b int); CREATE TABLE b (id int PRIMARY KEY, a int NOT "
      "NULL REFERENCES a ON DELETE RESTRICT); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b ON DELETE SET NULL");
  source.run(
      "INSERT INTO a VALUES (1, NULL, NULL), (2, 1, NULL), (3, 3, NULL); INSERT INTO b VALUES (1, 1), (2, 2); UPDATE a "
      "SET b = 2, up = 3");
  target.run("INSERT INTO a VALUES (1, 1, NULL)");
  expect_taken_back();
}

TEST_F(UndoOf, RowsWhoseKeysSwapped) {
  schema("CREATE TABLE t (id int PRIMARY KEY, k text UNIQUE, c int UNIQUE)");
  source.run("INSERT INTO t VALUES (1, 'b', 2), (2, 'a', 3), (3, 'c', 1), (4, 'd', 4)");
  target.run("INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'd', 3)");
  expect_taken_back();
}

TEST_F(UndoOf, AFirstLoad) {
  schema("CREATE TABLE u (id int PRIMARY KEY, n text); CREATE TABLE l (x int, u int REFERENCES u)");
  source.run("INSERT INTO u SELECT i, 'n' || i FROM generate_series(1, 2000) i; INSERT INTO l VALUES (1, 1), (1, 1)");
  target.disconnect();
  expect_taken_back();
}

TEST_F(UndoOf, RowsByTheKeyThatOnlyTheirTypesMakersKnow) {
  schema("CREATE EXTENSION citext; CREATE TABLE t (id citext PRIMARY KEY, v int)");
  source.run("INSERT INTO t VALUES ('AA', 1), ('bb', 2)");
  target.run("INSERT INTO t VALUES ('aa', 1), ('cc', 3)");
  expect_taken_back();
}

TEST_F(UndoOf, AnImportSeesWhoRefersThroughAKeyOfSeveralColumnsInAnotherSchema) {
  schema("CREATE TABLE t (a int, b text, v int, PRIMARY KEY (a, b))");
  target.run(
      "CREATE SCHEMA x; CREATE TABLE x.r (\"Id\" int, p text, b text, a int, PRIMARY KEY (\"Id\", p), FOREIGN KEY (a, "
      "b) REFERENCES t ON DELETE SET NULL ON UPDATE CASCADE) PARTITION BY LIST (p); CREATE TABLE x.r1 PARTITION OF x.r "
      "DEFAULT");
  source.run("INSERT INTO t VALUES (1, 'x', 1), (2, 'y', 2)");
  import_kept();
  target.run("INSERT INTO x.r VALUES (5, 'q', 'x', 1)");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("a=1, b=x"), HasSubstr("r Id=5, p=q refers to it")));
  EXPECT_EQ(target.value("SELECT concat(a, b) FROM x.r"), "1x");
  EXPECT_EQ(target.value("SELECT count(*) FROM t"), "1");
}

TEST_F(UndoOf, AnImportWhoseDeletesATriggerRefusesLeavesThoseAndTheirParents) {
  schema("CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE p (id int PRIMARY KEY, u int REFERENCES u)");
  target.run(
      "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF OLD.id = 2 THEN RAISE 'stays'; END IF; "
      "RETURN "
      "OLD; END$$; CREATE TRIGGER keep BEFORE DELETE ON p FOR EACH ROW EXECUTE FUNCTION no()");
  source.run("INSERT INTO u VALUES (1), (2), (3); INSERT INTO p VALUES (1, 1), (2, 2), (3, 3)");
  import_kept();
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, HasSubstr("stays"));
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ',') FROM p"), "2");
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ',') FROM u"), "2");
}

// What nobody touched is as before, everything else stays as it is; the seed is in the failure's words.
TEST_F(UndoOf, RandomImportsBesideARandomApplicationKeepsToThat) {
  schema(
      "CREATE TABLE u (id int PRIMARY KEY, e text UNIQUE, n int); CREATE TABLE p (id int PRIMARY KEY, u int NOT NULL "
      "REFERENCES u ON DELETE CASCADE, t text)");
  for (unsigned seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto pick = [&](int most) { return std::to_string(std::uniform_int_distribution<>(1, most)(random)); };
    for (support::Database* database : {&source, &target}) {
      database->run("TRUNCATE u, p");
      for (int i = 0; i < 14; ++i) {
        database->run("INSERT INTO u VALUES (" + pick(20) + ", 'e" + pick(30) + "', " + pick(3) +
                      ") ON CONFLICT DO NOTHING");
        database->run("INSERT INTO p SELECT " + pick(40) + ", id, 't" + pick(3) + "' FROM u WHERE id = " + pick(20) +
                      " ON CONFLICT DO NOTHING");
      }
    }
    std::filesystem::remove(undo);
    target.run("DROP TABLE IF EXISTS u0, p0, u1, p1; CREATE TABLE u0 AS TABLE u; CREATE TABLE p0 AS TABLE p");
    import_kept({"-t", "u", "-t", "p"});
    target.run("CREATE TABLE u1 AS TABLE u; CREATE TABLE p1 AS TABLE p");
    for (int i = 0; i < 4; ++i) {
      target.run("UPDATE u SET n = n + 10 WHERE id = " + pick(20));
      target.run("UPDATE p SET t = 'app' WHERE id = " + pick(40));
      target.run("DELETE FROM p WHERE id = " + pick(40));
      target.run("INSERT INTO p SELECT 100 + " + pick(40) + ", id, 'new' FROM u WHERE id = " + pick(20) +
                 " ON CONFLICT DO NOTHING");
    }
    target.run("DROP TABLE IF EXISTS u2, p2; CREATE TABLE u2 AS TABLE u; CREATE TABLE p2 AS TABLE p");
    const support::Run run = take_back();
    EXPECT_TRUE(run.status == 0 || run.status == 4) << run.err;
    // Touched since: differs from what the import left. Those rows are as the application left them.
    EXPECT_EQ(target.value("SELECT count(*) FROM (SELECT * FROM p2 EXCEPT SELECT * FROM p1 EXCEPT SELECT * FROM p) x"),
              "0");
    EXPECT_EQ(target.value("SELECT count(*) FROM (SELECT * FROM u2 EXCEPT SELECT * FROM u1 EXCEPT SELECT * FROM u) x"),
              "0");
    // Every row is one of before, of the import's or of the application's, and none is lost that was there before.
    EXPECT_EQ(target.value("SELECT count(*) FROM (SELECT * FROM u EXCEPT SELECT * FROM u0 EXCEPT SELECT * FROM u2) x"),
              "0");
    EXPECT_EQ(target.value("SELECT count(*) FROM u0 WHERE id NOT IN (SELECT id FROM u)"), "0");
    if (run.status == 0) continue;
    // What stays of the import is named.
    EXPECT_EQ(target.value("SELECT count(*) FROM (SELECT * FROM u EXCEPT SELECT * FROM u0) x") != "0" ||
                  target.value("SELECT count(*) FROM (SELECT * FROM p EXCEPT SELECT * FROM p0) x") != "0" ||
                  run.out.find("gone") != std::string::npos,
              true);
    EXPECT_THAT(run.out, HasSubstr("conflict"));
  }
}

}  // namespace
}  // namespace cli
