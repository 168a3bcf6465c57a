// Rows that the target's own triggers make or change while the import writes, through the real programs: the file's
// values hold in the end, a second import writes nothing, and what triggers did is told.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class TriggerRows : public Transfer {
 protected:
  // On `table` of the target: runs `body`, which may use NEW and ends by itself.
  void trigger(const std::string& when, const std::string& table, const std::string& body) {
    target.run("CREATE FUNCTION on_" + table + "() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN " + body +
               " RETURN NEW; END$$; CREATE TRIGGER \"Own " + table + "\" " + when + " ON " + table +
               " FOR EACH ROW EXECUTE FUNCTION on_" + table + "()");
  }

  void expect_second_import_writes_nothing() {
    const std::string before = writes();
    const json again = import();
    EXPECT_EQ(again["total"]["unchanged"], again["total"]["rows"]) << again.dump();
    EXPECT_EQ(writes(), before);
  }

  static std::string notices(const json& result) { return result["notices"].dump(); }
};

TEST_F(TriggerRows, ThatAnInsertMakesBecomeUpdatesOfTheSameImport) {
  schema(
      "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE profiles (u int PRIMARY KEY REFERENCES users, bio text)");
  trigger("AFTER INSERT", "users", "INSERT INTO profiles VALUES (NEW.id, 'new here');");
  source.run("INSERT INTO users VALUES (1), (2), (3); INSERT INTO profiles VALUES (1, 'x'), (2, 'y'), (3, 'new here')");

  const json result = transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "profiles"), ElementsAre(0, 2, 1, 0, 0, 0));
  EXPECT_THAT(notices(result), HasSubstr("profiles: 2 rows to be inserted had been made by the target's triggers"));
  EXPECT_EQ(target.value("SELECT string_agg(bio, ',' ORDER BY u) FROM profiles"), "x,y,new here");
  expect_second_import_writes_nothing();
}

TEST_F(TriggerRows, AreFoundByTheirNaturalKeyToo) {
  schema(
      "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE profiles (id serial PRIMARY KEY, u int NOT NULL UNIQUE "
      "REFERENCES users, bio text); CREATE TABLE visits (id int PRIMARY KEY, profile int REFERENCES profiles)");
  trigger("AFTER INSERT", "users", "INSERT INTO public.profiles (u) VALUES (NEW.id);");
  source.run(
      "INSERT INTO users VALUES (1), (2); INSERT INTO profiles VALUES (10, 1, 'x'), (11, 2, 'y'); INSERT INTO visits "
      "VALUES (1, 11), (2, 10)");
  ASSERT_EQ(run_export().status, 0);

  const json result = import({"--match", "profiles=u"});

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "profiles"), ElementsAre(0, 2, 0, 0, 0, 0));
  EXPECT_EQ(target.value("SELECT string_agg(concat(p.id, p.u, p.bio, v.id), ',' ORDER BY p.id) FROM profiles p JOIN "
                         "visits v ON v.profile = p.id"),
            "11x2,22y1");
  const std::string before = writes();
  import({"--match", "profiles=u"});
  EXPECT_EQ(writes(), before);
}

// A key of the file means nothing where rows are found by another: its children go to nobody else.
TEST_F(TriggerRows, ThatTakeTheIdOfAMatchedRowGetNoneOfItsChildren) {
  schema(
      "CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY, e text UNIQUE, n int); CREATE TABLE v "
      "(id "
      "int PRIMARY KEY, u int REFERENCES u)");
  trigger("AFTER INSERT", "o", "INSERT INTO public.u VALUES (1, 'somebody', 1);");
  source.run(
      "INSERT INTO o VALUES (1); INSERT INTO u VALUES (1, 'a', 5), (2, 'b', 6); INSERT INTO v VALUES (1, 1), (2, 2)");
  ASSERT_EQ(run_export().status, 0);

  const json result = import({"--match", "u=e"});

  EXPECT_EQ(status, 4) << errors;
  EXPECT_THAT(verdicts(result, "u"), ElementsAre(1, 0, 0, 1, 0, 0));
  EXPECT_THAT(verdicts(result, "v"), ElementsAre(1, 0, 0, 0, 1, 0));
  EXPECT_EQ(
      target.value("SELECT string_agg(concat(u.id, e, n, v.id), ' ' ORDER BY u.id) FROM u LEFT JOIN v ON v.u = u.id"),
      "1somebody1 2b62");
}

// It is written while its own trigger makes another row of the file.
TEST_F(TriggerRows, OfTheirOwnTableDoNotStandAgainstAMatchedRow) {
  schema(
      "CREATE TABLE u (id int PRIMARY KEY, e text UNIQUE, n int); CREATE TABLE v (id int PRIMARY KEY, u int REFERENCES "
      "u)");
  trigger("AFTER INSERT", "u", "IF NEW.e = 'a' THEN INSERT INTO public.u VALUES (50, 'b', 0); END IF;");
  source.run("INSERT INTO u VALUES (1, 'a', 5), (2, 'b', 6); INSERT INTO v VALUES (1, 1)");
  ASSERT_EQ(run_export().status, 0);

  const json result = import({"--match", "u=e"});

  EXPECT_EQ(result["total"]["rows"].get<int>() - result["total"]["conflict"].get<int>() -
                result["total"]["invalid"].get<int>(),
            std::stoi(target.value("SELECT (SELECT count(*) FROM u WHERE n > 0) + (SELECT count(*) FROM v)")))
      << "what is called left out is not there";
}

TEST_F(TriggerRows, AreMadeBeforeTheFileWritesThemWhereNoForeignKeyTellsTheOrder) {
  schema("CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE accounts (u int PRIMARY KEY, bio text)");
  trigger("AFTER INSERT", "users", "INSERT INTO accounts VALUES (NEW.id, '');");
  source.run("INSERT INTO users VALUES (1), (2); INSERT INTO accounts VALUES (1, 'x'), (2, 'y')");

  const json result = transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(2, 0, 0, 0, 0, 0));
  EXPECT_EQ(target.value("SELECT string_agg(bio, ',' ORDER BY u) FROM accounts"), "x,y");
  expect_second_import_writes_nothing();
}

// No other session is to blame, however often the import is tried.
TEST_F(TriggerRows, ThatGetAnotherKeyOnTheirWayInAreLeftOutEachTime) {
  schema("CREATE TABLE users (id int PRIMARY KEY, name text)");
  trigger("BEFORE INSERT", "users", "NEW.id := NEW.id + 100;");
  source.run("INSERT INTO users VALUES (1, 'a'), (2, 'b')");
  target.run(
      "ALTER TABLE users DISABLE TRIGGER USER; INSERT INTO users VALUES (101, 'x'); ALTER TABLE users ENABLE TRIGGER "
      "USER");

  for (int time = 0; time < 2; ++time) {
    const json result = transfer();

    EXPECT_EQ(status, 4) << errors;
    EXPECT_THAT(verdicts(result, "users"), ElementsAre(0, 0, 0, 1, 1, 0));
    EXPECT_EQ(target.value("SELECT string_agg(id || name, ',') FROM users"), "101x");
  }
}

TEST_F(TriggerRows, ThatTakeAnIdOfTheFileAreUpdated) {
  schema("CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE watch (id serial PRIMARY KEY, what text)");
  trigger("AFTER INSERT", "users", "INSERT INTO watch (what) VALUES ('user ' || NEW.id);");
  source.run("INSERT INTO users VALUES (7), (8); INSERT INTO watch VALUES (1, 'one'), (2, 'two')");

  const json result = transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "watch"), ElementsAre(0, 2, 0, 0, 0, 0));
  EXPECT_EQ(target.value("SELECT string_agg(what, ',' ORDER BY id) FROM watch"), "one,two");
  expect_second_import_writes_nothing();
}

TEST_F(TriggerRows, ThatHoldAnotherKeyOfTheFileAreNamedAsTheHolder) {
  schema(
      "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE profiles (id serial PRIMARY KEY, u int UNIQUE REFERENCES "
      "users)");
  trigger("AFTER INSERT", "users", "INSERT INTO profiles (u) VALUES (NEW.id);");
  source.run("INSERT INTO users VALUES (5); INSERT INTO profiles VALUES (11, 5)");

  const json result = transfer();

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "profiles"), ElementsAre(0, 0, 0, 1, 0, 0));
  EXPECT_THAT(run_import().out, HasSubstr("the target holds u=5 as id=1"));
}

TEST_F(TriggerRows, OfTheSameTableAreUpdatedToo) {
  schema("CREATE TABLE pairs (id int PRIMARY KEY, v text)");
  trigger("AFTER INSERT", "pairs", "IF NEW.id < 100 THEN INSERT INTO pairs VALUES (NEW.id + 100, 'twin'); END IF;");
  source.run("INSERT INTO pairs VALUES (1, 'a'), (2, 'b'), (101, 'c')");

  transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(id || v, ' ' ORDER BY id) FROM pairs"), "1a 2b 101c 102twin");
  expect_second_import_writes_nothing();
}

TEST_F(TriggerRows, OfAPartitionAreUpdatedInIt) {
  schema(
      "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE \"Day Book\" (id int, day int, v text, PRIMARY KEY (id, "
      "day)) PARTITION BY LIST (day); CREATE TABLE d1 PARTITION OF \"Day Book\" FOR VALUES IN (1); CREATE TABLE dx "
      "PARTITION OF \"Day Book\" DEFAULT");
  trigger("AFTER INSERT", "users", "INSERT INTO \"Day Book\" VALUES (NEW.id, NEW.id % 2, 'made');");
  source.run("INSERT INTO users VALUES (1), (2); INSERT INTO \"Day Book\" VALUES (1, 1, 'x'), (2, 0, 'y')");

  transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(v, ',' ORDER BY id) FROM \"Day Book\""), "x,y");
  expect_second_import_writes_nothing();
}

TEST_F(TriggerRows, OfATableWithoutAKeyAreNotAddedASecondTime) {
  schema("CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE users_log (what text)");
  trigger("AFTER INSERT", "users", "INSERT INTO users_log VALUES ('user ' || NEW.id);");
  source.run("INSERT INTO users VALUES (1), (2); INSERT INTO users_log VALUES ('user 1'), ('user 2'), ('user 2')");

  const json result = transfer();

  EXPECT_THAT(verdicts(result, "users_log"), ElementsAre(1, 0, 2, 0, 0, 0));
  EXPECT_EQ(target.value("SELECT string_agg(what, ',' ORDER BY what) FROM users_log"), "user 1,user 2,user 2");
}

TEST_F(TriggerRows, ThatACounterChangedAreBroughtBackAndCountedAsUpdates) {
  schema(
      "CREATE TABLE users (id int PRIMARY KEY, n int); CREATE TABLE orders (id int PRIMARY KEY, u int REFERENCES "
      "users)");
  trigger("AFTER INSERT", "orders", "UPDATE users SET n = n + 1 WHERE id = NEW.u;");
  source.run("INSERT INTO users VALUES (1, 2), (2, 0); INSERT INTO orders VALUES (1, 1), (2, 1)");
  target.run("INSERT INTO users VALUES (1, 2)");

  const json result = transfer();

  EXPECT_THAT(verdicts(result, "users"), ElementsAre(1, 1, 0, 0, 0, 0));
  EXPECT_THAT(notices(result), HasSubstr("users: 1 row that the target's triggers or cascades had changed"));
  EXPECT_EQ(target.value("SELECT n FROM users WHERE id = 1"), "2");
  expect_second_import_writes_nothing();
}

TEST_F(TriggerRows, ThatTakeRowsAwayMakeThemInvalid) {
  schema("CREATE TABLE items (id int PRIMARY KEY); CREATE TABLE undo (id int PRIMARY KEY, item int)");
  trigger("AFTER INSERT", "undo", "DELETE FROM items WHERE id = NEW.item;");
  source.run("INSERT INTO items VALUES (1), (2); INSERT INTO undo VALUES (1, 1)");

  const json result = transfer();

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "items"), ElementsAre(1, 0, 0, 0, 1, 0));
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ',') FROM items"), "2");
}

TEST_F(TriggerRows, ThatAnInsertStampsHoldTheFilesValuesInTheEnd) {
  schema("CREATE TABLE notes (id int PRIMARY KEY, made int)");
  trigger("BEFORE INSERT", "notes", "NEW.made = 9;");
  source.run("INSERT INTO notes VALUES (1, 1), (2, 2)");

  transfer();

  EXPECT_EQ(target.value("SELECT string_agg(made::text, ',' ORDER BY id) FROM notes"), "1,2");
  expect_second_import_writes_nothing();
}

TEST_F(TriggerRows, ThatEveryUpdateStampsAreToldWithTheTriggerAndPassedOverWhereIgnored) {
  schema("CREATE TABLE notes (id int PRIMARY KEY, v int, changed int)");
  trigger("BEFORE INSERT OR UPDATE", "notes", "NEW.changed = 9;");
  target.run(
      "CREATE TABLE history (v int); CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT "
      "INTO history VALUES (NEW.v); RETURN NEW; END$$; CREATE TRIGGER keep AFTER UPDATE ON notes FOR EACH ROW "
      "EXECUTE FUNCTION keep(); INSERT INTO notes VALUES (1, 0, 0)");
  source.run("INSERT INTO notes VALUES (1, 1, 1), (2, 2, 2)");
  folder.write("t.json", R"({"tables": {"notes": {"ignore": ["changed"]}}})");

  const json result = transfer();

  EXPECT_THAT(notices(result), HasSubstr("notes: 2 rows do not hold the file's values after the import (changed); "
                                         "trigger Own notes, keep changed them"));
  EXPECT_EQ(target.value("SELECT count(*) FROM history"), "1") << "what is overwritten is not written again";
  EXPECT_THAT(verdicts(import({"--config", folder.file("t.json")}), "notes"), ElementsAre(0, 0, 2, 0, 0, 0));
}

TEST_F(TriggerRows, AreSkippedWhereOnlyNewRowsAreAskedFor) {
  schema(
      "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE profiles (u int PRIMARY KEY REFERENCES users, bio text)");
  trigger("AFTER INSERT", "users", "INSERT INTO profiles VALUES (NEW.id, '');");
  source.run("INSERT INTO users VALUES (1); INSERT INTO profiles VALUES (1, 'x')");

  const json result = transfer({"--mode", "insert"});

  EXPECT_THAT(verdicts(result, "profiles"), ElementsAre(0, 0, 0, 0, 0, 1));
  EXPECT_EQ(target.value("SELECT bio FROM profiles"), "");
}

TEST_F(TriggerRows, AreToldByARehearsalToo) {
  schema(
      "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE profiles (u int PRIMARY KEY REFERENCES users, bio text)");
  trigger("AFTER INSERT", "users", "INSERT INTO profiles VALUES (NEW.id, '');");
  source.run("INSERT INTO users VALUES (1); INSERT INTO profiles VALUES (1, 'x')");

  const json result = transfer({"--rehearse"});

  EXPECT_THAT(verdicts(result, "profiles"), ElementsAre(0, 1, 0, 0, 0, 0));
  EXPECT_THAT(notices(result), HasSubstr("made by the target's triggers"));
  EXPECT_EQ(target.value("SELECT count(*) FROM users"), "0");
}

}  // namespace
}  // namespace cli
