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
  const support::Run run = take_back({"--allow-code-of", target.value("SELECT current_user")});
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

}  // namespace
}  // namespace cli
