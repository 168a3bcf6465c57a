// What a reviewer is told of each row and of what the import of a table sets off.
#include "sqlite/import/decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlite/import/import_fixture.h"

namespace sqlite_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(SqliteDecisions, ShowsTheValuesThatChange) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, secret); INSERT INTO t VALUES(1, NULL, x'00ff', 'old');");
  const std::string text(2000, 'y');

  const Imported imported =
      one.import({{"t", {R"({"id":1,"a":{"$real":"2.0"},"b":")" + text + R"(","secret":"new"})"}}},
                 {.change = [](auto& plan) { plan.masked = {"secret"}; }});

  const auto& changes = imported.decisions.at("t").at(0).changes;
  ASSERT_THAT(changes, SizeIs(3));
  using Form = outcome::ShownValue::Form;
  EXPECT_EQ(changes[0].before, (outcome::ShownValue{Form::kNull, "", 0}));
  EXPECT_EQ(changes[0].after, (outcome::ShownValue{Form::kWhole, "2.0", 3}));
  EXPECT_EQ(changes[1].before, (outcome::ShownValue{Form::kWhole, "x'00ff'", 7}));
  EXPECT_EQ(changes[1].after, (outcome::ShownValue{Form::kCut, std::string(1024, 'y'), 2000}));
  EXPECT_EQ(changes[2].after, (outcome::ShownValue{Form::kMasked, "11507a0e", 3}));  // sha256sum of "new"
  EXPECT_EQ(imported.effects.at("t").changed_columns.at(0).name, "a");
}

TEST(SqliteDecisions, TellsWhatItSetsOff) {
  const Case one(
      "CREATE TABLE o(id INTEGER PRIMARY KEY); INSERT INTO o VALUES(1); CREATE TABLE t(id INTEGER PRIMARY KEY "
      "AUTOINCREMENT, o INT REFERENCES o); INSERT INTO t VALUES(3,NULL); CREATE TRIGGER shout AFTER INSERT ON t BEGIN "
      "UPDATE t SET o = NULL WHERE id = NEW.id; END; CREATE TRIGGER never AFTER UPDATE ON t WHEN 0 BEGIN SELECT 1; "
      "END;");

  const Imported imported = one.import({{"t", {R"({"id":9,"o":1})", R"({"id":3,"o":null})"}}});

  const outcome::TableEffects& effects = imported.effects.at("t");
  EXPECT_EQ(effects.rows_before, 1U);
  ASSERT_THAT(effects.triggers, SizeIs(1));
  EXPECT_EQ(effects.triggers[0].name + " " + effects.triggers[0].when, "shout after insert, for each row");
  ASSERT_THAT(effects.sequences, SizeIs(1));
  EXPECT_EQ(effects.sequences[0].before, 3);
  EXPECT_EQ(effects.sequences[0].after, 9);
  ASSERT_THAT(effects.outside_references, SizeIs(1));
  EXPECT_EQ(effects.outside_references[0].parent, "o");
  EXPECT_THAT(imported.notices,
              ::testing::Contains(HasSubstr("t: 1 row that the target's triggers or cascades had changed were brought "
                                            "back to the file's values")));
  EXPECT_EQ(one.database.value("SELECT seq FROM sqlite_sequence"), "9");
}

TEST(SqliteEffects, NameEveryTableToWhichAColumnReferredLoosely) {
  const Case one(
      "CREATE TABLE users(id INTEGER PRIMARY KEY, n UNIQUE); CREATE TABLE teams(id INTEGER PRIMARY KEY, n UNIQUE); "
      "CREATE TABLE posts(id INTEGER PRIMARY KEY, owner_type TEXT, owner_id INT); INSERT INTO users VALUES(101, 'a'); "
      "INSERT INTO teams VALUES(201, 'a');");
  const std::string text = file_for(
      one.database,
      {{"users", {R"({"id":1,"n":"a"})"}},
       {"teams", {R"({"id":1,"n":"a"})"}},
       {"posts", {R"({"id":1,"owner_type":"User","owner_id":1})", R"({"id":2,"owner_type":"Team","owner_id":1})"}}});
  sqlite::SqliteTarget target([&](sqlite::Access access) { return connect(one.database.path(), access); });
  std::vector<catalog::Table> tables;

  support::classify(target, text,
                    {.intent = engine::Intent::kDryRun,
                     .change =
                         [](auto& plan) {
                           if (plan.target.name.name != "posts") plan.match = {"n"};
                         }},
                    tables);

  std::string found;
  for (const outcome::LooseReference& reference : target.loose_references())
    found += reference.table + "." + reference.column + " " + reference.parent + "\n";
  EXPECT_THAT(found, AllOf(HasSubstr("posts.owner_id users"), HasSubstr("posts.owner_id teams")));
}

TEST(SqliteEffects, NameTriggersOnDeleteWhereRowsMayGo) {
  const Case one(
      "CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE TABLE log(id INT); INSERT INTO t VALUES(1),(2); CREATE TRIGGER "
      "mourn AFTER DELETE ON t BEGIN INSERT INTO log VALUES(OLD.id); END;");
  const auto fired = [&](engine::MissingRows missing) {
    const Imported imported =
        one.import({{"t", {R"({"id":1})"}}},
                   {.intent = engine::Intent::kDryRun, .change = [&](auto& plan) { plan.missing_rows = missing; }});
    std::string text;
    for (const outcome::Trigger& trigger : imported.effects.at("t").triggers) text += trigger.name + " " + trigger.when;
    return text;
  };

  EXPECT_EQ(fired(engine::MissingRows::kDelete), "mourn after delete, for each row");
  EXPECT_EQ(fired(engine::MissingRows::kStay), "");
}

}  // namespace
}  // namespace sqlite_test
