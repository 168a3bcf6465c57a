// Verdicts, and what the target holds after them.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

constexpr const char* kAnyCase =
    "CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);";

TEST(Classify, InsertsUpdatesAndLeavesEqualRowsAlone) {
  Case t("CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items VALUES (1, 'a'), (2, 'b'), (9, 'own')");
  const auto xmin = t.holds("SELECT xmin FROM items WHERE id IN (1, 9) ORDER BY id");
  const auto done = t.import_as_announced(
      {{"items", {R"({"id":1,"name":"a"})", R"({"id":2,"name":"B"})", R"({"id":3,"name":"c"})"}}});
  EXPECT_EQ(done.of("items"), "insert 1, update 1, unchanged 1");
  EXPECT_EQ(t.holds("SELECT * FROM items ORDER BY id"), "1|a 2|B 3|c 9|own");
  EXPECT_EQ(t.holds("SELECT xmin FROM items WHERE id IN (1, 9) ORDER BY id"), xmin);
}

TEST(Classify, ComparesByImageNotByEquality) {
  Case t("CREATE TABLE n (id int PRIMARY KEY, v numeric); INSERT INTO n VALUES (1, 1.0), (2, 5)");
  EXPECT_EQ(t.import_as_announced({{"n", {R"({"id":1,"v":"1.00"})", R"({"id":2,"v":"5"})"}}}).of("n"),
            "update 1, unchanged 1");
  EXPECT_EQ(t.holds("SELECT v FROM n ORDER BY id"), "1.00 5");
}

TEST(Classify, SeesAChangeInAnyKindOfColumn) {
  struct Column {
    const char* type;
    const char* before;
    const char* after;
  };
  const Column columns[] = {
      {"bool", "true", "false"},
      {"int2", "1", "2"},
      {"int8", "1", "2"},
      {"oid", "1", "2"},
      {"float8", "0.5", "0.25"},
      {"numeric", R"("1.0")", R"("1.00")"},
      {"date", R"("2025-01-15")", R"("2025-01-16")"},
      {"time", R"("10:00:00")", R"("10:00:01")"},
      {"timestamp(3)", R"("2025-01-15T10:00:00")", R"("2025-01-15T10:00:00.001")"},
      {"timestamptz", R"("2025-01-15T10:00:00Z")", R"("2025-01-15T10:00:01Z")"},
      {"uuid", R"("00000000-0000-0000-0000-000000000001")", R"("00000000-0000-0000-0000-000000000002")"},
      {"text", R"("a")", R"("a ")"},
      {"varchar(9)", R"("")", R"(" ")"},
      {"char(3)", R"("a  ")", R"("b  ")"},
      {"text COLLATE any_case", R"("a")", R"("A")"},
      {"bytea", R"("\\x00")", R"("\\x0000")"},
      {"mood", R"("sad")", R"("happy")"},
      {"feeling", R"("sad")", R"("happy")"},
      {"jsonb", "1.0", "1.00"},
      {"int[]", "[1]", "[2]"}};
  std::string tables =
      std::string(kAnyCase) + "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE DOMAIN feeling AS mood;";
  Records before;
  Records after;
  const auto row = [](int id, const std::string& value) {
    return "{\"id\":" + std::to_string(id) + ",\"v\":" + value + "}";
  };
  for (const Column& column : columns) {
    const std::string table = "t" + std::to_string(before.size());
    tables += "CREATE TABLE " + table + " (id int PRIMARY KEY, v " + column.type + ");";
    const std::string held = column.before;
    before.push_back({table, {row(1, held), row(2, held), row(3, held), row(4, "null"), row(5, "null")}});
    after.push_back({table, {row(1, held), row(2, column.after), row(3, "null"), row(4, held), row(5, "null")}});
  }
  Case t(tables);
  t.import_as_announced(before);
  const auto done = t.import_as_announced(after);
  for (std::size_t i = 0; i < std::size(columns); ++i)
    EXPECT_EQ(done.of("t" + std::to_string(i)), "update 3, unchanged 2") << columns[i].type;
}

TEST(Classify, FindsARepeatedKeyInWhateverOrderTheKeysCome) {
  const std::pair<const char*, std::vector<std::string>> keys[] = {
      {"int", {"1", "2", "2", "3"}},
      {"int", {"1", "3", "2", "3"}},
      {"int", {"-1", "0", "1", "-1"}},
      {"text", {R"("a")", R"("b")", R"("aa")", R"("b")"}},
      {"text COLLATE any_case", {R"("A")", R"("B")", R"("a")", R"("c")"}},
      {"varchar(3)", {R"("a")", R"("b")", R"("c")", R"("a")"}},
      {"numeric", {R"("1.0")", R"("1.00")", R"("2")", R"("3")"}},
      {"float8", {"0", "1", "-0.0", "2"}},
      {"timestamp", {R"("2025-01-15T10:00:00")", R"("2025-01-15T10:00:00.0")", R"("2025-01-16T10:00:00")", "null"}}};
  std::string tables = kAnyCase;
  Records records;
  for (const auto& [type, values] : keys) {
    const std::string table = "t" + std::to_string(records.size());
    tables += "CREATE TABLE " + table + " (k " + type + " PRIMARY KEY, n int);";
    records.push_back({table, {}});
    for (const std::string& value : values) records.back().second.push_back("{\"k\":" + value + ",\"n\":1}");
  }
  Case t(tables);
  const auto done = t.import_as_announced(records);
  for (std::size_t i = 0; i < std::size(keys); ++i) {
    const bool has_null = keys[i].second.back() == "null";
    EXPECT_EQ(done.of("t" + std::to_string(i)), has_null ? "insert 1, conflict 2, invalid 1" : "insert 2, conflict 2")
        << keys[i].first << " " << keys[i].second.front();
  }
}

TEST(Classify, FindsARepeatedCompositeKey) {
  Case t("CREATE TABLE t (a text, b int, n int, PRIMARY KEY (a, b))");
  const auto row = [](const char* a, int b) {
    return std::string(R"({"a":")") + a + R"(","b":)" + std::to_string(b) + R"(,"n":1})";
  };
  EXPECT_EQ(t.import_as_announced({{"t", {row("a", 1), row("a", 2), row("b", 1), row("a", 2)}}}).of("t"),
            "insert 2, conflict 2");
}

TEST(Classify, MatchesCitextKeysWithoutCase) {
  Case t(
      "CREATE EXTENSION citext; CREATE TABLE u (email citext PRIMARY KEY, n int); INSERT INTO u VALUES ('A@b.fr', 1)");
  const auto done = t.import_as_announced(
      {{"u", {R"({"email":"a@B.fr","n":1})", R"({"email":"c@d.fr","n":2})", R"({"email":"C@d.fr","n":3})"}}});
  EXPECT_EQ(done.of("u"), "update 1, conflict 2");
  EXPECT_EQ(t.holds("SELECT email, n FROM u"), "a@B.fr|1");
}

TEST(Classify, KeepsCompositeKeysApart) {
  Case t("CREATE TABLE c (a text, b text, v int, PRIMARY KEY (b, a)); INSERT INTO c VALUES ('x', 'y', 1)");
  const auto done = t.import_as_announced({{"c", {R"({"a":"x","b":"y","v":2})", R"({"a":"y","b":"x","v":3})"}}});
  EXPECT_EQ(done.of("c"), "insert 1, update 1");
  EXPECT_EQ(t.holds("SELECT * FROM c ORDER BY a"), "x|y|2 y|x|3");
}

TEST(Classify, CallsAKeyHeldByAnotherRowAConflict) {
  Case t("CREATE TABLE u (id int PRIMARY KEY, email text UNIQUE); INSERT INTO u VALUES (1, 'a'), (2, 'b')");
  const auto done =
      t.import_as_announced({{"u", {R"({"id":3,"email":"a"})", R"({"id":1,"email":"b"})", R"({"id":4,"email":"z"})"}}});
  EXPECT_EQ(done.of("u"), "insert 1, conflict 2");
  EXPECT_TRUE(contains(done.left_out.at("u")[0].reason, "email=a")) << done.left_out.at("u")[0].reason;
  EXPECT_TRUE(contains(done.left_out.at("u")[0].reason, "id=1")) << done.left_out.at("u")[0].reason;
  EXPECT_EQ(t.holds("SELECT * FROM u ORDER BY id"), "1|a 2|b 4|z");
}

TEST(Classify, NullsInAUniqueKeyDoNotCollide) {
  Case t("CREATE TABLE u (id int PRIMARY KEY, a int, b int, UNIQUE (a, b)); INSERT INTO u VALUES (1, NULL, 1)");
  EXPECT_EQ(t.import_as_announced({{"u", {R"({"id":2,"a":null,"b":1})", R"({"id":3,"a":null,"b":1})"}}}).of("u"),
            "insert 2");
}

TEST(Classify, NullsCollideWhereTheKeySaysNotDistinct) {
  Case t("CREATE TABLE u (id int PRIMARY KEY, a int, UNIQUE NULLS NOT DISTINCT (a)); INSERT INTO u VALUES (1, 5)");
  EXPECT_EQ(
      t.import_as_announced({{"u", {R"({"id":2,"a":null})", R"({"id":3,"a":null})", R"({"id":4,"a":6})"}}}).of("u"),
      "insert 1, conflict 2");
}

TEST(Classify, ReadsPartialAndExpressionIndexes) {
  Case t(
      "CREATE TABLE u (id int PRIMARY KEY, email text, active bool);"
      "CREATE UNIQUE INDEX one_active ON u (lower(email)) WHERE active; INSERT INTO u VALUES (1, 'A@x', true)");
  const auto done =
      t.import_as_announced({{"u",
                              {R"({"id":2,"email":"a@X","active":true})", R"({"id":3,"email":"a@x","active":false})",
                               R"({"id":4,"email":"q","active":true})", R"({"id":5,"email":"Q","active":true})",
                               R"({"id":6,"email":"Q","active":false})"}}});
  EXPECT_EQ(done.of("u"), "insert 2, conflict 3");
}

TEST(Classify, ReportsChecksOverSeveralColumns) {
  Case t("CREATE TABLE p (id int PRIMARY KEY, a int, b int, CONSTRAINT a_before_b CHECK (a < b))");
  const auto done = t.import_as_announced(
      {{"p", {R"({"id":1,"a":1,"b":2})", R"({"id":2,"a":2,"b":1})", R"({"id":3,"a":null,"b":1})"}}});
  EXPECT_EQ(done.of("p"), "insert 2, invalid 1");
  EXPECT_TRUE(contains(done.only_left_out("p"), "2 id=2: violates the check a_before_b")) << done.only_left_out("p");
}

TEST(Classify, GoesOnWhereACheckReadsTheWholeRow) {
  Case t(
      "CREATE TABLE w (id int PRIMARY KEY, n int);"
      "CREATE FUNCTION sound(w) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT $1.n > 0';"
      "ALTER TABLE w ADD CONSTRAINT sound CHECK (sound(w.*))");
  EXPECT_EQ(t.import({{"w", {R"({"id":1,"n":1})", R"({"id":2,"n":-1})"}}}).of("w"), "insert 1, invalid 1");
}

TEST(Classify, GoesOnWhereACheckFailsByItself) {
  Case t("CREATE TABLE q (id int PRIMARY KEY, n int, CONSTRAINT quotient CHECK (10 / n > 0))");
  EXPECT_EQ(t.import({{"q", {R"({"id":1,"n":1})", R"({"id":2,"n":0})", R"({"id":3,"n":-1})"}}}).of("q"),
            "insert 1, invalid 2");
}

TEST(Classify, ACheckMayCallAFunctionThatReliesOnTheSearchPath) {
  Case t(
      "CREATE TABLE limits (most int); INSERT INTO limits VALUES (10);"
      "CREATE FUNCTION within_limits(int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN $1 <= (SELECT most FROM "
      "limits); END';"
      "CREATE TABLE q (id int PRIMARY KEY CHECK (within_limits(id)))");
  EXPECT_EQ(t.import({{"q", {R"({"id":1})", R"({"id":11})"}}}).of("q"), "insert 1, invalid 1");
}

TEST(Classify, LeavesOutARowThatADomainRefuses) {
  Case t("CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE d (id int PRIMARY KEY, n positive)");
  const auto done = t.import_as_announced({{"d", {R"({"id":1,"n":1})", R"({"id":2,"n":0})", R"({"id":3,"n":null})"}}});
  EXPECT_EQ(done.of("d"), "insert 2, invalid 1");
  EXPECT_TRUE(contains(done.only_left_out("d"), "2 id=2: ")) << done.only_left_out("d");
}

TEST(Classify, LeavesOutARowWhoseKeyADomainRefuses) {
  Case t(
      "CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE d (id positive PRIMARY KEY); INSERT INTO d VALUES "
      "(1)");
  EXPECT_EQ(t.import_as_announced({{"d", {R"({"id":1})", R"({"id":0})", R"({"id":3})"}}}).of("d"),
            "insert 1, unchanged 1, invalid 1");
}

TEST(Classify, LeavesOutATextThatItsTypeRefuses) {
  Case t(
      "CREATE TABLE x (id int PRIMARY KEY, r int4range, p point, doc xml); INSERT INTO x VALUES (1, '[1,2)', '(1,2)', "
      "'<a/>')");
  const auto done = t.import_as_announced(
      {{"x",
        {R"j({"id":1,"r":"[1,2)","p":"(1,2)","doc":"<a/>"})j", R"j({"id":2,"r":"[5,2)","p":"(1,2)","doc":"<a/>"})j",
         R"j({"id":3,"r":"empty","p":"somewhere","doc":"<a/>"})j", R"j({"id":4,"r":"empty","p":"(0,0)","doc":"<a>"})j",
         R"j({"id":5,"r":"empty","p":"(0,0)","doc":"<b/>"})j"}}});
  EXPECT_EQ(done.of("x"), "insert 1, unchanged 1, invalid 3");
  EXPECT_EQ(t.holds("SELECT id FROM x ORDER BY id"), "1 5");
}

TEST(Classify, LeavesOutChildrenOfALeftOutParentAndNamesIt) {
  Case t(
      "CREATE TABLE parents (id int PRIMARY KEY, n int CHECK (n > 0)); CREATE TABLE kids (id int PRIMARY KEY, parent "
      "int REFERENCES parents);"
      "CREATE TABLE toys (id int PRIMARY KEY, kid int NOT NULL REFERENCES kids)");
  const auto done = t.import_as_announced(
      {{"parents", {R"({"id":1,"n":1})", R"({"id":2,"n":-1})"}},
       {"kids", {R"({"id":1,"parent":1})", R"({"id":2,"parent":2})", R"({"id":3,"parent":null})"}},
       {"toys", {R"({"id":1,"kid":1})", R"({"id":2,"kid":2})", R"({"id":3,"kid":77})"}}});
  EXPECT_EQ(done.of("kids"), "insert 2, invalid 1");
  EXPECT_EQ(done.of("toys"), "insert 1, invalid 2");
  EXPECT_TRUE(contains(done.only_left_out("kids"), "the parent parents id=2")) << done.only_left_out("kids");
}

TEST(Classify, FollowsForeignKeysToAKeyThatIsNotThePrimaryOne) {
  Case t(
      "CREATE TABLE countries (id int PRIMARY KEY, code text UNIQUE); INSERT INTO countries VALUES (1, 'fr'), (2, "
      "'de');"
      "CREATE TABLE towns (id int PRIMARY KEY, country text REFERENCES countries (code))");
  const auto done = t.import_as_announced({{"countries", {R"({"id":2,"code":"dx"})", R"({"id":3,"code":"es"})"}},
                                           {"towns",
                                            {R"({"id":1,"country":"fr"})", R"({"id":2,"country":"es"})",
                                             R"({"id":3,"country":"dx"})", R"({"id":4,"country":"it"})"}}});
  EXPECT_EQ(done.of("countries"), "insert 1, update 1");
  EXPECT_EQ(done.of("towns"), "insert 3, invalid 1");
}

TEST(Classify, LeavesOutAHalfEmptyKeyThatMatchFullForbids) {
  Case t(
      "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b)); INSERT INTO p VALUES (1, 1);"
      "CREATE TABLE c (id int PRIMARY KEY, a int, b int, FOREIGN KEY (a, b) REFERENCES p MATCH FULL)");
  EXPECT_EQ(t.import_as_announced(
                 {{"c", {R"({"id":1,"a":1,"b":1})", R"({"id":2,"a":1,"b":null})", R"({"id":3,"a":null,"b":null})"}}})
                .of("c"),
            "insert 2, invalid 1");
}

TEST(Classify, AParentByInheritanceIsNoParent) {
  Case t(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE heir () INHERITS (p); INSERT INTO p VALUES (1); INSERT INTO "
      "heir VALUES (2);"
      "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)");
  EXPECT_EQ(t.import_as_announced({{"p", {}}, {"c", {R"({"id":1,"p":1})", R"({"id":2,"p":2})"}}}).of("c"),
            "insert 1, invalid 1");
}

TEST(Classify, FollowsForeignKeysToAPartitionedTableAndToAPartition) {
  Case t(
      "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) "
      "TO (10);"
      "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);"
      "CREATE TABLE a (id int PRIMARY KEY, p int REFERENCES p); CREATE TABLE b (id int PRIMARY KEY, p int REFERENCES "
      "p1)");
  const auto done = t.import_as_announced({{"p", {R"({"id":1})", R"({"id":11})"}},
                                           {"a", {R"({"id":1,"p":1})", R"({"id":2,"p":11})", R"({"id":3,"p":12})"}},
                                           {"b", {R"({"id":1,"p":1})"}}});
  EXPECT_EQ(done.of("a"), "insert 2, invalid 1");
  EXPECT_EQ(done.of("b"), "insert 1");
  EXPECT_EQ(done.of("p"), "insert 2");
}

TEST(Classify, CountsEqualRowsOfATableWithoutAKey) {
  Case t("CREATE TABLE log (a int, b text); INSERT INTO log VALUES (1, 'x'), (1, 'x'), (2, NULL)");
  const Records records = {
      {"log",
       {R"({"a":1,"b":"x"})", R"({"a":1,"b":"x"})", R"({"a":1,"b":"x"})", R"({"a":2,"b":""})", R"({"a":2,"b":null})"}}};
  EXPECT_EQ(t.import_as_announced(records).of("log"), "insert 2, unchanged 3");
  EXPECT_EQ(t.import_as_announced(records).of("log"), "unchanged 5");
  EXPECT_EQ(t.holds("SELECT a, b, count(*) FROM log GROUP BY a, b ORDER BY a, b"), "1|x|3 2||1 2||1");
}

TEST(Classify, TakesATableWithoutColumns) {
  Case t("CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES");
  EXPECT_EQ(t.import_as_announced({{"nothing", {"{}", "{}", "{}"}}}).of("nothing"), "insert 2, unchanged 1");
  EXPECT_EQ(t.holds("SELECT count(*) FROM nothing"), "3");
}

TEST(Classify, ANullableUniqueKeyOfAKeylessTableStillConflicts) {
  Case t("CREATE TABLE k (code int UNIQUE, v text); INSERT INTO k VALUES (1, 'a'), (NULL, 'n')");
  const auto done =
      t.import_as_announced({{"k",
                              {R"({"code":1,"v":"b"})", R"({"code":2,"v":"c"})", R"({"code":null,"v":"n"})",
                               R"({"code":3,"v":"d"})", R"({"code":3,"v":"e"})"}}});
  EXPECT_EQ(done.of("k"), "insert 1, unchanged 1, conflict 3");
}

TEST(Classify, TakesColumnsNamedLikeItsOwn) {
  Case t(
      R"(CREATE TABLE s (record int PRIMARY KEY, record_ int, s text, t text, v text, verdict text, key text, "#1" text UNIQUE, n int, image text,
            number int, x int, CHECK (s <> 'bad' AND t <> v), UNIQUE (verdict, key)); CREATE UNIQUE INDEX ON s (lower(s || t)))");
  const std::string row =
      R"(,"record_":5,"s":"%","t":"t","v":"v","verdict":"a","key":"%","#1":"%","n":1,"image":"i","number":2,"x":3})";
  const auto with = [&](const std::string& id, const std::string& text) {
    std::string line = R"({"record":)" + id + row;
    for (std::size_t at = line.find('%'); at != std::string::npos; at = line.find('%')) line.replace(at, 1, text);
    return line;
  };
  EXPECT_EQ(t.import_as_announced({{"s", {with("1", "a"), with("2", "b"), with("3", "bad"), with("4", "b")}}}).of("s"),
            "insert 1, conflict 2, invalid 1");
  EXPECT_EQ(t.import_as_announced({{"s", {with("1", "a"), with("5", "a")}}}).of("s"), "unchanged 1, conflict 1");
}

TEST(Classify, TakesAKeylessTableWithColumnsNamedLikeItsOwn) {
  Case t(R"(CREATE TABLE s ("#1" text UNIQUE, record int, n int, image text); INSERT INTO s VALUES ('a', 1, 1, 'i'))");
  EXPECT_EQ(t.import_as_announced(
                 {{"s", {R"({"#1":"a","record":2,"n":1,"image":"i"})", R"({"#1":"b","record":2,"n":1,"image":"i"})"}}})
                .of("s"),
            "insert 1, conflict 1");
}

TEST(Classify, QuotesNamesWhateverTheyHold) {
  const std::string name = "A \"quoted\".dot\n'; DROP TABLE x; -- \xF0\x9F\x98\x80 %s \\";
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  quoted += '"';
  Case t("CREATE TABLE " + quoted + " (" + quoted +
         " int PRIMARY KEY, \"select\" text UNIQUE CHECK (\"select\" <> 'no'), parent int REFERENCES " + quoted + ")");
  t.database.run("INSERT INTO " + quoted + " VALUES (1, 'a', NULL), (2, 'b', 1)");
  const std::string file = export_of(t.database.url());
  t.database.run("DELETE FROM " + quoted + " WHERE parent IS NOT NULL; UPDATE " + quoted + " SET \"select\" = 'z'");
  EXPECT_EQ(run_import(t.database.url(), file).of(name), "insert 1, update 1");
  EXPECT_EQ(t.holds("SELECT * FROM " + quoted + " ORDER BY 1"), "1|a| 2|b|1");
}

TEST(Classify, ModesLeaveOutInsertsOrUpdates) {
  Case t("CREATE TABLE m (id int PRIMARY KEY, v int); INSERT INTO m VALUES (1, 1), (2, 2)");
  const Records records = {{"m", {R"({"id":1,"v":1})", R"({"id":2,"v":9})", R"({"id":3,"v":3})"}}};
  EXPECT_EQ(t.import(records, {.mode = engine::Mode::kUpdate}).of("m"), "update 1, unchanged 1, skipped 1");
  EXPECT_EQ(t.holds("SELECT * FROM m ORDER BY id"), "1|1 2|9");
  t.database.run("UPDATE m SET v = 0 WHERE id = 2");
  EXPECT_EQ(t.import(records, {.mode = engine::Mode::kInsert}).of("m"), "insert 1, unchanged 1, skipped 1");
  EXPECT_EQ(t.holds("SELECT * FROM m ORDER BY id"), "1|1 2|0 3|3");
}

TEST(Classify, AnAlwaysIdentityBesideTheKeyDoesNotKeepRowsDiffering) {
  Case t(
      "CREATE TABLE g (code text PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, v text); INSERT INTO g (code, v) "
      "VALUES ('a', 'x')");
  const Records records = {{"g", {R"({"code":"a","n":50,"v":"y"})", R"({"code":"b","n":51,"v":"z"})"}}};
  EXPECT_EQ(t.import_as_announced(records).of("g"), "insert 1, update 1");
  EXPECT_EQ(t.holds("SELECT * FROM g ORDER BY code"), "a|1|y b|51|z");
  EXPECT_EQ(t.import_as_announced(records).of("g"), "unchanged 2");
}

}  // namespace
}  // namespace import_test
