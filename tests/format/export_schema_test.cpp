// schema/export.schema.json against what the writer writes, judged by python3-jsonschema.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "documents.h"

namespace {

constexpr const char* kPython = "/usr/bin/python3";

// Exit status of python3 with this program; `document` stands in sys.argv[1].
int run_python(const std::string& program, const std::string& document) {
  const std::string path = testing::TempDir() + "export_schema_test." + std::to_string(getpid()) + ".json";
  std::FILE* const file = std::fopen(path.c_str(), "w");
  std::fwrite(document.data(), 1, document.size(), file);
  std::fclose(file);
  const std::string command =
      std::string(kPython) + " -c '" + program + "' '" + path + "' '" SOURCE_DIR "/schema/export.schema.json' 2>&1";
  const int status = std::system(command.c_str());
  std::filesystem::remove(path);
  return WEXITSTATUS(status);
}

class ExportSchema : public testing::Test {
 protected:
  void SetUp() override {
    if (run_python("import jsonschema", "{}") != 0) GTEST_SKIP() << "python3-jsonschema is not installed";
  }

  static bool accepts(const std::string& document) {
    const int status = run_python(
        "import json, jsonschema, sys\n"
        "schema = json.load(open(sys.argv[2]))\n"
        "jsonschema.Draft202012Validator.check_schema(schema)\n"
        "sys.exit(0 if jsonschema.Draft202012Validator(schema).is_valid(json.load(open(sys.argv[1]))) else 7)",
        document);
    EXPECT_TRUE(status == 0 || status == 7) << "the check itself failed: " << status;
    return status == 0;
  }
};

std::string full_document() {
  format::Header header = format_test::small_header();
  header.migrations_table = "_prisma_migrations";
  header.last_migration = "20250110_add_slug";
  header.tables[0].primary_key = {"id"};
  header.tables[0].unique_keys = {{"code"}};
  header.tables[0].columns[0].not_null = true;
  header.tables[0].columns[0].identity = catalog::Identity::kByDefault;
  header.tables[2].foreign_keys = {{"fk", {"id"}, {"other", "parent"}, {"id"}}};
  return format_test::write_document(header, {{R"({"id":1,"code":null})"}, {}, {}});
}

TEST_F(ExportSchema, AcceptsWhatTheWriterWrites) {
  EXPECT_TRUE(accepts(full_document()));
  EXPECT_TRUE(accepts(format_test::small_document()));
}

TEST_F(ExportSchema, RefusesWhatTheFormatDoesNotAllow) {
  const std::vector<std::pair<std::string, nlohmann::json>> edits = {
      {"/format/version", 2},       {"/format/name", "other"}, {"/exported_at", "yesterday"},
      {"/source/engine", "oracle"}, {"/tables/0/audit", "no"}, {"/data/logs", {1}},
      {"/seal/sha256", "ABC"},      {"/seal/rows", -1},        {"/tables/0/columns/0/identity", "maybe"}};
  for (const auto& [path, value] : edits) {
    nlohmann::json document = nlohmann::json::parse(full_document());
    document[nlohmann::json::json_pointer(path)] = value;
    EXPECT_FALSE(accepts(document.dump())) << path;
  }
  for (const char* member : {"format", "tables", "data", "seal"}) {
    nlohmann::json document = nlohmann::json::parse(full_document());
    document.erase(member);
    EXPECT_FALSE(accepts(document.dump())) << member;
  }
}

}  // namespace
