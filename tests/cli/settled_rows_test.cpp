// What bringing rows back to the file's values sets off in the target in its turn, through the real programs: an import
// says that a row holds the file's values only where it does in the end.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SettledRows : public Transfer {
 protected:
  // On `table` of the target: runs `body`, which may use NEW and ends by itself.
  void trigger(const std::string& when, const std::string& table, const std::string& body) {
    const std::string name = "\"Own " + std::to_string(++triggers_) + "\"";
    target.run("CREATE FUNCTION " + name + "() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN " + body +
               " RETURN NEW; END$$; CREATE TRIGGER " + name + " " + when + " ON " + table +
               " FOR EACH ROW EXECUTE FUNCTION " + name + "()");
  }
  // Makes the import bring b back: by an UPDATE behind its INSERT.
  void change_on_the_way_in() { trigger("BEFORE INSERT", "b", "NEW.v := NEW.v + 100;"); }

  void expect_second_import_writes_nothing() {
    const std::string before = writes();
    const json again = import();
    EXPECT_EQ(again["total"]["unchanged"], again["total"]["rows"]) << again.dump();
    EXPECT_EQ(writes(), before);
  }

  static std::string notices(const json& result) { return result["notices"].dump(); }

 private:
  int triggers_ = 0;
};

TEST_F(SettledRows, OfATableBeforeHoldTheFilesValuesToo) {
  schema("CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int PRIMARY KEY, v int)");
  change_on_the_way_in();
  trigger("AFTER UPDATE", "b", "UPDATE public.a SET n = n + 1;");
  source.run("INSERT INTO a VALUES (1, 10); INSERT INTO b VALUES (1, 1)");
  target.run("INSERT INTO a VALUES (1, 10)");

  const json result = transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "a"), ElementsAre(0, 1, 0, 0, 0, 0));
  EXPECT_THAT(notices(result), HasSubstr("a: 1 row that the target's triggers or cascades had changed: brought back"));
  EXPECT_EQ(target.value("SELECT a.n || ' ' || b.v FROM a, b"), "10 1");
  expect_second_import_writes_nothing();
}

TEST_F(SettledRows, OfAChainOfTablesHoldTheFilesValuesToo) {
  schema(
      "CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE \"A 2\" (id int, k text, n int, PRIMARY KEY (k, id)); "
      "CREATE TABLE b (id int PRIMARY KEY, v int)");
  change_on_the_way_in();
  trigger("AFTER UPDATE", "b", "UPDATE public.\"A 2\" SET n = NULL;");
  trigger("AFTER UPDATE", "\"A 2\"", "IF NEW.n IS NOT NULL THEN UPDATE public.a SET n = -n; END IF;");
  const std::string there = "INSERT INTO a VALUES (1, 10), (2, NULL); INSERT INTO \"A 2\" VALUES (1, 'x', 5)";
  source.run(there + "; INSERT INTO b VALUES (1, 1)");
  target.run(there);

  transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(concat(a.n, ' ', c.n, ' ', b.v), ',' ORDER BY a.id) FROM a, \"A 2\" c, b"),
            "10 5 1, 5 1");
  expect_second_import_writes_nothing();
}

TEST_F(SettledRows, ThatATriggerTakesAwayAtTheLastAreInvalid) {
  schema("CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int PRIMARY KEY, v int)");
  change_on_the_way_in();
  trigger("AFTER UPDATE", "b", "DELETE FROM public.a WHERE id = 2; UPDATE public.a SET id = 103 WHERE id = 3;");
  source.run("INSERT INTO a VALUES (1, 1), (2, 2), (3, 3); INSERT INTO b VALUES (1, 1)");
  target.run("INSERT INTO a VALUES (1, 1), (2, 2), (3, 0)");

  const json result = transfer();

  EXPECT_EQ(status, 4) << errors;
  EXPECT_THAT(verdicts(result, "a"), ElementsAre(0, 0, 1, 0, 2, 0));
}

TEST_F(SettledRows, OfATableWithoutAKeyGrowInSilenceNeither) {
  schema("CREATE TABLE a (v text); CREATE TABLE b (id int PRIMARY KEY, v int)");
  change_on_the_way_in();
  trigger("AFTER UPDATE", "b", "UPDATE public.a SET v = v || '1';");
  source.run("INSERT INTO a VALUES ('x'), ('y'); INSERT INTO b VALUES (1, 1)");
  target.run("INSERT INTO a VALUES ('x'), ('y')");
  ASSERT_EQ(run_export().status, 0);

  const support::Run refused = run_import();

  EXPECT_EQ(refused.status, 7) << refused.err;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("a: 2 rows of the file, which have no key"), HasSubstr("--allow-growth")));
  EXPECT_EQ(target.value("SELECT string_agg(v, ',' ORDER BY v) FROM a"), "x,y");
}

// The merge comes to b when it has been changed already, and has nothing to write there.
TEST_F(SettledRows, OfATableStillToComeHoldTheFilesValuesToo) {
  for (const char* change : {"UPDATE public.b SET c = c + 1;", "UPDATE ONLY public.b SET c = NULL WHERE id = 2;",
                             "INSERT INTO public.b VALUES (1, 7) ON CONFLICT (id) DO UPDATE SET c = 9;"}) {
    schema(
        "DROP TABLE IF EXISTS a, b; CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, c int)");
    trigger("AFTER INSERT", "a", change);
    source.run("INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 5), (2, 6)");
    target.run("INSERT INTO b VALUES (1, 5), (2, 6)");

    const json result = transfer();

    EXPECT_EQ(status, 0) << errors;
    EXPECT_EQ(target.value("SELECT string_agg(c::text, ' ' ORDER BY id) FROM b"), "5 6") << change;
    EXPECT_THAT(notices(result), HasSubstr("brought back to the file's values")) << change;
    expect_second_import_writes_nothing();
  }
}

TEST_F(SettledRows, OfATableStillToComeThatAreTakenAwayAreInvalid) {
  for (const char* change :
       {"DELETE FROM public.b WHERE id = 2;", "TRUNCATE public.b;", "UPDATE public.b SET id = 102 WHERE id = 2;",
        "TRUNCATE public.b; INSERT INTO public.b VALUES (1, 5);"}) {
    schema(
        "DROP TABLE IF EXISTS a, b; CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, c int)");
    trigger("BEFORE INSERT", "a", change);
    source.run("INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 5), (2, 6)");
    target.run("INSERT INTO b VALUES (1, 5), (2, 6)");

    const json result = transfer();

    EXPECT_EQ(status, 4) << change << errors;
    EXPECT_GE(result["total"]["invalid"], 1) << change;
    EXPECT_EQ(result["total"]["rows"], 3) << change;
  }
}

TEST_F(SettledRows, OfAPartitionStillToComeThatARuleChangesHoldTheFilesValuesToo) {
  schema(
      "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int, c int, PRIMARY KEY (id)) PARTITION BY RANGE (id); "
      "CREATE TABLE b1 PARTITION OF b FOR VALUES FROM (0) TO (10); CREATE TABLE b2 PARTITION OF b DEFAULT");
  target.run("CREATE RULE r AS ON INSERT TO a DO ALSO UPDATE b SET c = 0 WHERE id > 10");
  source.run("INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 5), (20, 6)");
  target.run("INSERT INTO b VALUES (1, 5), (20, 6)");

  transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(c::text, ' ' ORDER BY id) FROM b"), "5 6");
  expect_second_import_writes_nothing();
}

TEST_F(SettledRows, OfATableWithoutAKeyStillToComeGrowInSilenceNeither) {
  schema("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (v text)");
  trigger("AFTER INSERT", "a", "UPDATE public.b SET v = v || '1';");
  source.run("INSERT INTO a VALUES (1); INSERT INTO b VALUES ('x')");
  target.run("INSERT INTO b VALUES ('x')");
  ASSERT_EQ(run_export().status, 0);

  const support::Run refused = run_import();

  EXPECT_EQ(refused.status, 7) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("b: 1 row of the file, which has no key"));
}

// A trigger gave its value away: the others are brought back without it.
TEST_F(SettledRows, ThatTheServerRefusesToBringBackAreLeftOutAlone) {
  schema(
      "CREATE TABLE a (id int PRIMARY KEY, u text UNIQUE, n int CHECK (n < 9)); CREATE TABLE zz (id int PRIMARY KEY)");
  trigger("AFTER INSERT", "zz", "UPDATE public.a SET u = 'q' || id; INSERT INTO public.a VALUES (77, 'v3');");
  source.run("INSERT INTO a SELECT n, 'v' || n, 1 FROM generate_series(1, 6) n; INSERT INTO zz VALUES (1)");
  target.run("INSERT INTO a SELECT n, 'v' || n, 1 FROM generate_series(1, 6) n");

  const json result = transfer();

  EXPECT_EQ(status, 4) << errors;
  EXPECT_THAT(verdicts(result, "a"), ElementsAre(0, 5, 0, 1, 0, 0));
  EXPECT_EQ(target.value("SELECT string_agg(u, ' ' ORDER BY id) FROM a"), "v1 v2 q3 v4 v5 v6 v3");
}

// Bringing the row back would lose it.
TEST_F(SettledRows, WhoseKeyAnUpdateWouldChangeStayWhereTheyAre) {
  schema("CREATE TABLE b (id int PRIMARY KEY, v int)");
  change_on_the_way_in();
  trigger("BEFORE UPDATE", "b", "NEW.id := NEW.id + 100;");
  source.run("INSERT INTO b VALUES (1, 1), (2, 2)");

  const json result = transfer();

  EXPECT_EQ(target.value("SELECT string_agg(id || ' ' || v, ',' ORDER BY id) FROM b"), "1 101,2 102");
  EXPECT_THAT(verdicts(result, "b"), ElementsAre(2, 0, 0, 0, 0, 0));
  EXPECT_THAT(notices(result), HasSubstr("b: 2 rows do not hold the file's values after the import (v)"));
}

TEST_F(SettledRows, ThatExcludeEachOtherAreToldByName) {
  schema("CREATE TABLE a (id int PRIMARY KEY, def bool)");
  trigger("AFTER INSERT OR UPDATE", "a",
          "IF NEW.def THEN UPDATE public.a SET def = false WHERE id <> NEW.id AND def; END IF;");
  source.run("INSERT INTO a VALUES (1, true), (2, false), (3, true)");
  target.run("INSERT INTO a VALUES (1, false), (2, true)");

  const json result = transfer();

  EXPECT_EQ(target.value("SELECT count(*) FROM a WHERE def"), "1");
  EXPECT_THAT(notices(result), HasSubstr("a: 1 row does not hold the file's values after the import (def)"));
}

// Each of them undoes the other: there is an end to it.
TEST_F(SettledRows, ThatTwoTablesChangeForEachOtherAreToldInTheEnd) {
  schema("CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int PRIMARY KEY, v int)");
  trigger("AFTER UPDATE", "a", "IF pg_trigger_depth() < 2 THEN UPDATE public.b SET v = v + 1; END IF;");
  trigger("AFTER UPDATE", "b", "IF pg_trigger_depth() < 2 THEN UPDATE public.a SET n = n + 1; END IF;");
  source.run("INSERT INTO a VALUES (1, 10); INSERT INTO b VALUES (1, 20)");
  target.run("INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 2)");

  const json result = transfer();

  const std::string left = target.value("SELECT a.n || ' ' || b.v FROM a, b");
  EXPECT_NE(left, "10 20");
  EXPECT_THAT(notices(result), HasSubstr("1 row does not hold the file's values after the import"));
  EXPECT_THAT(notices(result),
              left.starts_with("10 ") ? HasSubstr("b: 1 row does not") : HasSubstr("a: 1 row does not"));
}

TEST_F(SettledRows, OfAPartitionAndADomainHoldTheFilesValuesToo) {
  schema(
      "CREATE DOMAIN mail AS text; CREATE TABLE a (id int, day int, m mail, PRIMARY KEY (id, day)) PARTITION BY LIST "
      "(day); CREATE TABLE a1 PARTITION OF a FOR VALUES IN (1); CREATE TABLE ax PARTITION OF a DEFAULT; CREATE TABLE b "
      "(id int PRIMARY KEY, v int)");
  change_on_the_way_in();
  trigger("AFTER UPDATE", "b", "UPDATE public.a1 SET m = 'x'; UPDATE public.ax SET m = NULL;");
  const std::string there = "INSERT INTO a VALUES (1, 1, 'p'), (2, 2, 'q'), (3, 3, NULL)";
  source.run(there + "; INSERT INTO b VALUES (1, 1)");
  target.run(there);

  const json result = transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "a"), ElementsAre(0, 2, 1, 0, 0, 0));
  EXPECT_EQ(target.value("SELECT string_agg(coalesce(m, '-'), ',' ORDER BY id) FROM a"), "p,q,-");
  expect_second_import_writes_nothing();
}

TEST_F(SettledRows, ByADeferredTriggerHoldTheFilesValuesToo) {
  schema("CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int PRIMARY KEY, v int)");
  change_on_the_way_in();
  target.run(
      "CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE public.a SET n = n + 1; RETURN NULL; "
      "END$$; CREATE CONSTRAINT TRIGGER later AFTER UPDATE ON b DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE "
      "FUNCTION later(); INSERT INTO a VALUES (1, 10)");
  source.run("INSERT INTO a VALUES (1, 10); INSERT INTO b VALUES (1, 1)");

  transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT n FROM a"), "10");
}

TEST_F(SettledRows, AreForetoldByARehearsalAsTheImportTellsThem) {
  schema("CREATE TABLE a (id int PRIMARY KEY, n int); CREATE TABLE b (id int PRIMARY KEY, v int)");
  change_on_the_way_in();
  trigger("AFTER UPDATE", "b", "UPDATE public.a SET n = n + 1 WHERE id = 1; DELETE FROM public.a WHERE id = 2;");
  source.run("INSERT INTO a VALUES (1, 10), (2, 20); INSERT INTO b VALUES (1, 1)");
  target.run("INSERT INTO a VALUES (1, 10), (2, 20)");

  const json foretold = transfer({"--rehearse"});
  const int foretold_status = status;
  const json done = import();

  EXPECT_EQ(foretold_status, status);
  for (const char* table : {"a", "b"}) EXPECT_EQ(verdicts(foretold, table), verdicts(done, table)) << table;
  EXPECT_THAT(verdicts(done, "a"), ElementsAre(0, 1, 0, 0, 1, 0));
}

TEST_F(SettledRows, KeepACounterWhereATriggerStampsTheRowBesides) {
  schema(
      "CREATE TABLE orders (id int PRIMARY KEY, total int, updated_at int); CREATE TABLE items (id int PRIMARY KEY, "
      "o int REFERENCES orders, price int)");
  trigger("AFTER INSERT", "items", "UPDATE public.orders SET total = total + NEW.price WHERE id = NEW.o;");
  trigger("BEFORE UPDATE", "orders", "NEW.updated_at := 9;");
  source.run("INSERT INTO orders VALUES (1, 30, 1), (2, 5, 1); INSERT INTO items VALUES (1, 1, 20), (2, 2, 5)");

  const json result = transfer();

  EXPECT_EQ(target.value("SELECT string_agg(total::text, ',' ORDER BY id) FROM orders"), "30,5");
  EXPECT_THAT(notices(result), AllOf(HasSubstr("2 rows do not hold the file's values after the import (updated_at)"),
                                     Not(HasSubstr("brought back"))));
}

TEST_F(SettledRows, KeepEachColumnThatHoldsBesideTwoThatNeverDo) {
  schema(
      "CREATE TABLE \"Acc\" (id text PRIMARY KEY, \"Balance\" numeric, stamp text, n int); CREATE TABLE moves (id int "
      "PRIMARY KEY, acc text, amount numeric)");
  trigger("AFTER INSERT OR UPDATE", "moves",
          "UPDATE public.\"Acc\" SET \"Balance\" = coalesce(\"Balance\", 0) + NEW.amount WHERE id = NEW.acc;");
  trigger("BEFORE UPDATE", "\"Acc\"", "NEW.stamp := 'now'; NEW.n := coalesce(NEW.n, 0) + 1000;");
  source.run(
      "INSERT INTO \"Acc\" VALUES ('x', 1.50, 's', 1), ('y', NULL, NULL, NULL); INSERT INTO moves VALUES (1, 'x', "
      "0.5), (2, 'y', 7)");
  target.run(
      "ALTER TABLE \"Acc\" DISABLE TRIGGER USER; INSERT INTO \"Acc\" VALUES ('x', 1.50, 's', 1); ALTER TABLE "
      "\"Acc\" ENABLE TRIGGER USER");

  transfer();

  EXPECT_EQ(target.value("SELECT string_agg(coalesce(\"Balance\"::text, 'null'), ',' ORDER BY id) FROM \"Acc\""),
            "1.50,null");
}

// All but two come back; where all are dropped, all are left out.
TEST_F(SettledRows, ThatATriggerDropsWhenBroughtBackAreInvalid) {
  schema(
      "CREATE TABLE a (\"Id\" int PRIMARY KEY, v int, n int); CREATE TABLE b (id int PRIMARY KEY); INSERT INTO a "
      "SELECT "
      "i, i FROM generate_series(1, 40) i");
  source.run("INSERT INTO b VALUES (1); UPDATE a SET n = 1 WHERE \"Id\" = 30");
  trigger("AFTER INSERT", "b", "UPDATE public.a SET v = v + 1000;");
  trigger("BEFORE UPDATE", "a", "IF NEW.v IN (17, 30) AND OLD.v > 100 THEN RETURN NULL; END IF;");

  const json result = transfer();

  EXPECT_EQ(status, 4) << errors;
  EXPECT_THAT(verdicts(result, "a"), ElementsAre(0, 38, 0, 0, 2, 0));
  EXPECT_EQ(target.value("SELECT string_agg(concat(\"Id\", ' ', v), ',' ORDER BY v) FROM a WHERE v <> \"Id\""),
            "17 1017,30 1030");
  EXPECT_THAT(result.dump(), HasSubstr("what brings it back is dropped by trigger Own 2 of the target"));

  target.run("DELETE FROM b; UPDATE a SET v = -\"Id\"; UPDATE a SET v = \"Id\"");
  trigger("BEFORE UPDATE", "a", "IF OLD.v > 100 THEN RETURN NULL; END IF;");
  EXPECT_THAT(verdicts(import(), "a"), ElementsAre(0, 0, 0, 0, 40, 0));
}

TEST_F(SettledRows, AreNotWrittenWhereOnlyNewOnesAreAskedFor) {
  schema("CREATE TABLE a (id int PRIMARY KEY, v int); CREATE TABLE b (id int PRIMARY KEY, v int)");
  schema("INSERT INTO b VALUES (1, 1), (2, 2)");
  source.run("INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (3, 3), (4, 4)");
  trigger("AFTER INSERT", "a", "UPDATE public.b SET v = 9 WHERE id = 2; INSERT INTO public.b VALUES (3, 0);");

  const json result = transfer({"--mode", "insert"});

  EXPECT_EQ(target.value("SELECT string_agg(concat(id, ' ', v), ',' ORDER BY id) FROM b"), "1 1,2 9,3 0,4 4");
  EXPECT_THAT(verdicts(result, "b"), ElementsAre(1, 0, 1, 0, 0, 2));
  EXPECT_THAT(verdicts(import({"--mode", "insert"}), "b"), ElementsAre(0, 0, 2, 0, 0, 2));
}

// In either direction, whatever the order of the rows; what needs a value set aside says what to do.
TEST_F(SettledRows, WhoseKeysATriggerMovedOnAreBroughtBackInOrder) {
  for (const char* step : {"-1", "1", "CASE WHEN c > -3 THEN 3 + 2 * c ELSE 0 END"}) {
    schema(
        "DROP TABLE IF EXISTS a, b; CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, c int "
        "UNIQUE); INSERT INTO b SELECT i, i FROM generate_series(1, 5) i");
    source.run("INSERT INTO a VALUES (1)");
    trigger("AFTER INSERT", "a", std::string("UPDATE public.b SET c = -c; UPDATE public.b SET c = -c + ") + step + ";");

    const json result = transfer();

    const bool swapped = std::string(step).size() > 2;
    EXPECT_EQ(target.value("SELECT count(*) FROM b WHERE id = c"), swapped ? "3" : "5");
    EXPECT_EQ(result.dump().find("the next import of the file writes") != std::string::npos, swapped);
  }
  EXPECT_THAT(verdicts(import(), "b"), ElementsAre(0, 2, 3, 0, 0, 0));
}

}  // namespace
}  // namespace cli
