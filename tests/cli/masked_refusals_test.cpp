// Every way in which a row can be refused, each over a masked column: the value is in nothing that a person is shown.
#include <gmock/gmock.h>

#include <fstream>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// Each table has a row whose secret begins with "hunter2"; what the target adds refuses it.
constexpr const char* kTables = R"sql(
CREATE TABLE uniq (id int PRIMARY KEY, password text);
CREATE TABLE checked (id int PRIMARY KEY, password text);
CREATE TABLE asked (id int PRIMARY KEY, password text);
CREATE TABLE shorter (id int PRIMARY KEY, password varchar(40));
CREATE DOMAIN word AS text;
CREATE TABLE domained (id int PRIMARY KEY, password word);
CREATE TABLE secrets (id int PRIMARY KEY, api_token text UNIQUE);
CREATE TABLE referring (id int PRIMARY KEY, held text);
CREATE TABLE excluded (id int PRIMARY KEY, password text);
CREATE TABLE triggered (id int PRIMARY KEY, password text);
CREATE TABLE routed (id int, password text, PRIMARY KEY (id, password)) PARTITION BY LIST (password);
CREATE TABLE indexed (id int PRIMARY KEY, password text);
CREATE TABLE keyed (password text PRIMARY KEY, n int);
CREATE TABLE keyless (password text, n int);
CREATE TABLE orgs (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE members (id int PRIMARY KEY, org text REFERENCES orgs (code) ON UPDATE CASCADE, password text);
CREATE TABLE coded (id int PRIMARY KEY, pin int);
CREATE TABLE computed (id int PRIMARY KEY, password text);
CREATE TYPE login AS (name text, password text);
CREATE TABLE composed (id int PRIMARY KEY, l login);
CREATE TABLE listed (id int PRIMARY KEY, l login[]);
CREATE DOMAIN "passwordHash" AS text;
CREATE TABLE named (id int PRIMARY KEY, l "passwordHash");
CREATE TABLE twice (id int PRIMARY KEY, password text))sql";

constexpr const char* kConstraints = R"sql(
ALTER TABLE uniq ADD UNIQUE (password);
ALTER TABLE checked ADD CHECK (password !~ 'hunter');
CREATE FUNCTION refuses(text) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT $1 !~ ''hunter''';
ALTER TABLE asked ADD CHECK (refuses(password));
ALTER TABLE shorter ALTER password TYPE varchar(5);
ALTER DOMAIN word ADD CHECK (VALUE !~ 'hunter');
ALTER TABLE referring ADD FOREIGN KEY (held) REFERENCES secrets (api_token);
ALTER TABLE excluded ADD EXCLUDE USING btree (password WITH =);
CREATE FUNCTION raise() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN IF NEW.password ~ 'hunter' THEN RAISE 'no % here', NEW.password USING DETAIL = NEW::text, HINT = NEW.password; END IF; RETURN NEW; END$$;
CREATE TRIGGER r BEFORE INSERT OR UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION raise();
CREATE TABLE routed_a PARTITION OF routed FOR VALUES IN ('a');
CREATE INDEX ON indexed ((password::int));
ALTER TABLE keyed ADD CHECK (n > 0);
ALTER TABLE keyless ADD CHECK (refuses(password));
INSERT INTO orgs VALUES (1, 'A');
INSERT INTO members VALUES (9, 'A', 'hunter2-members');
ALTER TABLE members ADD CHECK (org <> 'B');
ALTER TABLE computed ADD searched text GENERATED ALWAYS AS (password || ' ' || upper(password)) STORED UNIQUE;
INSERT INTO computed VALUES (7, 'hunter2-computed');
ALTER TABLE composed ADD UNIQUE (l);
INSERT INTO composed VALUES (7, '(a,hunter2-composed)');
ALTER TABLE listed ADD UNIQUE (l);
INSERT INTO listed VALUES (7, ARRAY['(a,hunter2-listed)'::login]);
ALTER TABLE named ADD UNIQUE (l);
INSERT INTO named VALUES (7, 'hunter2-named');
INSERT INTO uniq VALUES (7, 'hunter2-uniq');
INSERT INTO excluded VALUES (7, 'hunter2-excluded');
INSERT INTO twice VALUES (7, 'hunter2-twice'), (8, 'hunter2-twice'))sql";

constexpr const char* kRows = R"sql(
INSERT INTO uniq VALUES (1, 'hunter2-uniq');
INSERT INTO checked VALUES (1, 'hunter2-checked');
INSERT INTO asked VALUES (1, 'hunter2-asked');
INSERT INTO shorter VALUES (1, 'hunter2-shorter');
INSERT INTO domained VALUES (1, 'hunter2-domained');
INSERT INTO referring VALUES (1, 'hunter2-referring');
INSERT INTO excluded VALUES (1, 'hunter2-excluded');
INSERT INTO triggered VALUES (1, 'hunter2-triggered');
CREATE TABLE routed_rest PARTITION OF routed DEFAULT;
INSERT INTO routed VALUES (1, 'hunter2-routed');
INSERT INTO indexed VALUES (1, 'hunter2-indexed');
INSERT INTO keyed VALUES ('hunter2-keyed', 0);
INSERT INTO keyless VALUES ('hunter2-keyless', 0);
INSERT INTO orgs VALUES (1, 'B');
INSERT INTO coded VALUES (1, 4711);
INSERT INTO computed VALUES (1, 'hunter2-computed');
INSERT INTO composed VALUES (1, '(a,hunter2-composed)');
INSERT INTO listed VALUES (1, ARRAY['(a,hunter2-listed)'::login]);
INSERT INTO named VALUES (1, 'hunter2-named');
INSERT INTO twice VALUES (1, 'hunter2-twice'))sql";

const std::vector<std::string> kRefusing{
    "uniq",  "checked", "asked", "shorter", "domained", "referring", "excluded", "triggered", "routed", "indexed",
    "keyed", "keyless", "orgs",  "coded",   "computed", "composed",  "listed",   "named",     "twice"};

class MaskedRefusals : public Transfer {
 protected:
  void SetUp() override {
    schema(kTables);
    source.run(kRows);
    target.run(kConstraints);
    const support::Run run = run_export();
    ASSERT_EQ(run.status, 0) << run.err;
    std::string text = support::read_file(file);
    text.replace(text.find("\"pin\":4711"), 10, R"("pin":"hunter2-coded")");
    folder.write("export.json", text);
  }

  std::vector<std::string> with_reports(std::vector<std::string> words) {
    for (const char* plan : {"audit.json", "audit.json.key"}) std::remove(folder.file(plan).c_str());  // never replaced
    words.insert(words.end(), {"--unsealed", "--force", "-v", "--match", "twice=password"});
    for (const char* ending : {"html", "json", "txt", "md"})
      words.insert(words.end(), {"--report", folder.file("audit." + std::string(ending))});
    return words;
  }

  std::string all_reports() {
    std::string all;
    for (const char* ending : {"html", "json", "txt", "md"})
      all += support::read_file(folder.file("audit." + std::string(ending)));
    return all;
  }
};

TEST_F(MaskedRefusals, OfEveryKindShowTheValueInNoMessageAndNoReport) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"--dry-run"},
                                                                 {"--rehearse"},
                                                                 {"--atomic"},
                                                                 {"--on-conflict", "fail"},
                                                                 {"--rejects", folder.file("r.json")}}) {
    const support::Run run = run_import(with_reports(words));

    EXPECT_EQ(run.status, 4) << testing::PrintToString(words) << run.err;
    EXPECT_THAT(run.out, Not(HasSubstr("hunter2"))) << testing::PrintToString(words);
    EXPECT_THAT(run.err, Not(HasSubstr("hunter2"))) << testing::PrintToString(words);
    EXPECT_THAT(all_reports(), Not(HasSubstr("hunter2"))) << testing::PrintToString(words);
  }
}

// The record itself is there, to be mended; its reason is for everybody.
TEST_F(MaskedRefusals, StandInTheRejectsWithReasonsThatDoNotShowThem) {
  run_import({"--unsealed", "--match", "twice=password", "--rejects", folder.file("r.json")});

  const auto rejects = nlohmann::json::parse(support::read_file(folder.file("r.json")));
  const std::string annotation = rejects["annotation"];
  std::size_t reasons = 0;
  for (const auto& table : rejects["data"]) {
    for (const auto& record : table) {
      ++reasons;
      EXPECT_THAT(record.at(annotation).dump(), Not(HasSubstr("hunter2")));
    }
  }
  EXPECT_GE(reasons, kRefusing.size());
}

// So that the tests above look where there would be something to see.
TEST_F(MaskedRefusals, AreOfEveryKindAndShownToWhoAsksForThem) {
  auto result = import({"--unsealed", "--match", "twice=password"});
  for (const std::string& name : kRefusing) {
    const auto counts = verdicts(result, name);
    EXPECT_GE(counts[3] + counts[4], 1) << name << " " << testing::PrintToString(counts);
  }

  const support::Run run = run_import({"--unsealed", "--match", "twice=password", "--dry-run", "--show-masked"});

  for (const char* name : {"uniq", "referring", "keyed"})
    EXPECT_THAT(run.out + run.err, HasSubstr("hunter2-" + std::string(name)));
}

}  // namespace
}  // namespace cli
