// Imports of many rows are taken back: there an undo file says ahead of the merge what it will leave, where nothing but
// the import has a say.
#include "cli/undo_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class UndoOfManyRows : public Undo {
 protected:
  // Of 2,000 rows of the file the target holds 1,900 otherwise and 50 as they are.
  void fill(const std::string& old) {
    source.run("INSERT INTO a SELECT n, 'new ' || n FROM generate_series(1, 2000) n");
    target.run("INSERT INTO a SELECT n, CASE WHEN n <= 50 THEN 'new ' || n ELSE " + old +
               " END FROM generate_series(1, 1950) n");
  }
  void expect_taken_back() {
    const auto result = taken_back();
    EXPECT_EQ(status, 0) << errors << result.dump();
    EXPECT_EQ(rows(), before);
  }
};

TEST_F(UndoOfManyRows, OfEveryKindOfValueIsAsIfItHadNotBeen) {
  schema(
      "CREATE TYPE mood AS ENUM ('low', 'high');"
      "CREATE TABLE a (id int PRIMARY KEY, v text, n numeric, m numeric(12,2), f float8, j json, b jsonb, y bytea, "
      "e mood, at timestamptz, s int[], c char(5), d date, u uuid, i interval, x name, z varchar(10), g int GENERATED "
      "ALWAYS AS (id * 2) STORED, always int GENERATED ALWAYS AS IDENTITY)");
  target.run("ALTER TABLE a ADD own text DEFAULT 'own'");
  const auto insert = [](const std::string& kind, int first, int last) {
    return "INSERT INTO a (id, v, n, m, f, j, b, y, e, at, s, c, d, u, i, x, z) SELECT n, '" + kind +
           "' || n, n + 1.50, n + 0.5, CASE n % 3 WHEN 0 THEN '-0'::float8 WHEN 1 THEN 'NaN' ELSE n END, '{\"a\": 1}', "
           "'{\"b\": 1.0}', decode(md5(n::text), 'hex'), CASE n % 2 WHEN 0 THEN 'low' ELSE 'high' END::mood, "
           "'2025-01-01'::timestamptz + n * interval '1 min', ARRAY[n, NULL], 'x', '2025-01-01'::date + n, "
           "md5(n::text)::uuid, n * interval '1 day', 'n' || n, NULLIF('" +
           kind + "', 'old') FROM generate_series(" + std::to_string(first) + ", " + std::to_string(last) + ") n";
  };
  source.run(insert("new", 1, 2000) +
             "; UPDATE a SET f = 1, n = 1.5, m = NULL, j = '{ }', b = NULL, s = NULL, e = 'low' "
             "WHERE id % 2 = 0");
  target.run(insert("old", 1, 1900) + "; " + insert("own", 3000, 3010));
  import_kept();
  EXPECT_NE(rows(), before);
  expect_taken_back();
}

TEST_F(UndoOfManyRows, LeavesThoseThatSomebodyChangedAndNamesWhat) {
  schema("CREATE TABLE a (id int PRIMARY KEY, v text, n numeric(6,2), e text)");
  source.run("INSERT INTO a SELECT n, 'new', n, NULL FROM generate_series(1, 2000) n");
  target.run("INSERT INTO a SELECT n, 'old', 0, 'x' FROM generate_series(1, 2000) n");
  import_kept();
  target.run(
      "UPDATE a SET v = 'mine' WHERE id = 7; UPDATE a SET e = '' WHERE id = 8; UPDATE a SET n = 9.5 WHERE id = 9;"
      "DELETE FROM a WHERE id = 10");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("id=7: conflict: changed since the import: v=mine"),
                             HasSubstr("id=8: conflict: changed since the import: e="),
                             HasSubstr("id=9: conflict: changed since the import: n=9.50"),
                             HasSubstr("id=10: conflict: gone"), HasSubstr("1,996 updated")));
  EXPECT_EQ(target.value("SELECT string_agg(concat(id, v, n, e), ',' ORDER BY id) FROM a WHERE v <> 'old' OR id = 11"),
            "7mine7.00,8new8.00,9new9.50,11old0.00x");
}

// Of these nothing was foreseen.
TEST_F(UndoOfManyRows, OfWhichACheckRefusedSome) {
  schema("CREATE TABLE banned (id int); CREATE TABLE a (id int PRIMARY KEY, v text)");
  fill("'old'");
  target.run(
      "INSERT INTO banned VALUES (5), (77), (1999);"
      "CREATE FUNCTION ok(n int) RETURNS bool LANGUAGE plpgsql AS $$BEGIN RETURN NOT EXISTS (SELECT FROM public.banned "
      "b "
      "WHERE b.id = n); END$$; ALTER TABLE a ADD CHECK (ok(id)) NOT VALID");
  import_kept({"-t", "a"});
  EXPECT_EQ(target.value("SELECT count(*) FROM a WHERE v = 'old'"), "1");
  expect_taken_back();
}

// A function of the target's that is no trigger wrote a row after its update.
TEST_F(UndoOfManyRows, OfWhichSomebodyElseWroteOne) {
  schema("CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a)");
  fill("'old'");
  source.run("INSERT INTO b VALUES (1, 100)");
  target.run(
      "CREATE FUNCTION touch() RETURNS int LANGUAGE plpgsql AS $$BEGIN UPDATE public.a SET v = 'mine' WHERE id = 99; "
      "RETURN 1; END$$; ALTER TABLE b ADD made int DEFAULT touch()");
  import_kept();
  expect_taken_back();
}

TEST_F(UndoOfManyRows, BesideATriggerThatChangesWhatGoesIn) {
  schema("CREATE TABLE a (id int PRIMARY KEY, v text)");
  fill("'old'");
  target.run(
      "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN new.v := new.v || '!'; RETURN new; END$$;"
      "CREATE TRIGGER stamp BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION stamp()");
  import_kept();
  target.run("ALTER TABLE a DISABLE TRIGGER stamp");
  expect_taken_back();
}

TEST_F(UndoOfManyRows, MayItselfBeTakenBack) {
  schema("CREATE TABLE a (id int PRIMARY KEY, v text)");
  fill("'old'");
  import_kept();
  const std::string imported = rows();
  const std::string redo = folder.file("redo.json");
  EXPECT_EQ(take_back({"--save-undo", redo}).status, 0);
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(take_back_by(redo).status, 0);
  EXPECT_EQ(rows(), imported);
}

}  // namespace
}  // namespace cli
