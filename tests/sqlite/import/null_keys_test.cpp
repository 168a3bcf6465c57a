// Keys that SQLite lets be NULL, and foreign keys that it lets lead nowhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlite/import/import_fixture.h"

namespace sqlite_test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

TEST(SqliteNullKeys, AreToldApartByTheWholeRow) {
  const Case one(
      "CREATE TABLE t(k TEXT PRIMARY KEY, v INT); INSERT INTO t VALUES(NULL, 1),(NULL, 1),(NULL, 2),('a', 1);");
  const Records records = {{"t",
                            {R"({"k":null,"v":1})", R"({"k":null,"v":1})", R"({"k":null,"v":1})", R"({"k":null,"v":3})",
                             R"({"k":"a","v":9})", R"({"k":"b","v":1})"}}};

  EXPECT_EQ(one.import_as_announced(records).of("t"), "insert 3, update 1, unchanged 2");
  EXPECT_EQ(one.database.value("SELECT k, v FROM t ORDER BY k, v"), "|1 |1 |1 |2 |3 a|9 b|1");
  EXPECT_EQ(one.import_as_announced(records).of("t"), "unchanged 6");
}

TEST(SqliteNullKeys, OfSeveralColumnsAreToldApartByTheWholeRow) {
  const std::string schema =
      "CREATE TABLE usage(object TEXT, auth TEXT, code TEXT, extent TEXT, PRIMARY KEY (object, auth, code), UNIQUE "
      "(extent));";
  const Database source(schema +
                        "INSERT INTO usage VALUES('a','E',NULL,'1'),('a','E',NULL,'2'),('a',NULL,NULL,NULL),('a',NULL,"
                        "NULL,NULL),('a','E','1','3');");
  const Database copy(schema + "INSERT INTO usage VALUES('x','E',NULL,'2');");
  const std::string file = export_of(source, engine::RowOrder::kIdentity);

  const Imported imported = import_file(copy, file);

  EXPECT_EQ(imported.of("usage"), "insert 4, conflict 1");
  EXPECT_THAT(imported.reasons("usage"), HasSubstr("UNIQUE (extent): the target holds extent=2"));
  EXPECT_EQ(import_file(copy, file).of("usage"), "unchanged 4, conflict 1");
}

TEST(SqliteNullKeys, ComeBackInTheSameOrderWhenSorted) {
  const Database one("CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES(NULL, 2),('a', 0),(NULL, 1);");
  const Database two("CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES(NULL, 1),(NULL, 2),('a', 0);");

  EXPECT_EQ(data_of(export_of(one, engine::RowOrder::kIdentity)), data_of(export_of(two, engine::RowOrder::kIdentity)));
}

TEST(SqliteNullKeys, StayOutOfReachOfANaturalKey) {
  const Case one("CREATE TABLE t(k TEXT PRIMARY KEY, e TEXT); INSERT INTO t VALUES(NULL, 'x');");

  const Imported imported = one.import_as_announced({{"t", {R"({"k":"1","e":"x"})", R"({"k":null,"e":"y"})"}}},
                                                    {.change = [](auto& plan) { plan.match = {"e"}; }});

  EXPECT_EQ(imported.of("t"), "insert 1, conflict 1");
  EXPECT_THAT(imported.reasons("t"), HasSubstr("the row of the target with this e has no key"));
}

TEST(SqliteNullKeys, OfANaturalKeyAddNoRowTwice) {
  const Case one("CREATE TABLE t(id INTEGER PRIMARY KEY, e TEXT UNIQUE, v); INSERT INTO t VALUES(5, 'b', 1);");
  const Records file = {
      {"t", {R"({"id":1,"e":null,"v":1})", R"({"id":2,"e":null,"v":1})", R"({"id":3,"e":"b","v":1})"}}};
  const Records other = {{"t", {R"({"id":1,"e":null,"v":2})"}}};
  const How by_e{.change = [](auto& plan) { plan.match = {"e"}; }};

  EXPECT_EQ(one.import_as_announced(file, by_e).of("t"), "insert 2, unchanged 1");
  EXPECT_EQ(one.import_as_announced(file, by_e).of("t"), "unchanged 3");
  EXPECT_EQ(one.import_as_announced(other, by_e).of("t"), "conflict 1");
}

TEST(SqliteForeignKeys, FollowTheParentThatTheyHaveByItsAffinity) {
  const Case one(
      "CREATE TABLE p(id TEXT PRIMARY KEY, name TEXT UNIQUE); CREATE TABLE c(id INTEGER PRIMARY KEY, ref INTEGER "
      "REFERENCES p); INSERT INTO p VALUES('10','seven'),('11','bond');");

  for (const bool reversed : {false, true}) {
    std::vector<std::string> parents = {R"({"id":"7","name":"seven"})", R"({"id":"007","name":"bond"})"};
    if (reversed) std::ranges::reverse(parents);
    one.database.run("DELETE FROM c");
    const Imported imported =
        one.import_as_announced({{"p", parents}, {"c", {R"({"id":1,"ref":7})"}}}, {.change = [](auto& plan) {
                                  if (plan.target.name.name == "p") plan.match = {"name"};
                                }});

    EXPECT_EQ(imported.of("p") + " / " + imported.of("c"), "unchanged 2 / insert 1");
    EXPECT_EQ(one.database.value("SELECT ref FROM c"), "10");
  }
}

TEST(SqliteForeignKeys, ThatLeadNowhereMatterOnlyToRowsThatAreWritten) {
  for (const std::string key : {"REFERENCES nowhere(id)", "REFERENCES p(gone)", "REFERENCES p(a)", "REFERENCES q"}) {
    const Case one(
        "CREATE TABLE p(id INTEGER PRIMARY KEY, a); CREATE TABLE q(a, b); CREATE TABLE t(id INTEGER PRIMARY KEY, a " +
        key +
        "); CREATE TABLE u(id INTEGER PRIMARY KEY, p INT REFERENCES p(id) ON UPDATE CASCADE); INSERT INTO t VALUES(1, "
        "'x'); INSERT INTO p VALUES(1, 1);");

    const Imported imported = one.import_as_announced({{"p", {R"({"id":1,"a":5})", R"({"id":2,"a":1})"}},
                                                       {"t", {R"({"id":1,"a":"x"})"}},
                                                       {"u", {R"({"id":1,"p":2})", R"({"id":2,"p":7})"}}});

    EXPECT_EQ(imported.of("t"), "unchanged 1") << key;
    EXPECT_EQ(imported.of("p") + " / " + imported.of("u"), "insert 1, update 1 / insert 1, invalid 1") << key;
    EXPECT_EQ(one.import({{"t", {}}, {"p", {R"({"id":3,"a":5})"}}}).of("p"), "insert 1") << key;
  }
}

TEST(SqliteForeignKeys, ToTheNumberOfARowKnowNoCollation) {
  const Case one(
      "CREATE TABLE p(id INTEGER PRIMARY KEY COLLATE NOCASE); CREATE TABLE c(id INTEGER PRIMARY KEY, p INT REFERENCES "
      "p); INSERT INTO p VALUES(1);");

  const Imported imported = one.import_as_announced({{"c", {R"({"id":1,"p":1})", R"({"id":2,"p":2})"}}});

  EXPECT_EQ(imported.of("c"), "insert 1, invalid 1");
}

TEST(SqliteForeignKeys, KeepOrphansThatTheSourceHoldsWhereTheUserWantsThem) {
  const Case one(
      "CREATE TABLE p(id INTEGER PRIMARY KEY, n INT NOT NULL); CREATE TABLE c(id INTEGER PRIMARY KEY, p INT REFERENCES "
      "p, q INT REFERENCES nowhere);");
  const Records records = {
      {"p", {R"({"id":1,"n":1})", R"({"id":2,"n":null})"}},
      {"c", {R"({"id":1,"p":1,"q":null})", R"({"id":2,"p":2,"q":null})", R"({"id":3,"p":77,"q":5})"}}};

  const Imported imported =
      one.import_as_announced(records, {.change = [](auto& plan) { plan.orphans = engine::Orphans::kKeep; }});

  // Row 2 is no orphan of the source: its parent is in the file and cannot go in.
  EXPECT_EQ(imported.of("c"), "insert 2, invalid 1");
  EXPECT_THAT(imported.reasons("c"), HasSubstr("2 id=2: c_p_fkey: the parent p id=2 is neither"));
  EXPECT_EQ(one.database.value("SELECT id FROM c ORDER BY id"), "1 3");
  EXPECT_THAT(imported.notices,
              Contains(AllOf(HasSubstr("c: 1 row without the parent in p (c_p_fkey)"), HasSubstr("taken along"))));
}

}  // namespace
}  // namespace sqlite_test
