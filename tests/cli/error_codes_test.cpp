// Errors that functions of the target raise or run into, through the real programs: whatever their code, the row that
// they are about is left out with its reason, and the rest is imported.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A connection that is lost, a lock, a privilege, a serialization failure: of whoever else means them.
constexpr const char* kCodes[] = {"42501", "57014", "55P03", "40001", "40P01", "08006", "42P01", "42704",
                                  "3F000", "28000", "53100", "57P01", "25006", "XX000", "58030", "P0004"};

class ErrorCodes : public Transfer {
 protected:
  // On table a of the target, which refuses the row with id 2.
  void trigger(const std::string& when, const std::string& body) {
    target.run(
        "CREATE OR REPLACE FUNCTION \"Guard\"() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.id = 2 THEN " +
        body + " END IF; RETURN NEW; END$$; DROP TRIGGER IF EXISTS guard ON a; CREATE TRIGGER guard " + when +
        " ON a FOR EACH ROW EXECUTE FUNCTION \"Guard\"()");
  }
  static std::string raise(const std::string& code) { return "RAISE 'not so' USING ERRCODE = '" + code + "';"; }
};

TEST_F(ErrorCodes, OfATriggersOwnLeaveThatRowOut) {
  schema("CREATE TABLE a (id int PRIMARY KEY, v text)");
  source.run("INSERT INTO a SELECT i, 'x' FROM generate_series(1, 5) i");
  ASSERT_EQ(run_export().status, 0);
  for (const std::string code : kCodes) {
    trigger("BEFORE INSERT", raise(code));

    const json result = import();

    EXPECT_EQ(status, 4) << code << errors;
    EXPECT_THAT(verdicts(result, "a"), ElementsAre(4, 0, 0, 0, 1, 0)) << code;
    EXPECT_THAT(result.dump(), HasSubstr("not so [SQLSTATE " + code + "]"));
    target.run("TRUNCATE a");
  }
}

TEST_F(ErrorCodes, OfAnUpdatesTriggerAndOfNestedFunctionsLeaveThatRowOut) {
  schema("CREATE TABLE a (id int PRIMARY KEY, v text)");
  source.run("INSERT INTO a VALUES (1, 'x'), (2, 'y'), (3, 'z')");
  target.run("INSERT INTO a VALUES (1, '-'), (2, '-')");
  ASSERT_EQ(run_export().status, 0);
  for (const std::string code : kCodes) {
    target.run("CREATE OR REPLACE FUNCTION inner_one() RETURNS void LANGUAGE plpgsql AS $$BEGIN " + raise(code) +
               " END$$; CREATE OR REPLACE FUNCTION outer_one() RETURNS void LANGUAGE sql AS $$SELECT "
               "public.inner_one()$$");
    trigger("AFTER UPDATE", "PERFORM public.outer_one();");

    const json result = import();

    EXPECT_EQ(status, 4) << code << errors;
    EXPECT_THAT(verdicts(result, "a"), ElementsAre(1, 1, 0, 0, 1, 0)) << code;
    target.run(
        "ALTER TABLE a DISABLE TRIGGER USER; TRUNCATE a; INSERT INTO a VALUES (1, '-'), (2, '-'); ALTER TABLE a "
        "ENABLE TRIGGER USER");
  }
}

TEST_F(ErrorCodes, OfRowsThatReferToEachOtherLeaveThemOut) {
  schema("CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a)");
  source.run("INSERT INTO a VALUES (1, NULL), (2, 1), (3, 2), (4, 1)");
  ASSERT_EQ(run_export().status, 0);
  for (const std::string code : {"42501", "40001", "08006", "57014"}) {
    trigger("BEFORE INSERT", raise(code));

    const json result = import();

    EXPECT_EQ(status, 4) << code << errors;
    EXPECT_THAT(verdicts(result, "a"), ElementsAre(2, 0, 0, 0, 2, 0)) << code;
    target.run("TRUNCATE a");
  }
}

TEST_F(ErrorCodes, OfWhatATriggersStatementLacksNameTheFunction) {
  schema("CREATE TABLE a (id int PRIMARY KEY, v text)");
  source.run("INSERT INTO a SELECT i, 'x' FROM generate_series(1, 5) i");
  ASSERT_EQ(run_export().status, 0);
  for (const std::string statement :
       {"INSERT INTO nowhere VALUES (1);", "PERFORM nothing(NEW.id);", "PERFORM 1::notype;", "NEW.w := 1;",
        "PERFORM * FROM no_schema.t;", "PERFORM 'x' OPERATOR(pg_catalog.@@@@) 1;"}) {
    trigger("BEFORE INSERT", statement);

    const json result = import();

    EXPECT_EQ(status, 4) << statement << errors;
    EXPECT_THAT(verdicts(result, "a"), ElementsAre(4, 0, 0, 0, 1, 0)) << statement;
    EXPECT_THAT(result.dump(), HasSubstr("PL/pgSQL function \\\"Guard\\\"() line 1")) << statement;
    target.run("TRUNCATE a");
  }
}

TEST_F(ErrorCodes, OfACheckOrADefaultAreForetoldAsTheImportTellsThem) {
  source.run("CREATE TABLE a (id int PRIMARY KEY, v text); INSERT INTO a SELECT i, 'x' FROM generate_series(1, 5) i");
  ASSERT_EQ(run_export().status, 0);
  for (const std::string code : {"42501", "57014", "40001", "08006", "42P01"}) {
    target.run(
        "DROP TABLE IF EXISTS a; CREATE OR REPLACE FUNCTION fits(i int) RETURNS bool LANGUAGE plpgsql IMMUTABLE "
        "AS $$BEGIN IF i = 2 THEN " +
        raise(code) + " END IF; RETURN true; END$$; CREATE TABLE a (id int PRIMARY KEY CHECK (fits(id)), v text)");

    const json foretold = import({"--dry-run"});
    const int foretold_status = status;
    const json done = import();

    EXPECT_EQ(status, 4) << code << errors;
    EXPECT_EQ(foretold_status, status) << code;
    EXPECT_THAT(verdicts(done, "a"), ElementsAre(4, 0, 0, 0, 1, 0)) << code;
    EXPECT_EQ(verdicts(foretold, "a"), verdicts(done, "a")) << code;
  }
}

// What only the transaction, the role or the server is to blame for stays that.
TEST_F(ErrorCodes, OfALockThatATriggerWaitsForEndTheImportWithNine) {
  schema("CREATE TABLE a (id int PRIMARY KEY, v text)");
  target.run("CREATE TABLE counter (n int); INSERT INTO counter VALUES (0)");
  trigger("BEFORE INSERT", "UPDATE public.counter SET n = n + 1;");
  source.run("INSERT INTO a VALUES (1, 'x'), (2, 'y')");
  ASSERT_EQ(run_export().status, 0);
  target.run("BEGIN; LOCK TABLE counter");

  const support::Run refused = run_import({"--lock-timeout", "1s"});

  target.run("ROLLBACK");
  EXPECT_EQ(refused.status, 9) << refused.err;
}

TEST_F(ErrorCodes, OfATriggerShowNoMaskedValue) {
  schema("CREATE TABLE a (id int PRIMARY KEY, password text)");
  source.run("INSERT INTO a VALUES (1, 'secret1'), (2, 'secret2')");
  ASSERT_EQ(run_export().status, 0);
  for (const std::string code : {"42501", "40001", "42P01"}) {
    trigger("BEFORE INSERT", "RAISE 'no % here', NEW.password USING ERRCODE = '" + code + "';");

    const support::Run imported = run_import();

    EXPECT_EQ(imported.status, 4) << imported.err;
    EXPECT_THAT(imported.out + imported.err,
                AllOf(HasSubstr("refused by a trigger or function, in the function \"Guard\"()"), HasSubstr(code),
                      Not(HasSubstr("secret"))));
    target.run("TRUNCATE a");
  }
}

TEST_F(ErrorCodes, OfACheckShowNoMaskedValue) {
  source.run("CREATE TABLE a (id int PRIMARY KEY, password text); INSERT INTO a VALUES (1, 'x'), (2, 'secret2')");
  ASSERT_EQ(run_export().status, 0);
  target.run(
      "CREATE FUNCTION fits(p text) RETURNS bool LANGUAGE plpgsql AS $$BEGIN IF p <> 'x' THEN RAISE 'no % here', p "
      "USING ERRCODE = '42501'; END IF; RETURN true; END$$; CREATE TABLE a (id int PRIMARY KEY, password text CHECK "
      "(fits(password)))");

  const support::Run imported = run_import();

  EXPECT_EQ(imported.status, 4) << imported.err;
  EXPECT_THAT(imported.out + imported.err,
              AllOf(HasSubstr("refused by a trigger or function, in the function"), Not(HasSubstr("secret"))));
}

TEST_F(ErrorCodes, OfADeferredTriggerRefuseTheRowsTogether) {
  schema("CREATE TABLE a (id int PRIMARY KEY, v text)");
  source.run("INSERT INTO a VALUES (1, 'x'), (2, 'y')");
  ASSERT_EQ(run_export().status, 0);
  for (const std::string code : {"42501", "57014", "40001", "08006"}) {
    target.run("CREATE OR REPLACE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN " + raise(code) +
               " RETURN NULL; END$$; DROP TRIGGER IF EXISTS late ON a; CREATE CONSTRAINT TRIGGER late AFTER INSERT ON "
               "a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()");

    const support::Run refused = run_import();

    EXPECT_EQ(refused.status, 7) << code << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("a deferred trigger of the target refuses the rows together: not so"));
  }
}

}  // namespace
}  // namespace cli
