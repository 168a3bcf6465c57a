// Tables without a key whose rows the target changes on their way in, through the real programs: a second import adds
// nothing, unless that is asked for.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class Growth : public Transfer {
 protected:
  void SetUp() override {
    schema("CREATE TABLE log (what text, at int)");
    source.run("INSERT INTO log VALUES ('a', 1), ('b', 2)");
  }

  void trigger(const std::string& when, const std::string& body) {
    target.run("CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN " + body +
               " END$$; CREATE TRIGGER stamp " + when + " ON log FOR EACH ROW EXECUTE FUNCTION stamp()");
  }

  std::string rows() { return target.value("SELECT count(*) FROM log"); }
};

TEST_F(Growth, IsRefusedByNameWhereATriggerChangesWhatGoesIn) {
  trigger("BEFORE INSERT", "NEW.at = 9; RETURN NEW;");

  const json result = transfer();

  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "log"), ElementsAre(0, 0, 0, 0, 2, 0));
  EXPECT_EQ(rows(), "0");
  const support::Run told = run_import({"--dry-run"});
  EXPECT_THAT(told.err + told.out, AllOf(HasSubstr("log: has no key, and trigger stamp"), HasSubstr("--rehearse")));
  EXPECT_THAT(run_import().out, AllOf(HasSubstr("trigger stamp changes rows"), HasSubstr("--allow-growth")));
}

TEST_F(Growth, HappensWhereItIsAskedForAndIsTold) {
  trigger("BEFORE INSERT", "NEW.at = 9; RETURN NEW;");

  const json result = transfer({"--allow-growth"});
  import({"--allow-growth"});

  EXPECT_THAT(result["notices"].dump(), HasSubstr("log: 2 rows were changed by trigger stamp"));
  EXPECT_EQ(rows(), "4");
}

TEST_F(Growth, DoesNotHappenWhereWhatTheTriggerSetsIsIgnored) {
  trigger("BEFORE INSERT", "NEW.at = 9; RETURN NEW;");
  folder.write("t.json", R"({"tables": {"log": {"ignore": ["at"]}}})");

  EXPECT_THAT(verdicts(transfer({"--config", folder.file("t.json")}), "log"), ElementsAre(2, 0, 0, 0, 0, 0));
  EXPECT_THAT(verdicts(import({"--config", folder.file("t.json")}), "log"), ElementsAre(0, 0, 2, 0, 0, 0));
  EXPECT_EQ(status, 0) << errors;
}

TEST_F(Growth, IsRefusedBehindAnInsertToo) {
  trigger("AFTER INSERT", "UPDATE log SET at = 9; RETURN NULL;");

  transfer();
  import();

  EXPECT_EQ(status, 4);
  EXPECT_EQ(rows(), "0");
}

TEST_F(Growth, IsRefusedWhereATriggerOfAnotherTableChangesTheRows) {
  schema("CREATE TABLE zones (id int PRIMARY KEY)");
  source.run("INSERT INTO zones VALUES (1)");
  target.run(
      "CREATE FUNCTION shift() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE log SET at = at + 1; RETURN NULL; "
      "END$$; CREATE TRIGGER shift AFTER INSERT ON zones FOR EACH ROW EXECUTE FUNCTION shift()");
  ASSERT_EQ(run_export().status, 0);

  const support::Run refused = run_import();

  EXPECT_EQ(refused.status, 7);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("log"), HasSubstr("--allow-growth")));
  EXPECT_EQ(rows(), "0");
}

TEST_F(Growth, IsNoneWhereATriggerOnlyLooks) {
  trigger("BEFORE INSERT", "PERFORM count(*) FROM log; RETURN NEW;");

  transfer();
  import();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(rows(), "2");
}

TEST_F(Growth, IsNoneWhereATriggerDropsTheRows) {
  trigger("BEFORE INSERT", "IF NEW.at = 1 THEN RETURN NULL; END IF; RETURN NEW;");

  transfer();
  const json again = import();

  EXPECT_THAT(verdicts(again, "log"), ElementsAre(0, 0, 1, 0, 1, 0));
  EXPECT_EQ(rows(), "1");
}

TEST_F(Growth, IsNoneByColumnsThatTheFileLacks) {
  target.run(
      "ALTER TABLE log ADD made timestamptz DEFAULT clock_timestamp(), ADD twice text GENERATED ALWAYS AS (what || "
      "what) STORED");

  transfer();
  import();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(rows(), "2");
}

}  // namespace
}  // namespace cli
