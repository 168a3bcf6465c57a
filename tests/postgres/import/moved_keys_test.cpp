// Updates that change a key which other rows refer to.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

const char* const kCodes =
    "CREATE TABLE p (id int PRIMARY KEY, code int UNIQUE); CREATE TABLE c (id int PRIMARY KEY, code int REFERENCES p "
    "(code)); INSERT INTO p VALUES (1, 10), (2, 20);";

TEST(MovedKeys, AreLeftWhereRowsOfTheTargetReferToThem) {
  Case t(std::string(kCodes) + "INSERT INTO c VALUES (5, 10)");
  const auto done = t.import_as_announced({{"p", {R"({"id":1,"code":11})", R"({"id":2,"code":21})"}}});
  EXPECT_EQ(done.of("p"), "update 1, invalid 1");
  EXPECT_EQ(done.only_left_out("p"),
            "1 id=1: c_code_fkey: rows of c refer to code=10, which this update would take away");
  EXPECT_EQ(t.holds("SELECT * FROM p ORDER BY id"), "1|10 2|21");
}

TEST(MovedKeys, AreNoParentsOfNewRowsAnyMore) {
  Case t(kCodes);
  const auto done = t.import_as_announced(
      {{"p", {R"({"id":1,"code":11})"}}, {"c", {R"({"id":5,"code":10})", R"({"id":6,"code":11})"}}});
  EXPECT_EQ(done.of("p") + "; " + done.of("c"), "update 1; insert 1, invalid 1");
}

TEST(MovedKeys, MoveTogetherWithTheRowsOfTheSameTableThatReferToThem) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, code int UNIQUE, next int REFERENCES t (code)); INSERT INTO t VALUES (1, "
      "10, NULL), (2, 20, 10), (3, 30, NULL), (4, 40, 30)");
  const auto done = t.import_as_announced({{"t",
                                            {R"({"id":1,"code":11,"next":null})", R"({"id":2,"code":20,"next":11})",
                                             R"({"id":3,"code":31,"next":null})"}}});
  EXPECT_EQ(done.of("t"), "update 2, invalid 1");
  EXPECT_EQ(t.holds("SELECT id, code, next FROM t ORDER BY id"), "1|11| 2|20|11 3|30| 4|40|30");
}

TEST(MovedKeys, AreFollowedWhereTheForeignKeyCascades) {
  Case t(
      "CREATE TABLE p (id int PRIMARY KEY, code int UNIQUE); CREATE TABLE c (id int PRIMARY KEY, code int REFERENCES p "
      "(code) ON UPDATE CASCADE); INSERT INTO p VALUES (1, 10); INSERT INTO c VALUES (5, 10)");
  EXPECT_EQ(t.import_as_announced({{"p", {R"({"id":1,"code":11})"}}}).of("p"), "update 1");
  EXPECT_EQ(t.holds("SELECT * FROM c"), "5|11");
}

}  // namespace
}  // namespace import_test
