// Rows that the file lacks beside the target's own code, approved plans, roles and other imports: what is refused stays
// and is named.
#include "cli/undo_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class DeleteMissingWith : public Undo {
 protected:
  void SetUp() override {
    schema(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text);"
        "CREATE TABLE posts (id int PRIMARY KEY, author int NOT NULL REFERENCES users ON DELETE CASCADE, title text)");
    source.run(
        "INSERT INTO users VALUES (1, 'a@x', 'Ann'), (2, 'b@x', 'Bob');"
        "INSERT INTO posts VALUES (10, 1, 'one')");
    target.run(
        "INSERT INTO users VALUES (1, 'a@x', 'Anna'), (2, 'b@x', 'Bob'), (7, 'g@x', 'Gus'), (9, 'i@x', 'Ida');"
        "INSERT INTO posts VALUES (10, 1, 'one'), (15, 9, 'uno')");
    ASSERT_EQ(run_export().status, 0);
  }
  std::string ids(const std::string& table) {
    return target.value("SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), '') FROM " + table);
  }
  void trigger(const std::string& when, const std::string& body) {
    target.run("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + body +
               " END $$; CREATE TRIGGER t " + when + " FOR EACH ROW EXECUTE FUNCTION f()");
  }
  support::Run delete_missing(std::vector<std::string> options = {}) {
    options.insert(options.end(), {"--delete-missing", "users", "--delete-missing", "posts"});
    return run_import(options);
  }
};

TEST_F(DeleteMissingWith, ATriggerThatRefusesLeavesThatRowAndNamesIt) {
  trigger("BEFORE DELETE ON users", "IF OLD.id = 7 THEN RAISE 'Gus stays'; END IF; RETURN OLD;");
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("users (not in the file) id=7: invalid"), HasSubstr("Gus stays")));
  EXPECT_EQ(ids("users") + "|" + ids("posts"), "1 2 7|10");
}

TEST_F(DeleteMissingWith, ATriggerThatKeepsARowInSilenceNamesIt) {
  trigger("BEFORE DELETE ON users", "IF OLD.id = 7 THEN RETURN NULL; END IF; RETURN OLD;");
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("id=7"), HasSubstr("of the target kept it")));
  EXPECT_EQ(ids("users"), "1 2 7");
}

TEST_F(DeleteMissingWith, ATriggerThatPutsARowInAgainNamesIt) {
  trigger("AFTER DELETE ON users", "IF OLD.id = 7 THEN INSERT INTO users SELECT OLD.*; END IF; RETURN NULL;");
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("id=7"), HasSubstr("puts the row in again")));
  EXPECT_EQ(ids("users"), "1 2 7");
}

TEST_F(DeleteMissingWith, ATriggerOnUpdatesStillLetsAUserBeMadeAgain) {
  source.run("INSERT INTO users VALUES (4, 'i@x', 'Ida again'); INSERT INTO posts VALUES (15, 4, 'uno')");
  ASSERT_EQ(run_export().status, 0);
  trigger("BEFORE UPDATE ON posts", "NEW.title := NEW.title; RETURN NEW;");
  EXPECT_EQ(delete_missing().status, 0);
  EXPECT_EQ(ids("users") + "|" + ids("posts"), "1 2 4|10 15");
}

// It waits for its other child to be moved, and the cascade of its foreign key would take the new one along.
TEST_F(DeleteMissingWith, ATriggerThatTurnsAChildToARowThatGoesLosesNoChild) {
  trigger("BEFORE INSERT ON posts", "NEW.author := 9; RETURN NEW;");
  source.run("INSERT INTO posts VALUES (11, 2, 'two'), (15, 2, 'uno')");
  ASSERT_EQ(run_export().status, 0);
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, HasSubstr("posts id=11 refers to it"));
  EXPECT_EQ(ids("users") + "|" + ids("posts"), "1 2 9|10 11 15");
}

TEST_F(DeleteMissingWith, RestrictFromATableOutsideKeepsTheRow) {
  target.run(
      "CREATE SCHEMA other; CREATE TABLE other.bills (id int PRIMARY KEY, who int REFERENCES public.users ON DELETE "
      "RESTRICT); INSERT INTO other.bills VALUES (1, 7)");
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, HasSubstr("bills id=1 refers to it"));
  EXPECT_EQ(ids("users") + "|" + ids("posts"), "1 2 7|10");
}

TEST_F(DeleteMissingWith, ARefusedChildKeepsItsParentAndNoCascadeTakesIt) {
  target.run("ALTER TABLE posts ADD CHECK (title <> 'bad')");
  source.run("INSERT INTO posts VALUES (15, 2, 'bad')");
  ASSERT_EQ(run_export().status, 0);
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(ids("users") + "|" + ids("posts"), "1 2 9|10 15");
}

TEST_F(DeleteMissingWith, ARefusalThatOnlyTheServerKnowsKeepsTheParent) {
  trigger("BEFORE UPDATE ON posts", "IF NEW.id = 15 THEN RAISE 'not this one'; END IF; RETURN NEW;");
  source.run("INSERT INTO posts VALUES (15, 2, 'dos')");
  ASSERT_EQ(run_export().status, 0);
  const support::Run run = delete_missing();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(ids("users") + "|" + ids("posts"), "1 2 9|10 15");
  EXPECT_EQ(target.value("SELECT author FROM posts WHERE id = 15"), "9");
}

TEST_F(DeleteMissingWith, APlanIsAppliedAsItWasRead) {
  const std::string plan = folder.file("audit.json");
  ASSERT_EQ(delete_missing({"-n", "--report", plan}).status, 0);
  const support::Run run = run_import({"--apply", plan});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(ids("users") + "|" + ids("posts"), "1 2|10");
}

TEST_F(DeleteMissingWith, APlanNoLongerHoldsWhereARowThatGoesWasChanged) {
  const std::string plan = folder.file("audit.json");
  ASSERT_EQ(delete_missing({"-n", "--report", plan}).status, 0);
  target.run("UPDATE users SET name = 'Gustav' WHERE id = 7");
  const support::Run run = run_import({"--apply", plan});
  EXPECT_EQ(run.status, 7) << run.err;
  EXPECT_THAT(run.err, AllOf(HasSubstr("users id=7: approved delete; now delete"), HasSubstr("Gustav")));
  EXPECT_EQ(ids("users"), "1 2 7 9");
}

TEST_F(DeleteMissingWith, APlanNoLongerHoldsWhereOneRowTookThePlaceOfAnother) {
  const std::string plan = folder.file("audit.json");
  ASSERT_EQ(delete_missing({"-n", "--report", plan}).status, 0);
  target.run("DELETE FROM users WHERE id = 7; INSERT INTO users VALUES (8, 'g@x', 'Gus')");
  const support::Run run = run_import({"--apply", plan});
  EXPECT_EQ(run.status, 7) << run.err;
  EXPECT_THAT(run.err, AllOf(HasSubstr("users id=7: approved delete; now it is gone"),
                             HasSubstr("users id=8: approved nothing")));
  EXPECT_EQ(ids("users"), "1 2 8 9");
}

TEST_F(DeleteMissingWith, APlanToleratesRowsThatAreGoneAlready) {
  const std::string plan = folder.file("audit.json");
  ASSERT_EQ(delete_missing({"-n", "--report", plan}).status, 0);
  target.run("DELETE FROM users WHERE id = 7");
  EXPECT_EQ(run_import({"--apply", plan}).status, 7);
  const support::Run run = run_import({"--apply", plan, "--tolerate-done"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(ids("users"), "1 2");
}

TEST_F(DeleteMissingWith, APlanOfARehearsalHoldsWhatTheServerRefuses) {
  trigger("BEFORE DELETE ON users", "IF OLD.id = 7 THEN RAISE 'Gus stays'; END IF; RETURN OLD;");
  const std::string plan = folder.file("audit.json");
  ASSERT_EQ(delete_missing({"--rehearse", "--report", plan}).status, 4);
  const support::Run run = run_import({"--apply", plan});
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_EQ(ids("users"), "1 2 7");
}

TEST_F(DeleteMissingWith, ARoleWithoutTheRightIsToldBeforeAnythingIsWritten) {
  const std::string role = "deleter_of_" + target.name();
  target.run("CREATE ROLE " + role + " LOGIN; GRANT SELECT, INSERT, UPDATE ON users, posts TO " + role);
  const std::string there = rows();
  const support::Run run = delete_missing({"--url", target.url() + "&user=" + role});
  EXPECT_EQ(run.status, 8) << run.out << run.err;
  EXPECT_THAT(run.err, HasSubstr("GRANT DELETE ON public.users TO " + role));
  EXPECT_EQ(rows(), there);
  target.run("GRANT DELETE ON users, posts TO " + role);
  EXPECT_EQ(delete_missing({"--url", target.url() + "&user=" + role}).status, 0);
  target.run("REASSIGN OWNED BY " + role + " TO postgres; DROP OWNED BY " + role + "; DROP ROLE " + role);
}

}  // namespace
}  // namespace cli
