// Names that are not what somebody thought: each is answered with what it is, or with what was probably meant.
#include <gmock/gmock.h>

#include <fstream>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Names : public Transfer {
 protected:
  support::Run exported(std::vector<std::string> options) {
    options.insert(options.begin(), {PROGRAM_DIR "/db-export", "--list", "--url", source.url()});
    return support::run_program(options);
  }
  void export_of(const std::string& sql) {
    source.run(sql);
    ASSERT_EQ(run_export().status, 0);
  }
  void expect_misfit(const std::string& words, std::vector<std::string> options = {}) {
    const support::Run run = run_import(std::move(options));
    EXPECT_EQ(run.status, 7) << run.out << run.err;
    EXPECT_THAT(run.err, HasSubstr(words));
  }
};

TEST_F(Names, OfSchemasThatAreNotThereAreAnsweredWithTheNearest) {
  export_of("CREATE TABLE t (id int PRIMARY KEY)");
  target.run("CREATE TABLE t (id int PRIMARY KEY)");

  const support::Run import = run_import({"--schema", "pulbic"});
  const support::Run by_url = run_import({"--url", target.url() + "&schema=Public"});
  const support::Run list = exported({"--schema", "pulbic"});

  for (const support::Run& run : {import, list}) {
    EXPECT_EQ(run.status, 2);
    EXPECT_THAT(run.err, AllOf(HasSubstr("the database has no schema pulbic"), HasSubstr("did you mean public?")));
  }
  EXPECT_EQ(by_url.status, 2);
}

TEST_F(Names, OfTablesInAnotherSchemaOfTheTargetSaySo) {
  export_of("CREATE TABLE team (id int PRIMARY KEY)");
  target.run("CREATE SCHEMA app; CREATE TABLE app.team (id int PRIMARY KEY)");

  expect_misfit("team is missing in the target: it is app.team there (give --schema app)");

  EXPECT_EQ(run_import({"--schema", "app"}).status, 0);
}

TEST_F(Names, OfOneSchemaWhereTheFileHoldsTwoSayHowToChoose) {
  const std::string two =
      "CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.item (id int PRIMARY KEY); CREATE TABLE b.item (id "
      "int PRIMARY KEY)";
  target.run(two);
  export_of(two);

  expect_misfit("the file holds a, b: choose with -t 'a.*'", {"--schema", "a"});

  EXPECT_EQ(run_import({"--schema", "a", "-t", "a.*"}).status, 0);
}

TEST_F(Names, OfViewsAndPartitionsAndOthersAreCalledWhatTheyAre) {
  export_of(
      "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE ev_1 (id int PRIMARY KEY); CREATE TABLE \"Mixed View\" (id "
      "int "
      "PRIMARY KEY); CREATE TABLE s (id int PRIMARY KEY)");
  target.run(
      "CREATE TABLE base (id int); CREATE VIEW t AS SELECT * FROM base; CREATE TABLE ev (id int PRIMARY KEY) PARTITION "
      "BY RANGE (id); CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM (0) TO (9); CREATE MATERIALIZED VIEW \"Mixed "
      "View\" AS SELECT 1 AS id; CREATE SEQUENCE s");

  const support::Run run = run_import();

  EXPECT_EQ(run.status, 7);
  EXPECT_THAT(
      run.err,
      AllOf(HasSubstr("t is a view in the target"), HasSubstr("ev_1 is a partition of public.ev in the target"),
            HasSubstr("Mixed View is a materialized view in the target"), HasSubstr("s is a sequence in the target")));
}

TEST_F(Names, OfViewsAndPartitionsAreNotExportedAndSaidSo) {
  source.run(
      "CREATE TABLE ev (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM "
      "(0) "
      "TO (9); CREATE VIEW v AS SELECT * FROM ev; CREATE SCHEMA app; CREATE VIEW app.w AS SELECT 1 AS one");

  const support::Run view = exported({"-t", "v"});
  const support::Run elsewhere = exported({"-t", "app.w"});
  const support::Run partition = exported({"-t", "ev_1"});
  const support::Run typo = exported({"-t", "evv"});

  for (const support::Run& run : {view, elsewhere, partition, typo}) EXPECT_EQ(run.status, 2);
  EXPECT_THAT(view.err, HasSubstr("v is a view"));
  EXPECT_THAT(elsewhere.err, HasSubstr("app.w is a view"));
  EXPECT_THAT(partition.err, AllOf(HasSubstr("ev_1 is a partition of public.ev"), HasSubstr("name that one")));
  EXPECT_THAT(typo.err, HasSubstr("no table matches evv"));
}

TEST_F(Names, OfColumnsThatWereRenamedAreAnsweredWithTheNearest) {
  export_of("CREATE TABLE t (id int PRIMARY KEY, \"fullName\" text, nickname text)");
  target.run("CREATE TABLE t (id int PRIMARY KEY, fullname text, nick_name text)");

  expect_misfit("t.fullName is missing in the target, which has fullname (the names differ in case");
  expect_misfit("t.nickname is missing in the target, which has nick_name (renamed? Then write \"rename\"");
}

TEST_F(Names, OfTheOrderThatAreSlipsAreTold) {
  schema("CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE posts (id int PRIMARY KEY)");
  const std::string config = folder.file("c.json");
  std::ofstream(config) << R"({"order": ["usres", "posts", "something_else"]})";

  const support::Run out = run_export({"--config", config});
  const support::Run in = run_import({"--config", config, "-n"});

  EXPECT_EQ(out.status, 0);
  EXPECT_THAT(out.out + out.err, AllOf(HasSubstr("names usres, which is no table: did you mean users?"),
                                       Not(HasSubstr("something_else"))));
  EXPECT_THAT(in.out + in.err, HasSubstr("names usres, which is no table: did you mean users?"));
}

TEST_F(Names, InAConditionNeedTheirSchema) {
  source.run("CREATE TABLE proj (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY)");

  const support::Run bare = run_export({"--where", "t=id IN (SELECT id FROM proj)"});
  const support::Run whole = run_export({"--where", "t=id IN (SELECT id FROM public.proj)"});

  EXPECT_EQ(bare.status, 2);
  EXPECT_THAT(bare.err,
              AllOf(HasSubstr("relation \"proj\" does not exist"), HasSubstr("need their schema (public.NAME)")));
  EXPECT_EQ(whole.status, 0) << whole.err;
}

TEST_F(Names, OfPreparedTransactionsThatHoldALockAreTold) {
  if (target.value("SHOW max_prepared_transactions") == "0")
    GTEST_SKIP() << "the server keeps no prepared transactions";
  schema("CREATE TABLE t (id int PRIMARY KEY)");
  ASSERT_EQ(run_export().status, 0);
  target.run("BEGIN; LOCK TABLE t; PREPARE TRANSACTION 'of yesterday'");

  const support::Run run = run_import({"--lock-timeout", "4s"});
  target.run("ROLLBACK PREPARED 'of yesterday'");

  EXPECT_EQ(run.status, 9);
  EXPECT_THAT(run.err, AllOf(HasSubstr("the prepared transaction of yesterday of role postgres"),
                             HasSubstr("ROLLBACK PREPARED")));
}

TEST_F(Names, OfEventTriggersThatForbidTemporaryTablesEndAsAPrivilege) {
  schema("CREATE TABLE t (id int PRIMARY KEY)");
  source.run("INSERT INTO t VALUES (1)");
  ASSERT_EQ(run_export().status, 0);
  target.run(
      "CREATE FUNCTION forbid() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no DDL here'; END "
      "$$;"
      "CREATE EVENT TRIGGER guard ON ddl_command_start EXECUTE FUNCTION forbid()");

  const support::Run run = run_import({"--dry-run", "--run-code-of", "postgres"});

  EXPECT_EQ(run.status, 8) << run.err;
  EXPECT_THAT(run.err, AllOf(HasSubstr("the import needs temporary tables"), HasSubstr("no DDL here")));
}

TEST_F(Names, AndAWholeFileBeforeThem) {
  schema("CREATE TABLE t (id int PRIMARY KEY)");
  source.run("INSERT INTO t SELECT generate_series(1, 1000)");
  ASSERT_EQ(run_export().status, 0);
  target.run("ALTER TABLE t RENAME TO other");
  expect_misfit("t is missing in the target");
  std::string damaged = support::read_file(file);
  damaged[damaged.size() / 2] = 'x';
  file = folder.write("damaged.json", damaged);

  const support::Run run = run_import();

  EXPECT_EQ(run.status, 6) << run.err;
  EXPECT_THAT(run.err, HasSubstr("the file does not fit the target's schema: t is missing in the target"));
}

TEST_F(Names, OfADatabaseThatIsNotThereAreToldBeforeTheFileIsRead) {
  schema("CREATE TABLE t (id int PRIMARY KEY)");
  source.run("INSERT INTO t SELECT generate_series(1, 1000)");
  ASSERT_EQ(run_export().status, 0);
  std::string damaged = support::read_file(file);
  damaged[damaged.size() / 2] = 'x';
  file = folder.write("damaged.json", damaged);
  std::string nowhere = target.url();
  nowhere.replace(nowhere.find(target.name()), target.name().size(), "not_there");

  EXPECT_EQ(run_import({"--url", nowhere}).status, 5);
}

TEST(NamesOfSqlite, OfViewsAreCalledSo) {
  const support::TemporaryFolder folder;
  const auto sqlite = [&](const std::string& file, const std::string& sql) {
    ASSERT_EQ(support::run_program({"sqlite3", "-bail", folder.file(file), sql}).status, 0);
  };
  sqlite("a.db", "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t");
  sqlite("b.db", "CREATE TABLE u (id INTEGER PRIMARY KEY); CREATE VIEW t AS SELECT * FROM u");
  ASSERT_EQ(
      support::run_program({PROGRAM_DIR "/db-export", "a.json", "--url", "sqlite:a.db"}, {.folder = folder.path()})
          .status,
      0);

  const support::Run list = support::run_program(
      {PROGRAM_DIR "/db-export", "--list", "-t", "v", "--url", "sqlite:a.db"}, {.folder = folder.path()});
  const support::Run import =
      support::run_program({PROGRAM_DIR "/db-import", "a.json", "--url", "sqlite:b.db"}, {.folder = folder.path()});

  EXPECT_EQ(list.status, 2);
  EXPECT_THAT(list.err, HasSubstr("v is a view"));
  EXPECT_EQ(import.status, 7);
  EXPECT_THAT(import.err, HasSubstr("t is a view in the target"));
}

}  // namespace
}  // namespace cli
