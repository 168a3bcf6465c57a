// Triggers and checks that look up rows of tables which no foreign key names, through the real programs: what was
// refused is tried again behind what it waited for.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class Order : public Transfer {
 protected:
  // Rows of `table` in the target demand a row of `other` whose id is their column `up`; NULL demands none.
  void demand(const std::string& table, const std::string& other,
              const std::string& otherwise = "RAISE 'no %', NEW.up") {
    target.run("CREATE FUNCTION need_" + table +
               "() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.up IS NOT NULL " +
               "AND NOT EXISTS (SELECT FROM public." + other + " WHERE id = NEW.up) THEN " + otherwise +
               "; END IF; RETURN NEW; END$$; CREATE TRIGGER need BEFORE INSERT OR UPDATE ON " + table +
               " FOR EACH ROW EXECUTE FUNCTION need_" + table + "()");
  }

  void expect_second_import_writes_nothing() {
    const std::string before = writes();
    import();
    EXPECT_EQ(writes(), before);
  }
};

TEST_F(Order, OfATriggerThatDemandsALaterTableIsFound) {
  schema("CREATE TABLE orders (id int PRIMARY KEY, up int); CREATE TABLE stock (id int PRIMARY KEY)");
  demand("orders", "stock");
  source.run(
      "INSERT INTO stock SELECT generate_series(1, 50); INSERT INTO orders SELECT n, n FROM generate_series(1, 52) n");

  const json result = transfer();

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "orders"), ElementsAre(50, 0, 0, 0, 2, 0));
  EXPECT_EQ(target.value("SELECT count(*) FROM orders"), "50");
  expect_second_import_writes_nothing();
}

// Which a file need not list parents first, for no foreign key says so.
TEST_F(Order, OfRowsThatDemandOthersOfTheirOwnTableIsFound) {
  schema("CREATE TABLE steps (id int PRIMARY KEY, up int)");
  demand("steps", "steps");
  source.run("INSERT INTO steps VALUES (5, 4), (4, 3), (3, 2), (2, 1), (9, 8), (1, NULL)");

  const json result = transfer();

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "steps"), ElementsAre(5, 0, 0, 0, 1, 0));
  expect_second_import_writes_nothing();
}

TEST_F(Order, OfATriggerThatDropsWhatItDoesNotFindIsFound) {
  schema("CREATE TABLE orders (id int PRIMARY KEY, up int); CREATE TABLE stock (id int PRIMARY KEY)");
  demand("orders", "stock", "RETURN NULL");
  source.run("INSERT INTO stock VALUES (1); INSERT INTO orders VALUES (1, 1), (2, 7)");

  const json result = transfer();

  EXPECT_THAT(verdicts(result, "orders"), ElementsAre(1, 0, 0, 0, 1, 0));
}

TEST_F(Order, OfACheckThatLooksUpAnotherTableIsFoundAndTheDryRunClaimsNothing) {
  schema("CREATE TABLE orders (id int PRIMARY KEY, up int); CREATE TABLE stock (id int PRIMARY KEY)");
  target.run(
      "CREATE FUNCTION has(int) RETURNS bool LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM public.stock s WHERE s.id = "
      "$1)'; "
      "ALTER TABLE orders ADD CONSTRAINT stocked CHECK (has(up))");
  source.run("INSERT INTO stock VALUES (1), (2); INSERT INTO orders VALUES (1, 1), (2, 2)");
  ASSERT_EQ(run_export().status, 0);

  const json told = import({"--dry-run"});
  const json done = import();

  EXPECT_THAT(told["notices"].dump(), HasSubstr("orders: the check stocked fails as the target is now for 2 rows"));
  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(done, "orders"), ElementsAre(2, 0, 0, 0, 0, 0));
}

TEST_F(Order, AgainstTheAlphabetIsFoundForAChainOfTables) {
  std::string ddl;
  for (char name = 'a'; name < 'j'; ++name)
    ddl += std::string("CREATE TABLE ") + name + "t (id int PRIMARY KEY, up int);";
  schema(ddl);
  for (char name = 'a'; name < 'j'; ++name) {
    source.run(std::string("INSERT INTO ") + name + "t SELECT n, n FROM generate_series(1, 500) n");
    if (name < 'i') demand(std::string(1, name) + "t", std::string(1, static_cast<char>(name + 1)) + "t");
  }

  const json result = transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(result["total"]["insert"], 4500);
}

TEST_F(Order, OfRowsThatDemandEachOthersTablesIsFoundRowByRow) {
  schema("CREATE TABLE a (id int PRIMARY KEY, up int); CREATE TABLE b (id int PRIMARY KEY, up int)");
  demand("a", "b");
  demand("b", "a");
  source.run(
      "INSERT INTO a VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, 99); INSERT INTO b VALUES (1, 1), (2, 2), (3, 3)");

  const json result = transfer();

  EXPECT_THAT(verdicts(result, "a"), ElementsAre(4, 0, 0, 0, 1, 0));
  EXPECT_THAT(verdicts(result, "b"), ElementsAre(3, 0, 0, 0, 0, 0));
  expect_second_import_writes_nothing();
}

TEST_F(Order, OfRowsThatWaitForEachOtherDeeplyIsFoundByOneImport) {
  schema("CREATE TABLE a (id int PRIMARY KEY, up int)");
  demand("a", "a");
  source.run("INSERT INTO a SELECT n, NULLIF(n + 1, 61) FROM generate_series(1, 60) n; INSERT INTO a VALUES (99, 100)");

  const json result = transfer();

  EXPECT_THAT(verdicts(result, "a"), ElementsAre(60, 0, 0, 0, 1, 0));
  expect_second_import_writes_nothing();
}

TEST_F(Order, OfRowsOfTwoTablesThatWaitForEachOtherDeeplyIsFoundByOneImport) {
  schema("CREATE TABLE a (id int PRIMARY KEY, up int); CREATE TABLE b (id int PRIMARY KEY, up int)");
  demand("a", "b");
  demand("b", "a");
  source.run(
      "INSERT INTO a SELECT n, NULLIF(n + 1, 41) FROM generate_series(1, 40) n;"
      "INSERT INTO b SELECT n, NULLIF(n + 1, 41) FROM generate_series(1, 40) n");
  target.run("INSERT INTO b VALUES (39, NULL)");

  const json result = transfer();

  EXPECT_THAT(verdicts(result, "a"), ElementsAre(40, 0, 0, 0, 0, 0));
  EXPECT_THAT(verdicts(result, "b"), ElementsAre(39, 1, 0, 0, 0, 0));
  expect_second_import_writes_nothing();
}

TEST_F(Order, TakesTheChildrenOfRowsThatWaitedAlong) {
  schema(
      "CREATE TABLE orders (id int PRIMARY KEY, up int); CREATE TABLE lines (id int PRIMARY KEY, o int NOT NULL "
      "REFERENCES "
      "orders); CREATE TABLE stock (id int PRIMARY KEY, up int)");
  demand("orders", "stock");
  demand("stock", "orders");
  source.run(
      "INSERT INTO orders VALUES (1, NULL), (2, 1), (3, 77); INSERT INTO stock VALUES (1, 1); INSERT INTO lines "
      "VALUES (1, 1), (2, 2), (3, 3)");

  const json result = transfer();

  EXPECT_THAT(verdicts(result, "orders"), ElementsAre(2, 0, 0, 0, 1, 0));
  EXPECT_THAT(verdicts(result, "lines"), ElementsAre(2, 0, 0, 0, 1, 0));
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM lines"), "1,2");
}

TEST_F(Order, HoldsForUpdatesToo) {
  schema("CREATE TABLE orders (id int PRIMARY KEY, up int); CREATE TABLE stock (id int PRIMARY KEY)");
  demand("orders", "stock");
  target.run("INSERT INTO orders VALUES (1, NULL)");
  source.run("INSERT INTO stock VALUES (5); INSERT INTO orders VALUES (1, 5)");

  const json result = transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "orders"), ElementsAre(0, 1, 0, 0, 0, 0));
}

TEST_F(Order, OfTheTransferFileCountsWhereForeignKeysLeaveAChoice) {
  schema("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)");
  target.run(
      "CREATE TABLE seen (n serial, t text); CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT "
      "INTO seen (t) VALUES (TG_TABLE_NAME); RETURN NULL; END$$; CREATE TRIGGER see AFTER INSERT ON a FOR EACH ROW "
      "EXECUTE FUNCTION see(); CREATE TRIGGER see AFTER INSERT ON b FOR EACH ROW EXECUTE FUNCTION see()");
  source.run("INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)");
  folder.write("t.json", R"({"order": ["b", "a"]})");

  transfer({"--config", folder.file("t.json")});

  EXPECT_EQ(target.value("SELECT string_agg(t, ',' ORDER BY n) FROM seen"), "b,a");
}

}  // namespace
}  // namespace cli
