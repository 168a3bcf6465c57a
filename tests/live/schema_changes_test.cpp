// Exports, dry runs and imports while others change tables, types and functions: each sees the state before or the one
// behind the change, or says that it has to be run again.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace live {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

constexpr const char* kImport = PROGRAM_DIR "/db-import";

void wait_for_a_waiter(support::Database& database) {
  while (database.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database "
                        "WHERE datname = current_database())") == "0")
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

class SchemaChange : public cli::Transfer {
 protected:
  // `ddl` is under way when the program begins, and committed as soon as that waits for it.
  support::Run beside(support::Database& database, const std::string& ddl, std::vector<std::string> words) {
    database.run("BEGIN; " + ddl);
    return after_waiting(database, {"COMMIT"}, std::move(words));
  }

  // The program stops in the middle of its work, where it asks for advisory lock 1; `ddl` happens then.
  support::Run in_the_middle(support::Database& database, const std::string& ddl, std::vector<std::string> words) {
    database.run("SELECT pg_advisory_lock(1)");
    return after_waiting(database, {ddl, "SELECT pg_advisory_unlock(1)"}, std::move(words));
  }

  support::Run after_waiting(support::Database& database, const std::vector<std::string>& then,
                             std::vector<std::string> words) {
    words.insert(words.end(), {"--url", database.url(), "--lock-timeout", "60s"});
    support::Program program(words);
    wait_for_a_waiter(database);
    for (const std::string& statements : then) database.run(statements);
    return program.finish();
  }

  std::vector<std::string> exporter(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {PROGRAM_DIR "/db-export", file, "--force"});
    return options;
  }
  std::vector<std::string> importer(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {kImport, file});
    return options;
  }

  nlohmann::json exported() const { return nlohmann::json::parse(support::read_file(file)); }
  std::size_t rows(const std::string& table) const {
    const nlohmann::json data = exported()["data"];
    return data.contains(table) ? data[table].size() : 0;
  }
};

using ExportBesideDdl = SchemaChange;
using ImportBesideDdl = SchemaChange;

// A condition of --where that is fulfilled by every row and waits for the lock that in_the_middle holds.
constexpr const char* kGate = "gate=pg_advisory_xact_lock_shared(1)::text IS NOT NULL";

TEST_F(ExportBesideDdl, HoldsRowsThatGoIntoANewTableMeanwhile) {
  source.run("CREATE TABLE orders (id int, y int); INSERT INTO orders SELECT n, n FROM generate_series(1, 1000) n");
  const support::Run run = beside(source,
                                  "LOCK TABLE orders; CREATE TABLE orders_old AS SELECT * FROM orders WHERE y <= 800; "
                                  "DELETE FROM orders WHERE y <= 800",
                                  exporter());
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(rows("orders") + rows("orders_old"), 1000);
  EXPECT_EQ(rows("orders"), 200);
}

TEST_F(ExportBesideDdl, SaysWhatIsLeftWhereItsOnlyTableLeavesTheSchemaMeanwhile) {
  source.run("CREATE SCHEMA o; CREATE TABLE t (id int)");
  const support::Run run = beside(source, "ALTER TABLE t SET SCHEMA o", exporter({"--schema", "public"}));
  EXPECT_EQ(run.status, 2) << run.err;
  EXPECT_THAT(run.err, HasSubstr("there is no table to export"));
}

constexpr const char* kTwoPartitions =
    "CREATE TABLE t (id int) PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (1000); "
    "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (1000) TO (2000); INSERT INTO t SELECT generate_series(0, 1999)";

TEST_F(ExportBesideDdl, HoldsRowsOfAPartitionThatIsTakenAwayMeanwhile) {
  source.run(kTwoPartitions);
  const support::Run run = beside(source, "ALTER TABLE t DETACH PARTITION t2", exporter());
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(rows("t"), 1000);
  EXPECT_EQ(rows("t2"), 1000);
}

TEST_F(ExportBesideDdl, HoldsRowsOfAPartitionOnceThatIsAttachedMeanwhile) {
  source.run(std::string(kTwoPartitions) + "; ALTER TABLE t DETACH PARTITION t2");
  const support::Run run =
      beside(source, "ALTER TABLE t ATTACH PARTITION t2 FOR VALUES FROM (1000) TO (2000)", exporter());
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(rows("t"), 2000);
  EXPECT_FALSE(exported()["data"].contains("t2"));
}

TEST_F(ExportBesideDdl, HoldsTheTableThatTookTheNameOfAnother) {
  source.run("CREATE TABLE \"Prices\" (id int); INSERT INTO \"Prices\" SELECT generate_series(1, 7)");
  const support::Run run =
      beside(source,
             "ALTER TABLE \"Prices\" RENAME TO old; CREATE TABLE \"Prices\" (id int, x text); INSERT INTO \"Prices\" "
             "VALUES (1, 'a')",
             exporter());
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(exported()["data"]["Prices"], nlohmann::json::parse(R"([{"id": 1, "x": "a"}])"));
  EXPECT_EQ(rows("old"), 7);
}

TEST_F(ExportBesideDdl, SaysOfKeysAndForeignKeysWhatHoldsForItsRows) {
  source.run("CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE a (id int, b int)");
  const support::Run run = beside(
      source, "ALTER TABLE a ADD PRIMARY KEY (id), ADD CONSTRAINT to_b FOREIGN KEY (b) REFERENCES b", exporter());
  ASSERT_EQ(run.status, 0) << run.err;
  const nlohmann::json tables = exported()["tables"];
  EXPECT_EQ(tables[0]["name"], "b") << "the parent comes first";
  EXPECT_EQ(tables[1]["foreign_keys"].size() + tables[1]["primary_key"].size(), 2) << tables.dump();
}

TEST_F(ExportBesideDdl, HoldsOneNameOfALabelThatIsRenamedInTheMiddle) {
  source.run(
      "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE a (m mood); INSERT INTO a VALUES ('ok'); CREATE TABLE gate "
      "(m mood); INSERT INTO gate VALUES ('ok')");
  const support::Run run =
      in_the_middle(source, "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'", exporter({"--where", kGate}));
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("a label of the type public.mood was changed"));
  EXPECT_EQ(exported()["data"]["a"][0]["m"], "fine");
  EXPECT_EQ(exported()["data"]["gate"][0]["m"], "fine");
}

TEST_F(ExportBesideDdl, HoldsOneShapeOfACompositeTypeInsideADomainOverAnArray) {
  source.run(
      "CREATE TYPE pair AS (a int, b int); CREATE DOMAIN pairs AS pair[]; CREATE TABLE a (p pairs); INSERT INTO a "
      "VALUES (ARRAY[ROW(1, 2)::pair]); CREATE TABLE gate (p pairs); INSERT INTO gate SELECT * FROM a");
  const support::Run run = in_the_middle(source, "ALTER TYPE pair ADD ATTRIBUTE c int", exporter({"--where", kGate}));
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(exported()["data"]["a"], exported()["data"]["gate"]);
}

TEST_F(ExportBesideDdl, IsNotMisledByANewSchemaUnderTheNameOfAnother) {
  source.run(
      "CREATE SCHEMA \"S\"; CREATE TABLE \"S\".gate (id int); INSERT INTO \"S\".gate VALUES (1); CREATE TABLE \"S\".t "
      "(id int); INSERT INTO \"S\".t SELECT generate_series(1, 9)");
  const support::Run run =
      in_the_middle(source, "ALTER SCHEMA \"S\" RENAME TO old; CREATE SCHEMA \"S\"; CREATE TABLE \"S\".t (id int)",
                    exporter({"--where", kGate}));
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(rows("old.t"), 9) << exported()["data"].dump();
}

TEST_F(ExportBesideDdl, ReadsNoPartitionThatWasAttachedBehindItsSnapshot) {
  source.run(std::string(kTwoPartitions) +
             "; ALTER TABLE t DETACH PARTITION t2; CREATE TABLE gate (id int); INSERT INTO gate VALUES (1)");
  const support::Run run = in_the_middle(source, "ALTER TABLE t ATTACH PARTITION t2 FOR VALUES FROM (1000) TO (2000)",
                                         exporter({"--where", kGate, "-t", "gate", "-t", "t"}));
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("public.t2 was changed"));
  EXPECT_EQ(rows("t"), 2000) << "as it is behind the change";
}

TEST_F(ExportBesideDdl, ThatHasBegunToPrintEndsWithNine) {
  source.run("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE gate (m mood); INSERT INTO gate VALUES ('ok')");
  const support::Run run = in_the_middle(source, "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
                                         {PROGRAM_DIR "/db-export", "-", "--where", kGate});
  EXPECT_EQ(run.status, 9) << run.err;
  EXPECT_THAT(run.err, HasSubstr("run the export again"));
}

TEST_F(ExportBesideDdl, IsRefusedWhileAPartitionBelongsToNobody) {
  source.run(kTwoPartitions);
  if (support::server_version() < 14) GTEST_SKIP() << "has no DETACH … CONCURRENTLY";
  source.run("BEGIN; SELECT count(*) FROM t");
  support::Program detach(
      {support::postgres_program("psql"), "-X", source.url(), "-c", "ALTER TABLE t DETACH PARTITION t2 CONCURRENTLY"});
  while (source.value("SELECT count(*) FROM pg_inherits WHERE inhdetachpending") == "0")
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const support::Run meanwhile = run_export();
  source.run("COMMIT");
  EXPECT_EQ(detach.finish().status, 0);
  EXPECT_EQ(meanwhile.status, 9) << meanwhile.err;
  EXPECT_THAT(meanwhile.err, HasSubstr("FINALIZE"));
  ASSERT_EQ(run_export().status, 0);
  EXPECT_EQ(rows("t") + rows("t2"), 2000);
}

TEST_F(ImportBesideDdl, ReadsNoBytesOfOneTypeAsAnother) {
  schema("CREATE TABLE k (id int PRIMARY KEY, b int)");
  source.run("INSERT INTO k SELECT n, n FROM generate_series(1, 5) n");
  ASSERT_EQ(run_export().status, 0);
  const support::Run run = beside(target, "ALTER TABLE k ALTER b TYPE float4", importer());
  EXPECT_THAT(run.status, AnyOf(0, 7)) << run.err;
  const std::string sum = target.value("SELECT coalesce(sum(b), 0) FROM k");
  EXPECT_EQ(sum, run.status == 0 ? "15" : "0");
}

TEST_F(ImportBesideDdl, FindsTheRowsOfATableThatWasRewrittenMeanwhile) {
  schema("CREATE TABLE k (a int, b int); INSERT INTO k SELECT 1, 1 FROM generate_series(1, 1000)");
  ASSERT_EQ(run_export().status, 0);
  const support::Run run = beside(target, "ALTER TABLE k ADD c timestamptz DEFAULT clock_timestamp()", importer());
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(target.value("SELECT count(*) FROM k"), "1000");
}

TEST_F(ImportBesideDdl, FindsTheParentsOutsideTheFileThatWereRewrittenMeanwhile) {
  schema(
      "CREATE SCHEMA other; CREATE TABLE other.parents (id int PRIMARY KEY); INSERT INTO other.parents SELECT "
      "generate_series(1, 100); CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES other.parents)");
  source.run("INSERT INTO children SELECT n, n FROM generate_series(1, 100) n");
  ASSERT_EQ(run_export({"--schema", "public"}).status, 0);
  const support::Run run = beside(target, "ALTER TABLE other.parents ADD c timestamptz DEFAULT clock_timestamp()",
                                  importer({"--schema", "public"}));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(target.value("SELECT count(*) FROM children"), "100");
}

TEST_F(ImportBesideDdl, GoesIntoTheTableThatWasMadeAnew) {
  schema("CREATE TABLE k (id int PRIMARY KEY, b int)");
  source.run("INSERT INTO k SELECT n, n FROM generate_series(1, 5) n");
  ASSERT_EQ(run_export().status, 0);
  for (const char* intent : {"--dry-run", "--rehearse", "--mode=upsert"}) {
    const support::Run run =
        beside(target, "DROP TABLE k; CREATE TABLE k (b bigint, id int PRIMARY KEY); INSERT INTO k VALUES (7, 1)",
               importer({intent}));
    EXPECT_EQ(run.status, 0) << intent << run.err;
  }
  EXPECT_EQ(target.value("SELECT string_agg(id || '=' || b, ' ' ORDER BY id) FROM k"), "1=1 2=2 3=3 4=4 5=5");
}

TEST_F(ImportBesideDdl, RunsOneVersionOfATriggersFunction) {
  const auto version = [](const std::string& name) {
    return "CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO log VALUES ('" +
           name + "'); PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END$$";
  };
  schema("CREATE TABLE k (id int PRIMARY KEY)");
  source.run("INSERT INTO k SELECT generate_series(1, 5)");
  ASSERT_EQ(run_export().status, 0);
  target.run("CREATE TABLE log (version text); " + version("one") +
             "; CREATE TRIGGER note BEFORE INSERT ON k FOR EACH ROW EXECUTE FUNCTION note()");
  const support::Run run = in_the_middle(target, version("two"), importer());
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("the function public.note was changed"));
  EXPECT_EQ(target.value("SELECT string_agg(version, ' ') FROM log"), "two two two two two");
}

TEST_F(ImportBesideDdl, TakesLabelsByTheirNamesOfOneMoment) {
  schema("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE k (id int PRIMARY KEY, m mood)");
  source.run("INSERT INTO k VALUES (1, 'sad'), (2, 'ok')");
  ASSERT_EQ(run_export().status, 0);
  target.run(
      "CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(1); "
      "RETURN NEW; END'; CREATE TRIGGER gate BEFORE INSERT ON k FOR EACH ROW EXECUTE FUNCTION gate()");
  const support::Run run = in_the_middle(target,
                                         "ALTER TYPE mood RENAME VALUE 'sad' TO 'x'; ALTER TYPE mood RENAME VALUE 'ok' "
                                         "TO 'sad'; ALTER TYPE mood RENAME VALUE 'x' TO 'ok'",
                                         importer());
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(target.value("SELECT string_agg(id || '=' || m, ' ' ORDER BY id) FROM k"), "1=sad 2=ok");
}

// Rows that come before and after it would be judged by different checks otherwise.
TEST_F(ImportBesideDdl, HoldsAllRowsAgainstTheSameChecksOfADomain) {
  schema("CREATE DOMAIN small AS int; CREATE TABLE k (id int PRIMARY KEY, s small[])");
  source.run("INSERT INTO k VALUES (1, '{1}'), (2, '{2000}'), (3, '{3000}')");
  ASSERT_EQ(run_export().status, 0);
  target.run(
      "CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(1); "
      "RETURN NEW; END'; CREATE TRIGGER gate BEFORE INSERT ON k FOR EACH ROW EXECUTE FUNCTION gate()");
  const support::Run added = in_the_middle(
      target, "ALTER DOMAIN small ADD CONSTRAINT few CHECK (VALUE < 1000) NOT VALID", importer({"--rehearse"}));
  const support::Run dropped = in_the_middle(target, "ALTER DOMAIN small DROP CONSTRAINT few", importer());
  EXPECT_EQ(added.status, 4) << added.err;
  EXPECT_THAT(added.err, HasSubstr("a check of the domain public.small was changed meanwhile; trying again"));
  EXPECT_EQ(dropped.status, 0) << dropped.err;
  EXPECT_THAT(dropped.err, HasSubstr("a check of the domain public.small was changed meanwhile; trying again"));
  EXPECT_EQ(target.value("SELECT count(*) FROM k"), "3");
}

constexpr const char* kSlowCheck =
    "CREATE FUNCTION gate(n int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(1); "
    "RETURN true; END'; CREATE TABLE k (id int PRIMARY KEY, code int, CHECK (gate(id)))";

TEST_F(ImportBesideDdl, ADryRunKnowsTheUniqueIndexThatCameInTheMiddle) {
  schema(kSlowCheck);
  source.run("INSERT INTO k SELECT n, n / 2 FROM generate_series(1, 9) n");
  ASSERT_EQ(run_export().status, 0);
  const support::Run run = in_the_middle(target, "CREATE UNIQUE INDEX only_one ON k (code)", importer({"--dry-run"}));
  EXPECT_EQ(run.status, 4) << run.err << run.out;
  EXPECT_THAT(run.out, HasSubstr("only_one"));
}

TEST_F(ImportBesideDdl, ADryRunBeginsAgainForATriggerAForeignKeyOrAFunctionOfTheMiddle) {
  schema(kSlowCheck);
  source.run("INSERT INTO k SELECT n, n FROM generate_series(1, 9) n");
  ASSERT_EQ(run_export().status, 0);
  target.run("CREATE TABLE codes (id int PRIMARY KEY); INSERT INTO codes SELECT generate_series(1, 9)");
  const support::Run foreign_key =
      in_the_middle(target, "ALTER TABLE k ADD FOREIGN KEY (code) REFERENCES codes", importer({"--dry-run"}));
  const support::Run function =
      in_the_middle(target, "CREATE OR REPLACE FUNCTION gate(n int) RETURNS bool LANGUAGE sql AS 'SELECT n < 5'",
                    importer({"--dry-run"}));
  EXPECT_EQ(foreign_key.status, 0) << foreign_key.err;
  EXPECT_THAT(foreign_key.err, HasSubstr("k_code_fkey was changed meanwhile; trying again"));
  EXPECT_THAT(function.err, HasSubstr("the function public.gate was changed meanwhile; trying again"));
  EXPECT_THAT(function.out, HasSubstr("the check k_id_check fails as the target is now for 5 rows"));
}

TEST_F(ImportBesideDdl, IsNotKeptAwayByWhoMayNotWrite) {
  schema("CREATE TABLE k (id int PRIMARY KEY)");
  source.run("INSERT INTO k VALUES (1)");
  ASSERT_EQ(run_export().status, 0);
  target.run(
      "BEGIN; LOCK TABLE k IN ACCESS SHARE MODE; SELECT pg_advisory_lock(hashtextextended('db-transfer import', 0))");
  const support::Run run = run_import({"--lock-timeout", "1s"});
  target.run("COMMIT");
  EXPECT_EQ(run.status, 0) << run.err;
}

TEST_F(ImportBesideDdl, OfARoleThatMayOnlyInsertTakesTheLocksThatItMay) {
  schema("CREATE TABLE k (id int PRIMARY KEY)");
  source.run("INSERT INTO k VALUES (1)");
  ASSERT_EQ(run_export().status, 0);
  const std::string role = "inserter_" + target.name();
  target.run("CREATE ROLE " + role + " LOGIN; GRANT SELECT, INSERT ON k TO " + role);
  std::string url = target.url();
  url.replace(url.find("postgres@"), 8, role);
  target.run("BEGIN; LOCK TABLE k IN SHARE MODE");
  support::Program program({kImport, file, "--mode", "insert", "--url", url, "--lock-timeout", "60s"});
  wait_for_a_waiter(target);
  target.run("ALTER TABLE k ADD c int DEFAULT 5; COMMIT");
  const support::Run run = program.finish();
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(target.value("SELECT c FROM k"), "5");
  target.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

}  // namespace
}  // namespace live
