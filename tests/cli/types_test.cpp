// Columns of types that the user made: composite types go by the names of their attributes, and what the target's types
// cannot hold is told before the first row.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class UserTypes : public Transfer {
 protected:
  // A status of 7 and its message; nothing is in the target then.
  std::string refusal() {
    EXPECT_EQ(run_export().status, 0);
    const support::Run run = run_import();
    EXPECT_EQ(run.status, 7) << run.err;
    EXPECT_EQ(target.value("SELECT count(*) FROM t"), "0");
    return run.err;
  }

  // Makes the file one of a release that did not write the types.
  void forget_types() {
    std::string text = support::read_file(file);
    for (const char* member : {"composite_types", "enum_types", "domain_types", "range_types"}) {
      const std::size_t start = text.find("\"" + std::string(member) + "\": [");
      if (start != std::string::npos) text.erase(start, text.find("\n],\n", start) + 4 - start);
    }
    folder.write("export.json", text);
  }
};

TEST_F(UserTypes, AttributesOfAnotherOrderAreMatchedByName) {
  source.run(
      "CREATE TYPE pair AS (a int, b int); CREATE TABLE t (id int PRIMARY KEY, p pair);"
      "INSERT INTO t VALUES (1, '(1,2)'), (2, NULL), (3, '(,3)'), (4, ROW(NULL, NULL))");
  target.run("CREATE TYPE pair AS (b int, a int); CREATE TABLE t (id int PRIMARY KEY, p pair)");

  const auto result = transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(
      target.value("SELECT string_agg(concat_ws(':', id, (p).a, (p).b, p IS DISTINCT FROM NULL), ' ' ORDER BY id) "
                   "FROM t"),
      "1:1:2:t 2:f 3:3:t 4:t");
  EXPECT_EQ(verdicts(import(), "t"), (std::vector<int>{0, 0, 4, 0, 0, 0}));
}

// Small tables share a temporary table, where a column of one is NULL, or anything, in the rows of another.
TEST_F(UserTypes, DomainsOfOneTableAreNotHeldAgainstRowsOfAnother) {
  schema(
      "CREATE TYPE mood AS ENUM ('a', 'b', 'c'); CREATE DOMAIN sure AS mood NOT NULL;"
      "CREATE DOMAIN short AS text CHECK (length(VALUE) < 3);"
      "CREATE TABLE other (id int PRIMARY KEY, x text); CREATE TABLE m (k sure PRIMARY KEY, y int);"
      "CREATE TABLE s (k short PRIMARY KEY, y int); CREATE TABLE s2 (id int PRIMARY KEY, s short REFERENCES s)");
  source.run(
      "INSERT INTO other VALUES (1, 'longer'), (2, NULL); INSERT INTO m VALUES ('a', 1), ('b', 2);"
      "INSERT INTO s VALUES ('u', 1), ('v', 2); INSERT INTO s2 VALUES (1, 'u'), (2, 'v')");
  ASSERT_EQ(run_export().status, 0);
  // Two records of one key: the second look at them joins the table's rows with themselves.
  std::string text = support::read_file(file);
  text.replace(text.find("{\"k\":\"b\""), 8, "{\"k\":\"a\"");
  folder.write("export.json", text);

  const nlohmann::json result = import({"--unsealed"});

  EXPECT_EQ(status, 4) << errors;
  EXPECT_EQ(verdicts(result, "m"), (std::vector<int>{0, 0, 0, 2, 0, 0}));
  EXPECT_EQ(verdicts(result, "s"), (std::vector<int>{2, 0, 0, 0, 0, 0}));
  EXPECT_EQ(verdicts(result, "s2"), (std::vector<int>{2, 0, 0, 0, 0, 0}));
}

TEST_F(UserTypes, ArraysOfADomainOverBoxKeepTheirElements) {
  const std::string tables =
      "CREATE DOMAIN area AS box; CREATE DOMAIN \"Larger area\" AS area;"
      "CREATE TABLE t (id int PRIMARY KEY, a area[], l \"Larger area\"[][])";
  source.run(tables);
  target.run(tables);
  source.run(
      "INSERT INTO t VALUES (1, ARRAY['(3,4),(1,2)', NULL, '(1e300,Infinity),(-0,-1.5)']::area[], '{}'), (2, NULL, "
      "ARRAY[[NULL]]::area[]), (3, '{}', '[0:0][5:6]={{(1,1),(0,0);(2,2),(1,1)}}')");
  target.run("INSERT INTO t VALUES (2, '{(9,9),(0,0)}', NULL)");

  transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT string_agg(t::text, '|' ORDER BY id) FROM t"),
            source.value("SELECT string_agg(t::text, '|' ORDER BY id) FROM t"));
}

TEST_F(UserTypes, AlsoInArraysDomainsAndOtherComposites) {
  const std::string tables =
      "CREATE DOMAIN \"Pairs\" AS pair[]; CREATE TYPE \"Out er\" AS (\"x y\" text, ps \"Pairs\", p pair);"
      "CREATE TABLE t (id int PRIMARY KEY, o \"Out er\"[], d \"Pairs\", g pair[][])";
  source.run("CREATE TYPE pair AS (a text, b int);" + tables);
  target.run("CREATE TYPE pair AS (b int, a text);" + tables);
  source.run(
      R"x(INSERT INTO t VALUES (1, ARRAY[ROW('q"u\o', ARRAY[ROW('a,b',1), NULL]::pair[], ROW('', 2))]::"Out er"[],
         ARRAY[ROW('{}',3)]::pair[], '[0:0][5:5]={{"(z,9)"}}'))x");
  const std::string seen =
      R"x(SELECT concat_ws('|', (o[1])."x y", (((o[1]).ps)[1]).a, (((o[1]).ps)[1]).b, ((o[1]).ps)[2] IS NULL,
         ((o[1]).p).a, ((o[1]).p).b, (d[1]).a, (d[1]).b, (g[0][5]).a, (g[0][5]).b) FROM t)x";

  transfer();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(source.value(seen), R"x(q"u\o|a,b|1|t||2|{}|3|z|9)x");
  EXPECT_EQ(target.value(seen), source.value(seen));
}

TEST_F(UserTypes, AttributesThatOneSideLacksAreToldAllAtOnce) {
  source.run("CREATE TYPE pair AS (a int, b int); CREATE TABLE t (id int PRIMARY KEY, p pair, q pair[])");
  target.run("CREATE TYPE pair AS (a int, c int); CREATE TABLE t (id int PRIMARY KEY, p pair, q pair[])");

  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("t.p has the attribute b in the file, which public.pair lacks in the target"),
                    HasSubstr("t.q has the attribute c of public.pair in the target, which the file lacks")));
}

TEST_F(UserTypes, AttributesThatCouldLoseSomethingAreRefused) {
  source.run("CREATE TYPE price AS (n numeric(12,4)); CREATE TABLE t (id int PRIMARY KEY, p price)");
  target.run("CREATE TYPE price AS (n numeric(12,2)); CREATE TABLE t (id int PRIMARY KEY, p price)");

  EXPECT_THAT(refusal(), HasSubstr("t.p has the attribute n, which is numeric(12,4) in the file and numeric(12,2)"));
}

TEST_F(UserTypes, RangesOverOtherThingsAndDomainsOverOthersAreRefused) {
  source.run(
      "CREATE TYPE r AS RANGE (subtype = float8); CREATE DOMAIN d AS int;"
      "CREATE TABLE t (id int PRIMARY KEY, r r, d d)");
  target.run(
      "CREATE TYPE r AS RANGE (subtype = date); CREATE DOMAIN d AS uuid;"
      "CREATE TABLE t (id int PRIMARY KEY, r r, d d)");

  EXPECT_THAT(refusal(), AllOf(HasSubstr("t.r is a range of double precision in the file and a range of date"),
                               HasSubstr("t.d is public.d (a domain over uuid) in the target")));
}

TEST_F(UserTypes, LabelsThatTheTargetLacksAreToldByADryRunThatNeedsNone) {
  source.run(
      "CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s'); CREATE TABLE t (id int PRIMARY KEY, m mood[]);"
      "INSERT INTO t VALUES (1, '{ok}')");
  target.run("CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (id int PRIMARY KEY, m mood[])");
  ASSERT_EQ(run_export().status, 0);

  const support::Run dry = run_import({"--dry-run"});

  EXPECT_EQ(dry.status, 0) << dry.err;
  EXPECT_THAT(dry.out, HasSubstr("t.m is of the enum public.mood, which lacks labels of the file in the target: 'sad', "
                                 "'it's'; a row that holds one is invalid"));
}

TEST_F(UserTypes, AnOlderFileSaysNothingOfTheOrderSoTheColumnIsNamed) {
  source.run(
      "CREATE TYPE pair AS (a int, b int); CREATE TABLE t (id int PRIMARY KEY, p pair, n int);"
      "INSERT INTO t VALUES (1, '(1,2)')");
  target.run("CREATE TYPE pair AS (b int, a int); CREATE TABLE t (id int PRIMARY KEY, p pair, n int)");
  ASSERT_EQ(run_export().status, 0);
  forget_types();

  const support::Run run = run_import({"--unsealed"});

  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("t.p goes into the composite type public.pair, and the file does not name the "
                                       "attributes: they are taken in the target's order, b, a"),
                             Not(HasSubstr("t.n goes"))));
}

TEST_F(UserTypes, ARowThatIsLeftOutStandsInTheRejectsAsInTheFile) {
  source.run(
      "CREATE TYPE pair AS (a int, b int); CREATE TABLE t (id int PRIMARY KEY, p pair);"
      "INSERT INTO t VALUES (1, '(1,2)'), (2, '(3,4)')");
  target.run("CREATE TYPE pair AS (b int, a int); CREATE TABLE t (id int PRIMARY KEY, p pair CHECK ((p).a < 2))");
  transfer({"--rejects", folder.file("r.json")});
  ASSERT_EQ(status, 4);
  EXPECT_THAT(support::read_file(folder.file("r.json")), HasSubstr("\"p\":\"(3,4)\""));
  target.run("ALTER TABLE t DROP CONSTRAINT t_p_check");
  file = folder.file("r.json");

  import();

  EXPECT_EQ(target.value("SELECT (p).a * 10 + (p).b FROM t WHERE id = 2"), "34");
}

}  // namespace
}  // namespace cli
