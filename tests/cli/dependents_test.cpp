// What rows alone do not bring along: materialized views that show them, large objects that they point at.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Dependents : public Transfer {
 protected:
  static constexpr const char* kViews =
      "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE other (id int PRIMARY KEY);"
      "CREATE VIEW v AS SELECT id FROM t; CREATE MATERIALIZED VIEW \"A m\" AS SELECT count(*) AS n FROM v;"
      "CREATE MATERIALIZED VIEW \"0 top\" AS SELECT n + 1 AS n FROM \"A m\";"
      "CREATE MATERIALIZED VIEW of_other AS SELECT * FROM other;"
      "CREATE MATERIALIZED VIEW empty AS SELECT * FROM t WITH NO DATA;";

  support::Run exported_and(std::vector<std::string> options) {
    EXPECT_EQ(run_export().status, 0);
    return run_import(std::move(options));
  }
};

TEST_F(Dependents, MaterializedViewsThatShowOldRowsAreNamedWithTheirCommand) {
  schema(kViews);
  source.run("INSERT INTO t VALUES (1), (2)");

  const support::Run run = exported_and({});

  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("REFRESH MATERIALIZED VIEW \"public\".\"A m\""),
                             HasSubstr("REFRESH MATERIALIZED VIEW \"public\".\"0 top\""), Not(HasSubstr("of_other")),
                             Not(HasSubstr("\"empty\""))));
  EXPECT_LT(run.out.find("A m"), run.out.find("0 top"));
  EXPECT_EQ(target.value("SELECT n FROM \"A m\""), "0");
  EXPECT_THAT(run_import().out, Not(HasSubstr("materialized")));  // nothing was written
}

TEST_F(Dependents, AreRefreshedInTheSameTransactionInTheirOrder) {
  schema(kViews);
  source.run("INSERT INTO t VALUES (1), (2)");

  const support::Run run = exported_and({"--refresh"});

  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("materialized view \"public\".\"A m\" refreshed"));
  EXPECT_EQ(target.value("SELECT n FROM \"0 top\""), "3");
}

TEST_F(Dependents, OverPartitionsAreKnown) {
  schema(
      "CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) "
      "TO (9); CREATE MATERIALIZED VIEW m AS SELECT * FROM t1");
  source.run("INSERT INTO t VALUES (1)");

  EXPECT_EQ(exported_and({"--refresh"}).status, 0);

  EXPECT_EQ(target.value("SELECT count(*) FROM m"), "1");
}

TEST_F(Dependents, OfAnotherRoleEndTheImportThatWasToRefreshThem) {
  schema("CREATE TABLE t (id int PRIMARY KEY); CREATE MATERIALIZED VIEW m AS SELECT * FROM t");
  source.run("INSERT INTO t VALUES (1)");
  target.run(
      "DO $$ BEGIN CREATE ROLE writer_of_t LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
      "GRANT SELECT, INSERT, UPDATE ON t TO writer_of_t");
  std::string url = target.url();
  url.replace(url.find("postgres@"), 8, "writer_of_t");

  const support::Run run = exported_and({"--refresh", "--url", url});

  EXPECT_EQ(run.status, 8) << run.err;
  EXPECT_THAT(run.err, HasSubstr("let its owner run: REFRESH MATERIALIZED VIEW \"public\".\"m\""));
  EXPECT_EQ(target.value("SELECT count(*) FROM t"), "0");
}

// A view is filled as its owner, who may have lost what was once granted.
TEST_F(Dependents, WhoseOwnersMayNotReadTheirTablesAreNamedBeforeAnythingIsWritten) {
  const std::string owner = "owner_of_" + target.name();
  schema("CREATE TABLE t (id int PRIMARY KEY, v int); CREATE TABLE \"T 2\" (id int PRIMARY KEY)");
  source.run("INSERT INTO t VALUES (1)");
  const std::string role = "CREATE ROLE " + owner + "; GRANT USAGE, CREATE ON SCHEMA public TO " + owner + "; ";
  const std::pair<const char*, const char*> views[] = {
      {"CREATE MATERIALIZED VIEW m AS SELECT id FROM t", "public.t"},
      {"GRANT SELECT (id) ON t TO PUBLIC; CREATE MATERIALIZED VIEW m AS SELECT id, v FROM t", "public.t"},
      {"GRANT SELECT ON t TO PUBLIC; CREATE MATERIALIZED VIEW m AS SELECT t.id FROM t, \"T 2\"", "public.\"T 2\""},
      {"CREATE VIEW w AS SELECT id FROM t; CREATE MATERIALIZED VIEW m AS SELECT * FROM w", "public.w"},
      {"GRANT SELECT ON t TO PUBLIC; CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1'; REVOKE ALL ON "
       "FUNCTION f FROM PUBLIC; CREATE MATERIALIZED VIEW m AS SELECT f(id) FROM t",
       "public.f(integer)"}};
  target.run(role);
  for (const auto& [view, missing] : views) {
    target.run(std::string(view) + "; ALTER MATERIALIZED VIEW m OWNER TO " + owner);
    for (const std::vector<std::string>& how : {std::vector<std::string>{"--refresh", "-n"}, {"--refresh"}}) {
      const support::Run run = exported_and(how);
      EXPECT_EQ(run.status, 8) << view << run.err;
      EXPECT_THAT(run.err, HasSubstr("the materialized view \"public\".\"m\" of " + owner +
                                     " cannot be refreshed: " + owner + " may not read or call " + missing));
    }
    EXPECT_EQ(target.value("SELECT count(*) FROM t"), "0") << view;
    target.run(
        "DROP MATERIALIZED VIEW m; DROP VIEW IF EXISTS w; DROP FUNCTION IF EXISTS f; REVOKE ALL ON t FROM PUBLIC; "
        "REVOKE ALL (id) ON t FROM PUBLIC");
  }
  target.run("DROP OWNED BY " + owner + "; DROP ROLE " + owner);
}

TEST_F(Dependents, ThatFailToRefreshAreNamedWithTheirOwner) {
  schema("CREATE TABLE t (id int PRIMARY KEY); CREATE MATERIALIZED VIEW m AS SELECT 1 / (id - 1) FROM t");
  source.run("INSERT INTO t VALUES (1)");

  const support::Run run = exported_and({"--refresh"});

  EXPECT_EQ(run.status, 7);
  EXPECT_THAT(run.err,
              HasSubstr("the materialized view \"public\".\"m\" of postgres cannot be refreshed: division by zero"));
  EXPECT_EQ(target.value("SELECT count(*) FROM t"), "0");
}

TEST_F(Dependents, AreForetoldByADryRun) {
  schema(kViews);
  source.run("INSERT INTO t VALUES (1)");

  EXPECT_THAT(exported_and({"--dry-run"}).out, HasSubstr("\"A m\" would still show the rows of before"));
  EXPECT_THAT(exported_and({"--dry-run", "--refresh"}).out, HasSubstr("\"A m\" will be refreshed"));
  EXPECT_EQ(exported_and({"--rehearse", "--refresh"}).status, 0);
  EXPECT_EQ(target.value("SELECT n FROM \"A m\""), "0");
}

TEST_F(Dependents, ColumnsThatPointAtLargeObjectsAreNamedOnBothSides) {
  schema("CREATE DOMAIN lo AS oid; CREATE TABLE docs (id int PRIMARY KEY, body oid, scan lo, kind oid)");
  source.run("INSERT INTO docs VALUES (1, lo_from_bytea(0, 'a'), lo_from_bytea(0, 'b'), 12), (2, NULL, NULL, 25)");
  const support::Run exported = run_export();

  EXPECT_THAT(exported.out, AllOf(HasSubstr("docs.body: 1 of its values point at large objects"),
                                  HasSubstr("docs.scan: 1 of its values"), Not(HasSubstr("docs.kind"))));
  EXPECT_THAT(run_import().out, AllOf(HasSubstr("docs.body holds numbers of large objects, which are not in the file"),
                                      HasSubstr("docs.scan holds"), Not(HasSubstr("docs.kind holds"))));
}

}  // namespace
}  // namespace cli
