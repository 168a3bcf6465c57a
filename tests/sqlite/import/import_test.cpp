// One verdict each: what becomes of a record, and what the target holds afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlite/import/import_fixture.h"

namespace sqlite_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kUsers =
    "CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, age INT CHECK (age >= 0), changed TEXT);"
    "INSERT INTO users VALUES(1,'a',10,'2025'),(2,'b',20,'2025');";

std::string user(int id, const std::string& email, const std::string& age, const std::string& changed = "2025") {
  return "{\"id\":" + std::to_string(id) + ",\"email\":\"" + email + "\",\"age\":" + age + ",\"changed\":\"" + changed +
         "\"}";
}

TEST(SqliteImport, InsertsUpdatesAndLeavesAlone) {
  const Case one(kUsers);

  const Imported imported =
      one.import_as_announced({{"users", {user(1, "a", "10"), user(2, "b", "21"), user(3, "c", "30")}}});

  EXPECT_EQ(imported.of("users"), "insert 1, update 1, unchanged 1");
  EXPECT_EQ(one.database.value("SELECT id, email, age FROM users"), "1|a|10 2|b|21 3|c|30");
}

TEST(SqliteImport, TakesOneForAnotherThanOnePointZero) {
  const Case one(
      "CREATE TABLE v(id INTEGER PRIMARY KEY, n, t COLLATE NOCASE); INSERT INTO v VALUES(1,1,'a'),(2,1,'a');");

  const Imported imported =
      one.import({{"v", {R"({"id":1,"n":{"$real":"1.0"},"t":"a"})", R"({"id":2,"n":1,"t":"A"})"}}});

  EXPECT_EQ(imported.of("v"), "update 2");
  EXPECT_EQ(one.database.value("SELECT typeof(n), t FROM v"), "real|a integer|A");
}

TEST(SqliteImport, FindsConflictsWithTheTargetAndInTheFile) {
  const Case one(kUsers);

  const Imported imported = one.import_as_announced(
      {{"users", {user(7, "b", "1"), user(8, "x", "1"), user(9, "x", "1"), user(10, "y", "1"), user(10, "z", "1")}}});

  EXPECT_EQ(imported.of("users"), "conflict 5");
  EXPECT_THAT(imported.reasons("users"),
              AllOf(HasSubstr("1 id=7: UNIQUE (email): the target holds email=b as id=2\n"),
                    HasSubstr("2 id=8: UNIQUE (email): more than one record of the file claims email=x\n"),
                    HasSubstr("4 id=10: more than one record of the file claims this key\n")));
  EXPECT_EQ(imported.decisions.at("users")[0].holder, "id=2");
  EXPECT_EQ(imported.decisions.at("users")[0].constraint, "UNIQUE (email)");
  EXPECT_THAT(imported.decisions.at("users")[0].changes, SizeIs(2));  // id and age differ from the holder
  EXPECT_EQ(one.database.value("SELECT count(*) FROM users"), "2");
}

TEST(SqliteImport, FindsConflictsOfPartialAndExpressionIndexes) {
  const Case one(
      "CREATE TABLE u(id INTEGER PRIMARY KEY, email TEXT, gone INT); CREATE UNIQUE INDEX by_email ON u(lower(email)) "
      "WHERE gone IS NULL; INSERT INTO u VALUES(1,'Ann@x',NULL),(2,'bob@x',1);");

  const Imported imported =
      one.import_as_announced({{"u",
                                {R"({"id":3,"email":"ANN@X","gone":null})", R"({"id":4,"email":"bob@x","gone":null})",
                                 R"({"id":5,"email":"ann@x","gone":1})"}}});

  EXPECT_EQ(imported.of("u"), "insert 2, conflict 1");
  EXPECT_THAT(imported.reasons("u"), HasSubstr("1 id=3: by_email: the target holds lower(email)=ann@x as id=1"));
}

TEST(SqliteImport, ComparesKeysAsTheirIndexDoes) {
  const Case one(
      "CREATE TABLE u(id TEXT PRIMARY KEY COLLATE NOCASE, e TEXT COLLATE RTRIM UNIQUE); INSERT INTO u "
      "VALUES('A','x');");

  const Imported imported = one.import_as_announced({{"u", {R"({"id":"a","e":"x"})", R"({"id":"b","e":"x  "})"}}});

  EXPECT_EQ(imported.of("u"), "update 1, conflict 1");
  EXPECT_EQ(one.database.value("SELECT * FROM u"), "a|x");
}

TEST(SqliteImport, FindsWhatTheTargetCannotHold) {
  const Case one(std::string(kUsers) + "CREATE TABLE strict(id INTEGER PRIMARY KEY, n INT) STRICT;");

  const Imported imported = one.import_as_announced(
      {{"users",
        {user(3, "c", "-1"), R"({"id":4,"email":null,"age":1,"changed":""})",
         R"({"id":"four","email":"d","age":1,"changed":""})", R"({"id":null,"email":"e","age":1,"changed":""})"}},
       {"strict", {R"({"id":1,"n":"abc"})", R"({"id":2,"n":"12"})"}}});

  EXPECT_EQ(imported.of("users"), "invalid 4");
  EXPECT_THAT(imported.reasons("users"),
              AllOf(HasSubstr("1 id=3: violates the check CHECK (age >= 0)\n"),
                    HasSubstr("2 id=4: column email: NULL is not allowed\n"),
                    HasSubstr("3 id=four: column id: the number of a row must be an integer, not text\n"),
                    HasSubstr("4 id=null: column id")));
  EXPECT_EQ(imported.of("strict"), "insert 1, invalid 1");
  EXPECT_THAT(imported.reasons("strict"), HasSubstr("cannot store TEXT value in INT column strict.n"));
}

TEST(SqliteImport, LeavesOutChildrenOfRowsThatAreLeftOut) {
  const Case one(
      "CREATE TABLE p(id INTEGER PRIMARY KEY, n INT NOT NULL); CREATE TABLE c(id INTEGER PRIMARY KEY, p INT REFERENCES "
      "p, up INT REFERENCES c(id)); INSERT INTO p VALUES(1,1);");

  const Imported imported = one.import_as_announced(
      {{"p", {R"({"id":2,"n":null})", R"({"id":3,"n":3})"}},
       {"c",
        {R"({"id":1,"p":1,"up":2})", R"({"id":2,"p":3,"up":1})", R"({"id":3,"p":2,"up":null})",
         R"({"id":4,"p":null,"up":3})", R"({"id":5,"p":9,"up":5})", R"({"id":6,"p":null,"up":6})"}}});

  EXPECT_EQ(imported.of("p"), "insert 1, invalid 1");
  EXPECT_EQ(imported.of("c"), "insert 3, invalid 3");
  EXPECT_THAT(imported.reasons("c"),
              AllOf(HasSubstr("3 id=3: c_p_fkey: the parent p id=2 is neither in the target nor among"),
                    HasSubstr("4 id=4: c_up_fkey: the parent c id=3 is neither")));
  EXPECT_EQ(one.database.value("SELECT group_concat(id) FROM c"), "1,2,6");
  EXPECT_EQ(one.database.run("PRAGMA foreign_key_check;"), "");
}

TEST(SqliteImport, WritesCyclesOfTables) {
  const Case one(
      "CREATE TABLE a(id INTEGER PRIMARY KEY, b INT NOT NULL REFERENCES b(id)); CREATE TABLE b(id INTEGER PRIMARY KEY, "
      "a "
      "INT NOT NULL REFERENCES a(id));");

  const Imported imported = one.import_as_announced(
      {{"a", {R"({"id":1,"b":1})", R"({"id":2,"b":9})"}}, {"b", {R"({"id":1,"a":1})", R"({"id":2,"a":2})"}}});

  EXPECT_EQ(imported.of("a") + " / " + imported.of("b"), "insert 1, invalid 1 / insert 1, invalid 1");
}

TEST(SqliteImport, FindsTheRowThatATriggerRefuses) {
  const Case one(
      "CREATE TABLE p(id INTEGER PRIMARY KEY, n INT); CREATE TABLE c(id INTEGER PRIMARY KEY, p INT REFERENCES p(id));"
      "CREATE TRIGGER no BEFORE INSERT ON p WHEN NEW.n = 13 BEGIN SELECT RAISE(ABORT, 'bad luck'); END;"
      "CREATE TRIGGER silent BEFORE INSERT ON p WHEN NEW.n = 14 BEGIN SELECT RAISE(IGNORE); END;");
  std::vector<std::string> parents;
  std::vector<std::string> children;
  for (int i = 1; i <= 40; ++i) {
    const std::string id = std::to_string(i);
    parents.push_back("{\"id\":" + id + ",\"n\":" + id + "}");
    children.push_back("{\"id\":" + id + ",\"p\":" + id + "}");
  }

  const Imported imported = one.import({{"p", parents}, {"c", children}});

  EXPECT_EQ(imported.of("p"), "insert 38, invalid 2");
  EXPECT_EQ(imported.of("c"), "insert 38, invalid 2");
  EXPECT_THAT(imported.reasons("p"),
              AllOf(HasSubstr("13 id=13: bad luck"), HasSubstr("14 id=14: dropped by trigger no, silent")));
  EXPECT_EQ(one.database.value("SELECT count(*) FROM p"), "38");
}

TEST(SqliteImport, TakesBackTheChildrenOfARefusedRowOfTheirOwnTable) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, up INT REFERENCES t(id), n AS (id * 1000)); CREATE UNIQUE INDEX far ON "
      "t(n); CREATE TRIGGER no BEFORE INSERT ON t WHEN NEW.id = 2 BEGIN SELECT RAISE(FAIL, 'no two'); END;");

  const Imported imported =
      one.import({{"t", {R"({"id":1,"up":3})", R"({"id":2,"up":null})", R"({"id":3,"up":2})", R"({"id":4,"up":4})"}}});

  EXPECT_EQ(imported.of("t"), "insert 1, invalid 3");
  EXPECT_EQ(one.database.value("SELECT id FROM t"), "4");
}

TEST(SqliteImport, StopsWhereATriggerRollsEverythingBack) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TRIGGER no BEFORE INSERT ON t BEGIN SELECT RAISE(ROLLBACK, "
      "'all'); END;");

  EXPECT_THROW(one.import({{"t", {R"({"id":1})"}}}), base::Error);
  EXPECT_EQ(one.database.value("SELECT count(*) FROM t"), "0");
}

TEST(SqliteImport, NeverReplacesARowWhateverTheSchemaSays) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY ON CONFLICT REPLACE, a INT, b AS (a % 10) STORED UNIQUE ON CONFLICT "
      "REPLACE);"
      "INSERT INTO t VALUES(1, 5);");

  const Imported imported = one.import({{"t", {R"({"id":2,"a":15})", R"({"id":3,"a":6})"}}});

  EXPECT_EQ(imported.of("t"), "insert 1, conflict 1");  // the merge finds a conflict over a generated column
  EXPECT_EQ(one.database.value("SELECT id, a FROM t"), "1|5 3|6");
}

TEST(SqliteImport, KeepsKeysThatRowsOfTheTargetNeed) {
  const Case one(
      "CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT UNIQUE); CREATE TABLE c(code TEXT REFERENCES p(code));"
      "CREATE TABLE d(code TEXT REFERENCES p(code) ON UPDATE CASCADE); INSERT INTO p VALUES(1,'a'),(2,'b'); INSERT "
      "INTO "
      "c VALUES('a'); INSERT INTO d VALUES('b');");

  const Imported imported = one.import_as_announced({{"p", {R"({"id":1,"code":"A"})", R"({"id":2,"code":"B"})"}}});

  EXPECT_EQ(imported.of("p"), "update 1, invalid 1");
  EXPECT_THAT(imported.reasons("p"), HasSubstr("1 id=1: c_code_fkey: rows of c refer to the key that changes"));
  EXPECT_EQ(one.database.value("SELECT code FROM d"), "B");
  ASSERT_THAT(imported.effects.at("p").cascades, SizeIs(1));
  EXPECT_EQ(imported.effects.at("p").cascades[0].table, "d");
}

TEST(SqliteImport, IgnoresOrphansThatWereThereBefore) {
  const Case one(
      "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER PRIMARY KEY, p INT REFERENCES p); INSERT INTO "
      "c "
      "VALUES(1, 77);");

  const Imported imported =
      one.import_as_announced({{"p", {R"({"id":1})"}}, {"c", {R"({"id":1,"p":77})", R"({"id":2,"p":1})"}}});

  EXPECT_EQ(imported.of("c"), "insert 1, unchanged 1");
}

TEST(SqliteImport, CountsRowsWithoutAKeyAsAMultiset) {
  const Case one("CREATE TABLE log(a, b); INSERT INTO log VALUES(1,'x'),(1,'x'),(NULL,NULL);");

  const Records records = {{"log",
                            {R"({"a":1,"b":"x"})", R"({"a":1,"b":"x"})", R"({"a":1,"b":"x"})", R"({"a":null,"b":null})",
                             R"({"a":{"$real":"1.0"},"b":"x"})"}}};
  const Imported imported = one.import_as_announced(records);

  EXPECT_EQ(imported.of("log"), "insert 2, unchanged 3");
  EXPECT_EQ(one.import(records).of("log"), "unchanged 5");
}

TEST(SqliteImport, KeepsToTheMode) {
  const Case one(kUsers);
  const Records records = {{"users", {user(1, "a", "10"), user(2, "b", "99"), user(3, "c", "30")}}};

  const Imported inserts =
      one.import_as_announced(records, {.change = [](auto& plan) { plan.mode = engine::Mode::kInsert; }});
  EXPECT_EQ(inserts.of("users"), "insert 1, unchanged 1, skipped 1");
  EXPECT_THAT(inserts.reasons("users"), HasSubstr("2 id=2: only new rows are asked for, and the target has this one"));
  one.database.run("DELETE FROM users WHERE id = 3;");
  const Imported updates =
      one.import_as_announced(records, {.change = [](auto& plan) { plan.mode = engine::Mode::kUpdate; }});
  EXPECT_EQ(updates.of("users"), "update 1, unchanged 1, skipped 1");
  EXPECT_THAT(updates.reasons("users"), HasSubstr("3 id=3: only updates are asked for, and the target lacks this row"));
}

TEST(SqliteImport, TellsAndKeepsNewerRows) {
  const Case one(kUsers);
  const Records records = {{"users", {user(1, "a", "11", "2024"), user(2, "b", "21", "2026")}}};
  const auto keep = [](engine::TablePlan& plan) {
    plan.changed_at = "changed";
    plan.newer_rows = engine::NewerRows::kKeep;
  };

  const Imported told = one.import(
      records, {.intent = engine::Intent::kDryRun, .change = [](auto& plan) { plan.changed_at = "changed"; }});
  EXPECT_EQ(told.of("users"), "update 2");
  EXPECT_EQ(told.effects.at("users").newer_rows, 1U);
  EXPECT_TRUE(told.decisions.at("users")[0].target_is_newer);
  const Imported kept = one.import_as_announced(records, {.change = keep});
  EXPECT_EQ(kept.of("users"), "update 1, skipped 1");
  EXPECT_TRUE(kept.decisions.at("users")[0].target_is_newer);
  EXPECT_THAT(kept.reasons("users"), HasSubstr("1 id=1: the target's row is newer: changed 2025 against 2024"));
  EXPECT_EQ(one.database.value("SELECT age FROM users"), "10 21");
}

TEST(SqliteImport, FindsRowsByANaturalKeyAndLetsChildrenFollow) {
  const Case one(
      "CREATE TABLE users(id INTEGER PRIMARY KEY, email TEXT, n INT); CREATE TABLE posts(id INTEGER PRIMARY KEY, "
      "author "
      "INT REFERENCES users(id)); INSERT INTO users VALUES(100,'a',1),(2,'b',2),(5,'twin',0),(6,'twin',0);");
  const auto by_email = [](engine::TablePlan& plan) {
    if (plan.target.name.name == "users") plan.match = {"email"};
  };

  const Imported imported = one.import_as_announced(
      {{"users",
        {R"({"id":1,"email":"a","n":9})", R"({"id":2,"email":"c","n":3})", R"({"id":3,"email":"d","n":4})",
         R"({"id":4,"email":"twin","n":4})"}},
       {"posts", {R"({"id":1,"author":1})", R"({"id":2,"author":3})", R"({"id":3,"author":4})"}}},
      {.change = by_email});

  EXPECT_EQ(imported.of("users"), "insert 1, update 1, conflict 2");
  EXPECT_THAT(imported.reasons("users"),
              AllOf(HasSubstr("2 id=2: the target holds this key for a row of another email, id=2\n"),
                    HasSubstr("4 id=4: more than one row of the target has this email\n")));
  EXPECT_EQ(imported.decisions.at("users")[0].key, "id=100");
  EXPECT_EQ(imported.decisions.at("users")[0].file_key, "id=1");
  EXPECT_EQ(imported.effects.at("users").remapped, 1U);
  EXPECT_EQ(imported.of("posts"), "insert 2, invalid 1");
  EXPECT_EQ(one.database.value("SELECT id, author FROM posts"), "1|100 2|3");
}

TEST(SqliteImport, NeverLowersASequence) {
  const Case one("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES(50); DELETE FROM t;");

  one.import({{"t", {R"({"id":9})"}}});

  EXPECT_EQ(one.database.value("SELECT seq FROM sqlite_sequence"), "50");
}

TEST(SqliteImport, WritesNothingWhereNothingDiffers) {
  const Case one(std::string(kUsers) + "CREATE TABLE log(a);INSERT INTO log VALUES(1);");
  const std::string file = export_of(one.database);
  const std::string before = one.database.bytes();

  const Imported imported = import_file(one.database, file);

  EXPECT_EQ(imported.of("users"), "unchanged 2");
  EXPECT_EQ(one.database.bytes(), before);
}

TEST(SqliteImport, LeavesNoTraceOfARehearsal) {
  const Case one(kUsers);
  const std::string before = one.database.dump();

  EXPECT_EQ(one.import({{"users", {user(5, "e", "1")}}}, {.intent = engine::Intent::kRehearsal}).of("users"),
            "insert 1");

  EXPECT_EQ(one.database.dump(), before);
}

TEST(SqliteImport, SaysInADryRunAlreadyThatNoRowCanBeWritten) {
  for (const char* sql :
       {"CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE TRIGGER evil AFTER INSERT ON t BEGIN SELECT "
        "load_extension('/nowhere.so'); END;",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT REFERENCES nowhere(id));",
        "CREATE TABLE p(id INTEGER PRIMARY KEY, a); CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT REFERENCES p(a));"}) {
    const Case one(sql);
    try {
      one.import({{"t", {R"({"id":1,"a":"x"})"}}}, {.intent = engine::Intent::kDryRun});
      ADD_FAILURE() << sql;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kSchema);
      EXPECT_THAT(error.what(), HasSubstr("no row can be written into t: "));
    }
  }
}

TEST(SqliteImport, TakesTablesOfManyColumns) {
  std::string columns;
  std::string record = "{\"id\":1";
  for (int i = 0; i < 1990; ++i) {
    columns += ", c" + std::to_string(i);
    record += ",\"c" + std::to_string(i) + "\":" + std::to_string(i);
  }
  const Case one("CREATE TABLE wide(id INTEGER PRIMARY KEY" + columns + "); CREATE TABLE bare(x" + columns + ");");

  EXPECT_EQ(one.import({{"wide", {record + "}"}}}).of("wide"), "insert 1");
  EXPECT_EQ(one.import({{"wide", {record + "7}"}}}).of("wide"), "update 1");
  one.database.run("INSERT INTO bare(x) VALUES(1);");
  EXPECT_EQ(import_file(one.database, export_of(one.database)).of("bare"), "unchanged 1");
}

}  // namespace
}  // namespace sqlite_test
