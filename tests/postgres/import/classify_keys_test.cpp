// Keys that other rows hold: conflicts, and keys that rows of the file give up or swap.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

const char* const kSwapped = "1|2 2|1 3|4";

// Rows 1 and 2 swap their second column, row 3 goes from 3 to 4.
Records swap_of(const std::string& table) {
  return {{table, {R"({"id":1,"k":"2"})", R"({"id":2,"k":"1"})", R"({"id":3,"k":"4"})"}}};
}

TEST(FreedKeys, AreSwappedWhateverTheirType) {
  for (const std::string type : {"int", "int NOT NULL", "bigint NOT NULL", "text NOT NULL", "varchar(70) NOT NULL"}) {
    Case t("CREATE TABLE t (id int PRIMARY KEY, k " + type +
           " UNIQUE); INSERT INTO t SELECT g, g FROM generate_series(1, 3) g");
    EXPECT_EQ(t.import_as_announced(swap_of("t")).of("t"), "update 3") << type;
    EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), kSwapped) << type;
  }
}

TEST(FreedKeys, AreTakenByANewRow) {
  Case t("CREATE TABLE t (id int PRIMARY KEY, k int NOT NULL UNIQUE); INSERT INTO t VALUES (1, 10)");
  EXPECT_EQ(t.import_as_announced({{"t", {R"({"id":2,"k":10})", R"({"id":1,"k":11})"}}}).of("t"), "insert 1, update 1");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|11 2|10");
}

TEST(FreedKeys, MoveUpInALongChain) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k int NOT NULL, list int NOT NULL, UNIQUE (list, k)); INSERT INTO t SELECT "
      "g, g, 1 "
      "FROM generate_series(1, 3000) g");
  std::vector<std::string> rows;
  for (int i = 1; i <= 3000; ++i)
    rows.push_back("{\"id\":" + std::to_string(i) + ",\"k\":" + std::to_string(i + 1) + ",\"list\":1}");
  EXPECT_EQ(t.import_as_announced({{"t", rows}}).of("t"), "update 3000");
  EXPECT_EQ(t.holds("SELECT count(*) FROM t WHERE k = id + 1"), "3000");
}

TEST(FreedKeys, OfAPartialIndexAreTaken) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, list int, k int); CREATE UNIQUE INDEX first ON t (list) WHERE k = 1; INSERT "
      "INTO t VALUES "
      "(1, 7, 1), (2, 7, 2)");
  EXPECT_EQ(t.import_as_announced({{"t", {R"({"id":1,"list":7,"k":2})", R"({"id":2,"list":7,"k":1})"}}}).of("t"),
            "update 2");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|7|2 2|7|1");
}

TEST(FreedKeys, StayAConflictWhereNothingCanSetThemAside) {
  // All values that the check allows are in use, or another table refers to the column, or the key belongs to others.
  for (const std::string guard :
       {"CREATE TABLE t (id int PRIMARY KEY, k int NOT NULL UNIQUE CHECK (k BETWEEN 1 AND 4))",
        "CREATE TABLE t (id int PRIMARY KEY, k int NOT NULL UNIQUE); CREATE TABLE c (k int REFERENCES t (k))",
        "CREATE TABLE p (k int PRIMARY KEY); INSERT INTO p SELECT generate_series(1, 4); CREATE TABLE t (id int "
        "PRIMARY "
        "KEY, k int NOT NULL UNIQUE REFERENCES p)"}) {
    Case t(guard + "; INSERT INTO t SELECT g, g FROM generate_series(1, 3) g");
    EXPECT_EQ(t.import_as_announced(swap_of("t")).of("t"), "update 1, conflict 2") << guard;
    EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|1 2|2 3|4") << guard;
  }
}

TEST(FreedKeys, AreTakenBackWhenTheRowThatGivesThemUpIsLeftOut) {
  Case t(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, k int UNIQUE, p int REFERENCES p); "
      "INSERT INTO t "
      "VALUES (1, 1), (2, 2), (3, 3)");
  const auto done = t.import_as_announced(
      {{"t", {R"({"id":1,"k":9,"p":5})", R"({"id":2,"k":1,"p":null})", R"({"id":3,"k":2,"p":null})"}}});
  EXPECT_EQ(done.of("t"), "conflict 2, invalid 1");
  EXPECT_TRUE(contains(done.left_out.at("t")[1].reason, "would give it up is left out"))
      << done.left_out.at("t")[1].reason;
  EXPECT_EQ(t.holds("SELECT id, k FROM t ORDER BY id"), "1|1 2|2 3|3");
}

TEST(FreedKeys, AreTakenBackWhenATriggerRefusesTheRowThatGivesThemUp) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k int UNIQUE); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3);"
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.k = 9 THEN RAISE 'not nine'; END IF; "
      "RETURN NEW; END$$;"
      "CREATE TRIGGER guard BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()");
  const auto done = t.import({{"t", {R"({"id":1,"k":9})", R"({"id":2,"k":1})", R"({"id":3,"k":8})"}}});
  EXPECT_EQ(done.of("t"), "update 1, conflict 1, invalid 1");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|1 2|2 3|8");
}

TEST(TakenKeys, NameTheirHolderAndWhatDiffers) {
  Case t("CREATE TABLE u (id int PRIMARY KEY, mail text UNIQUE, name text); INSERT INTO u VALUES (9, 'a@b.fr', 'Ada')");
  const auto done = t.import_as_announced({{"u", {R"({"id":1,"mail":"a@b.fr","name":"Ida"})"}}});
  ASSERT_EQ(done.of("u"), "conflict 1");
  const outcome::Decision& row = done.decisions.at("u")[0];
  EXPECT_EQ(row.constraint, "u_mail_key");
  EXPECT_EQ(row.holder, "id=9");
  EXPECT_EQ(row.reason, "u_mail_key: the target holds mail=a@b.fr as id=9");
  ASSERT_EQ(row.changes.size(), 2U);
  EXPECT_EQ(row.changes[1].column, "name");
  EXPECT_EQ(row.changes[1].before.text, "Ada");
  EXPECT_EQ(row.changes[1].after.text, "Ida");
}

TEST(Exclusions, AreJudgedAgainstTheTargetAndWithinTheFile) {
  Case t(
      "CREATE TABLE s (id int PRIMARY KEY, during tsrange, EXCLUDE USING gist (during WITH &&) WHERE (id < 100)); "
      "INSERT INTO s VALUES "
      "(1, '[2020-01-01,2020-02-01)'), (2, '[2021-01-01,2021-02-01)')");
  const auto done = t.import_as_announced(
      {{"s",
        {R"j({"id":1,"during":"[2020-01-01,2020-03-01)"})j", R"j({"id":3,"during":"[2021-01-31,2021-03-01)"})j",
         R"j({"id":4,"during":"[2022-01-01,2022-03-01)"})j", R"j({"id":5,"during":"[2022-02-01,2022-04-01)"})j",
         R"j({"id":105,"during":"[2022-02-01,2022-04-01)"})j"}}});
  EXPECT_EQ(done.of("s"), "insert 1, update 1, invalid 3");
  EXPECT_EQ(done.left_out.at("s")[0].holder, "id=2");
}

TEST(FreedKeys, AreSwappedByAValueThatTheCheckAllows) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k int UNIQUE CHECK (k IS NOT NULL)); INSERT INTO t SELECT g, g FROM "
      "generate_series(1, 3) g");
  EXPECT_EQ(t.import_as_announced(swap_of("t")).of("t"), "update 3");
}

TEST(FreedKeys, AreSwappedUnderACheckThatReadsAnotherColumnAsWell) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k int UNIQUE, l int, CHECK ((k IS NULL) = (l IS NULL))); INSERT INTO t "
      "VALUES (1, 1, 7), (2, 2, 7)");
  EXPECT_EQ(t.import_as_announced({{"t", {R"({"id":1,"k":2,"l":7})", R"({"id":2,"k":1,"l":7})"}}}).of("t"), "update 2");
}

TEST(FreedKeys, AreSwappedUnderACheckThatLetsNullPass) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, k int UNIQUE CHECK (k > 0)); INSERT INTO t SELECT g, g FROM "
      "generate_series(1, 3) g");
  EXPECT_EQ(t.import_as_announced(swap_of("t")).of("t"), "update 3");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), kSwapped);
}

// One by another value than NULL, the other not at all.
TEST(FreedKeys, DoNotBringRowsIntoAPartialKeyMeanwhile) {
  const std::string partial = ", m int); CREATE UNIQUE INDEX ON t (m) WHERE k IS NULL; INSERT INTO t VALUES ";
  Case t("CREATE TABLE t (id int PRIMARY KEY, k int UNIQUE" + partial + "(1, 1, 5), (2, 2, 5)");
  EXPECT_EQ(t.import_as_announced({{"t", {R"({"id":1,"k":2,"m":5})", R"({"id":2,"k":1,"m":5})"}}}).of("t"), "update 2");
  Case r("CREATE TABLE t (id int PRIMARY KEY, k int4range UNIQUE" + partial +
         "(1, '[1,2)', 5), (2, '[2,3)', 5), (3, NULL, 5)");
  EXPECT_EQ(
      r.import_as_announced({{"t", {R"x({"id":1,"k":"[2,3)","m":5})x", R"x({"id":2,"k":"[1,2)","m":5})x"}}}).of("t"),
      "conflict 2");
}

}  // namespace
}  // namespace import_test
