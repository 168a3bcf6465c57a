// Records that cannot be held: found one by one, by the codecs or by the line of a failed COPY, without losing another.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

TEST(Stage, LeavesOutWhatTheCodecsRefuseAndSaysWhere) {
  Case t("CREATE TABLE v (id int PRIMARY KEY, name varchar(3) NOT NULL)");
  const auto done = t.import_as_announced({{"v",
                                            {R"({"id":1,"name":"abc"})", R"({"id":2,"name":"abcd"})",
                                             R"({"id":3,"name":null})", R"({"id":"x","name":"a"})"}}});
  EXPECT_EQ(done.of("v"), "insert 1, invalid 3");
  EXPECT_EQ(done.left_out.at("v")[0].key, "id=2");
  EXPECT_TRUE(contains(done.left_out.at("v")[0].reason, "column name: ")) << done.left_out.at("v")[0].reason;
}

TEST(Stage, FindsTheRowsThatOnlyTheServerRefuses) {
  Case t("CREATE TABLE j (id int PRIMARY KEY, doc jsonb)");
  std::vector<std::string> lines;
  for (int i = 1; i <= 3000; ++i)
    lines.push_back("{\"id\":" + std::to_string(i) + ",\"doc\":{\"a\":\"" + (i % 500 == 0 ? "\\u0000" : "x") + "\"}}");
  const auto done = t.import_as_announced({{"j", lines}});
  EXPECT_EQ(done.of("j"), "insert 2994, invalid 6");
  EXPECT_EQ(done.left_out.at("j")[5].key, "id=3000");
  EXPECT_EQ(t.holds("SELECT count(*) FROM j WHERE id % 500 = 0"), "0");
}

TEST(Stage, KeepsBothKindsOfRefusalApart) {
  Case t("CREATE TABLE j (id int PRIMARY KEY, doc jsonb)");
  const std::string bad = R"({"id":1000000000000,"doc":1})";
  std::vector<std::string> lines = {bad, R"({"id":2,"doc":["\u0000"]})", bad,
                                    bad, R"({"id":5,"doc":["\u0000"]})", R"({"id":6,"doc":5})",
                                    bad, R"({"id":8,"doc":["\u0000"]})", bad};
  const auto done = t.import_as_announced({{"j", lines}});
  EXPECT_EQ(done.of("j"), "insert 1, invalid 8");
  std::string records;
  for (const auto& row : done.left_out.at("j")) records += std::to_string(row.record) + " ";
  EXPECT_EQ(records, "1 2 3 4 5 7 8 9 ");
}

TEST(Stage, IsNotMisledByARowThatLooksLikeTheServersContext) {
  Case t("CREATE TABLE j (id int PRIMARY KEY, doc jsonb)");
  const auto done = t.import_as_announced(
      {{"j", {R"({"id":1,"doc":1})", R"({"id":2,"doc":["COPY stage_0, line 99","\u0000"]})", R"({"id":3,"doc":3})"}}});
  EXPECT_EQ(done.of("j"), "insert 2, invalid 1");
  EXPECT_TRUE(contains(done.only_left_out("j"), "2 id=2")) << done.only_left_out("j");
}

TEST(Stage, TakesMoreRefusalsThanOneSegmentHolds) {
  Case t("CREATE TABLE v (id int PRIMARY KEY, note text)");
  std::vector<std::string> lines;
  for (int i = 1; i <= 12000; ++i)
    lines.push_back("{\"id\":" + std::to_string(i) + ",\"note\":" + (i % 3 == 0 ? "\"ok\"}" : "1}"));
  const auto done = t.import_as_announced({{"v", lines}});
  EXPECT_EQ(done.of("v"), "insert 4000, invalid 8000");
  EXPECT_EQ(done.left_out.at("v").back().record, 11999U);
}

TEST(Stage, LeavesOutADocumentThatIsTooDeepForTheServer) {
  Case t("CREATE TABLE j (id int PRIMARY KEY, doc jsonb)");
  const std::string deep = std::string(60000, '[') + std::string(60000, ']');
  const auto done =
      t.import_as_announced({{"j", {R"({"id":1,"doc":{"$json_text":")" + deep + "\"}}", R"({"id":2,"doc":[]})"}}});
  EXPECT_EQ(done.of("j"), "insert 1, invalid 1");
}

TEST(Stage, NeverRoundsOrCutsAValueToFit) {
  Case t(
      "CREATE TABLE n (id int PRIMARY KEY, price numeric(5,2), at timestamp(0), span interval(0), bits bit(3), word "
      "char(2))");
  const auto done = t.import(
      {{"n",
        {R"({"id":1,"price":"1.239","at":null,"span":null,"bits":null,"word":null})",
         R"({"id":2,"price":null,"at":"2025-01-01T00:00:00.6","span":null,"bits":null,"word":null})",
         R"({"id":3,"price":null,"at":null,"span":"00:00:00.7","bits":null,"word":null})",
         R"({"id":4,"price":null,"at":null,"span":null,"bits":"1010","word":null})",
         R"({"id":5,"price":null,"at":null,"span":null,"bits":null,"word":"abc"})",
         R"({"id":6,"price":"1.23","at":"2025-01-01T00:00:00","span":"00:00:01","bits":"101","word":"ab"})"}}});
  EXPECT_EQ(done.of("n"), "insert 1, invalid 5") << t.holds("SELECT * FROM n ORDER BY id");
}

TEST(Stage, TakesTheElementsOfArraysWhoseTypeTravelsAsText) {
  Case t(
      "CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE a (id int PRIMARY KEY, p point[], n positive[])");
  const auto done =
      t.import_as_announced({{"a",
                              {R"j({"id":1,"p":["(1,2)",null],"n":[1,2]})j", R"j({"id":2,"p":["nowhere"],"n":[]})j",
                               R"j({"id":3,"p":[],"n":[1,-1]})j", R"j({"id":4,"p":null,"n":null})j"}}});
  EXPECT_EQ(done.of("a"), "insert 2, invalid 2");
}

TEST(Stage, LeavesOutTextThatTheEncodingOfTheTargetLacks) {
  Case admin("SELECT 1");
  const std::string name = admin.database.name() + "_latin1";
  admin.database.run("CREATE DATABASE " + name + " ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  std::string url = admin.database.url();
  url.replace(url.find(admin.database.name()), admin.database.name().size(), name);
  connect(url)->execute("CREATE TABLE w (id int PRIMARY KEY, word text)");
  const auto done = run_import(
      url,
      file_for(url, {{"w", {"{\"id\":1,\"word\":\"\xC3\xA9t\xC3\xA9\"}", "{\"id\":2,\"word\":\"\xE2\x82\xAC\"}"}}}));
  EXPECT_EQ(done.of("w"), "insert 1, invalid 1");
  admin.database.run("DROP DATABASE " + name + " WITH (FORCE)");
}

TEST(Stage, TakesATableOfSixteenHundredColumns) {
  std::string columns = "c0 int PRIMARY KEY";
  std::string line = "{\"c0\":1";
  for (int i = 1; i < 1600; ++i) {
    columns += ", c" + std::to_string(i) + " bool";
    line += ",\"c" + std::to_string(i) + "\":true";
  }
  Case t("CREATE TABLE wide (" + columns + ")");
  EXPECT_EQ(t.import({{"wide", {line + "}"}}}).of("wide"), "insert 1");
}

TEST(Stage, FollowsNamesNotPlacesOfColumns) {
  Case source(
      "CREATE TABLE c (id int PRIMARY KEY, a text, gone int, b text); ALTER TABLE c DROP gone; INSERT INTO c VALUES "
      "(1, 'a', 'b')");
  Case t(
      "CREATE TABLE c (dropped int, b text, extra text DEFAULT 'd', a text, id int PRIMARY KEY); ALTER TABLE c DROP "
      "dropped; INSERT INTO c VALUES ('x', 'mine', 'x', 2)");
  source.database.run("INSERT INTO c VALUES (2, 'a2', 'b2')");
  EXPECT_EQ(run_import(t.database.url(), export_of(source.database.url())).of("c"), "insert 1, update 1");
  EXPECT_EQ(t.holds("SELECT id, a, b, extra FROM c ORDER BY id"), "1|a|b|d 2|a2|b2|mine");
}

}  // namespace
}  // namespace import_test
