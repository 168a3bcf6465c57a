// What a dry run says is what the import does, or it names what only the writing can tell: tables, code and
// constraints that the files of other people meet. Each case is tried both ways through the programs.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// kNothing: nothing is left to the import to tell.
enum class Untold { kNothing, kNamed };

struct Case {
  const char* name;
  const char* tables;  // of both databases; p is the table that is brought
  const char* rows;    // of the source
  const char* target;  // what else there is in the target
  Untold untold;
};

constexpr const char* kParentAndFollower =
    "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE);"
    "CREATE TABLE k (id int PRIMARY KEY, code text REFERENCES p (code) ON UPDATE CASCADE)";
constexpr const char* kTable = "CREATE TABLE p (id int PRIMARY KEY, e text)";

const Case kCases[] = {
    {"ACheckOfATableThatFollows", kParentAndFollower, "INSERT INTO p VALUES (1, 'too long')",
     "INSERT INTO p VALUES (1, 'old'); INSERT INTO k VALUES (1, 'old'); ALTER TABLE k ADD CHECK (length(code) < 5)",
     Untold::kNamed},
    {"ATriggerOfATableThatFollows", kParentAndFollower, "INSERT INTO p VALUES (1, 'new')",
     "INSERT INTO p VALUES (1, 'old'); INSERT INTO k VALUES (1, 'old');"
     "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';"
     "CREATE TRIGGER t BEFORE UPDATE ON k FOR EACH ROW EXECUTE FUNCTION f()",
     Untold::kNamed},
    {"ATableThatNothingFollows", kParentAndFollower, "INSERT INTO p VALUES (1, 'new')",
     "INSERT INTO p VALUES (1, 'old'); ALTER TABLE k ADD CHECK (length(code) < 3)", Untold::kNothing},
    {"ATriggerOfAPartition",
     "CREATE TABLE p (id int PRIMARY KEY, e text) PARTITION BY RANGE (id);"
     "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
     "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)",
     "INSERT INTO p VALUES (1, 'x'), (12, 'y')",
     "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
     "CREATE TRIGGER t BEFORE INSERT ON p2 FOR EACH ROW EXECUTE FUNCTION f()",
     Untold::kNamed},
    {"ACheckThatLooksElsewhere", kTable, "INSERT INTO p VALUES (1, 'x')",
     "CREATE TABLE settings (n int);"
     "CREATE FUNCTION ok(t text) RETURNS bool LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT FROM public.settings)';"
     "ALTER TABLE p ADD CHECK (public.ok(e))",
     Untold::kNamed},
    {"ARule", kTable, "INSERT INTO p VALUES (1, 'x'), (2, 'y')",
     "CREATE RULE r AS ON INSERT TO p WHERE new.id = 2 DO INSTEAD NOTHING", Untold::kNamed},
    {"AUniqueVolatileDefault", kTable, "INSERT INTO p VALUES (1, 'x'), (2, 'y')",
     "ALTER TABLE p ADD d int NOT NULL DEFAULT (random() * 0)::int UNIQUE", Untold::kNamed},
    {"AUniqueConstantDefault", kTable, "INSERT INTO p VALUES (1, 'x'), (2, 'y')",
     "ALTER TABLE p ADD d int NOT NULL DEFAULT 7 UNIQUE", Untold::kNothing},
    {"AUniqueGeneratedColumn", kTable, "INSERT INTO p VALUES (1, 'A'), (2, 'a')",
     "ALTER TABLE p ADD g text GENERATED ALWAYS AS (lower(e)) STORED UNIQUE", Untold::kNothing},
    {"AnExclusionUnderACondition", "CREATE TABLE p (id int PRIMARY KEY, r int4range, k int)",
     "INSERT INTO p VALUES (1, '[1,5)', 1), (2, '[3,8)', 1), (3, '[3,8)', 2)",
     "ALTER TABLE p ADD EXCLUDE USING gist (r WITH &&) WHERE (k = 1)", Untold::kNothing},
    {"AnEntryTooLargeForItsIndex", kTable,
     "INSERT INTO p SELECT 1, string_agg(md5(i::text), '') FROM generate_series(1, 400) i", "CREATE INDEX ON p (e)",
     Untold::kNothing},
    {"AnEntryOfTwoValuesThatAreTooLargeTogether", "CREATE TABLE p (id int PRIMARY KEY, e text, f text)",
     "INSERT INTO p SELECT 1, string_agg(md5(i::text), '') FILTER (WHERE i < 60), string_agg(md5(i::text), '') FILTER "
     "(WHERE i > 60) FROM generate_series(1, 120) i",
     "CREATE INDEX ON p (e, f)", Untold::kNamed},
    {"AnEntryOfAnExpressionThatIsTooLarge", kTable,
     "INSERT INTO p SELECT 1, string_agg(md5(i::text), '') FROM generate_series(1, 400) i",
     "CREATE INDEX ON p (upper(e))", Untold::kNamed},
    {"AnEntryOfAnExpressionThatIsShort", kTable,
     "INSERT INTO p SELECT 1, string_agg(md5(i::text), '') FROM generate_series(1, 400) i",
     "CREATE UNIQUE INDEX ON p (md5(e)); CREATE INDEX ON p (left(e, 20), id)", Untold::kNothing},
    {"ARowOfManyColumns", kTable, "INSERT INTO p VALUES (1, 'x')",
     "DO $$ BEGIN FOR i IN 1..450 LOOP EXECUTE format('ALTER TABLE p ADD \"C %s\" text NOT NULL DEFAULT repeat(''x'', "
     "30)', i); END LOOP; END $$",
     Untold::kNamed},
    {"AKeyThatIsNotValid", kTable, "INSERT INTO p VALUES (1, 'x'), (2, 'x')",
     "CREATE UNIQUE INDEX i ON p (e); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass",
     Untold::kNothing},
    {"AKeyByAnExpressionThatIsNotValid", kTable, "INSERT INTO p VALUES (1, 'X'), (2, 'x'), (3, 'y')",
     "INSERT INTO p VALUES (9, 'Y'); CREATE UNIQUE INDEX i ON p (lower(e)) WHERE id < 10;"
     "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass",
     Untold::kNothing},
    {"AKeyThatIsNotValidOfATableWithoutAnother", "CREATE TABLE p (id int NOT NULL, e text)",
     "INSERT INTO p VALUES (1, 'x'), (2, 'y'), (2, 'z')",
     "CREATE UNIQUE INDEX i ON p (id); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass",
     Untold::kNothing},
    {"AKeyOfAPartitionUnderOneThatIsNotValid",
     "CREATE TABLE p (id int, e text) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO "
     "(9);"
     "CREATE TABLE p2 PARTITION OF p DEFAULT",
     "INSERT INTO p VALUES (1, 'x'), (1, 'y'), (20, 'x'), (20, 'y')",
     "CREATE UNIQUE INDEX i ON ONLY p (id); CREATE UNIQUE INDEX i1 ON p1 (id); ALTER INDEX i ATTACH PARTITION i1",
     Untold::kNothing},
    {"AnExpressionThatFails", kTable, "INSERT INTO p VALUES (1, 'x'), (2, '{}')", "CREATE INDEX ON p ((e::jsonb))",
     Untold::kNothing},
    {"AnExpressionOverAColumnOfAHostileName", "CREATE TABLE p (id int PRIMARY KEY, \"a$find$'\"\"b\\\" text)",
     "INSERT INTO p VALUES (1, 'x'), (2, '{}')", "CREATE INDEX ON p ((\"a$find$'\"\"b\\\"::jsonb))", Untold::kNothing},
    {"APartitionByAColumnOfAStrangeName",
     "CREATE TABLE p (\"a;b\" int PRIMARY KEY, e text) PARTITION BY RANGE (\"a;b\");"
     "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
     "INSERT INTO p VALUES (1, 'x'), (2, 'y')", "ALTER TABLE p1 ADD CHECK (e <> 'y')", Untold::kNothing},
    {"NoPartitionForARow", "CREATE TABLE p (id int PRIMARY KEY, e text) PARTITION BY RANGE (id)", "",
     "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)", Untold::kNothing},
    {"AnUpdateOfAPublishedTable", "CREATE TABLE p (id int NOT NULL UNIQUE, e text)", "INSERT INTO p VALUES (1, 'x')",
     "INSERT INTO p VALUES (1, 'y'); CREATE PUBLICATION everything FOR ALL TABLES", Untold::kNothing},
    {"AnUpdateWhosePublicationAsksForAnotherColumn", kTable, "INSERT INTO p VALUES (1, 'x')",
     "INSERT INTO p VALUES (1, 'y'); CREATE PUBLICATION part FOR TABLE p WHERE (e <> 'z')", Untold::kNothing},
    {"AnUpdateWhosePublicationListsAndAsksForAnotherColumn", kTable, "INSERT INTO p VALUES (1, 'x')",
     "INSERT INTO p VALUES (1, 'y'); CREATE PUBLICATION part FOR TABLE p (id, e) WHERE (e <> 'z')", Untold::kNothing},
    {"AnUpdateWhosePublicationLeavesTheKeyOut", kTable, "INSERT INTO p VALUES (1, 'x')",
     "INSERT INTO p VALUES (1, 'y'); CREATE PUBLICATION part FOR TABLE p (e)", Untold::kNothing},
    {"AnUpdateWhosePublicationGoesWithTheKey", kTable, "INSERT INTO p VALUES (1, 'x')",
     "INSERT INTO p VALUES (1, 'y'); CREATE PUBLICATION part FOR TABLE p (id, e) WHERE (id > 0)", Untold::kNothing},
    {"AnUpdateWhosePublicationListsColumnsBesideAFullIdentity", kTable, "INSERT INTO p VALUES (1, 'x')",
     "INSERT INTO p VALUES (1, 'y'); ALTER TABLE p REPLICA IDENTITY FULL;"
     "CREATE PUBLICATION part FOR TABLE p (id, e)",
     Untold::kNothing},
    {"AnUpdateOfAPartitionThatIsPublishedByItsRoot",
     "CREATE TABLE p (id int PRIMARY KEY, e text) PARTITION BY RANGE (id);"
     "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
     "CREATE TABLE p2 (e text, id int NOT NULL); ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20)",
     "INSERT INTO p VALUES (1, 'x'), (11, 'x')",
     "INSERT INTO p VALUES (1, 'y'), (11, 'y');"
     "CREATE PUBLICATION part FOR TABLE p WHERE (e <> 'z') WITH (publish_via_partition_root)",
     Untold::kNothing},
    {"AnUpdateOfAPartitionBesideOneWithoutIdentity",
     "CREATE TABLE p (id int NOT NULL, e text) PARTITION BY RANGE (id);"
     "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);"
     "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20); CREATE UNIQUE INDEX ON p (id)",
     "INSERT INTO p VALUES (1, 'x'), (2, 'x')",
     "INSERT INTO p VALUES (1, 'y'), (11, 'y'); ALTER TABLE p1 REPLICA IDENTITY FULL;"
     "CREATE PUBLICATION everything FOR ALL TABLES",
     Untold::kNothing},
    {"AnUpdateOfATableThatIsRestrictedToByAnotherForm",
     "CREATE TABLE p (k numeric PRIMARY KEY, id int UNIQUE); CREATE TABLE d (k numeric REFERENCES p ON UPDATE "
     "RESTRICT)",
     "INSERT INTO p VALUES (1.0, 1)", "INSERT INTO p VALUES (1.00, 1); INSERT INTO d VALUES (1)", Untold::kNothing},
    {"AnUpdateOfATableThatIsReferredToByAnotherForm",
     "CREATE TABLE p (k numeric PRIMARY KEY, id int UNIQUE); CREATE TABLE d (k numeric REFERENCES p)",
     "INSERT INTO p VALUES (1.0, 1)", "INSERT INTO p VALUES (1.00, 1); INSERT INTO d VALUES (1)", Untold::kNothing},
};

class Foretold : public Transfer, public testing::WithParamInterface<Case> {
 protected:
  // Verdicts and what is said of the rest.
  struct Result {
    int status;
    std::vector<int> verdicts;
    std::string out;
  };
  Result run(std::vector<std::string> options) {
    const nlohmann::json result = import(options);
    const int ended = status;
    return {ended, verdicts(result, "p"), result.dump()};
  }
};

INSTANTIATE_TEST_SUITE_P(Beside, Foretold, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(Foretold, IsWhatTheImportDoesOrWhatOnlyItCanTellIsNamed) {
  schema(GetParam().tables);
  source.run(GetParam().rows);
  if (std::string(GetParam().name) == "NoPartitionForARow")
    source.run("CREATE TABLE p1 PARTITION OF p DEFAULT; INSERT INTO p VALUES (1, 'x'), (30, 'y')");
  target.run(GetParam().target);
  ASSERT_EQ(run_export({"-t", "p"}).status, 0);

  const support::Run told = run_import({"--dry-run"});
  const Result dry = run({"--dry-run"});
  const Result imported = run({});

  if (GetParam().untold == Untold::kNamed) {
    EXPECT_THAT(dry.out, HasSubstr("only --rehearse can tell"));
    EXPECT_THAT(told.out, Not(HasSubstr("every row is foretold")));
  } else {
    EXPECT_EQ(dry.verdicts, imported.verdicts) << dry.out;
    EXPECT_EQ(dry.status, imported.status);
    EXPECT_THAT(dry.out, Not(HasSubstr("--rehearse can tell")));
    EXPECT_THAT(told.out, HasSubstr("every row is foretold"));
  }
}

class ForetoldToEnd : public Transfer {};

TEST_F(ForetoldToEnd, UpdatesOfTablesThatReferToEachOtherTakeUpEachOthersNewKeys) {
  for (const char* action : {"", " ON UPDATE CASCADE"}) {
    for (const auto& [parent, child] : std::vector<std::pair<std::string, std::string>>{{"p", "c"}, {"c", "p"}}) {
      for (support::Database* database : {&source, &target}) {
        database->run("DROP TABLE IF EXISTS p, c CASCADE");
        database->run("CREATE TABLE " + parent + " (id int PRIMARY KEY, k text UNIQUE, boss int); CREATE TABLE " +
                      child + " (id int PRIMARY KEY, k text REFERENCES " + parent + " (k)" + action +
                      "); ALTER TABLE " + parent + " ADD FOREIGN KEY (boss) REFERENCES " + child);
      }
      source.run("INSERT INTO " + parent + " VALUES (1, 'b', NULL); INSERT INTO " + child +
                 " VALUES (1, 'b'); UPDATE " + parent + " SET boss = 1");
      target.run("INSERT INTO " + parent + " VALUES (1, 'a', NULL); INSERT INTO " + child + " VALUES (1, NULL)");
      EXPECT_EQ(run_export().status, 0);

      EXPECT_EQ(run_import({"--dry-run"}).status, 0);
      const support::Run imported = run_import();
      EXPECT_EQ(imported.status, 0) << parent << action << imported.out << imported.err;
      EXPECT_EQ(target.value("SELECT k FROM " + child), "b");
    }
  }
}

TEST_F(ForetoldToEnd, WhereACheckWritesNamesTheRehearsal) {
  schema("CREATE DOMAIN d AS text; CREATE TABLE p (id int PRIMARY KEY, e d)");
  source.run("INSERT INTO p VALUES (1, 'x')");
  target.run(
      "CREATE SEQUENCE s; CREATE FUNCTION v(t text) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT "
      "nextval(''public.s'') < 2';"
      "ALTER DOMAIN d ADD CHECK (public.v(VALUE)) NOT VALID");
  ASSERT_EQ(run_export().status, 0);

  const support::Run dry = run_import({"--dry-run"});

  EXPECT_EQ(dry.status, 8);
  EXPECT_THAT(dry.err, HasSubstr("--rehearse"));
}

TEST(ForetoldOfSqlite, NamesRowsThatFollowAnUpdate) {
  const support::TemporaryFolder folder;
  const std::string tables =
      "CREATE TABLE p (id integer PRIMARY KEY, code text UNIQUE);"
      "CREATE TABLE k (id integer PRIMARY KEY, code text REFERENCES p (code) ON UPDATE CASCADE CHECK (length(code) < "
      "5));";
  const auto run = [&](std::vector<std::string> words) { return support::run_program(words); };
  run({"sqlite3", folder.file("s.db"), tables + "INSERT INTO p VALUES (1, 'too long')"});
  run({"sqlite3", folder.file("t.db"), tables + "INSERT INTO p VALUES (1, 'old'); INSERT INTO k VALUES (1, 'old')"});
  const std::string target = "sqlite:" + folder.file("t.db");
  ASSERT_EQ(run({PROGRAM_DIR "/db-export", folder.file("f.json"), "-t", "p", "--url", "sqlite:" + folder.file("s.db")})
                .status,
            0);

  const support::Run dry = run({PROGRAM_DIR "/db-import", folder.file("f.json"), "-n", "--url", target});

  EXPECT_THAT(dry.out, HasSubstr("only --rehearse can tell"));
  EXPECT_THAT(dry.out, Not(HasSubstr("every row is foretold")));
  EXPECT_EQ(run({PROGRAM_DIR "/db-import", folder.file("f.json"), "--url", target}).status, 4);
}

}  // namespace
}  // namespace cli
