// Unique values that rows hand on: written in an order that needs no value of our own, whatever looks on.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

// A trigger that keeps what every update of t took away and brought.
const char* const kHistory =
    "CREATE TABLE history (n serial, old_k text, new_k text); CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql "
    "AS $$BEGIN INSERT INTO public.history (old_k, new_k) VALUES (OLD.k, NEW.k); RETURN NEW; END$$;"
    "CREATE TRIGGER history BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION keep();";
const char* const kThree = "INSERT INTO t (id, k) VALUES (1, 'a'), (2, 'b'), (3, 'c');";
const char* const kSeen = "SELECT old_k || '>' || new_k FROM history ORDER BY n";

std::string row(int id, const std::string& k) { return "{\"id\":" + std::to_string(id) + ",\"k\":\"" + k + "\"}"; }

TEST(KeyOrder, WritesAChainFromItsFreeEnd) {
  Case t(std::string("CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL UNIQUE);") + kHistory + kThree);
  EXPECT_EQ(t.import_as_announced({{"t", {row(1, "b"), row(2, "c"), row(3, "d")}}}).of("t"), "update 3");
  EXPECT_EQ(t.holds(kSeen), "c>d b>c a>b");
}

TEST(KeyOrder, UpdatesBeforeANewRowTakesTheKey) {
  Case t(std::string("CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL UNIQUE);") + kHistory + kThree);
  EXPECT_EQ(t.import_as_announced({{"t", {row(9, "a"), row(1, "b"), row(2, "e")}}}).of("t"), "insert 1, update 2");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id") + "; " + t.holds(kSeen), "1|b 2|e 3|c 9|a; b>e a>b");
}

TEST(KeyOrder, FollowsKeysOfSeveralIndexes) {
  // Row 3 waits for 1 by one key and for 2 by the other, and 4 for 3.
  Case t(std::string("CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL UNIQUE, l text NOT NULL UNIQUE);") +
         kHistory + "INSERT INTO t VALUES (1, 'a', 'A'), (2, 'b', 'B'), (3, 'c', 'C'), (4, 'd', 'D')");
  const auto done = t.import_as_announced({{"t",
                                            {R"({"id":4,"k":"c","l":"D"})", R"({"id":3,"k":"a","l":"B"})",
                                             R"({"id":2,"k":"b","l":"X"})", R"({"id":1,"k":"y","l":"A"})"}}});
  EXPECT_EQ(done.of("t"), "update 4");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|y|A 2|b|X 3|a|B 4|c|D");
}

TEST(KeyOrder, HandsOnAKeyByExpression) {
  Case t("CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL); CREATE UNIQUE INDEX ON t (lower(k)) WHERE id > 0;" +
         std::string(kHistory) + kThree);
  EXPECT_EQ(t.import_as_announced({{"t", {row(1, "B"), row(2, "C"), row(3, "D")}}}).of("t"), "update 3");
  EXPECT_EQ(t.holds("SELECT k FROM t ORDER BY id"), "B C D");
}

TEST(KeyOrder, LeavesRowsThatSwapWhereATriggerLooksOn) {
  Case t(std::string("CREATE TABLE t (id int PRIMARY KEY, k text UNIQUE);") + kHistory + kThree);
  const auto done = t.import_as_announced({{"t", {row(1, "b"), row(2, "a"), row(3, "d")}}});
  EXPECT_EQ(done.of("t"), "update 1, conflict 2");
  EXPECT_EQ(done.left_out.at("t")[0].reason,
            "t_k_key: the target holds k=b as id=2, which rows of the file swap: that takes a value which trigger "
            "history of the target would see and neither side has");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id") + "; " + t.holds(kSeen), "1|a 2|b 3|d; c>d");
}

TEST(KeyOrder, LeavesRowsThatWaitForRowsThatSwap) {
  Case t(std::string("CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL UNIQUE, l text UNIQUE);") + kHistory +
         "INSERT INTO t VALUES (1, 'a', 'A'), (2, 'b', 'B'), (3, 'c', 'C')");
  const auto done = t.import_as_announced({{"t",
                                            {R"({"id":1,"k":"b","l":"X"})", R"({"id":2,"k":"a","l":"B"})",
                                             R"({"id":3,"k":"c","l":"A"})", R"({"id":4,"k":"z","l":"C"})"}}});
  EXPECT_EQ(done.of("t"), "conflict 4");
  EXPECT_EQ(t.holds("SELECT count(*) FROM history"), "0");
}

TEST(KeyOrder, LeavesRowsThatSwapWhereARuleLooksOn) {
  Case t(std::string("CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL UNIQUE); CREATE TABLE log (k text);"
                     "CREATE RULE keep AS ON UPDATE TO t DO ALSO INSERT INTO log VALUES (NEW.k);") +
         kThree);
  const auto done = t.import_as_announced({{"t", {row(1, "b"), row(2, "a")}}});
  EXPECT_EQ(done.of("t"), "conflict 2");
  EXPECT_TRUE(contains(done.left_out.at("t")[0].reason, "rule keep")) << done.left_out.at("t")[0].reason;
}

TEST(KeyOrder, LeavesRowsThatSwapWhereATriggerOfAPartitionLooksOn) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k int NOT NULL, UNIQUE (id, k)) PARTITION BY RANGE (id); CREATE TABLE \"T "
      "1\" "
      "PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE other PARTITION OF t DEFAULT; CREATE UNIQUE INDEX ON "
      "\"T 1\" (k); INSERT INTO t VALUES (1, 1), (2, 2)");
  t.database.run(
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER \"see all\" "
      "AFTER "
      "UPDATE ON \"T 1\" FOR EACH STATEMENT EXECUTE FUNCTION f()");
  // A unique index of one partition is none of the table's: here only that nothing invented gets in.
  const auto done = t.import({{"t", {R"({"id":1,"k":2})", R"({"id":2,"k":1})"}}});
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|1 2|2") << done.of("t");
}

TEST(KeyOrder, HandsOnWhatCascadesToTheRightChildren) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL UNIQUE); CREATE TABLE c (id int PRIMARY KEY, k text "
      "REFERENCES "
      "t (k) ON UPDATE CASCADE); INSERT INTO t VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 'a'), (2, 'b')");
  EXPECT_EQ(t.import_as_announced({{"t", {row(9, "a"), row(1, "b"), row(2, "c")}}}).of("t"), "insert 1, update 2");
  EXPECT_EQ(t.holds("SELECT * FROM c ORDER BY id"), "1|b 2|c");
}

TEST(KeyOrder, LeavesACycleThatWouldCascade) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL UNIQUE); CREATE TABLE c (id int PRIMARY KEY, k text "
      "REFERENCES "
      "t (k) ON UPDATE SET NULL); INSERT INTO t VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 'a')");
  EXPECT_EQ(t.import_as_announced({{"t", {row(1, "b"), row(2, "a")}}}).of("t"), "conflict 2");
  EXPECT_EQ(t.holds("SELECT * FROM c"), "1|a");
}

TEST(KeyOrder, GoesThroughATableThatRefersToItself) {
  // The row that frees the key refers to a new row, and the new row takes the key.
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL UNIQUE, up int REFERENCES t); INSERT INTO t VALUES (1, 'a', "
      "NULL), (2, 'b', NULL)");
  const auto done = t.import_as_announced(
      {{"t", {R"({"id":1,"k":"z","up":9})", R"({"id":2,"k":"b","up":9})", R"({"id":9,"k":"a","up":1})"}}});
  EXPECT_EQ(done.of("t"), "insert 1, update 2");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|z|9 2|b|9 9|a|1");
}

TEST(KeyOrder, IsKeptUnderAnyPlanOfTheServer) {
  // Tables of one row and of many, chains against the order of the rows on disk, partitions.
  for (const int rows : {2, 40, 3000}) {
    for (const std::string partitions :
         {"",
          " PARTITION BY HASH (id); CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE "
          "TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)"}) {
      // In partitions a key that is unique holds the partition key, which never changes: there is nothing to hand on
      // but within one id.
      const std::string key = partitions.empty() ? "UNIQUE (k)" : "UNIQUE (id, k)";
      Case t("CREATE TABLE t (id int PRIMARY KEY, k text NOT NULL, " + key + ")" + partitions +
             "; INSERT INTO t SELECT g, g FROM generate_series(1, " + std::to_string(rows) + ") g");
      std::vector<std::string> lines;
      for (int i = 1; i <= rows; ++i) lines.push_back(row(i, std::to_string(i + 1)));
      EXPECT_EQ(t.import_as_announced({{"t", lines}}).of("t"), "update " + std::to_string(rows));
      EXPECT_EQ(t.holds("SELECT count(*) FROM t WHERE k <> (id + 1)::text"), "0");
    }
  }
}

TEST(KeyOrder, OfAChainThatIsLeftOutLeavesAllOfIt) {
  Case t(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, k int UNIQUE, p int REFERENCES p); "
      "INSERT "
      "INTO t SELECT g, g FROM generate_series(1, 3000) g");
  std::vector<std::string> lines;
  for (int i = 1; i <= 3000; ++i)
    lines.push_back("{\"id\":" + std::to_string(i) + ",\"k\":" + std::to_string(i + 1) +
                    ",\"p\":" + (i == 3000 ? "7" : "null") + "}");
  EXPECT_EQ(t.import_as_announced({{"t", lines}}).of("t"), "conflict 2999, invalid 1");
}

// Rows of a chain in turn change what a trigger's UPDATE OF names: a statement for each change of direction.
TEST(KeyOrder, NamesTheColumnsThatDifferOnTheWay) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k int NOT NULL UNIQUE, password text); INSERT INTO t SELECT g, g, 'p' FROM "
      "generate_series(1, 200) g; CREATE TABLE calls (id int);"
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.calls VALUES (NEW.id); "
      "RETURN "
      "NEW; END$$; CREATE TRIGGER guard AFTER UPDATE OF password ON t FOR EACH ROW EXECUTE FUNCTION f()");
  const auto lines = [](int turns) {
    std::vector<std::string> rows;
    for (int i = 1; i <= 200; ++i)
      rows.push_back("{\"id\":" + std::to_string(i) + ",\"k\":" + std::to_string(i + 1) + ",\"password\":\"" +
                     (i % 2 == 0 && i <= turns ? "q" : "p") + "\"}");
    return rows;
  };
  // Too many of them are a conflict, beforehand.
  const auto none = t.import_as_announced({{"t", lines(200)}});
  EXPECT_EQ(none.counts.at("t").conflict > 100, true) << none.of("t");
  t.database.run("UPDATE t SET k = -k; UPDATE t SET k = id, password = 'p'; TRUNCATE calls");
  EXPECT_EQ(t.import_as_announced({{"t", lines(40)}}).of("t"), "update 200");
  EXPECT_EQ(t.holds("SELECT count(*), min(id), max(id) FROM calls"), "20|2|40");
}

}  // namespace
}  // namespace import_test
