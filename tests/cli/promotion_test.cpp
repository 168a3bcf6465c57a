// The main job on the document-sharing system: development to production.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Promotion : public Transfer {
 protected:
  const std::string config = SOURCE_DIR "/schema/document-sharing/transfer.json";
};

TEST_F(Promotion, ListsTheTablesInTheOrderOfTheGuide) {
  source.run_file(SOURCE_DIR "/schema/document-sharing/001_schema.sql");
  const support::Run list =
      support::run_program({PROGRAM_DIR "/db-export", "--list", "--json", "--url", source.url(), "--config", config});
  ASSERT_EQ(list.status, 0) << list.err;
  std::vector<std::string> names;
  const auto listed = nlohmann::json::parse(list.out);
  for (const auto& table : listed["tables"]) names.push_back(table["name"]);
  EXPECT_THAT(names, ElementsAre("permissions", "organizations", "users", "_PermissionToUser", "departments",
                                 "filieres", "organization_invites", "demande_partages", "document_partages",
                                 "blockchain_blocks", "abonnements", "transactions", "payments", "contact_messages",
                                 "configurations", "site_settings", "audit_logs"));
}

TEST_F(Promotion, FillsAnEmptyProductionWithEveryRowAsItWas) {
  load_document_sharing(source, 60);
  target.run_file(SOURCE_DIR "/schema/document-sharing/001_schema.sql");
  const auto result = transfer();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(result["total"]["insert"], result["total"]["rows"]);
  EXPECT_EQ(support::normalized_dump(source.url()), support::normalized_dump(target.url()));
}

TEST_F(Promotion, GivesTheSameDataByteForByteWhenTheTargetIsExportedAgain) {
  load_document_sharing(source, 60);
  target.run_file(SOURCE_DIR "/schema/document-sharing/001_schema.sql");
  transfer();
  const std::string again = folder.file("again.json");
  ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", again, "--url", target.url()}).status, 0);
  const auto data_of = [](const std::string& text) {
    return text.substr(text.find("\n\"data\": {"), text.rfind("\n\"seal\"") - text.find("\n\"data\": {"));
  };
  EXPECT_EQ(data_of(support::read_file(file)), data_of(support::read_file(again)));
}

TEST_F(Promotion, OfDriftedDatabasesLeavesOutWhatConflictsAndImportsTheRest) {
  load_document_sharing(source, 400);
  load_document_sharing(target, 400);
  target.run_file(SOURCE_DIR "/schema/document-sharing/production.sql");
  const auto predicted = transfer({"--dry-run"});
  EXPECT_EQ(status, 4);
  const auto result = import();
  EXPECT_EQ(status, 4);
  EXPECT_EQ(predicted["tables"], result["tables"]);
  EXPECT_GT(result["total"]["insert"], 0);
  EXPECT_GT(result["total"]["update"], 0);
  EXPECT_GT(result["total"]["conflict"], 0);
  EXPECT_GT(result["total"]["invalid"], 0);
  const auto again = import();
  EXPECT_EQ(again["total"]["insert"], 0);
  EXPECT_EQ(again["total"]["update"], 0);
  EXPECT_EQ(again["total"]["conflict"], result["total"]["conflict"]);
}

TEST_F(Promotion, WithoutAuditLogsSkipsAllOfThem) {
  load_document_sharing(source, 30);
  target.run_file(SOURCE_DIR "/schema/document-sharing/001_schema.sql");
  const auto result = transfer({"--skip-audit"});
  const int rows = table(result, "audit_logs")["rows"];
  EXPECT_THAT(verdicts(result, "audit_logs"), ElementsAre(0, 0, 0, 0, 0, rows));
  EXPECT_EQ(target.value("SELECT count(*) FROM audit_logs"), "0");
  EXPECT_EQ(support::normalized_dump(source.url(), {"--exclude-table=public.audit_logs"}),
            support::normalized_dump(target.url(), {"--exclude-table=public.audit_logs"}));
}

TEST_F(Promotion, ExportsWithoutAuditLogsWhenAsked) {
  load_document_sharing(source, 30);
  ASSERT_EQ(run_export({"--skip-audit", "--config", config}).status, 0);
  const auto document = nlohmann::json::parse(support::read_file(file));
  EXPECT_FALSE(document["data"].contains("audit_logs"));
  EXPECT_TRUE(document["data"].contains("users"));
}

// The rows stand at other places in a copy of another layout.
nlohmann::json without_offsets(nlohmann::json tables) {
  for (auto& table : tables) {
    table.update(table["counts"]);  // as the fixture's transfer() does
    for (auto& row : table["left_out"]) row.erase("offset");
  }
  return tables;
}

TEST_F(Promotion, OfAPrettyPrintedCopyThroughAPipeGivesTheSameVerdicts) {
  load_document_sharing(source, 200);
  load_document_sharing(target, 200);
  target.run_file(SOURCE_DIR "/schema/document-sharing/production.sql");
  const auto sealed = transfer({"--dry-run"});
  const std::string pretty = support::run_program({"jq", ".", file}).out;
  const support::Run piped = support::run_program(
      {PROGRAM_DIR "/db-import", "-", "--unsealed", "--dry-run", "--json", "--url", target.url()}, {.input = pretty});
  ASSERT_EQ(piped.status, 4) << piped.err;
  EXPECT_EQ(without_offsets(nlohmann::json::parse(piped.out)["tables"]), without_offsets(sealed["tables"]));
  const support::Run refused =
      support::run_program({PROGRAM_DIR "/db-import", "-", "--dry-run", "--url", target.url()}, {.input = pretty});
  EXPECT_EQ(refused.status, 6);
  EXPECT_THAT(refused.err, HasSubstr("--unsealed"));
}

TEST_F(Promotion, SortedExportsOfEqualDatabasesDifferInNoRecord) {
  load_document_sharing(source, 30);
  target.run_file(SOURCE_DIR "/schema/document-sharing/001_schema.sql");
  transfer();
  target.run(
      "UPDATE users SET \"createdAt\" = \"createdAt\" WHERE id IN (SELECT id FROM users ORDER BY id LIMIT 7)");  // moves
                                                                                                                 // rows
                                                                                                                 // about
  ASSERT_EQ(run_export({"--sorted"}).status, 0);
  const std::string other = folder.file("other.json");
  ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", other, "--sorted", "--url", target.url()}).status, 0);
  EXPECT_EQ(nlohmann::json::parse(support::read_file(file))["data"],
            nlohmann::json::parse(support::read_file(other))["data"]);
  const auto records = [](const std::string& text) {
    return text.substr(text.find("\n\"data\""), text.rfind("\n\"seal\"") - text.find("\n\"data\""));
  };
  EXPECT_EQ(records(support::read_file(file)), records(support::read_file(other)));
}

}  // namespace
}  // namespace cli
