// Keys that other rows hold: conflicts, and keys that rows of the file give up or swap.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "sqlite/import/import_fixture.h"

namespace sqlite_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kSwapped = "1|2 2|1 3|4";
constexpr const char* kThreeRows = "; INSERT INTO t VALUES(1,'1'),(2,'2'),(3,'3');";

// Rows 1 and 2 swap their second column, row 3 goes from 3 to 4.
const Records kSwap{{"t", {R"({"id":1,"k":"2"})", R"({"id":2,"k":"1"})", R"({"id":3,"k":"4"})"}}};
const Records kSwapOfNumbers{{"t", {R"({"id":1,"k":2})", R"({"id":2,"k":1})", R"({"id":3,"k":4})"}}};

TEST(SqliteFreedKeys, AreSwappedWhateverTheirType) {
  for (const std::string type : {"TEXT", "TEXT NOT NULL", "VARCHAR(9) NOT NULL COLLATE NOCASE", "NOT NULL"}) {
    const Case one("CREATE TABLE t(id INTEGER PRIMARY KEY, k " + type + " UNIQUE)" + kThreeRows);
    EXPECT_EQ(one.import_as_announced(kSwap).of("t"), "update 3") << type;
    EXPECT_EQ(one.database.value("SELECT * FROM t ORDER BY id"), kSwapped) << type;
  }
  for (const std::string type : {"INT", "BIGINT NOT NULL", "NUMERIC NOT NULL", "REAL"}) {
    const Case one("CREATE TABLE t(id INTEGER PRIMARY KEY, k " + type + " UNIQUE)" + kThreeRows);
    EXPECT_EQ(one.import_as_announced(kSwapOfNumbers).of("t"), "update 3") << type;
    EXPECT_EQ(one.database.value("SELECT id, CAST(k AS INT) FROM t ORDER BY id"), kSwapped) << type;
  }
  const Case strict("CREATE TABLE t(id INTEGER PRIMARY KEY, k INT NOT NULL UNIQUE) STRICT" + std::string(kThreeRows));
  EXPECT_EQ(strict.import_as_announced(kSwapOfNumbers).of("t"), "update 3");
}

TEST(SqliteFreedKeys, AreTakenByANewRow) {
  const Case one("CREATE TABLE t(id INTEGER PRIMARY KEY, k INT NOT NULL UNIQUE); INSERT INTO t VALUES(1,10);");
  EXPECT_EQ(one.import_as_announced({{"t", {R"({"id":2,"k":10})", R"({"id":1,"k":11})"}}}).of("t"),
            "insert 1, update 1");
  EXPECT_EQ(one.database.value("SELECT * FROM t ORDER BY id"), "1|11 2|10");
}

TEST(SqliteFreedKeys, OfExpressionsAndGeneratedColumnsAreSwapped) {
  for (const std::string key :
       {"k TEXT NOT NULL); CREATE UNIQUE INDEX i ON t(lower(k))",
        "k TEXT NOT NULL); CREATE UNIQUE INDEX i ON t(lower(k)) WHERE k <> ''",
        "k TEXT); CREATE UNIQUE INDEX i ON t(upper(k) COLLATE NOCASE)",
        "k TEXT NOT NULL UNIQUE); CREATE UNIQUE INDEX i ON t(lower(k))",
        "k TEXT NOT NULL, g TEXT AS (lower(k)) UNIQUE)", "k TEXT NOT NULL, g TEXT AS ('x' || k) STORED UNIQUE)"}) {
    const Case one("CREATE TABLE t(id INTEGER PRIMARY KEY, " + key + ";INSERT INTO t(id,k) VALUES(1,'Ann'),(2,'Bob');");
    EXPECT_EQ(one.import_as_announced({{"t", {R"({"id":1,"k":"Bob"})", R"({"id":2,"k":"Ann"})"}}}).of("t"), "update 2")
        << key;
    EXPECT_EQ(one.database.value("SELECT id, k FROM t ORDER BY id"), "1|Bob 2|Ann") << key;
  }
  const Case none(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT NOT NULL); CREATE UNIQUE INDEX i ON t(substr(k,1,1));"
      "INSERT INTO t VALUES(1,'Ann'),(2,'Bob');");
  EXPECT_EQ(none.import_as_announced({{"t", {R"({"id":1,"k":"Bob"})", R"({"id":2,"k":"Ann"})"}}}).of("t"),
            "conflict 2");
}

TEST(SqliteKeys, OfGeneratedColumnsAreForetold) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT, g INTEGER AS (length(k)) UNIQUE);"
      "INSERT INTO t(id,k) VALUES(1,'abc');");
  EXPECT_EQ(
      one.import_as_announced(
             {{"t", {R"({"id":2,"k":"xyz"})", R"({"id":3,"k":"a"})", R"({"id":4,"k":"b"})", R"({"id":5,"k":""})"}}})
          .of("t"),
      "insert 1, conflict 3");
}

TEST(SqliteFreedKeys, MoveUpInALongChain) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, k INT NOT NULL, list INT NOT NULL, UNIQUE (list, k));"
      "WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < 3000) INSERT INTO t SELECT i, i, 1 "
      "FROM g;");
  std::vector<std::string> rows;
  for (int i = 1; i <= 3000; ++i)
    rows.push_back("{\"id\":" + std::to_string(i) + ",\"k\":" + std::to_string(i + 1) + ",\"list\":1}");
  EXPECT_EQ(one.import_as_announced({{"t", rows}}).of("t"), "update 3000");
  EXPECT_EQ(one.database.value("SELECT count(*) FROM t WHERE k = id + 1"), "3000");
}

TEST(SqliteFreedKeys, OfAPartialIndexAreTaken) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, list INT, k INT); CREATE UNIQUE INDEX first ON t(list) WHERE k = 1;"
      "INSERT INTO t VALUES(1,7,1),(2,7,2);");
  EXPECT_EQ(one.import_as_announced({{"t", {R"({"id":1,"list":7,"k":2})", R"({"id":2,"list":7,"k":1})"}}}).of("t"),
            "update 2");
  EXPECT_EQ(one.database.value("SELECT * FROM t ORDER BY id"), "1|7|2 2|7|1");
}

TEST(SqliteFreedKeys, OfAnExpressionAreTaken) {
  const Case one("CREATE TABLE t(id INTEGER PRIMARY KEY, k INT); CREATE UNIQUE INDEX i ON t(k + 0)" +
                 std::string(kThreeRows));
  EXPECT_EQ(one.import_as_announced(kSwapOfNumbers).of("t"), "update 3");
  EXPECT_EQ(one.database.value("SELECT * FROM t ORDER BY id"), "1|2 2|1 3|4");
}

TEST(SqliteFreedKeys, StayAConflictWhereNothingCanSetThemAside) {
  for (const std::string guard :
       {"CREATE TABLE t(id INTEGER PRIMARY KEY, k INT NOT NULL UNIQUE CHECK (k > 0))",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, k INT UNIQUE CHECK (k IS NOT NULL))",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, k INT NOT NULL UNIQUE); CREATE TABLE c(k INT REFERENCES t(k))",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, k REAL NOT NULL UNIQUE)"}) {
    const Case one(guard + kThreeRows);
    EXPECT_EQ(one.import_as_announced(kSwapOfNumbers).of("t"), "update 1, conflict 2") << guard;
    EXPECT_EQ(one.database.value("SELECT id, CAST(k AS INT) FROM t ORDER BY id"), "1|1 2|2 3|4") << guard;
  }
}

TEST(SqliteFreedKeys, StayAConflictWhereTheirHolderStaysAsItIs) {
  const Case one("CREATE TABLE t(id INTEGER PRIMARY KEY, k INT UNIQUE, n INT); INSERT INTO t VALUES(1,1,1),(2,2,2);");
  const Imported imported = one.import_as_announced(
      {{"t",
        {R"({"id":1,"k":1,"n":7})", R"({"id":2,"k":2,"n":2})", R"({"id":3,"k":1,"n":3})", R"({"id":4,"k":2,"n":3})"}}});
  EXPECT_EQ(imported.of("t"), "update 1, unchanged 1, conflict 2");
  EXPECT_THAT(imported.reasons("t"), AllOf(HasSubstr("3 id=3: UNIQUE (k): the target holds k=1 as id=1\n"),
                                           HasSubstr("4 id=4: UNIQUE (k): the target holds k=2 as id=2\n")));
}

TEST(SqliteFreedKeys, StayAConflictWhereACheckReadsAnotherColumnAsWell) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, k INT UNIQUE, l INT, CHECK ((k IS NULL) = (l IS NULL)));"
      "INSERT INTO t VALUES(1,1,7),(2,2,7);");
  EXPECT_EQ(one.import_as_announced({{"t", {R"({"id":1,"k":2,"l":7})", R"({"id":2,"k":1,"l":7})"}}}).of("t"),
            "conflict 2");
}

TEST(SqliteFreedKeys, AreSwappedUnderACheckThatLetsNullPass) {
  const Case one("CREATE TABLE t(id INTEGER PRIMARY KEY, k INT UNIQUE CHECK (k > 0))" + std::string(kThreeRows));
  EXPECT_EQ(one.import_as_announced(kSwapOfNumbers).of("t"), "update 3");
  EXPECT_EQ(one.database.value("SELECT * FROM t ORDER BY id"), kSwapped);
}

TEST(SqliteFreedKeys, DoNotBringRowsIntoAPartialKeyMeanwhile) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, k INT UNIQUE, m INT); CREATE UNIQUE INDEX i ON t(m) WHERE k IS NULL;"
      "INSERT INTO t VALUES(1,1,5),(2,2,5);");
  EXPECT_EQ(one.import_as_announced({{"t", {R"({"id":1,"k":2,"m":5})", R"({"id":2,"k":1,"m":5})"}}}).of("t"),
            "conflict 2");
}

TEST(SqliteFreedKeys, AreTakenBackWhenTheRowThatGivesThemUpIsLeftOut) {
  const Case one(
      "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE t(id INTEGER PRIMARY KEY, k INT UNIQUE, p INT REFERENCES "
      "p);"
      "INSERT INTO t VALUES(1,1,NULL),(2,2,NULL),(3,3,NULL);");
  const Imported imported = one.import_as_announced(
      {{"t", {R"({"id":1,"k":9,"p":5})", R"({"id":2,"k":1,"p":null})", R"({"id":3,"k":2,"p":null})"}}});
  EXPECT_EQ(imported.of("t"), "conflict 2, invalid 1");
  EXPECT_THAT(imported.reasons("t"), HasSubstr("the row of the file that would give it up is left out"));
  EXPECT_EQ(one.database.value("SELECT id, k FROM t ORDER BY id"), "1|1 2|2 3|3");
}

TEST(SqliteFreedKeys, AreTakenBackWhenATriggerRefusesTheRowThatGivesThemUp) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, k INT UNIQUE); INSERT INTO t VALUES(1,1),(2,2),(3,3);"
      "CREATE TRIGGER guard BEFORE UPDATE ON t WHEN NEW.k = 9 BEGIN SELECT RAISE(ABORT, 'not nine'); END;");
  const Imported imported = one.import({{"t", {R"({"id":1,"k":9})", R"({"id":2,"k":1})", R"({"id":3,"k":8})"}}});
  EXPECT_EQ(imported.of("t"), "update 1, conflict 1, invalid 1");
  EXPECT_EQ(one.database.value("SELECT * FROM t ORDER BY id"), "1|1 2|2 3|8");
}

TEST(SqliteFreedKeys, AreNotSetAsideWhereATriggerWouldSeeIt) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, k INT UNIQUE, n INT); INSERT INTO t VALUES(1,1,1),(2,2,2),(3,3,3);"
      "CREATE TRIGGER guard BEFORE UPDATE ON t WHEN NEW.k IS NULL BEGIN SELECT RAISE(ABORT, 'never'); END;"
      "CREATE TABLE c(id INTEGER PRIMARY KEY, t INT REFERENCES t);");
  const Imported imported = one.import(
      {{"t",
        {R"({"id":1,"k":2,"n":1})", R"({"id":2,"k":1,"n":2})", R"({"id":3,"k":3,"n":4})", R"({"id":4,"k":4,"n":4})"}},
       {"c", {R"({"id":1,"t":4})"}}});
  EXPECT_EQ(imported.of("t"), "insert 1, update 1, conflict 2");
  EXPECT_EQ(imported.of("c"), "insert 1");
  EXPECT_THAT(imported.reasons("t"),
              HasSubstr("rows hand it on in a circle, and a trigger would see a value set aside"));
  EXPECT_EQ(one.database.value("SELECT * FROM t ORDER BY id"), "1|1|1 2|2|2 3|3|4 4|4|4");
}

TEST(SqliteFreedKeys, AreSwappedByRowsThatReferToEachOther) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT NOT NULL UNIQUE, next INT REFERENCES t);"
      "INSERT INTO t VALUES(1,'a',NULL),(2,'b',1);");
  EXPECT_EQ(
      one.import_as_announced(
             {{"t", {R"({"id":1,"k":"b","next":3})", R"({"id":2,"k":"c","next":3})", R"({"id":3,"k":"a","next":1})"}}})
          .of("t"),
      "insert 1, update 2");
  EXPECT_EQ(one.database.value("SELECT * FROM t ORDER BY id"), "1|b|3 2|c|3 3|a|1");
}

using Keys = std::map<int, int>;  // by id

// Which rows of `file` are left out, by the plain rules: two claim one key, or its holder keeps it.
std::set<int> conflicts(const Keys& target, const Keys& file) {
  std::map<int, int> holders;
  for (const auto& [id, key] : target) holders[key] = id;
  const auto changes = [&](int id) { return !target.contains(id) || target.at(id) != file.at(id); };
  std::set<int> out;
  const auto find_taken = [&] {
    std::set<int> found;
    for (const auto& [id, key] : file) {
      const auto holder = holders.find(key);
      if (!changes(id) || holder == holders.end() || holder->second == id) continue;
      if (!file.contains(holder->second) || !changes(holder->second) || out.contains(holder->second)) found.insert(id);
    }
    return found;
  };
  const std::set<int> taken = out = find_taken();
  for (const auto& [id, key] : file) {
    for (const auto& [other, same] : file) {
      if (id != other && key == same && changes(id) && changes(other) && !taken.contains(id) && !taken.contains(other))
        out.insert(id);
    }
  }
  for (std::size_t before = 0; before != out.size();) {
    before = out.size();
    out.merge(find_taken());
  }
  return out;
}

TEST(SqliteFreedKeys, AreWhatThePlainRulesSayForRandomRows) {
  constexpr int kTables = 40;
  std::mt19937 dice(20250115);
  const auto some_keys = [&](int rows) {
    std::vector<int> keys(10);
    std::iota(keys.begin(), keys.end(), 1);
    std::shuffle(keys.begin(), keys.end(), dice);
    Keys chosen;
    for (int id = 1; id <= rows; ++id) chosen[id] = keys[static_cast<std::size_t>(id - 1)];
    return chosen;
  };
  std::string sql;
  Records records;
  std::map<std::string, std::pair<Keys, Keys>> cases;
  for (int i = 0; i < kTables; ++i) {
    const std::string name = "t" + std::to_string(100 + i);
    const Keys target = some_keys(6);
    Keys file = some_keys(8);
    std::erase_if(file, [&](const auto&) { return dice() % 4 == 0; });
    for (auto& [id, key] : file) {
      if (target.contains(id) && dice() % 5 == 0) key = target.at(id);  // as it was, perhaps a second time
    }
    sql += "CREATE TABLE " + name + "(id INTEGER PRIMARY KEY, k INT " + (i % 2 == 0 ? "" : "NOT NULL ") + "UNIQUE);";
    for (const auto& [id, key] : target)
      sql += "INSERT INTO " + name + " VALUES(" + std::to_string(id) + "," + std::to_string(key) + ");";
    records.push_back({name, {}});
    for (const auto& [id, key] : file)
      records.back().second.push_back("{\"id\":" + std::to_string(id) + ",\"k\":" + std::to_string(key) + "}");
    cases[name] = {target, file};
  }
  const Case all(sql);

  const Imported imported = all.import_as_announced(records);

  std::size_t moved = 0;
  for (const auto& [name, keys] : cases) {
    const auto& [target, file] = keys;
    const std::set<int> out = conflicts(target, file);
    Keys expected = target;
    for (const auto& [id, key] : file) {
      if (!out.contains(id)) expected[id] = key;
    }
    std::string rows;
    for (const auto& [id, key] : expected)
      rows += (rows.empty() ? "" : " ") + std::to_string(id) + "|" + std::to_string(key);
    EXPECT_EQ(imported.counts.at(name).conflict, out.size()) << name << imported.reasons(name);
    EXPECT_EQ(all.database.value("SELECT * FROM " + name + " ORDER BY id"), rows) << name;
    moved += out.empty() ? 1 : 0;
  }
  EXPECT_GT(moved, 5U);
  EXPECT_LT(moved, cases.size() - 5);
}

TEST(SqliteFreedKeys, AreHandedOnFromTheFreeEndUnderTheEyesOfATrigger) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT NOT NULL UNIQUE); INSERT INTO t VALUES(1,'a'),(2,'b'),(3,'c');"
      "CREATE TABLE history(id INT, old TEXT, new TEXT); CREATE TRIGGER keep AFTER UPDATE ON t BEGIN INSERT INTO "
      "history VALUES(NEW.id, OLD.k, NEW.k); END;");

  const Imported imported = one.import_as_announced(
      {{"t", {R"({"id":1,"k":"b"})", R"({"id":2,"k":"c"})", R"({"id":3,"k":"d"})", R"({"id":4,"k":"a"})"}}});

  EXPECT_EQ(imported.of("t"), "insert 1, update 3");
  EXPECT_EQ(one.database.value("SELECT id, k FROM t ORDER BY id"), "1|b 2|c 3|d 4|a");
  EXPECT_EQ(one.database.value("SELECT old, new FROM history ORDER BY id"), "a|b b|c c|d");
}

TEST(SqliteFreedKeys, OfACircleAreAConflictWhereAnyTriggerNamesTheTable) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT NOT NULL UNIQUE); INSERT INTO t VALUES(1,'a'),(2,'b');"
      "CREATE TABLE c(id INTEGER PRIMARY KEY, t INT REFERENCES t); CREATE TRIGGER look AFTER INSERT ON c BEGIN UPDATE "
      "c "
      "SET t = (SELECT min(id) FROM t) WHERE 0; END;");

  const Imported imported = one.import_as_announced({{"t", {R"({"id":1,"k":"b"})", R"({"id":2,"k":"a"})"}}});

  EXPECT_EQ(imported.of("t"), "conflict 2");
  EXPECT_EQ(one.database.value("SELECT id, k FROM t ORDER BY id"), "1|a 2|b");
}

TEST(SqliteFreedKeys, OfTwoKeysAreHandedOnTogether) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT NOT NULL UNIQUE, b INT NOT NULL UNIQUE); INSERT INTO t "
      "VALUES(1,1,10),(2,2,20),(3,3,30);");

  // Row 1 takes a from 2 and b from 3; row 2 takes b from 1: a circle of 1 and 2, and 3 gives up what 1 wants.
  const Imported imported = one.import_as_announced(
      {{"t", {R"({"id":1,"a":2,"b":30})", R"({"id":2,"a":5,"b":10})", R"({"id":3,"a":3,"b":31})"}}});

  EXPECT_EQ(imported.of("t"), "update 3");
  EXPECT_EQ(one.database.value("SELECT * FROM t ORDER BY id"), "1|2|30 2|5|10 3|3|31");
}

TEST(SqliteFreedKeys, MoveInManySmallCirclesAtOnce) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, k INT NOT NULL UNIQUE); WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL "
      "SELECT "
      "i + 1 FROM g WHERE i < 2000) INSERT INTO t SELECT i, i FROM g;");
  std::vector<std::string> rows;
  for (int i = 1; i <= 2000; ++i)
    rows.push_back("{\"id\":" + std::to_string(i) + ",\"k\":" + std::to_string(i % 2 == 0 ? i - 1 : i + 1) + "}");

  EXPECT_EQ(one.import_as_announced({{"t", rows}}).of("t"), "update 2000");
  EXPECT_EQ(one.database.value("SELECT count(*) FROM t WHERE abs(k - id) = 1"), "2000");
}

}  // namespace
}  // namespace sqlite_test
