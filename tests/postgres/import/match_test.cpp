// Rows found by a natural key: they take over the target's key, and so does everything that refers to them.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

How match(const std::string& table, const std::vector<std::string>& columns) {
  How how;
  how.change = [=](engine::TablePlan& plan) {
    if (plan.target.name.name == table) plan.match = columns;
  };
  return how;
}

const char* const kUsers =
    "CREATE TABLE users (id int PRIMARY KEY, mail text UNIQUE, boss int REFERENCES users); CREATE TABLE roles (id int "
    "PRIMARY KEY, name "
    "text); CREATE TABLE user_roles (user_id int REFERENCES users, role_id int REFERENCES roles, PRIMARY KEY (user_id, "
    "role_id)); CREATE "
    "TABLE posts (id int PRIMARY KEY, author int REFERENCES users, title text);";

TEST(Match, CarriesTheTargetsKeyIntoEveryForeignKey) {
  Case t(std::string(kUsers) +
         "INSERT INTO users VALUES (70, 'a', NULL), (80, 'b', 70); INSERT INTO roles VALUES (1, 'r'); INSERT INTO "
         "user_roles VALUES (70, "
         "1); INSERT INTO posts VALUES (5, 70, 'old')");
  const auto done = t.import_as_announced(
      {{"users",
        {R"({"id":1,"mail":"a","boss":2})", R"({"id":2,"mail":"b","boss":null})", R"({"id":3,"mail":"c","boss":1})"}},
       {"roles", {R"({"id":1,"name":"r"})"}},
       {"user_roles", {R"({"user_id":1,"role_id":1})", R"({"user_id":2,"role_id":1})"}},
       {"posts", {R"({"id":5,"author":2,"title":"new"})"}}},
      match("users", {"mail"}));
  EXPECT_EQ(done.of("users"), "insert 1, update 2");
  EXPECT_EQ(done.of("user_roles"), "insert 1, unchanged 1");
  EXPECT_EQ(t.holds("SELECT * FROM users ORDER BY id"), "3|c|70 70|a|80 80|b|");
  EXPECT_EQ(t.holds("SELECT * FROM user_roles ORDER BY 1"), "70|1 80|1");
  EXPECT_EQ(t.holds("SELECT * FROM posts"), "5|80|new");
  EXPECT_EQ(done.effects.at("users").remapped, 2U);
  EXPECT_EQ(done.decisions.at("users")[0].key, "id=70");
  EXPECT_EQ(done.decisions.at("users")[0].file_key, "id=1");
}

TEST(Match, FindsNothingLeftToDoTheSecondTime) {
  Case t(std::string(kUsers) + "INSERT INTO users VALUES (70, 'a', NULL)");
  const Records file = {{"users", {R"({"id":1,"mail":"a","boss":1})", R"({"id":2,"mail":"b","boss":1})"}}};
  t.import_as_announced(file, match("users", {"mail"}));
  EXPECT_EQ(t.import_as_announced(file, match("users", {"mail"})).of("users"), "unchanged 2");
}

TEST(Match, DoesNotTakeANewRowForTheOneThatHasItsKeyInTheTarget) {
  Case t(std::string(kUsers) + "INSERT INTO users VALUES (1, 'production', NULL)");
  const auto done = t.import_as_announced(
      {{"users", {R"({"id":1,"mail":"new","boss":null})"}}, {"posts", {R"({"id":5,"author":1,"title":"by new"})"}}},
      match("users", {"mail"}));
  EXPECT_EQ(done.of("users") + "; " + done.of("posts"), "conflict 1; invalid 1");
  EXPECT_EQ(done.left_out.at("users")[0].reason,
            "users_pkey: a new row, but the target holds id=1 for mail=production");
  EXPECT_EQ(t.holds("SELECT count(*) FROM posts"), "0");
}

TEST(Match, LeavesOutWhatMatchesTwice) {
  Case t("CREATE TABLE u (id int PRIMARY KEY, name text); INSERT INTO u VALUES (1, 'x'), (2, 'x'), (3, 'y')");
  const auto done = t.import_as_announced(
      {{"u",
        {R"({"id":10,"name":"x"})", R"({"id":11,"name":"y"})", R"({"id":12,"name":"z"})", R"({"id":13,"name":"z"})"}}},
      match("u", {"name"}));
  EXPECT_EQ(done.of("u"), "unchanged 1, conflict 3");
  EXPECT_EQ(done.left_out.at("u")[0].reason, "more than one row of the target has name=x");
  EXPECT_EQ(done.left_out.at("u")[1].reason, "more than one record of the file has name=z");
}

TEST(Match, LeavesOutChildrenWhoseParentTheFileLacks) {
  Case t(std::string(kUsers) + "INSERT INTO users VALUES (1, 'somebody else', NULL)");
  const auto done = t.import_as_announced(
      {{"users", {R"({"id":2,"mail":"a","boss":null})"}}, {"posts", {R"({"id":5,"author":1,"title":"of another 1"})"}}},
      match("users", {"mail"}));
  EXPECT_EQ(done.of("posts"), "invalid 1");
}

TEST(Match, GoesDownAChainOfNaturalKeys) {
  Case t(
      "CREATE TABLE org (id uuid PRIMARY KEY, slug text); CREATE TABLE team (id uuid PRIMARY KEY, org uuid REFERENCES "
      "org, name text); "
      "INSERT INTO org VALUES ('00000000-0000-0000-0000-0000000000a1', 'acme'); INSERT INTO team VALUES "
      "('00000000-0000-0000-0000-0000000000b1', '00000000-0000-0000-0000-0000000000a1', 'core')");
  How how;
  how.change = [](engine::TablePlan& plan) {
    plan.match =
        plan.target.name.name == "org" ? std::vector<std::string>{"slug"} : std::vector<std::string>{"org", "name"};
  };
  const auto done = t.import_as_announced(
      {{"org", {R"({"id":"00000000-0000-0000-0000-000000000001","slug":"acme"})"}},
       {"team",
        {R"({"id":"00000000-0000-0000-0000-000000000002","org":"00000000-0000-0000-0000-000000000001","name":"core"})",
         R"({"id":"00000000-0000-0000-0000-000000000003","org":"00000000-0000-0000-0000-000000000001","name":"web"})"}}},
      how);
  EXPECT_EQ(done.of("org") + "; " + done.of("team"), "unchanged 1; insert 1, unchanged 1");
}

TEST(Match, RefusesAKeyThatRefersToItsOwnTable) {
  Case t("CREATE TABLE n (id int PRIMARY KEY, parent int REFERENCES n, name text)");
  try {
    t.import({{"n", {R"({"id":1,"parent":null,"name":"a"})"}}}, match("n", {"parent", "name"}));
    FAIL() << "accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage) << error.what();
  }
}

TEST(Match, DoesNotMixUpAMatchedRowWithANewOneWhoseKeyItTakesOver) {
  // Row 5 becomes 7 there, and 7 of the file is somebody else.
  Case t("CREATE TABLE u (id int PRIMARY KEY, mail text UNIQUE); INSERT INTO u VALUES (7, 'x')");
  const auto done =
      t.import_as_announced({{"u", {R"({"id":5,"mail":"x"})", R"({"id":7,"mail":"new"})"}}}, match("u", {"mail"}));
  EXPECT_EQ(done.of("u"), "unchanged 1, conflict 1");
  EXPECT_TRUE(contains(done.only_left_out("u"), "for mail=x")) << done.only_left_out("u");
}

TEST(Match, LeavesOutTwoRowsOfOneKeyThatChildrenCouldMean) {
  Case t(std::string(kUsers) + "INSERT INTO users VALUES (70, 'a', NULL), (80, 'b', NULL)");
  const auto done =
      t.import_as_announced({{"users", {R"({"id":1,"mail":"a","boss":null})", R"({"id":1,"mail":"b","boss":null})"}},
                             {"posts", {R"({"id":5,"author":1,"title":"whose?"})"}}},
                            match("users", {"mail"}));
  EXPECT_EQ(done.of("users") + "; " + done.of("posts"), "conflict 2; invalid 1");
}

TEST(Match, ByAKeyThatIsNullInPartDoesNotHideThatAnotherKeyIsTaken) {
  Case t("CREATE TABLE u (id int PRIMARY KEY, a int, c int UNIQUE); INSERT INTO u VALUES (1, 2, 3)");
  EXPECT_EQ(t.import_as_announced({{"u", {R"({"id":2,"a":null,"c":3})"}}}, match("u", {"a", "c"})).of("u"),
            "conflict 1");
}

TEST(Match, AddsNoRowTwiceWhoseNaturalKeyIsNull) {
  Case t(
      "CREATE TABLE u (id int PRIMARY KEY, mail text UNIQUE); CREATE TABLE p (id int PRIMARY KEY, u int REFERENCES "
      "u); INSERT INTO u VALUES (5, 'b')");
  const Records file = {{"u", {R"({"id":1,"mail":null})", R"({"id":2,"mail":null})", R"({"id":3,"mail":"b"})"}},
                        {"p", {R"({"id":1,"u":1})", R"({"id":2,"u":3})"}}};
  EXPECT_EQ(t.import_as_announced(file, match("u", {"mail"})).of("u"), "insert 2, unchanged 1");
  const auto again = t.import_as_announced(file, match("u", {"mail"}));
  EXPECT_EQ(again.of("u") + "; " + again.of("p"), "unchanged 3; unchanged 2");
  EXPECT_EQ(t.holds("SELECT * FROM p ORDER BY id"), "1|1 2|5");
}

TEST(Match, DoesNotTakeARowForItsEqualInKeyWhereItsNaturalKeyIsNullAndAnotherValueDiffers) {
  Case t("CREATE TABLE u (id int PRIMARY KEY, mail text UNIQUE, name text); INSERT INTO u VALUES (1, NULL, 'Ada')");
  EXPECT_EQ(t.import_as_announced({{"u", {R"({"id":1,"mail":null,"name":"Bob"})"}}}, match("u", {"mail"})).of("u"),
            "conflict 1");
}

TEST(Match, LeavesOutARowWithoutNaturalKeyWhereTheTableHasNoOther) {
  Case t(
      "CREATE TABLE u (a int, b text); CREATE UNIQUE INDEX ON u (a, b) NULLS NOT DISTINCT; INSERT INTO u VALUES "
      "(NULL, 'x')");
  const Records file = {{"u", {R"({"a":null,"b":"x"})", R"({"a":1,"b":"y"})"}}};
  const auto done = t.import_as_announced(file, match("u", {"a", "b"}));
  EXPECT_EQ(done.of("u"), "insert 1, invalid 1");
  EXPECT_EQ(done.left_out.at("u")[0].reason,
            "a, b: a natural key must not hold NULL where the table has no other key: a=null, b=x");
}

// Without a unique key that names an operator, the type's own one decides, not that of a type it casts to.
TEST(Match, ComparesAsTheTypeOfTheColumnDoes) {
  Case t(
      "CREATE EXTENSION citext; CREATE TABLE u (id int PRIMARY KEY, e citext); CREATE TABLE c (id int PRIMARY KEY, u "
      "int REFERENCES u); INSERT INTO u VALUES (9, 'abc')");
  const auto done = t.import_as_announced(
      {{"u", {R"({"id":1,"e":"ABC"})", R"({"id":2,"e":"q"})", R"({"id":3,"e":"abd"})", R"({"id":4,"e":"ABD"})"}},
       {"c", {R"({"id":1,"u":1})", R"({"id":2,"u":4})"}}},
      match("u", {"e"}));
  EXPECT_EQ(done.of("u") + "; " + done.of("c"), "insert 1, update 1, conflict 2; insert 1, invalid 1");
  EXPECT_EQ(t.holds("SELECT * FROM u ORDER BY id"), "2|q 9|ABC");
  EXPECT_EQ(t.holds("SELECT * FROM c"), "1|9");
}

TEST(Match, TakesATypeOfAnExtensionThatHasNoOperatorOfTheServer) {
  Case t("CREATE EXTENSION hstore; CREATE TABLE u (id int PRIMARY KEY, e hstore); INSERT INTO u VALUES (9, 'a=>1')");
  EXPECT_EQ(t.import_as_announced({{"u", {R"({"id":1,"e":"\"a\"=>\"1\""})"}}}, match("u", {"e"})).of("u"),
            "unchanged 1");
}

}  // namespace
}  // namespace import_test
