// What an import sets off in the target: cascades, triggers that make, change and look up rows, and which columns an
// UPDATE names.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlite/import/import_fixture.h"

namespace sqlite_test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(SqliteCascade, LeavesRowsAloneThatTheFileCallsUnchanged) {
  for (const std::string action : {"CASCADE", "SET NULL", "SET DEFAULT"}) {
    const Case one(
        "CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT UNIQUE); CREATE TABLE c(id INTEGER PRIMARY KEY, code "
        "TEXT REFERENCES p(code) ON UPDATE " +
        action +
        "); INSERT INTO p VALUES(1,'A'); INSERT INTO c "
        "VALUES(1,'A');");
    const Records records = {{"p", {R"({"id":1,"code":"B"})", R"({"id":2,"code":"A"})"}},
                             {"c", {R"({"id":1,"code":"A"})"}}};

    const Imported imported = one.import_as_announced(records);

    EXPECT_EQ(imported.of("p") + " / " + imported.of("c"), "conflict 1, invalid 1 / unchanged 1") << action;
    EXPECT_THAT(imported.reasons("p"),
                HasSubstr(std::string("c_code_fkey: rows of c that the file ") +
                          (action == "CASCADE" ? "leaves as they are would follow the key that changes"
                                               : "does not write would lose their reference") +
                          " (ON UPDATE " + action + ")"));
    EXPECT_EQ(one.database.value("SELECT code FROM c"), "A");
  }
}

TEST(SqliteCascade, TakesRowsAlongThatTheFileChangesAlike) {
  const Case one(
      "CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT UNIQUE); CREATE TABLE c(id INTEGER PRIMARY KEY, code TEXT "
      "REFERENCES p(code) ON UPDATE CASCADE); INSERT INTO p VALUES(1,'A'); INSERT INTO c VALUES(1,'A'),(2,'A');");

  const Imported imported =
      one.import_as_announced({{"p", {R"({"id":1,"code":"B"})"}}, {"c", {R"({"id":1,"code":"B"})"}}});

  EXPECT_EQ(imported.of("p") + " / " + imported.of("c"), "update 1 / update 1");
  EXPECT_THAT(imported.notices,
              Contains("c: 1 row that the file does not write follow p (c_code_fkey, ON UPDATE CASCADE)"));
  EXPECT_EQ(one.database.value("SELECT group_concat(code) FROM c"), "B,B");
}

TEST(SqliteCascade, IsNotFeltWhereTheKeyStaysTheSameForItsCollation) {
  const Case one(
      "CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE UNIQUE); CREATE TABLE c(id INTEGER PRIMARY KEY, "
      "code TEXT REFERENCES p(code) ON UPDATE CASCADE); CREATE TABLE d(id INTEGER PRIMARY KEY, code TEXT REFERENCES "
      "p(code)); INSERT INTO p VALUES(1,'ABC'); INSERT INTO c VALUES(1,'ABC'); INSERT INTO d VALUES(1,'ABC');");

  const Imported imported =
      one.import_as_announced({{"p", {R"({"id":1,"code":"abc"})"}}, {"c", {R"({"id":1,"code":"ABC"})"}}});

  EXPECT_EQ(imported.of("p") + " / " + imported.of("c"), "update 1 / unchanged 1");
  EXPECT_EQ(one.database.value("SELECT p.code, c.code FROM p, c"), "abc|ABC");
}

TEST(SqliteCascade, OfMoreLevelsThanAreFollowedIsLeftOut) {
  std::string sql = "CREATE TABLE t0(id INTEGER PRIMARY KEY, k TEXT UNIQUE); INSERT INTO t0 VALUES(1, 'A');";
  for (int i = 1; i <= 9; ++i)
    sql +=
        fmt::format("CREATE TABLE t{0}(k TEXT UNIQUE REFERENCES t{1}(k) ON UPDATE {2}); INSERT INTO t{0} VALUES('A');",
                    i, i - 1, i == 9 ? "SET NULL" : "CASCADE");
  const Case one(sql);

  const Imported imported = one.import_as_announced({{"t0", {R"({"id":1,"k":"B"})"}}});

  EXPECT_EQ(imported.of("t0"), "invalid 1");
  EXPECT_THAT(imported.reasons("t0"), HasSubstr("t9_k_fkey: rows of t9 refer to what would follow the key"));
  EXPECT_EQ(one.database.value("SELECT k FROM t9"), "A");
}

TEST(SqliteCascade, FindsChildrenOfAKeyThatAnUpdateTakesAway) {
  const Case one(
      "CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT UNIQUE); CREATE TABLE c(id INTEGER PRIMARY KEY, code TEXT "
      "REFERENCES p(code)); INSERT INTO p VALUES(1,'A');");

  const Imported imported = one.import_as_announced(
      {{"p", {R"({"id":1,"code":"B"})"}}, {"c", {R"({"id":1,"code":"A"})", R"({"id":2,"code":"B"})"}}});

  EXPECT_EQ(imported.of("p") + " / " + imported.of("c"), "update 1 / insert 1, invalid 1");
}

TEST(SqliteUpdate, NamesOnlyTheColumnsThatDifferInThatRow) {
  const Case one(
      "CREATE TABLE users(id INTEGER PRIMARY KEY, password TEXT, n INT, m INT); INSERT INTO users "
      "VALUES(1,'p',1,1),(2,'p',1,1),(3,'p',1,1); CREATE TABLE log(id INT); CREATE TRIGGER guard BEFORE UPDATE OF "
      "password ON users BEGIN SELECT RAISE(ABORT, 'never') WHERE NEW.id <> 3; INSERT INTO log VALUES(NEW.id); END;");

  const Imported imported =
      one.import_as_announced({{"users",
                                {R"({"id":1,"password":"p","n":2,"m":1})", R"({"id":2,"password":"p","n":1,"m":2})",
                                 R"({"id":3,"password":"q","n":1,"m":1})"}}});

  EXPECT_EQ(imported.of("users"), "update 3") << imported.reasons("users");
  EXPECT_EQ(one.database.value("SELECT * FROM users"), "1|p|2|1 2|p|1|2 3|q|1|1");
  EXPECT_EQ(one.database.value("SELECT id FROM log"), "3");
}

TEST(SqliteTriggers, ResolveConflictsAsTheySay) {
  const Case one(
      "CREATE TABLE posts(id INTEGER PRIMARY KEY, tag TEXT); CREATE TABLE tags(name TEXT PRIMARY KEY, n INT NOT NULL); "
      "CREATE TABLE last(one INTEGER PRIMARY KEY, post INT); INSERT INTO tags VALUES('a', 1); CREATE TRIGGER note "
      "AFTER "
      "INSERT ON posts BEGIN INSERT OR IGNORE INTO tags VALUES(NEW.tag, 0); INSERT OR REPLACE INTO last VALUES(1, "
      "NEW.id); END; CREATE TRIGGER again AFTER UPDATE ON posts BEGIN INSERT OR IGNORE INTO tags VALUES(NEW.tag, 0); "
      "END;"
      "INSERT INTO posts VALUES(1, 'a');");

  const Imported imported =
      one.import_as_announced({{"posts", {R"({"id":1,"tag":"b"})", R"({"id":2,"tag":"a"})", R"({"id":3,"tag":"b"})"}}});

  EXPECT_EQ(imported.of("posts"), "insert 2, update 1") << imported.reasons("posts");
  EXPECT_EQ(one.database.value("SELECT name, n FROM tags ORDER BY name"), "a|1 b|0");
  EXPECT_EQ(one.database.value("SELECT post FROM last"), "3");
}

TEST(SqliteTriggers, MakeRowsThatBecomeUpdates) {
  const std::string schema =
      "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE a_profiles(id INTEGER PRIMARY KEY, bio "
      "TEXT);"
      "CREATE TABLE profiles(user_id INTEGER PRIMARY KEY REFERENCES users, bio TEXT DEFAULT 'new');"
      "CREATE TRIGGER welcome AFTER INSERT ON users BEGIN INSERT INTO profiles(user_id) VALUES(NEW.id); INSERT INTO "
      "a_profiles VALUES(NEW.id, 'x'); END;";
  const Case one(schema);
  const Records records = {{"users", {R"({"id":1,"name":"a"})", R"({"id":2,"name":"b"})"}},
                           {"a_profiles", {R"({"id":1,"bio":"mine"})", R"({"id":2,"bio":"x"})"}},
                           {"profiles", {R"({"user_id":1,"bio":"mine"})", R"({"user_id":2,"bio":"new"})"}}};

  const Imported imported = one.import(records);

  EXPECT_EQ(imported.of("users"), "insert 2") << imported.reasons("users");
  EXPECT_EQ(imported.of("profiles") + " / " + imported.of("a_profiles"),
            "update 1, unchanged 1 / update 1, unchanged 1");
  EXPECT_EQ(one.database.value("SELECT bio FROM profiles UNION ALL SELECT bio FROM a_profiles"), "mine new mine x");
  EXPECT_THAT(imported.notices,
              Contains(HasSubstr("profiles: 1 row to be inserted had been made by the target's triggers")));
  EXPECT_EQ(one.import_as_announced(records).of("profiles"), "unchanged 2");
}

TEST(SqliteTriggers, TakeKeysThatTheFileUses) {
  const Case one(
      "CREATE TABLE items(id INTEGER PRIMARY KEY, n INT); CREATE TABLE audit(id INTEGER PRIMARY KEY AUTOINCREMENT, "
      "what "
      "TEXT); CREATE TRIGGER log_it AFTER INSERT ON items BEGIN INSERT INTO audit(what) VALUES('made'); END;");
  const Records records = {{"items", {R"({"id":1,"n":1})", R"({"id":2,"n":1})", R"({"id":3,"n":1})"}},
                           {"audit", {R"({"id":1,"what":"old"})", R"({"id":2,"what":"old"})"}}};

  EXPECT_EQ(one.import(records).of("audit"), "update 2");
  EXPECT_EQ(one.database.value("SELECT what FROM audit ORDER BY id"), "old old made");
  EXPECT_EQ(one.import_as_announced(records).of("audit"), "unchanged 2");
}

TEST(SqliteTriggers, ThatChangeOtherRowsAreSetRight) {
  const Case one(
      "CREATE TABLE users(id INTEGER PRIMARY KEY, total INT); CREATE TABLE orders(id INTEGER PRIMARY KEY, user_id INT "
      "REFERENCES users, amount INT); CREATE TRIGGER add_up AFTER INSERT ON orders BEGIN UPDATE users SET total = "
      "total "
      "+ NEW.amount WHERE id = NEW.user_id; END; INSERT INTO users VALUES(2, 5);");
  const Records records = {{"users", {R"({"id":1,"total":7})", R"({"id":2,"total":5})"}},
                           {"orders", {R"({"id":1,"user_id":1,"amount":7})", R"({"id":2,"user_id":2,"amount":5})"}}};

  const Imported imported = one.import(records);

  EXPECT_EQ(imported.of("users"), "insert 1, unchanged 1");
  EXPECT_EQ(one.database.value("SELECT total FROM users"), "7 5");
  EXPECT_THAT(imported.notices,
              Contains(HasSubstr("users: 2 rows that the target's triggers or cascades had changed")));
}

TEST(SqliteTriggers, ThatKeepChangingRowsAreNamed) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, n INT, updated TEXT); CREATE TRIGGER touch AFTER UPDATE ON t BEGIN "
      "UPDATE "
      "t SET updated = 'always' WHERE id = NEW.id AND updated <> 'always'; END; INSERT INTO t VALUES(1, 1, 'old');");

  const Imported imported = one.import({{"t", {R"({"id":1,"n":2,"updated":"mine"})"}}});

  EXPECT_THAT(imported.notices, Contains(AllOf(HasSubstr("t: 1 row does not hold the file's values after the import"),
                                               HasSubstr("touch"))));
}

TEST(SqliteTriggers, MayDemandRowsOfTablesThatNoForeignKeyNames) {
  const Case one(
      "CREATE TABLE a(id INTEGER PRIMARY KEY, z INT); CREATE TABLE m(id INTEGER PRIMARY KEY, z INT); CREATE TABLE z(id "
      "INTEGER PRIMARY KEY); CREATE TRIGGER need_m BEFORE INSERT ON a BEGIN SELECT RAISE(ABORT, 'no m') WHERE NOT "
      "EXISTS "
      "(SELECT 1 FROM m WHERE m.id = NEW.id); END; CREATE TRIGGER need_z BEFORE INSERT ON m BEGIN SELECT RAISE(ABORT, "
      "'no z') WHERE NOT EXISTS (SELECT 1 FROM z WHERE z.id = NEW.z); END;");

  const Imported imported = one.import({{"a", {R"({"id":1,"z":1})", R"({"id":2,"z":1})"}},
                                        {"m", {R"({"id":1,"z":1})", R"({"id":2,"z":9})"}},
                                        {"z", {R"({"id":1})"}}});

  EXPECT_EQ(imported.of("a") + " / " + imported.of("m"), "insert 1, invalid 1 / insert 1, invalid 1");
  EXPECT_THAT(imported.reasons("a"), HasSubstr("2 id=2: no m"));
}

// The views hide from the text of the triggers what they look up, and the row of the same table stands behind the row
// that wants it.
TEST(SqliteTriggers, ThatRefuseAnUpdateAtFirstLeaveItAnUpdate) {
  const Case one(
      "CREATE TABLE a(id INTEGER PRIMARY KEY, v INT, changed TEXT); CREATE TABLE b(id INTEGER PRIMARY KEY, a INT "
      "REFERENCES a); CREATE TRIGGER late BEFORE UPDATE ON a WHEN NOT EXISTS (SELECT 1 FROM b WHERE a = NEW.id) BEGIN "
      "SELECT RAISE(ABORT, 'b first'); END; INSERT INTO a VALUES(1, 1, '2025');");

  const Imported imported = one.import({{"a", {R"({"id":1,"v":2,"changed":"2024"})"}}, {"b", {R"({"id":1,"a":1})"}}},
                                       {.change = [](auto& plan) {
                                         if (plan.target.name.name == "a") plan.changed_at = "changed";
                                       }});

  EXPECT_EQ(imported.of("a") + " / " + imported.of("b"), "update 1 / insert 1");
  EXPECT_TRUE(imported.decisions.at("a").at(0).target_is_newer);
  EXPECT_THAT(imported.all_notices(), Not(HasSubstr("made by the target's triggers")));
}

TEST(SqliteTriggers, MayHideWhatTheyDemand) {
  const Case one(
      "CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE z(id INTEGER PRIMARY KEY, before INT); CREATE VIEW seen AS "
      "SELECT id FROM z; CREATE TRIGGER need_z BEFORE INSERT ON a BEGIN SELECT RAISE(ABORT, 'no z') WHERE NOT EXISTS "
      "(SELECT 1 FROM seen WHERE id = NEW.id); END; CREATE TRIGGER need_next BEFORE INSERT ON z BEGIN SELECT "
      "RAISE(ABORT, 'no next') WHERE NEW.before IS NOT NULL AND NOT EXISTS (SELECT 1 FROM seen WHERE id = NEW.before); "
      "END;");
  std::vector<std::string> rows;
  std::vector<std::string> chain;
  for (int i = 1; i <= 500; ++i) {
    rows.push_back("{\"id\":" + std::to_string(i) + "}");
    chain.push_back("{\"id\":" + std::to_string(i) + ",\"before\":" + (i % 50 == 0 ? "null" : std::to_string(i + 1)) +
                    "}");
  }
  chain.push_back(R"({"id":501,"before":999})");

  const Imported imported = one.import({{"a", rows}, {"z", chain}});

  EXPECT_EQ(imported.of("a"), "insert 500");
  EXPECT_EQ(imported.of("z"), "insert 500, invalid 1");
  EXPECT_THAT(imported.reasons("z"), HasSubstr("501 id=501: no next"));
}

TEST(SqliteTriggers, LetRowsWithoutAKeyGrowOnlyWhereTheUserSaysSo) {
  const Case one(
      "CREATE TABLE log(what TEXT, at TEXT); CREATE TRIGGER stamp AFTER INSERT ON log BEGIN UPDATE log SET at = 'now' "
      "WHERE rowid = NEW.rowid; END;");
  const Records records = {{"log", {R"({"what":"x","at":"then"})", R"({"what":"y","at":"then"})"}}};

  const Imported refused = one.import_as_announced(records);
  EXPECT_EQ(refused.of("log"), "invalid 2");
  EXPECT_THAT(refused.reasons("log"), HasSubstr("--allow-growth"));
  EXPECT_EQ(
      one.import_as_announced(records, {.change = [](auto& plan) { plan.growth = engine::Growth::kAllow; }}).of("log"),
      "insert 2");
}

TEST(SqliteTriggers, OfOtherTablesLetRowsWithoutAKeyBe) {
  const Case one(
      "CREATE TABLE log(what TEXT); CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TRIGGER note AFTER INSERT ON t "
      "BEGIN "
      "INSERT INTO log VALUES('made'); END;");
  const Records records = {{"log", {R"({"what":"x"})"}}, {"t", {R"({"id":1})"}}};

  EXPECT_EQ(one.import_as_announced(records).of("log"), "insert 1");
  EXPECT_EQ(one.import_as_announced(records).of("log"), "unchanged 1");
  EXPECT_EQ(one.database.value("SELECT count(*) FROM log"), "2");
}

}  // namespace
}  // namespace sqlite_test
