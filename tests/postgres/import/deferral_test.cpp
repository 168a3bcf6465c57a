// When constraints are checked during an import: keys at once, triggers that wait as late as ever, whatever is called
// alike. SET CONSTRAINTS takes every constraint of a name.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

// An order has lines: that can be said only when both are in.
const char* const kOrders =
    "CREATE TABLE orders (id int PRIMARY KEY); CREATE TABLE lines (id int PRIMARY KEY, o int NOT NULL REFERENCES "
    "orders); "
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NOT EXISTS (SELECT FROM public.lines WHERE o = "
    "NEW.id) THEN RAISE 'no lines' USING ERRCODE = '23514'; END IF; RETURN NULL; END$$; CREATE CONSTRAINT TRIGGER "
    "\"Has lines\" AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f();";

Records order() { return {{"orders", {R"({"id":1})"}}, {"lines", {R"({"id":1,"o":1})"}}}; }

TEST(Deferral, LeavesATriggerThatWaitsWaitingWhateverIsCalledLikeIt) {
  const char* const namesakes[] = {
      "CREATE TABLE x (a int CONSTRAINT \"Has lines\" CHECK (a > 0))",
      "CREATE TABLE x (a int CONSTRAINT \"Has lines\" REFERENCES orders)",
      "CREATE TABLE x (a int CONSTRAINT \"Has lines\" UNIQUE)",
      "CREATE TABLE x (a int CONSTRAINT \"Has lines\" UNIQUE DEFERRABLE INITIALLY DEFERRED)",
      "CREATE DOMAIN d AS int CONSTRAINT \"Has lines\" CHECK (value > 0)",
      "CREATE SCHEMA other; CREATE TABLE other.x (a int CONSTRAINT \"Has lines\" UNIQUE DEFERRABLE INITIALLY "
      "DEFERRED)"};
  for (const char* namesake : namesakes) {
    Case t(kOrders);
    t.database.run(namesake);
    const Imported done = t.import(order());
    EXPECT_EQ(done.of("orders") + ", " + done.of("lines"), "insert 1, insert 1") << namesake;
  }
}

TEST(Deferral, StillLetsTheTriggerRefuseInTheEnd) {
  Case t(kOrders);
  EXPECT_THROW(t.import({{"orders", {R"({"id":1})"}}, {"lines", {}}}), base::Error);
  EXPECT_EQ(t.holds("SELECT count(*) FROM orders"), "0");
}

TEST(Deferral, ChecksKeysAtOnceBesideATriggerThatWaits) {
  Case t(
      std::string(kOrders) +
      "CREATE TABLE k (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); CREATE TABLE k1 PARTITION OF k FOR VALUES "
      "FROM (0) TO (9); ALTER TABLE k1 ADD CONSTRAINT \"One A\" UNIQUE (a) DEFERRABLE INITIALLY DEFERRED");
  Records records = order();
  records.push_back({"k", {R"({"id":1,"a":7})", R"({"id":2,"a":7})", R"({"id":3,"a":8})"}});
  const Imported done = t.import(records);
  EXPECT_EQ(done.of("orders") + ", " + done.of("k"), "insert 1, insert 1, conflict 2");
}

// A deferrable key lets rows swap their values; where its name is not its own, it is treated as one that is not.
TEST(Deferral, OfAKeyIsNotAskedForWhereItsNameIsNotItsOwn) {
  for (const char* other :
       {"CREATE TABLE x (a int CONSTRAINT one_name CHECK (a > 0))",
        "CREATE TABLE x (a int, u int REFERENCES u (a)); ALTER TABLE x RENAME CONSTRAINT x_u_fkey TO "
        "one_name"}) {
    Case t(
        "CREATE TABLE u (id int PRIMARY KEY, a int NOT NULL CONSTRAINT one_key UNIQUE, name text NOT NULL CONSTRAINT "
        "one_name UNIQUE DEFERRABLE); INSERT INTO u VALUES (1, 1, 'x'), (2, 2, 'y')");
    t.database.run(other);
    const Imported done = t.import({{"u", {R"({"id":1,"a":1,"name":"y"})", R"({"id":2,"a":2,"name":"x"})"}}});
    EXPECT_EQ(done.of("u"), "update 2") << other;
    EXPECT_EQ(t.holds("SELECT name FROM u ORDER BY id"), "y x");
  }
}

}  // namespace
}  // namespace import_test
