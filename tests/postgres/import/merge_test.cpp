// What is written, and what the server's own objections (constraints, triggers, rules) do to the rest of the import.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

TEST(Merge, LeavesOutRowsThatExcludeOthers) {
  Case t(
      "CREATE EXTENSION btree_gist; CREATE TABLE stays (id int PRIMARY KEY, room int, during int4range, EXCLUDE USING "
      "gist (room WITH =, during WITH &&));"
      "INSERT INTO stays VALUES (1, 1, '[0,10)')");
  const auto done = t.import_as_announced(
      {{"stays",
        {R"j({"id":2,"room":1,"during":"[5,6)"})j", R"j({"id":3,"room":1,"during":"[10,20)"})j",
         R"j({"id":4,"room":1,"during":"[15,16)"})j", R"j({"id":5,"room":2,"during":"[0,10)"})j"}}});
  EXPECT_EQ(done.of("stays"), "insert 1, invalid 3");
  EXPECT_EQ(t.holds("SELECT id FROM stays ORDER BY id"), "1 5");
}

TEST(Merge, NamesTheRecordThatATriggerRaisedFor) {
  Case t(
      "CREATE TABLE r (id int PRIMARY KEY, v int); INSERT INTO r VALUES (5, 0);"
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.v = 13 THEN RAISE 'unlucky %', NEW.id; "
      "END IF; RETURN NEW; END$$;"
      "CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON r FOR EACH ROW EXECUTE FUNCTION f()");
  const auto done =
      t.import({{"r", {R"({"id":1,"v":1})", R"({"id":2,"v":13})", R"({"id":3,"v":3})", R"({"id":5,"v":13})"}}});
  EXPECT_EQ(done.of("r"), "insert 2, invalid 2");
  EXPECT_TRUE(contains(done.left_out.at("r")[0].reason, "unlucky 2")) << done.left_out.at("r")[0].reason;
  EXPECT_EQ(t.holds("SELECT * FROM r ORDER BY id"), "1|1 3|3 5|0");
}

TEST(Merge, TakesAnyErrorCodeThatATriggerInvents) {
  for (const std::string code : {"45000", "XY001", "55000"}) {
    Case t(
        "CREATE TABLE r (id int PRIMARY KEY); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF "
        "NEW.id = 2 THEN RAISE 'no' "
        "USING ERRCODE = '" +
        code + "'; END IF; RETURN NEW; END$$; CREATE TRIGGER g BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION f()");
    EXPECT_EQ(t.import({{"r", {R"({"id":1})", R"({"id":2})", R"({"id":3})"}}}).of("r"), "insert 2, invalid 1") << code;
  }
}

TEST(Merge, FindsManyRefusedRowsAmongMany) {
  Case t(
      "CREATE TABLE r (id int PRIMARY KEY); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.id "
      "% 97 = 0 THEN RAISE 'no'; "
      "END IF; RETURN NEW; END$$; CREATE TRIGGER g BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION f()");
  std::vector<std::string> lines;
  for (int i = 1; i <= 2000; ++i) lines.push_back("{\"id\":" + std::to_string(i) + "}");
  const auto done = t.import({{"r", lines}});
  EXPECT_EQ(done.of("r"), "insert 1980, invalid 20");
  EXPECT_EQ(done.left_out.at("r")[19].record, 1940U);
  EXPECT_EQ(t.holds("SELECT count(*), count(*) FILTER (WHERE id % 97 = 0) FROM r"), "1980|0");
}

TEST(Merge, ReportsRowsThatATriggerDrops) {
  Case t(
      "CREATE TABLE r (id int PRIMARY KEY, v int); CREATE TABLE c (id int PRIMARY KEY, r int REFERENCES r); INSERT "
      "INTO r VALUES (3, 0);"
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN CASE WHEN NEW.v = 13 THEN NULL ELSE NEW "
      "END; END$$;"
      "CREATE TRIGGER drops BEFORE INSERT OR UPDATE ON r FOR EACH ROW EXECUTE FUNCTION f()");
  const auto done = t.import({{"r", {R"({"id":1,"v":1})", R"({"id":2,"v":13})", R"({"id":3,"v":13})"}},
                              {"c", {R"({"id":1,"r":1})", R"({"id":2,"r":2})"}}});
  EXPECT_EQ(done.of("r"), "insert 1, invalid 2");
  EXPECT_TRUE(contains(done.left_out.at("r")[0].reason, "drops")) << done.left_out.at("r")[0].reason;
  EXPECT_EQ(done.of("c"), "insert 1, invalid 1");
  EXPECT_EQ(t.holds("SELECT * FROM r ORDER BY id"), "1|1 3|0");
}

TEST(Merge, ReportsRowsThatATriggerDropsBesideRowsThatItRefuses) {
  Case t(
      "CREATE TABLE r (id int PRIMARY KEY, v int); INSERT INTO r SELECT i, 0 FROM generate_series(1, 6) i;"
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.v = 14 THEN RAISE 'no'; END IF; "
      "RETURN CASE WHEN NEW.v = 13 THEN NULL ELSE NEW END; END$$;"
      "CREATE TRIGGER drops BEFORE INSERT OR UPDATE ON r FOR EACH ROW EXECUTE FUNCTION f()");
  const auto done = t.import({{"r",
                               {R"({"id":1,"v":1})", R"({"id":2,"v":13})", R"({"id":3,"v":14})", R"({"id":4,"v":4})",
                                R"({"id":7,"v":13})", R"({"id":8,"v":14})", R"({"id":9,"v":9})"}}});
  EXPECT_EQ(done.of("r"), "insert 1, update 2, invalid 4");
  EXPECT_EQ(t.holds("SELECT * FROM r WHERE v > 0 ORDER BY id"), "1|1 4|4 9|9");
}

TEST(Merge, SaysWhichTableDoesNotHoldTheFilesValues) {
  Case t(
      "CREATE TABLE r (id int PRIMARY KEY, v int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
      "NEW.v = NEW.v + 1; RETURN NEW; END$$;"
      "CREATE TRIGGER touch BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION f()");
  const auto done = t.import({{"r", {R"({"id":1,"v":1})", R"({"id":2,"v":2})"}}});
  EXPECT_TRUE(contains(done.all_notices(), "r: 2 rows")) << done.all_notices();
}

TEST(Merge, LeavesOutWhatATriggerGivesAnotherKey) {
  Case t(
      "CREATE TABLE r (id int PRIMARY KEY); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.id "
      "< 10 THEN NEW.id = NEW.id + 1000; END IF; RETURN NEW; END$$;"
      "CREATE TRIGGER touch BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION f()");
  const auto done = t.import({{"r", {R"({"id":1})", R"({"id":20})"}}});
  EXPECT_EQ(done.of("r"), "insert 1, invalid 1");
  EXPECT_EQ(done.only_left_out("r"), "1 id=1: trigger touch of the target gives it another key, or takes it away");
  EXPECT_EQ(t.holds("SELECT id FROM r"), "20");
}

TEST(Merge, ATriggerMayNameItsTablesWithoutASchema) {
  Case t(
      "CREATE TABLE r (id int PRIMARY KEY); CREATE TABLE trail (line text);"
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO trail VALUES ('r ' || NEW.id); "
      "RETURN NEW; END$$;"
      "CREATE TRIGGER trail AFTER INSERT ON r FOR EACH ROW EXECUTE FUNCTION f()");
  EXPECT_EQ(t.import({{"r", {R"({"id":1})"}}}).of("r"), "insert 1");
  EXPECT_EQ(t.holds("SELECT * FROM trail"), "r 1");
}

TEST(Merge, ARowThatATriggerMadeFirstIsNoConcurrentChange) {
  Case t(
      "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE profiles (id int PRIMARY KEY REFERENCES users, bio text);"
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.profiles VALUES (NEW.id, "
      "''); RETURN NEW; END$$;"
      "CREATE TRIGGER make_profile AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION f()");
  const Records records = {{"users", {R"({"id":1})", R"({"id":2})"}},
                           {"profiles", {R"({"id":1,"bio":"a"})", R"({"id":2,"bio":"b"})"}}};
  EXPECT_EQ(t.import(records).of("users"), "insert 2");
  t.import(records);
  EXPECT_EQ(t.holds("SELECT * FROM profiles ORDER BY id"), "1|a 2|b");
}

TEST(Merge, ADeferredConstraintTriggerWaitsForTheWholeImport) {
  Case t(
      "CREATE TABLE orders (id int PRIMARY KEY); CREATE TABLE lines (id int PRIMARY KEY, o int REFERENCES orders);"
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NOT EXISTS (SELECT FROM public.lines WHERE o "
      "= NEW.id) THEN RAISE 'empty order'; "
      "END IF; RETURN NULL; END$$; CREATE CONSTRAINT TRIGGER filled AFTER INSERT ON orders DEFERRABLE INITIALLY "
      "DEFERRED FOR EACH ROW EXECUTE FUNCTION f()");
  const auto done =
      t.import({{"orders", {R"({"id":1})", R"({"id":2})"}}, {"lines", {R"({"id":1,"o":1})", R"({"id":2,"o":2})"}}});
  EXPECT_EQ(done.of("orders"), "insert 2");
  EXPECT_EQ(done.of("lines"), "insert 2");
}

TEST(Merge, ARuleThatDoesNothingIsReported) {
  Case t(
      "CREATE TABLE r (id int PRIMARY KEY, v int); INSERT INTO r VALUES (2, 0); CREATE RULE no AS ON INSERT TO r DO "
      "INSTEAD NOTHING");
  const auto done = t.import({{"r", {R"({"id":1,"v":1})", R"({"id":2,"v":2})"}}});
  EXPECT_EQ(done.of("r"), "update 1, invalid 1");
  EXPECT_EQ(t.holds("SELECT * FROM r"), "2|2");
}

TEST(Merge, ARefusedRowOfAKeylessTableIsLeftOutAlone) {
  Case t(
      "CREATE TABLE k (a int, b int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.a = 13 "
      "THEN RAISE 'no'; END IF; RETURN NEW; END$$;"
      "CREATE TRIGGER g BEFORE INSERT ON k FOR EACH ROW EXECUTE FUNCTION f()");
  EXPECT_EQ(t.import({{"k", {R"({"a":1,"b":1})", R"({"a":13,"b":1})", R"({"a":1,"b":1})"}}}).of("k"),
            "insert 2, invalid 1");
  EXPECT_EQ(t.holds("SELECT * FROM k"), "1|1 1|1");
}

TEST(Merge, InsertsRowsThatReferToEachOtherInAnyOrder) {
  Case t("CREATE TABLE f (id int PRIMARY KEY, parent int REFERENCES f)");
  const auto done = t.import({{"f",
                               {R"({"id":1,"parent":2})", R"({"id":2,"parent":3})", R"({"id":3,"parent":null})",
                                R"({"id":4,"parent":4})", R"({"id":5,"parent":9})", R"({"id":6,"parent":5})"}}});
  EXPECT_EQ(done.of("f"), "insert 4, invalid 2");
  EXPECT_EQ(t.holds("SELECT * FROM f ORDER BY id"), "1|2 2|3 3| 4|4");
}

TEST(Merge, InsertsCyclesOfTwoAndThreeTablesThatAreNeitherNullableNorDeferrable) {
  Case t(
      "CREATE TABLE a (id int PRIMARY KEY, c int NOT NULL); CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL "
      "REFERENCES a);"
      "CREATE TABLE c (id int PRIMARY KEY, b int NOT NULL REFERENCES b); ALTER TABLE a ADD FOREIGN KEY (c) REFERENCES "
      "c");
  const Records records = {{"a", {R"({"id":1,"c":1})", R"({"id":2,"c":2})"}},
                           {"b", {R"({"id":1,"a":1})", R"({"id":2,"a":2})"}},
                           {"c", {R"({"id":1,"b":1})", R"({"id":2,"b":7})"}}};
  const auto done = t.import(records);
  EXPECT_EQ(done.of("a") + "; " + done.of("b") + "; " + done.of("c"),
            "insert 1, invalid 1; insert 1, invalid 1; insert 1, invalid 1");
  const auto again = t.import(records);
  EXPECT_EQ(again.of("a"), "unchanged 1, invalid 1");
}

TEST(Merge, ARefusedRowOfACycleTakesItsChildrenAlong) {
  Case t(
      "CREATE TABLE f (id int PRIMARY KEY, parent int REFERENCES f, v int); CREATE FUNCTION g() RETURNS trigger "
      "LANGUAGE plpgsql AS "
      "$$BEGIN IF NEW.v = 13 THEN RAISE 'no'; END IF; RETURN NEW; END$$; CREATE TRIGGER g BEFORE INSERT ON f FOR EACH "
      "ROW EXECUTE FUNCTION g()");
  const auto done = t.import({{"f",
                               {R"({"id":1,"parent":null,"v":1})", R"({"id":2,"parent":1,"v":13})",
                                R"({"id":3,"parent":2,"v":3})", R"({"id":4,"parent":1,"v":4})"}}});
  EXPECT_EQ(done.of("f"), "insert 2, invalid 2");
}

TEST(Merge, ADroppedRowOfACycleTakesItsChildrenAlong) {
  Case t(
      "CREATE TABLE f (id int PRIMARY KEY, parent int REFERENCES f, v int); CREATE FUNCTION g() RETURNS trigger "
      "LANGUAGE plpgsql AS "
      "$$BEGIN RETURN CASE WHEN NEW.v = 13 THEN NULL ELSE NEW END; END$$; CREATE TRIGGER g BEFORE INSERT ON f FOR EACH "
      "ROW EXECUTE FUNCTION g()");
  const auto done = t.import({{"f",
                               {R"({"id":1,"parent":null,"v":1})", R"({"id":2,"parent":1,"v":13})",
                                R"({"id":3,"parent":2,"v":3})", R"({"id":4,"parent":1,"v":4})"}}});
  EXPECT_EQ(done.of("f"), "insert 2, invalid 2");
  EXPECT_EQ(t.holds("SELECT id FROM f ORDER BY id"), "1 4");
}

TEST(Merge, AnAfterTriggerOfATableThatRefersToItselfRefusesOneRow) {
  Case t(
      "CREATE TABLE f (id int PRIMARY KEY, parent int REFERENCES f, v int); CREATE FUNCTION g() RETURNS trigger "
      "LANGUAGE plpgsql AS "
      "$$BEGIN IF NEW.v = 13 THEN RAISE 'no'; END IF; RETURN NEW; END$$; CREATE TRIGGER late AFTER INSERT ON f FOR "
      "EACH ROW EXECUTE FUNCTION g()");
  const auto done = t.import({{"f",
                               {R"({"id":1,"parent":4,"v":1})", R"({"id":2,"parent":3,"v":13})",
                                R"({"id":3,"parent":null,"v":3})", R"({"id":4,"parent":3,"v":4})"}}});
  EXPECT_EQ(done.of("f"), "insert 3, invalid 1");
}

TEST(Merge, AKeylessTableMayReferToItself) {
  Case t("CREATE TABLE k (code int UNIQUE, parent int REFERENCES k (code))");
  const Records records = {
      {"k", {R"({"code":1,"parent":2})", R"({"code":2,"parent":null})", R"({"code":null,"parent":1})"}}};
  EXPECT_EQ(t.import(records).of("k"), "insert 3");
  EXPECT_EQ(t.import(records).of("k"), "unchanged 3");
}

TEST(Merge, AHalfEmptyKeyInACycleIsLeftOutAlone) {
  Case t(
      "CREATE TABLE f (a int, b int, pa int, pb int, PRIMARY KEY (a, b), FOREIGN KEY (pa, pb) REFERENCES f MATCH "
      "FULL)");
  const auto done = t.import({{"f",
                               {R"({"a":1,"b":1,"pa":null,"pb":null})", R"({"a":1,"b":2,"pa":1,"pb":1})",
                                R"({"a":1,"b":3,"pa":1,"pb":null})"}}});
  EXPECT_EQ(done.of("f"), "insert 2, invalid 1");
}

TEST(Merge, ForeignKeysToTablesOutsideThePlanCountWhatIsThere) {
  Case t(
      "CREATE TABLE outside (id int PRIMARY KEY); INSERT INTO outside VALUES (1); CREATE TABLE c (id int PRIMARY KEY, "
      "o int REFERENCES outside)");
  EXPECT_EQ(t.import_as_announced({{"c", {R"({"id":1,"o":1})", R"({"id":2,"o":2})"}}}).of("c"), "insert 1, invalid 1");
}

TEST(Merge, MovesRowsBetweenPartitions) {
  Case t(
      "CREATE TABLE p (id int, region text, v int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);"
      "CREATE TABLE p_a PARTITION OF p FOR VALUES IN ('a'); CREATE TABLE q (id int PRIMARY KEY, v int) PARTITION BY "
      "HASH (id);"
      "CREATE TABLE q0 PARTITION OF q FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE q1 PARTITION OF q FOR "
      "VALUES WITH (MODULUS 2, REMAINDER 1);"
      "CREATE TABLE m (id int NOT NULL, region text NOT NULL) PARTITION BY LIST (region); CREATE TABLE m_a PARTITION "
      "OF m FOR VALUES IN ('a');"
      "CREATE TABLE m_b PARTITION OF m FOR VALUES IN ('b'); INSERT INTO p VALUES (1, 'a', 1); INSERT INTO q VALUES (1, "
      "1)");
  const auto done = t.import({{"p", {R"({"id":1,"region":"a","v":2})", R"({"id":2,"region":"z","v":1})"}},
                              {"q", {R"({"id":1,"v":2})", R"({"id":2,"v":2})"}},
                              {"m", {R"({"id":1,"region":"b"})", R"({"id":1,"region":"b"})"}}});
  EXPECT_EQ(done.of("p") + "; " + done.of("q") + "; " + done.of("m"),
            "update 1, invalid 1; insert 1, update 1; insert 2");
  EXPECT_EQ(t.holds("SELECT id, v FROM q ORDER BY id"), "1|2 2|2");
}

TEST(Merge, KeepsParentsAndChildrenByInheritanceApart) {
  Case t(
      "CREATE TABLE p (id int PRIMARY KEY, v int); CREATE TABLE heir (PRIMARY KEY (id)) INHERITS (p); INSERT INTO p "
      "VALUES (1, 1); INSERT INTO heir VALUES (2, 2)");
  const auto done = t.import(
      {{"p", {R"({"id":1,"v":9})", R"({"id":2,"v":8})"}}, {"heir", {R"({"id":2,"v":7})", R"({"id":1,"v":6})"}}});
  EXPECT_EQ(done.of("p") + "; " + done.of("heir"), "insert 1, update 1; insert 1, update 1");
  EXPECT_EQ(t.holds("SELECT tableoid::regclass, id, v FROM p ORDER BY 1, 2"), "p|1|9 p|2|8 heir|1|6 heir|2|7");
}

TEST(Merge, WritesIdentityButNotGeneratedColumns) {
  Case t(
      "CREATE TABLE g (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int GENERATED BY DEFAULT AS IDENTITY, v int, "
      "twice int GENERATED ALWAYS AS (v * 2) STORED);"
      "INSERT INTO g (v) VALUES (1)");
  EXPECT_EQ(t.import_as_announced({{"g", {R"({"id":1,"n":5,"v":10})", R"({"id":7,"n":6,"v":3})"}}}).of("g"),
            "insert 1, update 1");
  EXPECT_EQ(t.holds("SELECT * FROM g ORDER BY id"), "1|5|10|20 7|6|3|6");
}

TEST(Merge, SwapsADeferrableKey) {
  Case t("CREATE TABLE d (id int PRIMARY KEY, pos int UNIQUE DEFERRABLE); INSERT INTO d VALUES (1, 1), (2, 2), (3, 3)");
  const auto done =
      t.import_as_announced({{"d", {R"({"id":1,"pos":2})", R"({"id":2,"pos":1})", R"({"id":3,"pos":4})"}}});
  EXPECT_EQ(done.of("d"), "update 3");
  EXPECT_EQ(t.holds("SELECT * FROM d ORDER BY id"), "1|2 2|1 3|4");
}

}  // namespace
}  // namespace import_test
