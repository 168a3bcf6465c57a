#include "transfer/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "base/error.h"
#include "support/folder.h"

namespace transfer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

// What parse_config refuses `json` with.
base::Error refusal(std::string_view json) {
  try {
    parse_config(json, "t.json");
  } catch (const base::Error& error) {
    return error;
  }
  ADD_FAILURE() << "accepted: " << json;
  return {base::ErrorKind::kInternal, ""};
}

TEST(Config, KeepsTheOrderAndTheAuditPatterns) {
  const Config config = parse_config(R"({"title": "T", "order": ["b", "x.a"], "audit": ["*_log"]})", "t.json");

  EXPECT_THAT(config.order, ElementsAre("b", "x.a"));
  EXPECT_THAT(config.audit_tables, ElementsAre("*_log"));
}

TEST(Config, MayBeEmpty) {
  const Config config = parse_config("{}", "t.json");

  EXPECT_TRUE(config.order.empty());
  EXPECT_TRUE(config.audit_tables.empty());
}

TEST(Config, ReadsTheFileOfTheSampleSystem) {
  const Config config = read_config(SOURCE_DIR "/schema/document-sharing/transfer.json");

  EXPECT_THAT(config.audit_tables, ElementsAre("audit_logs"));
  EXPECT_EQ(config.order.front(), "permissions");
  EXPECT_EQ(config.order.size(), 17U);
}

TEST(Config, SaysWhatIsCalledOtherwiseInTheTarget) {
  const Config config = parse_config(R"({
    "rename": {"tables": {"people": "users"}, "columns": {"users.mail": "email"}, "schemas": {"app": "public"}},
    "set": {"users.imported": true, "app.users.n": {"a": [1]}}, "drop": ["users.legacy"]})",
                                     "t.json");

  EXPECT_THAT(config.mapping.tables, ElementsAre(Pair("people", "users")));
  EXPECT_THAT(config.mapping.columns, ElementsAre(Pair("users.mail", "email")));
  EXPECT_THAT(config.mapping.schemas, ElementsAre(Pair("app", "public")));
  EXPECT_THAT(config.mapping.constants,
              ElementsAre(Pair("app.users.n", R"({"a":[1]})"), Pair("users.imported", "true")));
  EXPECT_THAT(config.mapping.dropped, ElementsAre("users.legacy"));
  EXPECT_THAT(refusal(R"({"rename": {"table": {}}})").hint(), HasSubstr("\"tables\""));
  EXPECT_THAT(refusal(R"({"rename": {"tables": {"a": 1}}})").what(), HasSubstr("must be a name"));
  EXPECT_THAT(refusal(R"({"rename": {"columns": {"mail": "email"}}})").what(), HasSubstr("is not TABLE.COLUMN"));
  EXPECT_THAT(refusal(R"({"set": {"imported": true}})").what(), HasSubstr("is not TABLE.COLUMN"));
  EXPECT_THAT(refusal(R"({"set": ["a.b"]})").what(), HasSubstr("must be an object"));
  EXPECT_THAT(refusal(R"({"drop": "a.b"})").what(), HasSubstr("must be a list"));
}

TEST(Config, SaysHowAColumnsTimesAndEmptyTextsAreMeant) {
  const Config config =
      parse_config(R"({"tables": {"t": {"times": {"a": "seconds", "b": "iso"}, "empty_as_null": ["c"]}}})", "t.json");

  ASSERT_EQ(config.policies.size(), 1U);
  EXPECT_THAT(config.policies[0].times,
              ElementsAre(Pair("a", conversion::TimeReading::kSeconds), Pair("b", conversion::TimeReading::kIso)));
  EXPECT_THAT(config.policies[0].empty_as_null, ElementsAre("c"));
  EXPECT_THAT(refusal(R"({"tables": {"t": {"times": {"a": "minutes"}}}})").what(), HasSubstr("iso, seconds"));
  EXPECT_THAT(refusal(R"({"tables": {"t": {"times": ["a"]}}})").what(), HasSubstr("must be an object"));
}

TEST(Config, NamesDatabasesByWhereTheirUrlStands) {
  const Config config = parse_config(
      R"({"targets": {"production": {"url_env": "PRODUCTION_URL", "env_file": ".env.production", "production": true},
                      "dev": {}, "far": {"env_file": "/etc/app.env"}}})",
      "conf/t.json");

  ASSERT_EQ(config.targets.size(), 3U);
  const ConfiguredTarget& production = target_of(config, "production");
  EXPECT_EQ(production.url_env, "PRODUCTION_URL");
  EXPECT_EQ(production.env_file, "conf/.env.production");
  EXPECT_TRUE(production.production);
  EXPECT_EQ(target_of(config, "dev").url_env, "DATABASE_URL");
  EXPECT_FALSE(target_of(config, "dev").production);
  EXPECT_EQ(target_of(config, "far").env_file, "/etc/app.env");
}

TEST(Config, HoldsNoUrlAndShowsNone) {
  for (const char* member : {"url_env", "env_file"}) {
    const base::Error error =
        refusal(std::string(R"({"targets": {"p": {")") + member + R"(": "postgresql://a:secret@h/d"}}})");
    EXPECT_THAT(error.what(), HasSubstr("is a URL"));
    EXPECT_THAT(std::string(error.what()) + error.hint(), Not(HasSubstr("secret")));
  }
  EXPECT_EQ(refusal(R"({"targets": {"p": {"url_evn": "A"}}})").hint(), "did you mean \"url_env\"?");
  EXPECT_THAT(refusal(R"({"targets": {"p": {"production": "yes"}}})").what(), HasSubstr("true or false"));
  EXPECT_THAT(refusal(R"({"targets": {"p": "DATABASE_URL"}})").what(), HasSubstr("must be an object"));
}

TEST(Config, MayHoldComments) {
  const Config config =
      parse_config("// of the team\n{\"order\": [\"a\" /* first */, \"b // no comment\"]}\n", "t.json");

  EXPECT_THAT(config.order, ElementsAre("a", "b // no comment"));
  EXPECT_THAT(refusal("{} /* without end").what(), HasSubstr("is not JSON"));
}

TEST(Config, RefusesANameThatStandsTwiceAtAnyDepth) {
  EXPECT_THAT(refusal(R"({"targets": {"p": {}, "p": {"production": true}}})").what(), HasSubstr("\"p\" occurs twice"));
  EXPECT_THAT(refusal(R"({"tables": {"t": {"mode": "insert", "mode": "update"}}})").what(),
              HasSubstr("\"mode\" occurs"));
  EXPECT_EQ(parse_config(R"({"tables": {"t": {"mode": "insert"}, "u": {"mode": "update"}}})", "t.json").policies.size(),
            2U);
}

TEST(Config, NamesTheColumnsInWhichADifferenceDoesNotCount) {
  const Config config = parse_config(R"({"tables": {"*": {"ignore": ["updated_at", "seen"]}}})", "t.json");

  ASSERT_EQ(config.policies.size(), 1U);
  EXPECT_THAT(config.policies[0].ignore, ElementsAre("updated_at", "seen"));
  EXPECT_THAT(refusal(R"({"tables": {"t": {"ignore": "a"}}})").what(), HasSubstr("list of names"));
}

TEST(Config, SuggestsTheMemberThatWasMeant) {
  const base::Error error = refusal(R"({"oder": []})");

  EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
  EXPECT_STREQ(error.what(), "t.json: the member \"oder\" is not known");
  EXPECT_EQ(error.hint(), "did you mean \"order\"?");
}

TEST(Config, RefusesAMemberThatStandsThereTwice) {
  EXPECT_THAT(refusal(R"({"order": ["a"], "audit": [], "order": ["b"]})").what(), HasSubstr("\"order\" occurs twice"));
}

TEST(Config, NamesTheMemberThatHasTheWrongType) {
  EXPECT_THAT(refusal(R"({"order": "users"})").what(), HasSubstr("\"order\" must be a list"));
  EXPECT_THAT(refusal(R"({"audit": {"a": 1}})").what(), HasSubstr("\"audit\" must be a list"));
  EXPECT_THAT(refusal(R"({"title": 7})").what(), HasSubstr("\"title\" must be a text"));
}

TEST(Config, NamesTheEntryThatIsNoTableName) {
  EXPECT_THAT(refusal(R"({"order": ["a", "b", 3]})").what(), HasSubstr("entry 3"));
  EXPECT_THAT(refusal(R"({"order": ["a", null]})").what(), HasSubstr("entry 2"));
  EXPECT_THAT(refusal(R"({"audit": [""]})").what(), HasSubstr("entry 1"));
}

TEST(Config, RefusesATableThatIsNamedTwice) {
  EXPECT_THAT(refusal(R"({"order": ["users", "roles", "users"]})").what(), HasSubstr("users twice"));
}

TEST(Config, SaysWhereTheTextStopsBeingJson) {
  EXPECT_THAT(refusal("{\"order\": [\n\"a\",\n]}").what(), HasSubstr("line 3"));
  for (const char* text : {"", "{", "[]x", "{} {}", "{\"order\": [\"\xff\"]}"})
    EXPECT_THAT(refusal(text).what(), HasSubstr("t.json: is not JSON")) << text;
}

TEST(Config, RefusesAnythingButAnObject) {
  for (const char* text : {"[]", "null", "\"order\"", "1"})
    EXPECT_THAT(refusal(text).what(), HasSubstr("one JSON object"));
}

TEST(Config, PrintsNoControlCharacterOfTheFile) {
  for (const char* text :
       {R"({"\u001b[2J": 1})", R"({"order": ["\u001b[2J", "\u001b[2J"]})", "{\"\x1b[2J\": 1}", "\x1b[2J"})
    EXPECT_THAT(refusal(text).what(), Not(HasSubstr("\x1b")));
}

TEST(Config, RefusesAMissingFileAndAFolderAsUsage) {
  const support::TemporaryFolder folder;
  for (const std::string& path : {folder.file("none.json"), folder.path()}) {
    try {
      read_config(path);
      ADD_FAILURE() << path;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
      EXPECT_THAT(error.what(), HasSubstr(path));
    }
  }
}

}  // namespace
}  // namespace transfer
