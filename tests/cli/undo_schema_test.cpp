// Imports are taken back where the schema has changed since, and whatever names and types it has.
#include "cli/undo_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class UndoIn : public Undo {
 protected:
  void import_kept(const std::string& ddl, const std::string& rows_of_source, const std::string& rows_of_target,
                   const std::vector<std::string>& options = {}) {
    schema(ddl);
    source.run(rows_of_source);
    target.run(rows_of_target);
    Undo::import_kept(options);
  }
  void expect_taken_back() {
    const std::string imported = rows();
    ASSERT_NE(imported, before);
    EXPECT_EQ(take_back({"--dry-run"}).status, 0);
    const support::Run run = take_back({"--save-undo", redo});
    EXPECT_EQ(run.status, 0) << run.out << run.err;
    EXPECT_EQ(rows(), before);
    EXPECT_EQ(take_back_by(redo).status, 0);
    EXPECT_EQ(rows(), imported);
  }
  std::string redo = folder.file("redo.json");
};

class UndoBesideAddedColumns : public UndoIn {
 protected:
  void import_three(const std::string& ddl) {
    import_kept(ddl, "INSERT INTO a VALUES (1, 'x'), (2, 'y'), (3, 'z')", "INSERT INTO a VALUES (1, 'o')");
  }
  std::string left() { return target.value("SELECT string_agg(id || v, ',' ORDER BY id) FROM a"); }
};

TEST_F(UndoBesideAddedColumns, LeavesRowsThatSomebodyGaveAValueOfThem) {
  import_three("CREATE TABLE a (id int PRIMARY KEY, v text)");
  target.run("ALTER TABLE a ADD w text, ADD \"N\" int DEFAULT 7; UPDATE a SET w = 'mine' WHERE id = 2");
  EXPECT_EQ(take_back({"--dry-run"}).status, 4);
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4);
  EXPECT_THAT(run.out, AllOf(HasSubstr("id=2: conflict: changed since the import inserted it: w=mine\n"),
                             HasSubstr("a.w was added since the import"), Not(HasSubstr("new rows take its default"))));
  EXPECT_EQ(left(), "1o,2y");
}

TEST_F(UndoBesideAddedColumns, TakesWhatAddingThemFilledInForNobodys) {
  import_three(
      "CREATE TABLE a (id int, v text, PRIMARY KEY (id)) PARTITION BY HASH (id); CREATE TABLE a0 PARTITION OF a "
      "FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE a1 PARTITION OF a FOR VALUES WITH (MODULUS 2, "
      "REMAINDER 1)");
  target.run(
      "ALTER TABLE a ADD at timestamptz NOT NULL DEFAULT now(), ADD j jsonb DEFAULT '{\"it''s\": [1]}', ADD xs int[] "
      "DEFAULT '{1,2}', ADD b bool DEFAULT true");
  EXPECT_EQ(take_back().status, 0);
  EXPECT_EQ(left(), "1o");
}

TEST_F(UndoBesideAddedColumns, KnowsTheirDefaultsOfATableThatWasWrittenAnew) {
  import_three("CREATE TABLE a (id int PRIMARY KEY, v text)");
  target.run(
      "ALTER TABLE a ADD w text DEFAULT 'it''s', ADD n numeric DEFAULT 1.50, ADD len int GENERATED ALWAYS AS "
      "(length(v)) STORED; UPDATE a SET n = 1.5 WHERE id = 3");
  target.run("VACUUM FULL a");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4);
  EXPECT_THAT(run.out, HasSubstr("id=3: conflict: changed since the import inserted it: n=1.5\n"));
  EXPECT_EQ(left(), "1o,3z");
}

TEST_F(UndoBesideAddedColumns, LeavesRowsWhoseValueSomebodyTookAway) {
  import_three("CREATE TABLE a (id int PRIMARY KEY, v text)");
  target.run("ALTER TABLE a ADD w int DEFAULT 5; UPDATE a SET w = NULL WHERE id = 2");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4);
  EXPECT_THAT(run.out, HasSubstr("id=2: conflict: changed since the import inserted it"));
  EXPECT_EQ(left(), "1o,2y");
}

TEST_F(UndoBesideAddedColumns, NeedsNoValueOfThemWhereItInsertsNothing) {
  import_three("CREATE TABLE a (id int PRIMARY KEY, v text)");
  target.run("ALTER TABLE a ADD w int NOT NULL DEFAULT 5; ALTER TABLE a ALTER w DROP DEFAULT");
  const std::string again = folder.file("again.json");
  EXPECT_EQ(take_back({"--save-undo", again}).status, 0);
  EXPECT_EQ(left(), "1o");
  const support::Run back = support::run_program({PROGRAM_DIR "/db-import", "--undo", again, "--url", target.url()});
  EXPECT_EQ(back.status, 0) << back.err;
  EXPECT_EQ(left(), "1x,2y,3z");
}

TEST_F(UndoBesideAddedColumns, HidesTheirSecrets) {
  import_three("CREATE TABLE a (id int PRIMARY KEY, v text)");
  target.run("ALTER TABLE a ADD \"passwordHash\" text; UPDATE a SET \"passwordHash\" = 'hunter2' WHERE id = 2");
  const support::Run run = take_back({"--report", folder.file("a.html")});
  EXPECT_EQ(run.status, 4);
  EXPECT_THAT(run.out, AllOf(HasSubstr("passwordHash="), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(text_of(folder.file("a.html")), Not(HasSubstr("hunter2")));
}

TEST_F(UndoBesideAddedColumns, LeavesSuchRowsOfTablesWithoutAKey) {
  import_three("CREATE TABLE a (id int, v text)");
  target.run("ALTER TABLE a ADD w int DEFAULT 5; UPDATE a SET w = 6 WHERE id = 2");
  const support::Run run = take_back();
  EXPECT_THAT(run.out, HasSubstr("1 rows that were inserted, which have no key"));
  EXPECT_EQ(left(), "1o,2y");
}

TEST_F(UndoIn, ATableWithoutAKeyFindsRowsAsTheImportDid) {
  import_kept(
      "CREATE SCHEMA \"S\"; CREATE TABLE \"S\".\"A\" (\"Id\" int, k text, v text); CREATE TABLE b (id int UNIQUE, v "
      "text); CREATE TABLE c (v text)",
      "INSERT INTO \"S\".\"A\" VALUES (1, 'k', 'x'), (3, 'k', 'z'); INSERT INTO b VALUES (1, 'x'), (3, 'z'); "
      "INSERT INTO c VALUES ('n')",
      "INSERT INTO \"S\".\"A\" VALUES (1, 'k', 'o'); INSERT INTO b VALUES (1, 'o')",
      {"--match", "S.A=Id,k", "--match", "b=id"});
  expect_taken_back();
}

// Which of equal rows came with the import, nobody can tell: as many as there were then, or it stays as it is.
TEST_F(UndoIn, ATableWithoutAKeyTakesAwayNoRowThatSomebodyAdded) {
  import_kept("CREATE TABLE t (a int, b int)", "INSERT INTO t VALUES (1, 2), (1, 2)", "INSERT INTO t VALUES (1, 2)");
  const auto rows = [&] { return target.value("SELECT count(*) FROM t"); };
  target.run("INSERT INTO t VALUES (1, 2)");
  EXPECT_EQ(take_back({"--dry-run"}).status, 4);
  const support::Run refused = take_back();
  EXPECT_EQ(refused.status, 4);
  EXPECT_THAT(refused.out, HasSubstr("changed since the import: 3 rows are equal to it, 2 were then"));
  EXPECT_EQ(rows(), "3");

  target.run("DELETE FROM t WHERE ctid = (SELECT max(ctid) FROM t)");
  EXPECT_EQ(take_back().status, 0);
  EXPECT_EQ(take_back().status, 0) << "it is gone";
  EXPECT_EQ(rows(), "1");
}

TEST_F(UndoIn, ATableWhoseKeyIsStillOneAmongOthers) {
  import_kept("CREATE TABLE a (id int, k int, v text NOT NULL, PRIMARY KEY (id, k)); CREATE TABLE b (id int, v text)",
              "INSERT INTO a VALUES (1, 1, 'x'), (3, 3, 'z'); INSERT INTO b VALUES (1, 'x')",
              "INSERT INTO a VALUES (1, 1, 'o')");
  target.run("ALTER TABLE a ADD UNIQUE (v); ALTER TABLE b ADD PRIMARY KEY (id)");
  EXPECT_EQ(take_back().status, 0);
  EXPECT_EQ(target.value("SELECT string_agg(v, ',') FROM a"), "o");
  EXPECT_EQ(target.value("SELECT count(*) FROM b"), "0");
}

TEST_F(UndoIn, ATableOfAnotherKeyIsRefused) {
  import_kept("CREATE TABLE a (id int PRIMARY KEY, v text NOT NULL)", "INSERT INTO a VALUES (1, 'x'), (3, 'z')",
              "INSERT INTO a VALUES (1, 'o')");
  const std::string imported = target.value("SELECT string_agg(id || v, ',' ORDER BY id) FROM a");
  for (const char* now :
       {"ADD PRIMARY KEY (v)", "DROP CONSTRAINT a_pkey, ADD PRIMARY KEY (id, v)", "DROP CONSTRAINT a_pkey"}) {
    if (std::string(now).starts_with("ADD")) target.run("ALTER TABLE a DROP CONSTRAINT a_pkey");
    target.run(std::string("ALTER TABLE a ") + now);
    const support::Run run = take_back();
    EXPECT_EQ(run.status, 7) << now;
    EXPECT_THAT(run.err, HasSubstr("a has another key than at the import: that was (id)")) << now;
  }
  EXPECT_EQ(target.value("SELECT string_agg(id || v, ',' ORDER BY id) FROM a"), imported);
}

TEST_F(UndoIn, ColumnsThatAreCalledAsOurOwn) {
  const std::string names =
      "(id int{}, \"db-transfer mark\" int, \"db-transfer image\" int, \"db-transfer place\" int, \"db-transfer rows\" "
      "int, mark text, record int, plan int)";
  std::string keyed = names;
  std::string plain = names;
  import_kept(
      "CREATE TABLE a " + keyed.replace(keyed.find("{}"), 2, " PRIMARY KEY") + "; CREATE TABLE b " +
          plain.replace(plain.find("{}"), 2, ""),
      "INSERT INTO a SELECT n, 1, 2, 3, 4, 'u', 5, 6 FROM generate_series(1, 3) n; INSERT INTO b SELECT 1, 1, 1, 1, "
      "1, 'd', 1, 1 FROM generate_series(1, 3)",
      "INSERT INTO a VALUES (1, 1, 1, 1, 1, 'd', 1, 1); INSERT INTO b VALUES (1, 1, 1, 1, 1, 'd', 1, 1)");
  expect_taken_back();
}

TEST_F(UndoIn, RowsThatADomainWouldNotTakeAgain) {
  import_kept(
      "CREATE DOMAIN dm AS int; CREATE TYPE pair AS (x dm, y text); CREATE TABLE a (id int PRIMARY KEY, d dm, v text); "
      "CREATE TABLE b (id int PRIMARY KEY, d dm[], p pair)",
      "INSERT INTO a VALUES (1, 5, 'x'), (2, 6, 'n'), (3, 7, 'y'); INSERT INTO b VALUES (1, '{5}', '(5,)')",
      "INSERT INTO a VALUES (1, -5, 'o'), (3, 1, 'p'); INSERT INTO b VALUES (1, '{-5}', '(-5,o)'); "
      "ALTER DOMAIN dm ADD CHECK (VALUE > 0) NOT VALID");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, HasSubstr("id=1: invalid: value for domain dm violates check constraint"));
  EXPECT_EQ(target.value("SELECT string_agg(concat(id, d, v), ',' ORDER BY id) FROM a"), "15x,31p");
}

TEST_F(UndoIn, TypesThatSomebodyMade) {
  import_kept(
      "CREATE SCHEMA \"S\"; CREATE TYPE rg AS RANGE (SUBTYPE = int4); CREATE TYPE \"S\".\"Rg\" AS RANGE (SUBTYPE = "
      "text); "
      "CREATE DOMAIN over AS rg; CREATE TYPE \"S\".co AS (a rg, b \"S\".\"Rg\"); CREATE TYPE en AS ENUM ('a', 'b'); "
      "CREATE "
      "TABLE \"S\".a (id int PRIMARY KEY, r rg, q \"S\".\"Rg\"[], o over, c \"S\".co, e en, k regclass, t regtype)",
      "INSERT INTO \"S\".a VALUES (1, '[1,5)', '{\"[a,b)\"}', '[1,2)', '(\"[1,2)\",)', 'a', '\"S\".a', 'rg'), (2, "
      "NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
      "INSERT INTO \"S\".a VALUES (1, '[1,3)', NULL, '[1,3)', '(,\"[a,b)\")', 'b', 'pg_class', 'en')");
  expect_taken_back();
}

class UndoByARole : public UndoIn {
 protected:
  ~UndoByARole() override { target.run("DROP OWNED BY " + role + "; DROP ROLE " + role); }
  void let(const std::string& privileges, const std::string& table) {
    target.run("GRANT " + privileges + " ON " + table + " TO " + role);
  }
  support::Run take_back_as_role(std::vector<std::string> options = {}) {
    options.insert(options.end(), {"--url", target.url() + "&options=-c%20role%3D" + role});
    return take_back(std::move(options));
  }
  std::string role = target.name() + "_role";
};

TEST_F(UndoByARole, NamesTheGrantsThatItLacksBeforeItSaysReady) {
  target.run("CREATE ROLE " + role);
  import_kept("CREATE TABLE a (id int PRIMARY KEY, v text)", "INSERT INTO a VALUES (1, 'x'), (2, 'y')",
              "INSERT INTO a VALUES (1, 'o')");
  target.run("CREATE SCHEMA s; CREATE TABLE s.\"C\" (a int REFERENCES a)");
  let("SELECT, INSERT, UPDATE", "a");
  const support::Run blind = take_back_as_role({"--dry-run"});
  EXPECT_EQ(blind.status, 8);
  EXPECT_THAT(blind.err,
              AllOf(HasSubstr("GRANT SELECT ON s.\"C\" TO " + role), HasSubstr("GRANT USAGE ON SCHEMA s TO")));
  let("SELECT", "s.\"C\"");
  let("USAGE", "SCHEMA s");
  const support::Run dry = take_back_as_role({"--dry-run", "--report", folder.file("a.json")});
  EXPECT_EQ(dry.status, 0) << dry.err;
  EXPECT_THAT(text_of(folder.file("a.json")), HasSubstr("GRANT DELETE ON public.a TO " + role));
  EXPECT_THAT(dry.out, HasSubstr("blocked: The import would end with status 8: its role lacks 1 privilege"));
  EXPECT_EQ(take_back_as_role().status, 8);
  let("DELETE", "a");
  EXPECT_EQ(take_back_as_role().status, 0);
}

}  // namespace
}  // namespace cli
