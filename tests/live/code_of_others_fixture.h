// A superuser who imports into the tables of another role, whose code would run with his rights.
#pragma once

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"

namespace live {

// `mallory` owns what `code` makes in the schema m; t is hers, in both databases. ran() says how often her functions
// were called: a sequence forgets nothing in a rollback.
class CodeOfOthers : public testing::Test {
 protected:
  CodeOfOthers() : mallory_("mallory_" + target_.name()) {
    target_.run("CREATE ROLE " + mallory_ + " LOGIN; CREATE SEQUENCE calls; GRANT ALL ON SEQUENCE calls TO PUBLIC; " +
                "CREATE SCHEMA m AUTHORIZATION " + mallory_ + "; GRANT TEMPORARY ON DATABASE " + target_.name() +
                " TO " + mallory_ + "; SET ROLE " + mallory_ +
                "; CREATE FUNCTION m.f(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM "
                "nextval('public.calls'); RETURN $1; END$$; CREATE FUNCTION m.fire() RETURNS trigger LANGUAGE plpgsql "
                "AS $$BEGIN PERFORM m.f(1); RETURN NEW; END$$; CREATE TABLE m.t (id int PRIMARY KEY, v int)");
    source_.run(
        "CREATE SCHEMA m; CREATE TABLE m.t (id int PRIMARY KEY, v int); INSERT INTO m.t VALUES (1, 10), (2, 20)");
    const support::Run run = support::run_program({PROGRAM_DIR "/db-export", file_, "--url", source_.url(), "-q"});
    if (run.status != 0) throw std::runtime_error(run.err);
  }
  ~CodeOfOthers() override { target_.run("RESET ROLE; DROP OWNED BY " + mallory_ + " CASCADE; DROP ROLE " + mallory_); }

  // Nothing but what is planted is hers then.
  void own_the_table() {
    target_.run("RESET ROLE; ALTER TABLE m.t OWNER TO CURRENT_USER; GRANT SELECT ON m.t TO PUBLIC; SET ROLE " +
                mallory_);
  }

  // As mallory.
  void code(const std::string& sql) { target_.run(sql); }

  support::Run import(const std::vector<std::string>& options = {}) {
    std::vector<std::string> words{PROGRAM_DIR "/db-import", file_, "--url", target_.url()};
    words.insert(words.end(), options.begin(), options.end());
    return support::run_program(words);
  }

  // Of the calls so far; the next question begins anew.
  bool ran() {
    target_.run("RESET ROLE");
    const bool called = target_.value("SELECT is_called FROM calls") == "t";
    target_.run("SELECT setval('calls', 1, false); SET ROLE " + mallory_);
    return called;
  }

  // Every way of the program refuses, names it, and runs nothing.
  void expect_refused(const std::string& what) {
    ran();
    for (const auto& options : std::vector<std::vector<std::string>>{
             {"--dry-run"}, {}, {"--first-load", "never"}, {"--rehearse"}, {"--dry-run", "--run-code-of", "nobody"}}) {
      const support::Run run = import(options);
      EXPECT_EQ(run.status, 8) << run.err;
      EXPECT_THAT(run.err, testing::AllOf(testing::HasSubstr(mallory_ + ": "), testing::HasSubstr(what),
                                          testing::HasSubstr("--run-code-of " + mallory_)));
      EXPECT_FALSE(ran()) << what;
    }
    EXPECT_EQ(target_.value("SELECT count(*) FROM m.t"), "0");
  }

  const support::TemporaryFolder folder_;
  std::string file_ = folder_.file("app.json");
  support::Database source_;
  support::Database target_;
  std::string mallory_;
};

}  // namespace live
