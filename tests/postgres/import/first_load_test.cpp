// The fast way into empty tables: the same rows and the same schema as the usual way, or the usual way itself.
#include <sstream>

#include "postgres/import/import_fixture.h"
#include "support/program.h"

namespace import_test {
namespace {

// What the file is said to hold of each table: it decides whether indexes are dropped.
constexpr std::uint64_t kFewRows = 2;
constexpr std::uint64_t kManyRows = 1'000'000;

// Nobody else may be connected, so the case's own connection is closed.
Imported first_load(Case& t, const std::string& file, std::uint64_t rows) {
  t.database.disconnect();
  postgres::PostgresTarget target([&] { return connect(t.database.url()); }, std::chrono::seconds(5),
                                  engine::FirstLoads::kAuto);
  How how;
  how.change = [&](engine::TablePlan& plan) { plan.rows = rows; };
  return run_import(target, file, how);
}

bool was_loaded(const Imported& done) { return contains(done.all_notices(), "first load"); }

std::string schema_of(const Case& t) {
  const support::Run dump = support::run_program({"pg_dump", "--schema-only", t.database.url()});
  EXPECT_EQ(dump.status, 0) << dump.err;
  std::string text;
  std::istringstream lines(dump.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("restrict") == std::string::npos) text += line + "\n";  // \restrict: another word each time
  }
  return text;
}

const char* const kShop =
    "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE DOMAIN short AS text CHECK (length(value) < 5);"
    "CREATE TABLE shops (id serial PRIMARY KEY, name text NOT NULL, mood mood, place point, UNIQUE (name));"
    "CREATE INDEX shops_lower ON shops (lower(name)) WITH (fillfactor = 70); COMMENT ON INDEX shops_lower IS 'it''s "
    "lower';"
    "CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, shop int NOT NULL CONSTRAINT \"of shop\" "
    "REFERENCES shops ON DELETE "
    "CASCADE DEFERRABLE, parent bigint REFERENCES items, tag short, twice int GENERATED ALWAYS AS (shop * 2) STORED);"
    "COMMENT ON CONSTRAINT \"of shop\" ON items IS 'whose'; CREATE INDEX ON items (shop); CREATE INDEX ON items USING "
    "hash (tag);"
    "CREATE INDEX replica ON items (parent); CREATE UNIQUE INDEX one_tag ON items (shop, tag) INCLUDE (parent);"
    "ALTER INDEX shops_lower ALTER COLUMN 1 SET STATISTICS 200; CLUSTER items USING replica;"
    "COMMENT ON CONSTRAINT items_pkey ON items IS 'number'; COMMENT ON INDEX items_pkey IS 'its index';"
    "ALTER TABLE items ADD CONSTRAINT \"at most one\" UNIQUE (shop, parent, id) WITH (fillfactor = 80) DEFERRABLE;"
    "CREATE UNIQUE INDEX said ON items (parent, id); ALTER TABLE items ADD UNIQUE USING INDEX said;"
    "ALTER TABLE shops ADD CONSTRAINT shop_mood UNIQUE (id, mood); ALTER TABLE shops REPLICA IDENTITY USING INDEX "
    "shops_name_key; CREATE VIEW by_id AS SELECT id, name FROM shops GROUP BY id;";

Records goods() {
  return {
      {"shops",
       {R"j({"id":5,"name":"x","mood":"a","place":"(1,2)"})j", R"j({"id":7,"name":"y","mood":null,"place":null})j"}},
      {"items", {R"({"id":1,"shop":5,"parent":2,"tag":"t"})", R"({"id":2,"shop":7,"parent":null,"tag":null})"}}};
}

void load_and_compare(std::uint64_t rows) {
  Case t(kShop);
  const std::string file = file_for(t.database.url(), goods());
  const std::string schema = schema_of(t);
  const Imported done = first_load(t, file, rows);
  EXPECT_TRUE(was_loaded(done)) << done.all_notices();
  EXPECT_EQ(done.of("shops") + "; " + done.of("items"), "insert 2; insert 2");
  EXPECT_EQ(schema_of(t), schema);
  EXPECT_EQ(t.holds("SELECT id, shop, parent, tag, twice FROM items ORDER BY id"), "1|5|2|t|10 2|7|||14");
  EXPECT_EQ(t.holds("SELECT place FROM shops ORDER BY id"), "(1,2) ");
  EXPECT_EQ(t.holds("SELECT nextval('shops_id_seq'), nextval(pg_get_serial_sequence('items', 'id'))"), "8|3");
  EXPECT_EQ(first_load(t, file, rows).of("items"), "unchanged 2");
}

TEST(FirstLoad, LoadsFewRowsAndLeavesTheSchemaAsItWas) { load_and_compare(kFewRows); }

TEST(FirstLoad, LoadsManyRowsAndMakesTheSchemaAsItWas) { load_and_compare(kManyRows); }

// The deferrable key stays, for its own trigger builds on it; so do those in a view, the replica identity and the
// cluster.
TEST(FirstLoad, DropsWhatCanBeMadeAgainOfTablesWithManyRowsOnly) {
  Case many(kShop);
  const std::string file = file_for(many.database.url(), goods());
  const std::string told = first_load(many, file, kManyRows).all_notices();
  EXPECT_TRUE(contains(told, "6 indexes and keys and 2 foreign keys")) << told;
  Case few(kShop);
  EXPECT_FALSE(contains(first_load(few, file, kFewRows).all_notices(), "dropped"));
}

TEST(FirstLoad, LoadsTablesThatReferToEachOther) {
  for (const std::uint64_t rows : {kFewRows, kManyRows}) {
    Case t(
        "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); ALTER "
        "TABLE a ADD FOREIGN KEY (b) REFERENCES b");
    const std::string schema = schema_of(t);
    const std::string file = file_for(t.database.url(), {{"a", {R"({"id":1,"b":2})"}}, {"b", {R"({"id":2,"a":1})"}}});
    EXPECT_TRUE(was_loaded(first_load(t, file, rows))) << rows;
    EXPECT_EQ(schema_of(t), schema);
    EXPECT_EQ(t.holds("SELECT a.id, b.id FROM a JOIN b ON b.a = a.id AND a.b = b.id"), "1|2");
  }
}

TEST(FirstLoad, GivesWayToTheUsualOneForRowsThatDoNotFit) {
  const std::pair<const char*, const char*> bad[] = {
      {R"({"id":3,"shop":99,"parent":null,"tag":null})", "a missing parent"},
      {R"({"id":1,"shop":5,"parent":null,"tag":"u"})", "a key twice"},
      {R"({"id":3,"shop":5,"parent":null,"tag":"too long"})", "a check of a domain"},
      {R"({"id":3,"shop":"five","parent":null,"tag":null})", "no number"},
      {R"({"id":3,"shop":null,"parent":null,"tag":null})", "not null"}};
  for (const auto& [row, what] : bad) {
    Case t(kShop);
    Records records = goods();
    records[1].second.emplace_back(row);
    const std::string file = file_for(t.database.url(), records);
    const std::string schema = schema_of(t);
    Case usual(kShop);
    const std::string expected = usual.import(records).of("items");
    for (const std::uint64_t rows : {kFewRows, kManyRows}) {
      const Imported done = first_load(t, file, rows);
      EXPECT_FALSE(was_loaded(done)) << what;
      EXPECT_EQ(done.counts.at("items").left_out() > 0, true) << what;
      EXPECT_EQ(done.of("items"), expected) << what;
      EXPECT_EQ(schema_of(t), schema) << what;
      t.database.run("TRUNCATE shops, items");
    }
  }
}

TEST(FirstLoad, IsNotTakenWhereSomebodyCouldNoticeOrRowsCouldDiffer) {
  const std::pair<const char*, const char*> reasons[] = {
      {"INSERT INTO shops (id, name) VALUES (1, 'there')", "a row is there"},
      {"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$; CREATE TRIGGER g BEFORE "
       "INSERT ON items FOR EACH ROW "
       "EXECUTE FUNCTION f()",
       "a trigger"},
      {"CREATE RULE r AS ON INSERT TO items DO ALSO NOTHING", "a rule"},
      {"CREATE TABLE heirs () INHERITS (items)", "an heir"}};
  for (const auto& [sql, what] : reasons) {
    Case t(kShop);
    t.database.run(sql);
    EXPECT_FALSE(was_loaded(first_load(t, file_for(t.database.url(), goods()), kManyRows))) << what;
  }
  Case t(kShop);
  const std::string file = file_for(t.database.url(), goods());
  const auto somebody = connect(t.database.url());
  EXPECT_FALSE(was_loaded(first_load(t, file, kManyRows))) << "somebody is connected";
}

TEST(FirstLoad, KeepsKeysOfPartitionedTablesAndThoseThatAreNotValidated) {
  Case t(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE m (id int, p int REFERENCES p, PRIMARY KEY (id)) PARTITION BY "
      "RANGE (id); CREATE TABLE m1 "
      "PARTITION OF m FOR VALUES FROM (0) TO (100); CREATE INDEX ON m (p); CREATE TABLE n (p int); ALTER TABLE n ADD "
      "CONSTRAINT later FOREIGN KEY (p) "
      "REFERENCES p NOT VALID");
  const std::string file =
      file_for(t.database.url(), {{"p", {R"({"id":1})"}}, {"m", {R"({"id":7,"p":1})"}}, {"n", {R"({"p":1})"}}});
  const std::string schema = schema_of(t);
  EXPECT_TRUE(was_loaded(first_load(t, file, kManyRows)));
  EXPECT_EQ(schema_of(t), schema);
  EXPECT_EQ(t.holds("SELECT count(*) FROM m1"), "1");
}

// What a definition does not say, and what the settings of a role or a database would make of it.
TEST(FirstLoad, LeavesTheSchemaAsItWasWhateverTheSettings) {
  Case t(kShop);
  const std::string space = "space_" + t.database.name();
  t.database.run("SET allow_in_place_tablespaces = on");
  t.database.run("CREATE TABLESPACE " + space + " LOCATION ''");
  t.database.run("ALTER DATABASE " + t.database.name() + " SET default_tablespace = " + space);
  t.database.run("ALTER DATABASE " + t.database.name() + " SET search_path = public, pg_catalog");
  t.database.run(
      "ALTER INDEX shops_lower ALTER COLUMN 1 SET STATISTICS -1; CREATE FUNCTION public.lower(text) RETURNS text "
      "LANGUAGE sql IMMUTABLE AS 'SELECT 1::text'; ALTER INDEX one_tag DEPENDS ON EXTENSION plpgsql; ALTER TABLE items "
      "ADD CONSTRAINT loose UNIQUE (id, tag) WITH (fillfactor = 50); CREATE FUNCTION pure(bigint) RETURNS bigint "
      "LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $1 + (SELECT count(*) FROM shops WHERE false); END$$; CREATE INDEX "
      "pure ON items (pure(id)); CREATE INDEX \"Odd\" ON items (shop DESC NULLS LAST) INCLUDE (tag) WHERE shop > 5; "
      "COMMENT ON INDEX \"Odd\" IS 'odd'");
  const std::string file = file_for(t.database.url(), goods());
  const std::string schema = schema_of(t);
  const Imported done = first_load(t, file, kManyRows);
  EXPECT_TRUE(was_loaded(done)) << done.all_notices();
  EXPECT_EQ(schema_of(t), schema);
  EXPECT_EQ(t.holds("SELECT count(*) FROM pg_class WHERE reltablespace <> 0 AND relname !~ '^pg_'"), "0");
  t.database.run("ALTER DATABASE " + t.database.name() + " RESET ALL");
  t.database.run("DROP TABLESPACE " + space);
}

// The server fires them by their names, which hold the numbers of their making.
TEST(FirstLoad, KeepsTheOrderInWhichTriggersOfForeignKeysFire) {
  const char* const order =
      "SELECT t.tgrelid::regclass, k.conname, t.tgtype FROM pg_trigger t JOIN pg_constraint k ON k.oid = "
      "t.tgconstraint "
      "ORDER BY 1, t.tgname";
  Case t(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE a (id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE); "
      "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a, p int REFERENCES p ON DELETE RESTRICT); ALTER TABLE b "
      "ADD CONSTRAINT later FOREIGN KEY (id) REFERENCES p NOT VALID; CREATE TABLE c (p int REFERENCES p, a int "
      "REFERENCES a)");
  const std::string file = file_for(t.database.url(), {{"p", {R"({"id":1})"}},
                                                       {"a", {R"({"id":1,"p":1})"}},
                                                       {"b", {R"({"id":1,"a":1,"p":1})"}},
                                                       {"c", {R"({"p":1,"a":1})"}}});
  const std::string before = t.holds(order);
  const Imported done = first_load(t, file, kManyRows);
  EXPECT_TRUE(was_loaded(done)) << done.all_notices();
  EXPECT_EQ(t.holds(order), before);
}

}  // namespace
}  // namespace import_test
