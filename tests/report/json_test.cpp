#include "report/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/audits.h"
#include "report/outcomes.h"

namespace report {
namespace {

using nlohmann::json;

bool is_plain_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
}

TEST(ImportJson, HoldsTheCountsAsNumbers) {
  const auto outcome =
      an_import({a_table("users", {10000, 1, 2, 9991, 3, 2, 1}), a_table("roles", {1, 0, 0, 1, 0, 0, 0})});

  const json object = json::parse(import_json(outcome, 4));

  EXPECT_EQ(object["tables"][0]["name"], "users");
  EXPECT_EQ(object["tables"][0]["counts"]["unchanged"], 9991);
  EXPECT_EQ(object["tables"][1]["left_out"], json::array());
  EXPECT_EQ(object["total"], json::parse(R"({"rows": 10001, "insert": 1, "update": 2, "unchanged": 9992, "conflict": 3,
                                             "invalid": 2, "skipped": 1})"));
}

TEST(ImportJson, HasAWordForEveryEnding) {
  auto outcome = an_import({});
  const auto ending = [&](outcome::Ending value) {
    outcome.ending = value;
    return json::parse(import_json(outcome, 4))["ending"].get<std::string>();
  };

  EXPECT_EQ(ending(outcome::Ending::kDryRun), "dry-run");
  EXPECT_EQ(ending(outcome::Ending::kCommitted), "committed");
  EXPECT_EQ(ending(outcome::Ending::kRolledBack), "rolled-back");
}

TEST(ImportJson, TellsWhatWentWhereAndWhetherItWasSealed) {
  const json object = json::parse(import_json(an_import({}), 0));

  EXPECT_EQ(object["program"], "db-import");
  EXPECT_EQ(object["report"], json::parse(R"({"name": "db-transfer audit", "version": 2})"));
  EXPECT_EQ(object["exit_status"], 0);
  EXPECT_EQ(object["file"]["path"], "exports/app.json");
  EXPECT_EQ(object["target"]["place"], "PostgreSQL database app_production");
  EXPECT_EQ(object["file"]["source"]["database"], "app_dev");
  EXPECT_EQ(object["file"]["exported_at"], "2025-01-15T10:30:00.123456Z");
  EXPECT_EQ(object["file"]["sealed"], true);
  EXPECT_DOUBLE_EQ(object["duration_seconds"], 0.42);
}

TEST(ImportJson, HoldsEveryRowThatWasLeftOutWithItsReason) {
  auto users = a_table("users", {30, 0, 0, 0, 0, 30, 0});
  users.left_out = left_out_rows(30);
  users.left_out[4].verdict = outcome::Verdict::kConflict;

  const json rows = json::parse(import_json(an_import({users}), 4))["tables"][0]["left_out"];

  ASSERT_EQ(rows.size(), 30U);
  EXPECT_EQ(rows[4], json::parse(R"({"record": 5, "verdict": "conflict", "key": "id=5", "reason": "too long"})"));
}

TEST(ImportJson, TellsWhatStandsAgainstARowWhereThatIsKnown) {
  const json row = json::parse(import_json(an_audited_import(), 4))["tables"][3]["left_out"][0];

  EXPECT_EQ(row["offset"], 5477);
  EXPECT_EQ(row["constraint"], "users_email_key");
  EXPECT_EQ(row["holder"], "id=clx9001");
  EXPECT_EQ(row["changes"][2], json::parse(R"({"column": "passwordHash",
    "before": {"form": "masked", "digest": "9f86d081", "characters": 60},
    "after": {"form": "masked", "digest": "60303ae2", "characters": 60}})"));
}

TEST(ImportJson, TellsWhoTheFileAndTheTargetAre) {
  auto outcome = an_audited_import();
  outcome.blocked = true;

  const json object = json::parse(import_json(outcome, 4));

  EXPECT_EQ(object["blocked"], true);
  EXPECT_EQ(object["rejects_file"], "exports/app.rejects.json");
  EXPECT_EQ(object["differences"].size(), 1U);
  EXPECT_EQ(object["file"]["last_migration"], "20250110_add_slug");
  EXPECT_EQ(object["target"]["role"], "importer");
}

TEST(ImportJson, KeepsHostileNamesAsDataAndOutOfTheTerminal) {
  auto table = a_table(kHostile, {1, 0, 0, 0, 0, 1, 0});
  table.left_out = {a_row_left_out(1, outcome::Verdict::kInvalid, kHostile, "r")};
  auto outcome = an_import({table});
  outcome.notices = {kHostile};

  const std::string text = import_json(outcome, 4);

  EXPECT_TRUE(is_plain_ascii(text));
  // Only the byte that is not UTF-8 is replaced.
  const std::string kept = kHostile.substr(0, kHostile.size() - 1) + "\ufffd";
  const json object = json::parse(text);
  EXPECT_EQ(object["tables"][0]["name"], kept);
  EXPECT_EQ(object["tables"][0]["left_out"][0]["key"], kept);
  EXPECT_EQ(object["notices"][0], kept);
}

TEST(ExportJson, TellsTheFileItsSealAndItsTables) {
  auto outcome = an_export();
  outcome.skipped = {"audit_logs"};

  const json object = json::parse(export_json(outcome));

  EXPECT_EQ(object["program"], "db-export");
  EXPECT_EQ(object["file"], "exports/app.json");
  EXPECT_EQ(object["source"], "PostgreSQL database app_dev");
  EXPECT_EQ(object["bytes"], 98767000);
  EXPECT_EQ(object["sha256"], std::string(64, 'a'));
  EXPECT_EQ(object["tables"][1], json::parse(R"({"name": "users", "rows": 1234567, "bytes": 98765432})"));
  EXPECT_EQ(object["total"], json::parse(R"({"rows": 1234591, "bytes": 98767000})"));
  EXPECT_EQ(object["skipped"], json::parse(R"(["audit_logs"])"));
}

TEST(ExportJson, HasListsEvenWhereTheyAreEmpty) {
  const json object = json::parse(export_json({}));

  for (const char* member : {"tables", "skipped", "notices"}) EXPECT_EQ(object[member], json::array()) << member;
}

TEST(TablesJson, KeepsTheOrderAndTheParents) {
  const json object =
      json::parse(tables_json({{"roles", {}, false, false, 0, {}}, {"users", {"roles"}, true, true, 1, {}}}));

  EXPECT_EQ(object["tables"][0]["name"], "roles");
  EXPECT_EQ(object["tables"][0]["refers_to"], json::array());
  EXPECT_EQ(object["tables"][1], json::parse(R"({"name": "users", "refers_to": ["roles"], "refers_to_itself": true,
                                                 "audit": true, "component": 1})"));
}

TEST(ErrorJson, TellsKindMessageHintAndExitStatus) {
  const json object = json::parse(error_json("db-import", {"schema", "no\x1b such table", "look", 7}));

  EXPECT_EQ(object["program"], "db-import");
  EXPECT_EQ(object["error"], json::parse(R"({"kind": "schema", "message": "no\u001b such table", "hint": "look",
                                             "exit_status": 7})"));
}

TEST(TablesJson, OfNoTableIsAnEmptyList) { EXPECT_EQ(json::parse(tables_json({}))["tables"], json::array()); }

TEST(Json, EndsWithOneNewline) {
  for (const std::string& text : {tables_json({}), export_json({}), import_json({}, 0)}) {
    EXPECT_EQ(text.substr(text.size() - 2), "}\n");
  }
}

}  // namespace
}  // namespace report
