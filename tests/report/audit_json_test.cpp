#include "report/audit_json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/audits.h"
#include "report/memory_sink.h"
#include "report/outcomes.h"
#include "support/folder.h"
#include "support/program.h"

namespace report {
namespace {

using nlohmann::json;
using outcome::ShownValue;

constexpr const char* kPython = "/usr/bin/python3";  // Debian's, which Debian's python3-jsonschema is for

// 0: valid; 7: not valid; anything else: the check itself failed.
int judged_by_schema(const std::string& document) {
  const support::TemporaryFolder folder;
  const std::string program =
      "import json, jsonschema, sys\n"
      "schema = json.load(open(sys.argv[2]))\n"
      "jsonschema.Draft202012Validator.check_schema(schema)\n"
      "sys.exit(0 if jsonschema.Draft202012Validator(schema).is_valid(json.load(open(sys.argv[1]))) else 7)";
  return support::run_program({kPython, "-c", program, folder.write("audit.json", document),
                               std::string(SOURCE_DIR) + "/schema/audit.schema.json"})
      .status;
}

class AuditSchema : public testing::Test {
 protected:
  void SetUp() override {
    if (support::run_program({kPython, "-c", "import jsonschema"}).status != 0)
      GTEST_SKIP() << "python3-jsonschema is not installed";
  }
};

TEST_F(AuditSchema, AcceptsWhatTheWriterWrites) {
  EXPECT_EQ(judged_by_schema(whole_audit_json(an_audited_import())), 0);
  EXPECT_EQ(judged_by_schema(whole_audit_json(an_import_of(hostile_text()))), 0);
  EXPECT_EQ(judged_by_schema(whole_audit_json(outcome::ImportOutcome{})), 0);
}

TEST_F(AuditSchema, RefusesAnythingElse) {
  const json document = json::parse(whole_audit_json(an_audited_import()));
  const std::vector<std::pair<std::string, json>> edits = {
      {"/report/version", 3},    {"/ending", "maybe"},          {"/surprise", 1},
      {"/tables/0/surprise", 1}, {"/tables/0/counts/rows", -1}, {"/decisions/0/verdict", "kept"},
      {"/decisions/0/record", 0}};
  for (const auto& [path, value] : edits) {
    json edited = document;
    edited[json::json_pointer(path)] = value;
    EXPECT_EQ(judged_by_schema(edited.dump()), 7) << path;
  }
}

TEST(AuditJson, HoldsTheSummaryOfTheOutcome) {
  const json object = json::parse(whole_audit_json(an_audited_import()));

  EXPECT_EQ(object["report"], json::parse(R"({"name": "db-transfer audit", "version": 2})"));
  EXPECT_EQ(object["ending"], "dry-run");
  EXPECT_EQ(object["verdict"], "ready-with-warnings");
  EXPECT_EQ(object["file"]["source"]["database"], "app_dev");
  EXPECT_EQ(object["target"]["database"]["server_version"], "16.4");
  EXPECT_EQ(object["total"]["update"], 820);
  EXPECT_EQ(object["tables"][3]["details"]["newer_rows"], 4);
  EXPECT_EQ(object["tables"][3]["details"]["cascades"][0]["action"], "CASCADE");
  EXPECT_EQ(object["rejects_file"], "exports/app.rejects.json");
}

TEST(AuditJson, HoldsEachDecisionWithItsTableAndValuesInOneLine) {
  MemorySink sink;
  const auto outcome = an_import({a_table("roles", {1, 1, 0, 0, 0, 0, 0}), a_table("users", {1, 0, 1, 0, 0, 0, 0})});
  outcome::Decision row;
  row.record = 9;
  row.offset = 77;
  row.verdict = outcome::Verdict::kUpdate;
  row.key = "id=9";
  row.changes = {{"a", {}, whole("x")},
                 {"b", {ShownValue::Form::kCut, "long", 2000}, {ShownValue::Form::kMasked, "1f2e3d4c", 12}}};

  AuditJsonWriter writer(sink, outcome);
  writer.begin_table(1);
  writer.write(row);
  writer.finish();

  const json expected = json::parse(R"({"table": "users", "record": 9, "offset": 77, "verdict": "update", "key": "id=9",
    "changes": [{"column": "a", "before": {"form": "null"}, "after": {"form": "whole", "text": "x"}},
                {"column": "b", "before": {"form": "cut", "text": "long", "characters": 2000},
                 "after": {"form": "masked", "digest": "1f2e3d4c", "characters": 12}}]})");
  EXPECT_EQ(json::parse(sink.text)["decisions"], json::array({expected}));
  EXPECT_NE(sink.text.find("\n{\"table\":\"users\",\"record\":9,"), std::string::npos);
}

TEST(AuditJson, IsAsciiWhateverTheTextsAre) {
  const std::string text = whole_audit_json(an_import_of(hostile_text()));

  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
  EXPECT_EQ(json::parse(text)["decisions"].size(), 5U);
}

TEST(AuditJson, StaysValidForRandomBytes) {
  for (std::uint64_t seed = 1, round = 0; round < 50; ++round)
    EXPECT_TRUE(json::accept(whole_audit_json(an_import_of(random_text(seed))))) << "seed " << seed;
}

TEST(AuditJson, GoesToTheSinkInLargeChunksOnceAllIsCounted) {
  constexpr int kDecisions = 20000;
  MemorySink sink;
  const auto outcome = an_import({a_table("users", {kDecisions, kDecisions, 0, 0, 0, 0, 0})});
  AuditJsonWriter writer(sink, outcome);
  writer.begin_table(0);
  outcome::Decision row;
  row.verdict = outcome::Verdict::kInsert;
  for (int i = 1; i <= kDecisions; ++i) {
    row.record = static_cast<std::uint64_t>(i);
    row.key = "id=" + std::to_string(i);
    writer.write(row);
  }
  EXPECT_EQ(sink.writes, 0);
  writer.finish();

  EXPECT_LT(sink.writes, 12);
  EXPECT_EQ(json::parse(sink.text)["decisions"].size(), static_cast<std::size_t>(kDecisions));
}

}  // namespace
}  // namespace report
