// What triggers of an SQLite target do to rows of the file behind their writing, and what bringing them back sets off
// in its turn, through the real programs: what an import calls written is there, as the file has it, or it is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/folder.h"
#include "support/program.h"

namespace cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SettledRowsOfSqlite : public testing::Test {
 protected:
  void source(const std::string& sql) { shell("from.db", sql); }
  void target(const std::string& sql) { shell("to.db", sql); }
  // The same on both sides.
  void schema(const std::string& sql) {
    source(sql);
    target(sql);
  }
  // The rows of b are changed on their way in, so that an UPDATE brings them back.
  void change_on_the_way_in() {
    target("CREATE TRIGGER change_b AFTER INSERT ON b BEGIN UPDATE b SET v = v + 100 WHERE id = NEW.id; END;");
  }

  std::string shell(const std::string& database, const std::string& sql) const {
    const support::Run run = support::run_program({"sqlite3", "-bail", folder.file(database)}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  }
  // One line a row.
  std::string value(const std::string& sql) const { return shell("to.db", sql + ";"); }

  support::Run run_import(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {PROGRAM_DIR "/db-import", "out.json", "--url", "sqlite:to.db"});
    return support::run_program(options, {.folder = folder.path()});
  }
  json import(std::vector<std::string> options = {}) {
    options.emplace_back("--json");
    const support::Run imported = run_import(options);
    status = imported.status;
    EXPECT_TRUE(json::accept(imported.out)) << imported.err;
    return json::parse(imported.out, nullptr, false);
  }
  void export_source() const {
    const support::Run exported = support::run_program(
        {PROGRAM_DIR "/db-export", "out.json", "--force", "--url", "sqlite:from.db"}, {.folder = folder.path()});
    EXPECT_EQ(exported.status, 0) << exported.err;
  }
  json transfer(const std::vector<std::string>& options = {}) {
    export_source();
    return import(options);
  }
  // insert, update, unchanged, conflict, invalid of one table.
  static std::vector<int> verdicts(const json& result, const std::string& name) {
    std::vector<int> counts;
    for (const auto& table : result["tables"]) {
      if (table["name"] != name) continue;
      for (const char* verdict : {"insert", "update", "unchanged", "conflict", "invalid"})
        counts.push_back(table["counts"][verdict].get<int>());
    }
    return counts;
  }
  static std::string notices(const json& result) { return result["notices"].dump(); }

  const support::TemporaryFolder folder;
  int status = -1;
};

TEST_F(SettledRowsOfSqlite, OfATableBeforeHoldTheFilesValuesToo) {
  schema("CREATE TABLE a(id INTEGER PRIMARY KEY, n INT); CREATE TABLE b(id INTEGER PRIMARY KEY, v INT);");
  change_on_the_way_in();
  target(
      "CREATE TRIGGER add_up AFTER UPDATE ON b WHEN NEW.v < 100 BEGIN UPDATE a SET n = n + 1; END; INSERT INTO a "
      "VALUES(1, 10);");
  source("INSERT INTO a VALUES(1, 10); INSERT INTO b VALUES(1, 1);");

  const json result = transfer();

  EXPECT_EQ(status, 0);
  EXPECT_EQ(value("SELECT a.n, b.v FROM a, b"), "10|1\n");
  EXPECT_THAT(notices(result), HasSubstr("a: 1 row that the target's triggers or cascades had changed"));
  EXPECT_THAT(verdicts(import(), "b"), ElementsAre(0, 0, 1, 0, 0));
}

TEST_F(SettledRowsOfSqlite, OfAChainOfTablesHoldTheFilesValuesToo) {
  schema(
      "CREATE TABLE a(id INTEGER PRIMARY KEY, n INT); CREATE TABLE \"A 2\"(id INT, k TEXT, n INT, PRIMARY KEY(k, id)) "
      "WITHOUT ROWID; CREATE TABLE b(id INTEGER PRIMARY KEY, v INT);");
  change_on_the_way_in();
  target(
      "CREATE TRIGGER one AFTER UPDATE ON b WHEN NEW.v < 100 BEGIN UPDATE \"A 2\" SET n = NULL; END; CREATE TRIGGER "
      "two AFTER UPDATE ON \"A 2\" WHEN NEW.n IS NOT NULL BEGIN UPDATE a SET n = -n; END;");
  schema("INSERT INTO a VALUES(1, 10), (2, NULL); INSERT INTO \"A 2\" VALUES(1, 'x', 5);");
  source("INSERT INTO b VALUES(1, 1);");

  transfer();

  EXPECT_EQ(status, 0);
  EXPECT_EQ(value("SELECT a.n, c.n, b.v FROM a, \"A 2\" c, b ORDER BY a.id"), "10|5|1\n|5|1\n");
}

TEST_F(SettledRowsOfSqlite, ThatATriggerTakesAwayAtTheLastAreInvalid) {
  schema("CREATE TABLE a(id INTEGER PRIMARY KEY, n INT); CREATE TABLE b(id INTEGER PRIMARY KEY, v INT);");
  change_on_the_way_in();
  target("CREATE TRIGGER take AFTER UPDATE ON b WHEN NEW.v < 100 BEGIN DELETE FROM a WHERE id = 2; END;");
  schema("INSERT INTO a VALUES(1, 1), (2, 2);");
  source("INSERT INTO b VALUES(1, 1);");

  const json result = transfer();

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "a"), ElementsAre(0, 0, 1, 0, 1));
  EXPECT_THAT(result.dump(), HasSubstr("is not in the target after the merge: trigger take of b took it away"));
}

TEST_F(SettledRowsOfSqlite, ThatExcludeEachOtherAreToldByName) {
  schema("CREATE TABLE a(id TEXT PRIMARY KEY, def INT);");
  target(
      "CREATE TRIGGER one AFTER INSERT ON a WHEN NEW.def BEGIN UPDATE a SET def = 0 WHERE id <> NEW.id AND def; END; "
      "CREATE TRIGGER other AFTER UPDATE ON a WHEN NEW.def BEGIN UPDATE a SET def = 0 WHERE id <> NEW.id AND def; "
      "END; INSERT INTO a VALUES('x', 0), ('y', 1);");
  source("INSERT INTO a VALUES('x', 1), ('y', 0), ('z', 1);");

  const json result = transfer();

  EXPECT_EQ(value("SELECT count(*) FROM a WHERE def"), "1\n");
  EXPECT_THAT(notices(result), HasSubstr("a: 1 row does not hold the file's values after the import (def)"));
}

// A trigger gave its value away: the others are brought back without it.
TEST_F(SettledRowsOfSqlite, ThatAreRefusedWhenBroughtBackAreLeftOutAlone) {
  schema("CREATE TABLE a (id integer PRIMARY KEY, u text UNIQUE); CREATE TABLE zz (id integer PRIMARY KEY)");
  target(
      "CREATE TRIGGER x AFTER INSERT ON zz BEGIN UPDATE a SET u = 'q' || id; INSERT INTO a VALUES (77, 'v3'); END;"
      "INSERT INTO a VALUES (1, 'v1'), (2, 'v2'), (3, 'v3'), (4, 'v4'), (5, 'v5')");
  source("INSERT INTO a VALUES (1, 'v1'), (2, 'v2'), (3, 'v3'), (4, 'v4'), (5, 'v5'); INSERT INTO zz VALUES (1)");

  const json result = transfer();

  EXPECT_EQ(status, 4);
  EXPECT_EQ(result["total"]["unchanged"], 4);
  EXPECT_EQ(result["total"]["conflict"], 1);
  EXPECT_EQ(value("SELECT group_concat(u, ' ') FROM (SELECT u FROM a ORDER BY id)"), "v1 v2 q3 v4 v5 v3\n");
}

TEST_F(SettledRowsOfSqlite, ThatTriggersMakeAreFoundByTheirNaturalKeyToo) {
  schema(
      "CREATE TABLE users (id integer PRIMARY KEY); CREATE TABLE profiles (id integer PRIMARY KEY, u int NOT NULL "
      "UNIQUE "
      "REFERENCES users, bio text); CREATE TABLE visits (id integer PRIMARY KEY, profile int REFERENCES profiles)");
  target("CREATE TRIGGER x AFTER INSERT ON users BEGIN INSERT INTO profiles (u) VALUES (NEW.id); END;");
  source(
      "INSERT INTO users VALUES (1), (2); INSERT INTO profiles VALUES (10, 1, 'x'), (2, 2, 'y'), (1, 3, 'z'); INSERT "
      "INTO users VALUES (3); INSERT INTO visits VALUES (1, 2), (2, 10), (3, 1)");

  transfer({"--match", "profiles=u"});

  EXPECT_EQ(status, 0);
  EXPECT_EQ(value("SELECT group_concat(x, ' ') FROM (SELECT p.u || p.bio || v.id AS x FROM profiles p JOIN visits v ON "
                  "v.profile = p.id ORDER BY p.id)"),
            "1x2 2y1 3z3\n");
  EXPECT_EQ(import({"--match", "profiles=u"})["total"]["unchanged"], 9);
}

TEST_F(SettledRowsOfSqlite, ThatTakeTheIdOfAMatchedRowGetNeitherItsValuesNorItsChildren) {
  schema(
      "CREATE TABLE p (id integer PRIMARY KEY, e text UNIQUE); CREATE TABLE u (id integer PRIMARY KEY, e text UNIQUE, "
      "n "
      "int); CREATE TABLE v (id integer PRIMARY KEY, u int REFERENCES u)");
  target("CREATE TRIGGER x AFTER INSERT ON p BEGIN INSERT INTO u (e, n) VALUES (NEW.e, 0); END;");
  source(
      "INSERT INTO p VALUES (1, 'a'); INSERT INTO u VALUES (1, 'b', 5), (2, 'a', 6); INSERT INTO v VALUES (1, 1), (2, "
      "2)");

  transfer({"--match", "u=e"});

  EXPECT_EQ(status, 4);
  EXPECT_EQ(value("SELECT u.id || e || n || '-' || v.id FROM u LEFT JOIN v ON v.u = u.id"), "1a6-2\n");
}

TEST_F(SettledRowsOfSqlite, ThatATriggerMakesWithoutTheirParentAreNamedAtTheCommit) {
  schema("CREATE TABLE a (id integer PRIMARY KEY)");
  target(
      "CREATE TABLE zz (id integer PRIMARY KEY); CREATE TABLE lg (r int REFERENCES zz); CREATE TRIGGER x AFTER INSERT "
      "ON a "
      "BEGIN INSERT INTO lg VALUES (5); END;");
  source("INSERT INTO a VALUES (1)");
  export_source();

  const support::Run refused = run_import();

  EXPECT_EQ(refused.status, 7);
  EXPECT_THAT(refused.err, HasSubstr("rows of lg without their zz"));
  EXPECT_EQ(value("SELECT count(*) FROM a"), "0\n");
}

TEST_F(SettledRowsOfSqlite, KeepACounterWhereATriggerStampsTheRowBesides) {
  schema(
      "CREATE TABLE orders(id INTEGER PRIMARY KEY, total INT, updated TEXT); CREATE TABLE items(id INTEGER PRIMARY "
      "KEY, o INT REFERENCES orders, price INT);");
  target(
      "CREATE TRIGGER add_up AFTER INSERT ON items BEGIN UPDATE orders SET total = total + NEW.price WHERE id = NEW.o; "
      "END; CREATE TRIGGER stamp AFTER UPDATE ON orders WHEN NEW.updated <> 'now' BEGIN UPDATE orders SET updated = "
      "'now' WHERE id = NEW.id; END;");
  source("INSERT INTO orders VALUES(1, 30, 'then'); INSERT INTO items VALUES(1, 1, 20);");

  const json result = transfer();

  EXPECT_EQ(value("SELECT total FROM orders"), "30\n");
  EXPECT_THAT(notices(result), AllOf(HasSubstr("orders: 1 row does not hold the file's values after the import "
                                               "(updated)"),
                                     Not(HasSubstr("brought back"))));
}

TEST_F(SettledRowsOfSqlite, ThatATriggerTakesAwayOnTheirWayInAreInvalid) {
  schema("CREATE TABLE a(id INTEGER PRIMARY KEY);");
  target("CREATE TRIGGER take AFTER INSERT ON a WHEN NEW.id = 2 BEGIN DELETE FROM a WHERE id = NEW.id; END;");
  source("INSERT INTO a VALUES(1), (2), (3);");

  const json result = transfer();

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "a"), ElementsAre(2, 0, 0, 0, 1));
  EXPECT_EQ(value("SELECT id FROM a"), "1\n3\n");
  EXPECT_THAT(result.dump(), HasSubstr("trigger take, or one that it sets off, took it away"));
}

TEST_F(SettledRowsOfSqlite, ThatGetAnotherKeyOnTheirWayInAreInvalidAndNotThere) {
  schema("CREATE TABLE a(id INTEGER PRIMARY KEY, n INT); CREATE TABLE \"B\"(k TEXT, id INT, PRIMARY KEY(k, id));");
  target(
      "CREATE TRIGGER move AFTER INSERT ON a BEGIN UPDATE a SET id = id + 100 WHERE id = NEW.id; END; CREATE TRIGGER "
      "\"move B\" AFTER INSERT ON \"B\" WHEN NEW.k = 'x' BEGIN UPDATE \"B\" SET k = 'y' WHERE id = NEW.id; END;");
  source("INSERT INTO a VALUES(1, 1), (2, 2); INSERT INTO \"B\" VALUES('x', 1), ('z', 2);");

  for (int time = 0; time < 2; ++time) {
    const json result = transfer();

    EXPECT_EQ(status, 4);
    EXPECT_THAT(verdicts(result, "a"), ElementsAre(0, 0, 0, 0, 2));
    EXPECT_EQ(verdicts(result, "B").back(), 1);
    EXPECT_EQ(value("SELECT id FROM a UNION ALL SELECT k FROM \"B\""), "z\n");
  }
}

TEST_F(SettledRowsOfSqlite, ThatAnotherTablesTriggerTakesAwayAreInvalid) {
  schema(
      "CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE z(id INTEGER "
      "PRIMARY KEY);");
  target(
      "CREATE TABLE q(id INT); CREATE TRIGGER take AFTER INSERT ON z BEGIN DELETE FROM a WHERE id = 2; INSERT INTO "
      "q VALUES(1); END; CREATE TRIGGER further AFTER INSERT ON q BEGIN DELETE FROM p; END; INSERT INTO a VALUES(1), "
      "(2); INSERT INTO p VALUES(7);");
  source("INSERT INTO a VALUES(1), (2), (3); INSERT INTO p VALUES(7), (8); INSERT INTO z VALUES(1);");

  const json result = transfer();

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "a"), ElementsAre(1, 0, 1, 0, 1));
  EXPECT_THAT(verdicts(result, "p"), ElementsAre(0, 0, 0, 0, 2));
  EXPECT_EQ(verdicts(import({"--rehearse"}), "a").back(), 0) << "z is there by now";
}

// A view hides who writes, a cascade that rows go, a DELETE trigger that more follows.
TEST_F(SettledRowsOfSqlite, ThatGoInARoundaboutWayAreInvalid) {
  schema(
      "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER PRIMARY KEY, p INT REFERENCES p ON DELETE "
      "CASCADE); CREATE TABLE d(id INTEGER PRIMARY KEY); CREATE TABLE z(id INTEGER PRIMARY KEY);");
  target(
      "CREATE VIEW seen AS SELECT id FROM p; CREATE TRIGGER of_seen INSTEAD OF INSERT ON seen BEGIN DELETE FROM p "
      "WHERE id = NEW.id; END; CREATE TRIGGER take AFTER INSERT ON z BEGIN INSERT INTO seen VALUES(1); END; CREATE "
      "TRIGGER more AFTER DELETE ON p BEGIN DELETE FROM d; END;");
  schema("INSERT INTO p VALUES(1), (2); INSERT INTO c VALUES(1, 1), (2, 2); INSERT INTO d VALUES(1);");
  source("INSERT INTO z VALUES(1);");

  const json result = transfer();

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "p"), ElementsAre(0, 0, 1, 0, 1));
  EXPECT_THAT(verdicts(result, "c"), ElementsAre(0, 0, 1, 0, 1));
  EXPECT_THAT(verdicts(result, "d"), ElementsAre(0, 0, 0, 0, 1));
}

TEST_F(SettledRowsOfSqlite, OfATableWithoutAKeyDoNotGrowInSilence) {
  for (const std::string event : {"INSERT", "UPDATE"}) {
    schema(
        "DROP TABLE IF EXISTS a; DROP TABLE IF EXISTS z; CREATE TABLE a(v TEXT); CREATE TABLE z(id INTEGER PRIMARY "
        "KEY, n INT); INSERT INTO a VALUES('x'), ('y'); INSERT INTO z VALUES(1, 0);");
    target("CREATE TRIGGER t AFTER " + event + " ON z BEGIN UPDATE a SET v = v || '1'; END;");
    source("UPDATE z SET n = 5; INSERT INTO z VALUES(2, 5);");
    export_source();

    const support::Run refused = run_import();

    EXPECT_EQ(refused.status, 7) << event;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("a: 2 rows of the file, which have no key"), HasSubstr("--allow-growth")));
    EXPECT_EQ(value("SELECT v FROM a"), "x\ny\n");
    EXPECT_EQ(run_import({"--rehearse"}).status, 7);
    EXPECT_EQ(run_import({"--allow-growth"}).status, 0);
  }
}

TEST_F(SettledRowsOfSqlite, WithoutTheirKeyDoNotGrowInSilence) {
  schema(
      "CREATE TABLE a(k TEXT PRIMARY KEY, v TEXT); CREATE TABLE z(id INTEGER PRIMARY KEY); INSERT INTO a VALUES(NULL, "
      "'x'), ('k', 'y');");
  target("CREATE TRIGGER t AFTER INSERT ON z BEGIN UPDATE a SET v = v || '1'; END;");
  source("INSERT INTO z VALUES(1);");
  export_source();

  const support::Run refused = run_import();

  EXPECT_EQ(refused.status, 7);
  EXPECT_THAT(refused.err, HasSubstr("a: 1 row of the file, which has no key"));
  EXPECT_EQ(value("SELECT v FROM a"), "x\ny\n");
}

TEST_F(SettledRowsOfSqlite, OfATableWithoutAKeyThatATriggerHasMadeAreNotAddedOnceMore) {
  schema("CREATE TABLE users(id INTEGER PRIMARY KEY); CREATE TABLE log(what TEXT, at INT);");
  target("CREATE TRIGGER note AFTER INSERT ON users BEGIN INSERT INTO log VALUES('user ' || NEW.id, NULL); END;");
  source(
      "INSERT INTO users VALUES(1), (2); INSERT INTO log VALUES('user 1', NULL), ('user 2', NULL), ('user 2', NULL), "
      "('user 2', 5);");

  const json result = transfer();

  EXPECT_EQ(status, 0);
  EXPECT_THAT(verdicts(result, "log"), ElementsAre(2, 0, 2, 0, 0));
  EXPECT_EQ(value("SELECT what, at FROM log ORDER BY 1, 2"), "user 1|\nuser 2|\nuser 2|\nuser 2|5\n");
  EXPECT_THAT(verdicts(import(), "log"), ElementsAre(0, 0, 4, 0, 0));
}

TEST_F(SettledRowsOfSqlite, OfATableWithoutAKeyMayBeAddedToByTriggers) {
  schema("CREATE TABLE log(what TEXT); CREATE TABLE z(id INTEGER PRIMARY KEY);");
  target("CREATE TRIGGER note AFTER INSERT ON z BEGIN INSERT INTO log VALUES('made ' || NEW.id); END;");
  source("INSERT INTO log VALUES('x'), ('x'); INSERT INTO z VALUES(1), (2);");

  transfer();
  const json again = import();

  EXPECT_EQ(status, 0);
  EXPECT_THAT(verdicts(again, "log"), ElementsAre(0, 0, 2, 0, 0));
  EXPECT_EQ(value("SELECT count(*) FROM log"), "4\n");
}

TEST_F(SettledRowsOfSqlite, ThatATriggerDropsWhenBroughtBackAreInvalid) {
  schema("CREATE TABLE a (\"Id\" integer PRIMARY KEY, v int, n int); CREATE TABLE b (id integer PRIMARY KEY)");
  schema("WITH r(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM r WHERE i < 40) INSERT INTO a SELECT i, i, NULL FROM r");
  source("INSERT INTO b VALUES (1); UPDATE a SET n = 1 WHERE \"Id\" = 30");
  target(
      "CREATE TRIGGER x AFTER INSERT ON b BEGIN UPDATE a SET v = v + 1000; END; CREATE TRIGGER \"No\" BEFORE UPDATE ON "
      "a WHEN NEW.v IN (17, 30) AND OLD.v > 100 BEGIN SELECT raise(IGNORE); END");

  const json result = transfer();

  EXPECT_THAT(verdicts(result, "a"), ElementsAre(0, 0, 38, 0, 2));
  EXPECT_EQ(value("SELECT group_concat(\"Id\" || ' ' || v) FROM a WHERE v <> \"Id\""), "17 1017,30 1030\n");
  EXPECT_THAT(result.dump(), HasSubstr("what brings it back is dropped by trigger No of the target"));
}

TEST_F(SettledRowsOfSqlite, AreNotWrittenWhereOnlyNewOnesAreAskedFor) {
  schema("CREATE TABLE a (id integer PRIMARY KEY, v int); CREATE TABLE b (id integer PRIMARY KEY, v int)");
  schema("INSERT INTO b VALUES (1, 1), (2, 2)");
  source("INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (3, 3), (4, 4)");
  target("CREATE TRIGGER x AFTER INSERT ON a BEGIN UPDATE b SET v = 9 WHERE id = 2; INSERT INTO b VALUES (3, 0); END");

  const json result = transfer({"--mode", "insert"});

  EXPECT_EQ(value("SELECT group_concat(id || ' ' || v) FROM b"), "1 1,2 9,3 0,4 4\n");
  EXPECT_THAT(verdicts(result, "b"), ElementsAre(1, 0, 1, 0, 0));
  EXPECT_THAT(verdicts(import({"--mode", "insert"}), "b"), ElementsAre(0, 0, 2, 0, 0));
}

TEST_F(SettledRowsOfSqlite, WhoseKeysATriggerMovedOnAreBroughtBackInOrder) {
  for (const char* step : {"-1", "1"}) {
    const std::string there =
        "DROP TABLE IF EXISTS a; DROP TABLE IF EXISTS b; CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id "
        "integer PRIMARY KEY, c int UNIQUE); INSERT INTO b VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5)";
    schema(there);
    source("INSERT INTO a VALUES (1)");
    target(std::string("CREATE TRIGGER x AFTER INSERT ON a BEGIN UPDATE b SET c = -c; UPDATE b SET c = -c + ") + step +
           "; END");

    transfer();

    EXPECT_EQ(status, 0);
    EXPECT_EQ(value("SELECT count(*) FROM b WHERE id = c"), "5\n");
  }
}

}  // namespace
}  // namespace cli
