// An UPDATE names the columns that differ in its rows: triggers, privileges and generated columns can tell.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

// A function that refuses whatever it is called for.
const char* const kRefuse =
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'not this column'; END$$;";
// One that counts the rows it is called for.
const char* const kCount =
    "CREATE TABLE calls (trigger text, id int); CREATE FUNCTION count_call() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN INSERT INTO public.calls VALUES (TG_NAME, NEW.id); RETURN NEW; END$$;";

TEST(ChangedColumns, AreNamedAlone) {
  Case t(std::string(kRefuse) +
         "CREATE TABLE users (id int PRIMARY KEY, password text, n int); INSERT INTO users VALUES (1, 'p', 1), (2, "
         "'p', 1);"
         "CREATE TRIGGER guard BEFORE UPDATE OF password ON users FOR EACH ROW EXECUTE FUNCTION refuse()");
  const auto done = t.import({{"users", {R"({"id":1,"password":"p","n":2})", R"({"id":2,"password":"q","n":2})"}}});
  EXPECT_EQ(done.of("users"), "update 1, invalid 1");
  EXPECT_EQ(t.holds("SELECT * FROM users ORDER BY id"), "1|p|2 2|p|1");
}

TEST(ChangedColumns, DoNotHoldTheKey) {
  Case t(std::string(kRefuse) +
         "CREATE TABLE t (a int, b text, n int, PRIMARY KEY (a, b)); INSERT INTO t VALUES (1, 'x', 1);"
         "CREATE TRIGGER guard BEFORE UPDATE OF b, a ON t FOR EACH ROW EXECUTE FUNCTION refuse()");
  EXPECT_EQ(t.import_as_announced({{"t", {R"({"a":1,"b":"x","n":2})"}}}).of("t"), "update 1");
}

TEST(ChangedColumns, FireTheTriggersOfTheirPartition) {
  Case t(std::string(kCount) +
         R"(CREATE TABLE "T x" (id int PRIMARY KEY, "A b" text, n int) PARTITION BY RANGE (id);
CREATE TABLE low PARTITION OF "T x" FOR VALUES FROM (0) TO (10);
CREATE TABLE high (n int, "A b" text, id int NOT NULL);
ALTER TABLE "T x" ATTACH PARTITION high FOR VALUES FROM (10) TO (20);
INSERT INTO "T x" VALUES (1, 'a', 1), (2, 'a', 1), (11, 'a', 1), (12, 'a', 1), (13, NULL, 1);
CREATE TRIGGER of_text AFTER UPDATE OF "A b" ON high FOR EACH ROW EXECUTE FUNCTION count_call();
CREATE TRIGGER of_number AFTER UPDATE OF n ON low FOR EACH ROW EXECUTE FUNCTION count_call())");
  const auto done = t.import_as_announced(
      {{"T x",
        {R"({"id":1,"A b":"b","n":1})", R"({"id":2,"A b":"b","n":2})", R"({"id":11,"A b":"b","n":1})",
         R"({"id":12,"A b":"a","n":2})", R"({"id":13,"A b":"","n":1})"}}});
  EXPECT_EQ(done.of("T x"), "update 5");
  EXPECT_EQ(t.holds("SELECT * FROM calls ORDER BY trigger, id"), "of_number|2 of_text|11 of_text|13");
  EXPECT_EQ(t.holds("SELECT * FROM \"T x\" ORDER BY id"), "1|b|1 2|b|2 11|b|1 12|a|2 13||1");
}

TEST(ChangedColumns, AreThoseWhoseImageDiffers) {
  Case t(std::string(kCount) +
         "CREATE TYPE pair AS (x numeric, y text); CREATE TABLE t (id int PRIMARY KEY, price numeric, p pair, j jsonb, "
         "n int);"
         "INSERT INTO t SELECT g, 1.0, '(1.0,a)', '{\"a\": 1}', 1 FROM generate_series(1, 4) g;"
         "CREATE TRIGGER of_price AFTER UPDATE OF price ON t FOR EACH ROW EXECUTE FUNCTION count_call();"
         "CREATE TRIGGER of_pair AFTER UPDATE OF j, p ON t FOR EACH ROW EXECUTE FUNCTION count_call()");
  const auto done = t.import_as_announced({{"t",
                                            {R"x({"id":1,"price":"1.00","p":"(1.0,a)","j":{"a":1},"n":1})x",
                                             R"x({"id":2,"price":"1.0","p":"(1.00,a)","j":{"a":1},"n":1})x",
                                             R"x({"id":3,"price":"1.0","p":"(1.0,a)","j":{"a":1},"n":2})x",
                                             R"x({"id":4,"price":"1.0","p":"(1.0,a)","j":{"a":1.0},"n":2})x"}}});
  EXPECT_EQ(done.of("t"), "update 4");
  EXPECT_EQ(t.holds("SELECT * FROM calls ORDER BY id"), "of_price|1 of_pair|2 of_pair|4");
}

TEST(ChangedColumns, AreSeenOnceByATriggerForTheWholeStatement) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, a int, b int); INSERT INTO t SELECT g, 1, 1 FROM generate_series(1, 3) g;"
      "CREATE TABLE seen (id int, old_a int, a int, b int); CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS "
      "$$BEGIN INSERT INTO public.seen SELECT n.id, o.a, n.a, n.b FROM n JOIN o USING (id); RETURN NULL; END$$;"
      "CREATE TRIGGER whole AFTER UPDATE ON t REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE "
      "FUNCTION see()");
  EXPECT_EQ(
      t.import_as_announced({{"t", {R"({"id":1,"a":2,"b":1})", R"({"id":2,"a":1,"b":1})", R"({"id":3,"a":1,"b":2})"}}})
          .of("t"),
      "update 2, unchanged 1");
  EXPECT_EQ(t.holds("SELECT * FROM seen ORDER BY id"), "1|1|2|1 3|1|1|2");
}

TEST(ChangedColumns, LeaveARuleItsOldAndNewValues) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, a int, b int); INSERT INTO t VALUES (1, 1, 1), (2, 1, 1); CREATE TABLE log "
      "(id int, was int, a int);"
      "CREATE RULE note AS ON UPDATE TO t WHERE NEW.a IS DISTINCT FROM OLD.a DO ALSO INSERT INTO log VALUES (OLD.id, "
      "OLD.a, NEW.a)");
  EXPECT_EQ(t.import_as_announced({{"t", {R"({"id":1,"a":2,"b":1})", R"({"id":2,"a":1,"b":2})"}}}).of("t"), "update 2");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id") + "; " + t.holds("SELECT * FROM log"), "1|2|1 2|1|2; 1|1|2");
}

TEST(ChangedColumns, FireATriggerOnWholeRows) {
  Case t(std::string(kCount) +
         "CREATE TABLE t (id int PRIMARY KEY, a int, b int); INSERT INTO t VALUES (1, 1, 1), (2, 1, 1), (3, 1, 1);"
         "CREATE TRIGGER any_change AFTER UPDATE ON t FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE "
         "FUNCTION count_call()");
  EXPECT_EQ(
      t.import_as_announced({{"t", {R"({"id":1,"a":2,"b":1})", R"({"id":2,"a":1,"b":1})", R"({"id":3,"a":1,"b":2})"}}})
          .of("t"),
      "update 2, unchanged 1");
  EXPECT_EQ(t.holds("SELECT id FROM calls ORDER BY id"), "1 3");
}

// tsvector_update_trigger, lo_manage and their like are told which columns the UPDATE names.
TEST(ChangedColumns, AreWhatATriggerInCIsTold) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, body text, doc tsvector, n int);"
      "INSERT INTO t VALUES (1, 'two words', 'kept:1', 1), (2, 'two words', 'kept:1', 1);"
      "CREATE TRIGGER doc BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger(doc, "
      "'pg_catalog.simple', body)");
  const auto done = t.import_as_announced(
      {{"t",
        {R"({"id":1,"body":"two words","doc":"'kept':1","n":2})", R"({"id":2,"body":"one","doc":"'kept':1","n":1})"}}});
  EXPECT_EQ(done.of("t"), "update 2");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|two words|'kept':1|2 2|one|'one':1|1");
}

TEST(ChangedColumns, MakeAGeneratedColumnOverAUsersFunctionAnew) {
  Case t(
      "CREATE FUNCTION rate() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 10'; CREATE FUNCTION rated(a int) RETURNS "
      "int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN a * public.rate(); END';"
      "CREATE TABLE t (id int PRIMARY KEY, a int, n int, r int GENERATED ALWAYS AS (rated(a)) STORED);"
      "INSERT INTO t VALUES (1, 1, 1), (2, 1, 1); CREATE OR REPLACE FUNCTION rate() RETURNS int IMMUTABLE LANGUAGE sql "
      "AS 'SELECT 20'");
  EXPECT_EQ(t.import_as_announced({{"t", {R"({"id":1,"a":1,"n":2})", R"({"id":2,"a":2,"n":1})"}}}).of("t"), "update 2");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|1|2|10 2|2|1|40");
}

TEST(ChangedColumns, OfTooManySetsAreToldBeforehand) {
  std::string schema = std::string(kCount) + "CREATE TABLE t (id int PRIMARY KEY";
  for (int i = 0; i < 6; ++i) schema += ", c" + std::to_string(i) + " int";
  schema += "); INSERT INTO t SELECT g, 0, 0, 0, 0, 0, 0 FROM generate_series(1, 64) g;";
  for (int i = 0; i < 6; ++i) {
    const std::string c = "c" + std::to_string(i);
    schema += "CREATE TRIGGER of_" + c + " AFTER UPDATE OF " + c + " ON t FOR EACH ROW EXECUTE FUNCTION count_call();";
  }
  Case t(schema);
  std::vector<std::string> rows;
  for (int id = 1; id <= 64; ++id) {
    std::string row = "{\"id\":" + std::to_string(id);
    for (int i = 0; i < 6; ++i) row += ",\"c" + std::to_string(i) + "\":" + std::to_string(id >> i & 1);
    rows.push_back(row + "}");
  }
  const auto done = t.import_as_announced({{"t", rows}});
  EXPECT_EQ(done.of("t"), "update 63, unchanged 1");
  EXPECT_EQ(t.holds("SELECT count(*) FROM t WHERE c0 = id % 2 AND c5 = id / 32 % 2"), "64");
  EXPECT_TRUE(contains(done.all_notices(), "t: the updates differ in too many ways for a statement each; 32 of them"))
      << done.all_notices();
}

// Every column but one, and no right on the table itself.
TEST(ChangedColumns, AreAllThatTheRoleMustBeAllowedToWrite) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, password text, n int, made text DEFAULT 'here'); INSERT INTO t VALUES (1, "
      "'p', 1)");
  const std::string role = "writer_of_" + t.database.name();
  t.database.run("CREATE ROLE " + role + " LOGIN; GRANT SELECT, INSERT (id, password, n) ON t TO " + role +
                 "; GRANT UPDATE (n) ON t TO " + role + "; GRANT TEMPORARY ON DATABASE " + t.database.name() + " TO " +
                 role);
  const std::string url = as_role(t.database, role);
  const auto file = [&](const char* row) {
    return file_for(t.database.url(), {{"t", {row, R"({"id":2,"password":"q","n":9})"}}},
                    [](catalog::Table& table) { table.columns.pop_back(); });
  };
  EXPECT_EQ(run_import(url, file(R"({"id":1,"password":"p","n":2})")).of("t"), "insert 1, update 1");
  EXPECT_EQ(t.holds("SELECT * FROM t ORDER BY id"), "1|p|2|here 2|q|9|here");
  try {
    run_import(url, file(R"({"id":1,"password":"other","n":2})"));
    ADD_FAILURE() << "updated a column without the right to";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kPrivilege);
    EXPECT_TRUE(contains(error.hint(), "GRANT UPDATE (\"password\") ON \"public\".\"t\" TO " + role)) << error.hint();
  }
  // Every column that the file has, one by one, is as good as the table.
  t.database.run("GRANT INSERT (made), UPDATE (id, password, made) ON t TO " + role);
  EXPECT_EQ(run_import(url, file_for(t.database.url(), {{"t",
                                                         {R"({"id":3,"password":"r","n":1,"made":"there"})",
                                                          R"({"id":1,"password":"p","n":3,"made":"x"})"}}}))
                .of("t"),
            "insert 1, update 1");
  t.database.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

}  // namespace
}  // namespace import_test
