// What an import lets others see of its way: triggers, rules, and whoever holds rights on single columns. Through the
// real programs: the dry run says what the import does.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LookedOn : public Transfer {
 protected:
  // The verdicts that the dry run, the rehearsal and the import agree on.
  std::vector<int> agreed(const std::string& name) {
    EXPECT_EQ(run_export().status, 0);
    const std::vector<int> announced = verdicts(import({"--dry-run"}), name);
    EXPECT_EQ(verdicts(import({"--rehearse"}), name), announced);
    EXPECT_EQ(verdicts(import(), name), announced);
    return announced;
  }
};

TEST_F(LookedOn, ATriggerOfOneColumnIsCalledForThatColumnOnly) {
  schema(
      "CREATE TABLE users (id int PRIMARY KEY, password text, n int); CREATE FUNCTION refuse() RETURNS trigger "
      "LANGUAGE "
      "plpgsql AS $$BEGIN RAISE 'not here'; END$$; CREATE TRIGGER guard BEFORE UPDATE OF password ON users FOR EACH "
      "ROW "
      "EXECUTE FUNCTION refuse()");
  source.run("INSERT INTO users VALUES (1, 'p', 2)");
  target.run("INSERT INTO users VALUES (1, 'p', 1)");
  EXPECT_THAT(agreed("users"), ElementsAre(0, 1, 0, 0, 0, 0));
  EXPECT_EQ(status, 0) << errors;
}

TEST_F(LookedOn, RowsThatSwapAUniqueValueAreAConflictNamingWhoWouldSee) {
  schema(
      "CREATE TABLE people (id int PRIMARY KEY, mail text NOT NULL UNIQUE); CREATE TABLE history (old text, new text); "
      "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.history VALUES (OLD.mail, "
      "NEW.mail); RETURN NEW; END$$; CREATE TRIGGER history BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION "
      "keep()");
  source.run("INSERT INTO people VALUES (1, 'b@x'), (2, 'a@x'), (3, 'd@x'), (4, 'c@x'); TRUNCATE history");
  target.run("INSERT INTO people VALUES (1, 'a@x'), (2, 'b@x'), (3, 'c@x'); TRUNCATE history");
  EXPECT_THAT(agreed("people"), ElementsAre(1, 1, 0, 2, 0, 0));
  EXPECT_EQ(status, 4) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(old || '>' || new, ' ') FROM history"), "c@x>d@x");
  EXPECT_THAT(std::string(table(import({"--dry-run"}), "people")["left_out"][0]["reason"]),
              HasSubstr("trigger history"));
}

TEST_F(LookedOn, RowsThatSwapAUniqueValueGoInWhereNobodyDoes) {
  schema("CREATE TABLE people (id int PRIMARY KEY, mail varchar(30) NOT NULL UNIQUE)");
  source.run("INSERT INTO people VALUES (1, 'b@x'), (2, 'a@x')");
  target.run("INSERT INTO people VALUES (1, 'a@x'), (2, 'b@x')");
  EXPECT_THAT(agreed("people"), ElementsAre(0, 2, 0, 0, 0, 0));
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(mail, ' ' ORDER BY id) FROM people"), "b@x a@x");
}

}  // namespace
}  // namespace cli
