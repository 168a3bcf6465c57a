// A function in SQL that names things without their schema, as wrappers of unaccent() do: the server puts it in line
// wherever an index calls it, in every statement about the table.
#include <gmock/gmock.h>

#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"

namespace live {
namespace {

constexpr const char* kSchema = R"sql(
CREATE SCHEMA x;
SET search_path = public, x;
CREATE FUNCTION x.fold(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
CREATE FUNCTION x.folded(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT fold($1)';
CREATE TABLE p (id int PRIMARY KEY, name text);
CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p, name text);
CREATE UNIQUE INDEX ON p (folded(name));
CREATE INDEX ON c (folded(name)) WHERE folded('A') = 'a';
RESET search_path)sql";

class InlinedFunctions : public testing::Test {
 protected:
  InlinedFunctions() {
    for (support::Database* database : {&source_, &target_}) {
      database->run(kSchema);
      database->run("ALTER DATABASE " + database->name() + " SET search_path = public, x");
    }
    const std::string path = "SET search_path = public, x; ";
    source_.run(
        path +
        "INSERT INTO p VALUES (1, 'One'), (2, 'Two'), (3, 'THREE'); INSERT INTO c VALUES (1, 1, 'a'), (2, 2, 'B')");
    target_.run(path + "INSERT INTO p VALUES (1, 'Uno'), (9, 'three')");
  }

  support::Run run(std::vector<std::string> words) const { return support::run_program(std::move(words)); }
  support::Run import(std::vector<std::string> options) const {
    std::vector<std::string> words{PROGRAM_DIR "/db-import", file_, "--url", target_.url()};
    words.insert(words.end(), options.begin(), options.end());
    return run(words);
  }

  support::Database source_;
  support::Database target_;
  support::TemporaryFolder folder_;
  std::string file_ = folder_.file("app.json");
};

TEST_F(InlinedFunctions, FindWhatAnApplicationFinds) {
  ASSERT_EQ(run({PROGRAM_DIR "/db-export", file_, "--url", source_.url()}).status, 0);
  for (const char* option : {"--dry-run", "--rehearse", "--yes", "--yes"}) {
    const support::Run done = import({option});
    EXPECT_EQ(done.status, 4) << option << done.err;
    EXPECT_THAT(done.out + done.err, testing::HasSubstr("id=9")) << option;
  }
  EXPECT_EQ(target_.value("SELECT string_agg(name, ' ' ORDER BY id) FROM p"), "One Two three");
  EXPECT_EQ(target_.value("SELECT count(*) FROM c"), "2");
}

TEST_F(InlinedFunctions, DoNotStandInTheWayOfAFirstLoad) {
  const std::string alone =
      "DROP TABLE c; SET search_path = public, x; CREATE TABLE t (id int PRIMARY KEY, name text); CREATE INDEX ON t "
      "(folded(name)); ";
  source_.run(alone + "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  target_.run(alone + "DELETE FROM p");
  ASSERT_EQ(run({PROGRAM_DIR "/db-export", file_, "--url", source_.url(), "-t", "t"}).status, 0);
  for (const char* option : {"--yes", "--dry-run", "--yes"}) {
    const support::Run done = import({option});
    EXPECT_EQ(done.status, 0) << option << done.err;
  }
  EXPECT_EQ(target_.value("SELECT count(*) FROM t"), "2");
  target_.run("DELETE FROM t WHERE id = 2");
  const support::Run again = import({"--yes"});
  EXPECT_EQ(again.status, 0) << again.err;
}

// Rows in an order, and some rows, are those of a query, which is planned.
TEST_F(InlinedFunctions, AreFoundByAnExportThatPlansAQuery) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--sorted"}, {"--where", "p=id > 0"}, {"--jobs", "2"}}) {
    std::vector<std::string> all{PROGRAM_DIR "/db-export", file_, "--force", "--url", source_.url()};
    all.insert(all.end(), words.begin(), words.end());
    const support::Run done = run(all);
    EXPECT_EQ(done.status, 0) << done.err;
  }
}

// Whoever exports may have more rights than who puts names into its path.
TEST_F(InlinedFunctions, AreNamedWhereThePathHoldsCodeOfOthers) {
  const std::string mallory = "mallory_" + source_.name();
  source_.run("CREATE ROLE " + mallory +
              "; CREATE FUNCTION x.more() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION x.more OWNER TO " +
              mallory);
  const std::vector<std::string> words{PROGRAM_DIR "/db-export", file_, "--force", "--sorted", "--url", source_.url()};
  const support::Run refused = run(words);
  EXPECT_EQ(refused.status, 7) << refused.err;
  EXPECT_THAT(refused.err, testing::AllOf(testing::HasSubstr("ALTER FUNCTION"), testing::HasSubstr("folded"),
                                          testing::Not(testing::HasSubstr("another session"))));
  std::vector<std::string> trusting = words;
  trusting.insert(trusting.end(), {"--run-code-of", mallory});
  EXPECT_EQ(run(trusting).status, 0);
  source_.run("ALTER FUNCTION x.folded SET search_path = public, x");
  EXPECT_EQ(run(words).status, 0);
  source_.run("DROP FUNCTION x.more; DROP ROLE " + mallory);
}

TEST_F(InlinedFunctions, AreThereForPlansReportsAndUndo) {
  target_.run("DELETE FROM p WHERE id = 9");
  ASSERT_EQ(run({PROGRAM_DIR "/db-export", file_, "--url", source_.url()}).status, 0);
  const std::string plan = folder_.file("plan.json");
  const std::string undo = folder_.file("undo.json");
  ASSERT_EQ(import({"--dry-run", "--report", plan}).status, 0);
  const support::Run applied = import({"--apply", plan, "--save-undo", undo});
  ASSERT_EQ(applied.status, 0) << applied.err;
  EXPECT_EQ(target_.value("SELECT string_agg(name, ' ' ORDER BY id) FROM p"), "One Two THREE");
  const support::Run undone = run({PROGRAM_DIR "/db-import", "--undo", undo, "--url", target_.url()});
  EXPECT_EQ(undone.status, 0) << undone.err;
  EXPECT_EQ(target_.value("SELECT string_agg(name, ' ' ORDER BY id) FROM p"), "Uno");
}

}  // namespace
}  // namespace live
