// Triggers, checks and defaults of the target run under the settings that an application finds there, whatever ours
// are, through the real programs.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class SessionSettings : public Transfer {
 protected:
  // Of new sessions.
  void set(const std::string& setting) {
    target.run("ALTER DATABASE " + target.name() + " SET " + setting);
    target.disconnect();
  }
};

// Twenty o'clock of one day in London is five of the next in Tokyo.
TEST_F(SessionSettings, OfTheDatabaseDecideWhichDayItIs) {
  source.run("CREATE TABLE a (id int PRIMARY KEY, at timestamptz); INSERT INTO a VALUES (1, '2024-02-03 20:00+00')");
  target.run(
      "CREATE TABLE a (id int PRIMARY KEY, at timestamptz CHECK (at::date = '2024-02-04'), day text, zone text DEFAULT "
      "current_setting('TimeZone'))");
  set("TimeZone = 'Asia/Tokyo'");
  set("DateStyle = 'SQL, DMY'");
  ASSERT_EQ(run_export().status, 0);

  for (const char* load : {"auto", "never"}) {
    target.run("TRUNCATE a");
    target.disconnect();
    EXPECT_THAT(verdicts(import({"--dry-run", "--first-load", load}), "a"), ElementsAre(1, 0, 0, 0, 0, 0));
    EXPECT_THAT(verdicts(import({"--first-load", load}), "a"), ElementsAre(1, 0, 0, 0, 0, 0)) << load;
    EXPECT_EQ(target.value("SELECT zone FROM a"), "Asia/Tokyo") << load;
    target.disconnect();
  }
}

TEST_F(SessionSettings, OfTheDatabaseAreWhatTriggersSee) {
  source.run(
      "CREATE TABLE a (id int PRIMARY KEY, at timestamptz, b bytea, i interval); INSERT INTO a VALUES (1, '2024-02-03 "
      "20:00+00', '\\x00ff', '-1 day +02:00')");
  target.run(
      "CREATE TABLE a (id int PRIMARY KEY, at timestamptz, b bytea, i interval, said text); CREATE FUNCTION say() "
      "RETURNS "
      "trigger LANGUAGE plpgsql AS $$BEGIN NEW.said := concat_ws('|', NEW.at, NEW.b, NEW.i); RETURN NEW; END$$; CREATE "
      "TRIGGER say BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION say()");
  for (const char* setting :
       {"TimeZone = 'Asia/Tokyo'", "DateStyle = 'German'", "bytea_output = 'escape'", "IntervalStyle = 'iso_8601'"})
    set(setting);

  const json result = transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT said FROM a"), "04.02.2024 05:00:00 JST|\\000\\377|P-1DT2H");
  EXPECT_THAT(verdicts(import(), "a"), ElementsAre(0, 0, 1, 0, 0, 0)) << "ours are the same in the end";
}

// By the checks of the dry run, by a trigger that only the import meets, and by one that drops the row.
TEST_F(SessionSettings, DoNotDecideHowARowIsNamed) {
  source.run(
      "CREATE TABLE a (day date, \"At\" timestamptz, f float8, kind text, PRIMARY KEY (day, \"At\", f)); INSERT INTO a "
      "SELECT '2020-02-04', '2020-02-03 10:00+00', 0.123456789012 + n, (ARRAY['check', 'raise', 'drop', 'fine'])[n] "
      "FROM generate_series(1, 4) n");
  target.run(
      "CREATE TABLE a (day date, \"At\" timestamptz, f float8, kind text CHECK (kind <> 'check'), PRIMARY KEY (day, "
      "\"At\", f)); CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.kind = 'raise' THEN RAISE "
      "'no'; END IF; RETURN CASE NEW.kind WHEN 'drop' THEN NULL ELSE NEW END; END$$; CREATE TRIGGER no BEFORE INSERT "
      "ON a FOR EACH ROW EXECUTE FUNCTION no()");
  for (const char* setting : {"DateStyle = 'German'", "TimeZone = 'Asia/Kolkata'", "extra_float_digits = -5"})
    set(setting);

  const json result = transfer();

  std::vector<std::string> keys;
  const json rows = table(result, "a")["left_out"];
  for (const json& row : rows) keys.push_back(row["key"]);
  const std::string rest = ".123456789012";
  const std::string start = "day=2020-02-04, At=2020-02-03 10:00:00+00, f=";
  EXPECT_THAT(keys, testing::UnorderedElementsAre(start + "1" + rest, start + "2" + rest, start + "3" + rest));
}

TEST_F(SessionSettings, ThatForbidWritingAreToldByADryRun) {
  schema("CREATE TABLE a (id int PRIMARY KEY)");
  source.run("INSERT INTO a VALUES (1)");
  ASSERT_EQ(run_export().status, 0);
  set("default_transaction_read_only = on");

  const support::Run dry_run = run_import({"--dry-run"});
  const support::Run refused = run_import();

  EXPECT_EQ(dry_run.status, 0) << dry_run.err;
  EXPECT_THAT(dry_run.out, HasSubstr("SET default_transaction_read_only = off"));
  EXPECT_EQ(refused.status, 8);
}

}  // namespace
}  // namespace cli
