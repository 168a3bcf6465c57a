// Imports are taken back where the target's own code has a say: what it keeps or changes is named, and left as it is.
#include "cli/undo_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class UndoBesideCode : public Undo {
 protected:
  void SetUp() override {
    schema("CREATE TABLE a (id int PRIMARY KEY, v text, del bool DEFAULT false)");
    source.run("INSERT INTO a SELECT n, 'new' FROM generate_series(1, 5) n");
    target.run("INSERT INTO a VALUES (1, 'old')");
    import_kept();
  }
  void on(const std::string& event, const std::string& body) {
    target.run("CREATE FUNCTION code() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN " + body +
               " END$$; CREATE TRIGGER code " + event + " ON a FOR EACH ROW EXECUTE FUNCTION code()");
  }
  std::string left() { return target.value("SELECT string_agg(concat(id, v, del), ',' ORDER BY id) FROM a"); }
};

TEST_F(UndoBesideCode, LeavesRowsAsTheyAreThatATriggerKeepsAndMarks) {
  on("BEFORE DELETE",
     "IF old.id % 2 = 1 THEN UPDATE public.a SET del = true WHERE id = old.id; RETURN NULL; END IF; RETURN old;");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("id=3: invalid: not deleted: trigger code of the target kept it"),
                             HasSubstr("id=5: invalid: not deleted"), Not(HasSubstr("id=4:"))));
  EXPECT_EQ(left(), "1oldf,3newf,5newf");
}

TEST_F(UndoBesideCode, LeavesRowsAsTheyAreThatARuleMarks) {
  target.run("CREATE RULE soft AS ON DELETE TO a DO INSTEAD UPDATE a SET del = true WHERE id = old.id");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(left().find('t'), std::string::npos) << run.out << run.err;
}

TEST_F(UndoBesideCode, NamesInADryRunWhatMayRefuseADelete) {
  on("BEFORE DELETE", "RETURN NULL;");
  const support::Run run = take_back({"--dry-run"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("a: trigger code (before each row) may change, drop or refuse rows"),
                             Not(HasSubstr("every row is foretold"))));
}

TEST_F(UndoBesideCode, NamesNoDeleteTriggersWhereNothingGoes) {
  target.run("DELETE FROM a WHERE id > 1");
  on("BEFORE DELETE", "RETURN NULL;");
  EXPECT_THAT(take_back({"--dry-run"}).out, HasSubstr("every row is foretold"));
  EXPECT_EQ(take_back().status, 0);
  EXPECT_EQ(rows().find("new"), std::string::npos);
}

TEST_F(UndoBesideCode, LeavesAsTheyAreTheRowsThatATriggerWritesAnew) {
  target.run("CREATE TABLE seen (n int)");
  on("BEFORE UPDATE", "INSERT INTO public.seen VALUES (1); new.v := 'stamped'; RETURN new;");
  const support::Run run = take_back({"--rejects", folder.file("left.json")});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("id=1: invalid: not as it was before the import: trigger code of the target"),
                             HasSubstr("writes something else into v"), HasSubstr("4 deleted"),
                             Not(HasSubstr("The next import of the file"))));
  EXPECT_EQ(left(), "1newf");
  EXPECT_EQ(target.value("SELECT count(*) FROM seen"), "0");
  target.run("ALTER TABLE a DISABLE TRIGGER code");
  EXPECT_EQ(take_back_by(folder.file("left.json")).status, 0);
  EXPECT_EQ(left(), "1oldf");
}

TEST_F(UndoBesideCode, LeavesAsTheyAreTheRowsThatATriggerPutsInAgain) {
  on("AFTER DELETE", "IF old.id IN (2, 4) THEN INSERT INTO public.a VALUES (old.id, 'again'); END IF; RETURN NULL;");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("id=2: invalid: not deleted: trigger code of the target"),
                             HasSubstr("puts the row in again"), HasSubstr("1 updated, 0 unchanged, 2 deleted")));
  EXPECT_EQ(left(), "1oldf,2newf,4newf");
}

TEST_F(UndoBesideCode, LooksAgainBehindTriggersAtTheCommit) {
  on("AFTER DELETE", "RETURN NULL;");
  target.run(
      "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN UPDATE public.a SET v = 'late' WHERE id = 1 "
      "AND "
      "v <> 'late'; IF old.id = 3 THEN INSERT INTO public.a VALUES (3, 'again'); END IF; RETURN NULL; END$$; CREATE "
      "CONSTRAINT TRIGGER late AFTER DELETE ON a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, HasSubstr("id=3: invalid: not deleted"));
  EXPECT_THAT(left(), HasSubstr("3newf"));
}

TEST_F(UndoBesideCode, IsAppliedAsRehearsedOrNotAtAll) {
  on("BEFORE UPDATE", "new.v := 'stamped'; RETURN new;");
  const std::string plan = folder.file("plan.json");
  ASSERT_EQ(take_back({"--rehearse", "--report", plan}).status, 4);
  EXPECT_EQ(take_back({"--apply", plan}).status, 4);
  EXPECT_EQ(left(), "1newf");
}

}  // namespace
}  // namespace cli
