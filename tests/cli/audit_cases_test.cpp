// One case of each thing that a dry run can tell and a policy can ask for, through the real programs: what it says, and
// that the import then does just that.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Digests of masked values are keyed for each run, so that two reports cannot be compared by them.
std::string without_digests(json decisions) {
  constexpr std::size_t kDigits = 8;
  for (json& decision : decisions) decision.erase("digest");  // only what can be applied has one
  std::string text = decisions.dump();
  for (const std::string before : {"\"digest\":\"", "(masked, digest "}) {
    for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at + 1))
      text.replace(at + before.size(), kDigits, "");
  }
  return text;
}

class AuditCases : public Transfer {
 protected:
  json report(const std::string& name) const { return json::parse(support::read_file(folder.file(name))); }

  // Exports, tries, imports; the two reports must tell the same of every row.
  json import_as_told(std::vector<std::string> options = {}) {
    EXPECT_EQ(run_export().status, 0);
    std::vector<std::string> tried = options;
    tried.insert(tried.end(), {"--dry-run", "--report", folder.file("dry.json")});
    import(tried);
    const int told = status;
    options.insert(options.end(), {"--report", folder.file("done.json")});
    import(options);
    EXPECT_EQ(status, told) << errors;
    EXPECT_EQ(without_digests(report("dry.json")["decisions"]), without_digests(report("done.json")["decisions"]));
    return report("done.json");
  }
};

TEST_F(AuditCases, SwappedUniqueValuesAreTwoUpdates) {
  schema("CREATE TABLE t (id int PRIMARY KEY, place int NOT NULL UNIQUE)");
  source.run("INSERT INTO t VALUES (1, 20), (2, 10), (3, 40), (4, 30)");
  target.run("INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)");

  const json told = import_as_told();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(told["decisions"][0]["changes"][0].dump(),
            R"({"after":{"form":"whole","text":"20"},"before":{"form":"whole","text":"10"},"column":"place"})");
  EXPECT_EQ(target.value("SELECT string_agg(id || ':' || place, ' ' ORDER BY id) FROM t"), "1:20 2:10 3:40 4:30");
}

TEST_F(AuditCases, AnExclusionConstraintMakesARowInvalidAndNamesWhoStandsThere) {
  target.run("CREATE TABLE stays (id int PRIMARY KEY, during daterange, EXCLUDE USING gist (during WITH &&))");
  source.run("CREATE TABLE stays (id int PRIMARY KEY, during daterange)");
  source.run("INSERT INTO stays VALUES (1, '[2025-01-01,2025-01-10)'), (2, '[2025-02-01,2025-02-10)')");
  target.run("INSERT INTO stays VALUES (9, '[2025-01-05,2025-01-20)')");

  const json told = import_as_told();

  EXPECT_EQ(status, 4);
  const json& row = told["decisions"][0];
  EXPECT_EQ(row["verdict"], "invalid");
  EXPECT_EQ(row["constraint"], "stays_during_excl");
  EXPECT_EQ(row["holder"], "id=9");
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM stays"), "2 9");
}

TEST_F(AuditCases, ASecretIsNeverShownNotEvenWhereItIsTheKeyThatIsTaken) {
  schema("CREATE TABLE t (id int PRIMARY KEY, token text UNIQUE, name text CHECK (name <> ''))");
  source.run("INSERT INTO t VALUES (1, 'sesame', 'a'), (2, 'new-secret', 'b')");
  target.run("INSERT INTO t VALUES (2, 'old-secret', 'b'), (9, 'sesame', 'z')");

  const json told = import_as_told({"--report", folder.file("page.html"), "--report", folder.file("text.txt")});

  EXPECT_EQ(status, 4);
  for (const char* name : {"dry.json", "done.json", "page.html", "text.txt"}) {
    EXPECT_THAT(support::read_file(folder.file(name)), AllOf(Not(HasSubstr("sesame")), Not(HasSubstr("-secret"))))
        << name;
  }
  EXPECT_THAT(std::string(told["decisions"][0]["reason"]), HasSubstr("token=(masked, digest "));
  EXPECT_THAT(std::string(told["decisions"][0]["reason"]), Not(HasSubstr("d0c04f4b")))
      << "printf sesame | sha256sum | cut -c1-8: a digest without this run's key could be guessed";
  EXPECT_EQ(told["decisions"][1]["changes"][0]["before"]["form"], "masked");
}

TEST_F(AuditCases, AnAtomicImportThatIsRolledBackStillLeavesItsReport) {
  schema("CREATE TABLE t (id int PRIMARY KEY, v int UNIQUE)");
  source.run("INSERT INTO t VALUES (1, 10), (2, 20)");
  target.run("INSERT INTO t VALUES (9, 20)");

  const json told = import_as_told({"--atomic"});

  EXPECT_EQ(status, 4);
  EXPECT_EQ(told["ending"], "rolled-back");
  EXPECT_EQ(told["blocked"], true);
  EXPECT_EQ(told["total"]["insert"], 1);
  EXPECT_EQ(target.value("SELECT count(*) FROM t"), "1");
}

TEST_F(AuditCases, EveryVerdictAndPolicyInOneImport) {
  schema(
      "CREATE TABLE news (id int PRIMARY KEY, v text); CREATE TABLE fixes (id int PRIMARY KEY, v text); CREATE TABLE "
      "people (id int PRIMARY KEY, mail text NOT NULL UNIQUE, name text, updated_at timestamptz); CREATE TABLE posts "
      "(id int PRIMARY KEY, author int REFERENCES people, words int)");
  source.run(
      "INSERT INTO news VALUES (1, 'changed'), (2, 'new'); INSERT INTO fixes VALUES (1, 'changed'), (2, 'new');"
      "INSERT INTO people VALUES (1, 'a@x', 'Ada', '2025-01-01'), (2, 'b@x', 'Bea', '2025-01-01'), (3, 'c@x', 'Cid', "
      "'2025-01-01'), (40, 'd@x', 'Dan', '2025-01-01'); INSERT INTO posts VALUES (10, 1, 5), (11, 2, -5), (12, 3, 5), "
      "(13, 40, 5)");
  target.run(
      "INSERT INTO news VALUES (1, 'old'); INSERT INTO fixes VALUES (1, 'old'); INSERT INTO people VALUES (7, 'a@x', "
      "'Ada', '2025-01-01'), (8, 'b@x', 'Later', '2025-06-01'), (9, 'c@x', 'Old', '2024-01-01'), (40, 'z@x', 'Zoe', "
      "NULL); ALTER TABLE posts ADD CONSTRAINT words CHECK (words > 0)");
  const std::string config = folder.write(
      "transfer.json",
      R"({"tables": {"news": {"mode": "insert"}, "fixes": {"mode": "update"}, "people": {"match": ["mail"]}}})");

  const json told = import_as_told({"--config", config, "--keep-newer"});

  EXPECT_EQ(status, 4);
  std::vector<std::string> rows;
  for (const json& row : told["decisions"]) {
    rows.push_back(row["table"].get<std::string>() + " " + row.value("file_key", row["key"].get<std::string>()) + " " +
                   row["verdict"].get<std::string>());
  }
  EXPECT_THAT(rows, testing::UnorderedElementsAre("news id=1 skipped", "news id=2 insert", "fixes id=1 update",
                                                  "fixes id=2 skipped", "people id=2 skipped", "people id=3 update",
                                                  "people id=40 conflict", "posts id=10 insert", "posts id=11 invalid",
                                                  "posts id=12 insert", "posts id=13 invalid"));
  EXPECT_EQ(target.value("SELECT string_agg(id || ':' || author, ' ' ORDER BY id) FROM posts"), "10:7 12:9");
  EXPECT_EQ(target.value("SELECT string_agg(id || name, ' ' ORDER BY id) FROM people"), "7Ada 8Later 9Cid 40Zoe");
}

class RejectsOfAnImport : public AuditCases {
 protected:
  void SetUp() override {
    schema("CREATE TABLE t (id int PRIMARY KEY, v int UNIQUE, note jsonb)");
    source.run(R"(INSERT INTO t VALUES (1, 10, '{"deep": [1, {"x": "é }"}]}'), (2, 20, '"one"'), (3, 30, NULL))");
    target.run("INSERT INTO t VALUES (8, 10, NULL), (9, 20, NULL)");
    ASSERT_EQ(run_export().status, 0);
  }

  void expect_that_they_import_when_mended(const std::string& rejects) {
    const json document = json::parse(support::read_file(rejects));
    ASSERT_EQ(document["data"]["t"].size(), 2U);
    EXPECT_THAT(std::string(document["data"]["t"][0]["$rejected"]), HasSubstr("id=8"));
    target.run("DELETE FROM t WHERE id > 7");
    file = rejects;
    const json mended = import();
    EXPECT_EQ(status, 0) << errors;
    EXPECT_THAT(verdicts(mended, "t"), ElementsAre(2, 0, 0, 0, 0, 0));
    EXPECT_EQ(support::normalized_dump(target.url()), support::normalized_dump(source.url()));
  }
};

TEST_F(RejectsOfAnImport, OfAPrettyPrintedFileImportWhenMended) {
  file = folder.write("pretty.json", support::run_program({"jq", ".", file}).out);
  const json result = import({"--unsealed"});
  EXPECT_EQ(status, 4) << errors;
  expect_that_they_import_when_mended(result["rejects_file"]);
}

TEST_F(RejectsOfAnImport, OfStandardInputStandWhereTheUserSays) {
  const std::string rejects = folder.file("left-out.json");
  const support::Run run =
      support::run_program({PROGRAM_DIR "/db-import", "-", "--rejects", rejects, "--url", target.url()},
                           {.input = support::read_file(file)});
  EXPECT_EQ(run.status, 4) << run.err;
  expect_that_they_import_when_mended(rejects);
}

TEST_F(RejectsOfAnImport, OfStandardInputStandInTheWorkingFolderOtherwise) {
  const support::Run run = support::run_program({PROGRAM_DIR "/db-import", "-", "--json", "--url", target.url()},
                                                {.input = support::read_file(file), .folder = folder.path()});
  EXPECT_EQ(run.status, 4) << run.err;
  const std::string rejects = json::parse(run.out)["rejects_file"];
  ASSERT_NE(rejects, "");
  expect_that_they_import_when_mended(rejects.starts_with("/") ? rejects : folder.file(rejects));
}

TEST_F(AuditCases, ARehearsalShowsWhatADeferredConstraintTriggerRefuses) {
  schema("CREATE TABLE orders (id int PRIMARY KEY, lines int)");
  source.run("INSERT INTO orders VALUES (1, 2), (2, 0)");
  target.run(
      "CREATE FUNCTION demand_lines() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.lines = 0 THEN RAISE 'order "
      "% has no lines', NEW.id; END IF; RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER demand_lines AFTER INSERT ON "
      "orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION demand_lines()");
  ASSERT_EQ(run_export().status, 0);
  EXPECT_EQ(run_import({"--dry-run"}).status, 0) << "classify runs no trigger";

  const support::Run rehearsed = run_import({"--rehearse"});
  const support::Run imported = run_import();

  EXPECT_THAT(rehearsed.err, HasSubstr("order 2 has no lines"));
  EXPECT_THAT(imported.err, HasSubstr("order 2 has no lines"));
  EXPECT_THAT(imported.err, AllOf(HasSubstr("function demand_lines()"), HasSubstr("nothing was written")));
  EXPECT_EQ(rehearsed.status, 7);
  EXPECT_EQ(imported.status, 7);
  EXPECT_EQ(target.value("SELECT count(*) FROM orders"), "0");
}

}  // namespace
}  // namespace cli
