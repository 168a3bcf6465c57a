// Code of others that an import could only run if it wrote what it never writes: no consent is asked for it, but where
// any other code might do so.
#include <gmock/gmock.h>

#include "live/code_of_others_fixture.h"

namespace live {
namespace {

using QuietCode = CodeOfOthers;

// Of the key, which is never assigned, or of a column that the file lacks. Not where anything else might write it.
TEST_F(QuietCode, InATriggerOfAColumnThatNoUpdateWritesIsNobodysConcern) {
  code(
      "ALTER TABLE m.t ADD w int; CREATE TRIGGER key BEFORE UPDATE OF id ON m.t FOR EACH ROW EXECUTE FUNCTION "
      "m.fire(); "
      "CREATE TRIGGER fire AFTER UPDATE OF w, id ON m.t FOR EACH ROW EXECUTE FUNCTION m.fire(); INSERT INTO m.t VALUES "
      "(1, 7)");
  ran();
  for (const char* option : {"--dry-run", "--yes"}) EXPECT_EQ(import({option, "--first-load", "never"}).status, 0);
  EXPECT_FALSE(ran());
  EXPECT_EQ(target_.value("SELECT sum(v) FROM m.t"), "30");
  code("TRUNCATE m.t");

  for (const char* sql :
       {"ALTER TABLE m.t DROP w; ALTER TABLE m.t ADD w int GENERATED ALWAYS AS (v + 1) STORED; CREATE "
        "TRIGGER fire AFTER UPDATE OF w ON m.t FOR EACH ROW EXECUTE FUNCTION m.fire()",
        "ALTER TABLE m.t DROP w; ALTER TABLE m.t ADD UNIQUE (v), ADD w int REFERENCES m.t (v) ON "
        "UPDATE CASCADE; CREATE TRIGGER fire AFTER UPDATE OF w ON m.t FOR EACH ROW EXECUTE FUNCTION "
        "m.fire()",
        "RESET ROLE; CREATE FUNCTION trusted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE m.t "
        "SET w = 1; RETURN NEW; END'; CREATE TRIGGER trusted AFTER INSERT ON m.t FOR EACH ROW EXECUTE "
        "FUNCTION trusted()"}) {
    if (std::string(sql).starts_with("ALTER")) code("DROP TRIGGER fire ON m.t");
    code(sql);
    expect_refused("trigger fire of m.t");
  }
}

TEST_F(QuietCode, BehindAnActionOfAKeyThatNeverChangesIsNobodysConcern) {
  code(
      "CREATE TABLE m.child (id int REFERENCES m.t ON UPDATE CASCADE, v int); CREATE TRIGGER fire BEFORE UPDATE ON "
      "m.child FOR EACH ROW EXECUTE FUNCTION m.fire(); INSERT INTO m.t VALUES (1, 7); INSERT INTO m.child VALUES (1)");
  ran();
  for (const char* option : {"--dry-run", "--yes"}) EXPECT_EQ(import({option}).status, 0);
  EXPECT_FALSE(ran());
  code(
      "TRUNCATE m.t CASCADE; CREATE UNIQUE INDEX ON m.t (v); CREATE TABLE m.far (v int REFERENCES m.t (v) ON UPDATE "
      "CASCADE, k int UNIQUE); CREATE TRIGGER fire BEFORE UPDATE ON m.far FOR EACH ROW EXECUTE FUNCTION m.fire()");
  expect_refused("trigger fire of m.far");
}

}  // namespace
}  // namespace live
