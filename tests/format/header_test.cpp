#include "format/header.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "documents.h"

namespace {

using base::ErrorKind;
using format_test::error_of;

// Every member that a table can have, and names that are hard to spell.
format::Header full_header() {
  format::Header header = format_test::make_header({format_test::make_table("users", {"id", "a\"b; drop\n", "total"})});
  header.schemas = {"public", "billing"};
  header.migrations_table = "_prisma_migrations";
  header.last_migration = "20250110_add_slug";
  header.tables[0].columns[0].not_null = true;
  header.tables[0].columns[0].has_default = true;
  header.tables[0].columns[0].identity = catalog::Identity::kAlways;
  header.tables[0].columns[2].generated = true;
  header.tables[0].primary_key = {"id"};
  header.tables[0].unique_keys = {{"a\"b; drop\n"}, {"id", "total"}};
  catalog::Table invoices = format_test::make_table("in.voices", {"id", "user"});
  invoices.name.schema = "billing";
  invoices.columns[0].identity = catalog::Identity::kByDefault;
  invoices.foreign_keys = {{"fk_user", {"user"}, {"public", "users"}, {"id"}}};
  invoices.audit = true;
  header.tables.push_back(invoices);
  return header;
}

// header_text ends inside `data`; closed, it is a whole document.
std::string closed(const format::Header& header) { return format::header_text(header) + "}}"; }

std::string error_for(nlohmann::json document) {
  return error_of([&] { format::parse_header(document.dump(), "f.json"); }).what();
}

nlohmann::json full_json() { return nlohmann::json::parse(closed(full_header())); }

TEST(Header, ComesBackAsItWasWritten) {
  const format::Header header = full_header();
  const format::Header read = format::parse_header(closed(header), "f.json");
  EXPECT_EQ(format::header_text(read), format::header_text(header));
  EXPECT_EQ(read.tables[1].name, (catalog::TableName{"billing", "in.voices"}));
  EXPECT_EQ(read.tables[1].foreign_keys[0].parent, (catalog::TableName{"public", "users"}));
  EXPECT_EQ(read.tables[0].columns[0].identity, catalog::Identity::kAlways);
  EXPECT_TRUE(read.tables[0].columns[2].generated && read.tables[0].columns[0].has_default && read.tables[1].audit);
}

format::Header header_with_dependencies() {
  format::Header header = full_header();
  header.types = {
      {"billing.\"Pa ir\"", catalog::TypeKind::kComposite, {{"a\"b", "integer"}, {"c", "text"}}, {}, {}, {}},
      {"public.mood", catalog::TypeKind::kEnum, {}, {"sad", "it's"}, {}, {}},
      {"public.d", catalog::TypeKind::kDomain, {}, {}, "numeric(4,1)", {}},
      {"public.r", catalog::TypeKind::kRange, {}, {}, "real", "public.rs"}};
  const catalog::Sequence far{
      {"billing", "far"}, INT64_MIN, false, -3, {{{"billing", "in.voices"}, "id", "nextval()"}}};
  const catalog::Sequence hidden{{"public", "hidden"}, {}, true, 1, {}};
  header.sequences = {far, hidden};
  header.large_objects = {{{"public", "users"}, "total"}};
  return header;
}

TEST(Header, BringsBackWhatItsTablesDependOn) {
  const format::Header header = header_with_dependencies();
  const format::Header read = format::parse_header(closed(header), "f.json");
  EXPECT_EQ(format::header_text(read), format::header_text(header));
  EXPECT_EQ(read.types, header.types);
  EXPECT_EQ(read.sequences[0].last_value, INT64_MIN);
  EXPECT_FALSE(read.sequences[0].is_called || read.sequences[1].last_value);
  EXPECT_EQ(read.sequences[0].used_by[0].table, (catalog::TableName{"billing", "in.voices"}));
  EXPECT_EQ(read.large_objects[0].column, "total");
}

TEST(Header, RefusesDependenciesOfAnotherKind) {
  const nlohmann::json whole = nlohmann::json::parse(closed(header_with_dependencies()));
  for (const char* member :
       {"composite_types", "enum_types", "domain_types", "range_types", "sequences", "large_objects"}) {
    nlohmann::json document = whole;
    document[member] = nlohmann::json::array({7});
    EXPECT_NE(error_for(document).find(member), std::string::npos) << member;
  }
  nlohmann::json document = whole;
  document["sequences"][0]["last_value"] = "9223372036854775808";
  EXPECT_NE(error_for(document).find("is not a whole number of 64 bits"), std::string::npos);
}

TEST(Header, PutsOneTableOnOneLine) {
  const std::string text = format::header_text(format_test::small_header());
  EXPECT_NE(
      text.find("\n\"tables\": [\n{\"name\": \"permissions\", \"columns\": [{\"name\": \"id\", \"type\": \"text\"}, "),
      std::string::npos);
  EXPECT_TRUE(text.starts_with("{\n\"format\": {\"name\": \"db-transfer\", \"version\": 1},\n\"exported_at\": "));
  EXPECT_TRUE(text.ends_with("\"audit\": false}\n],\n\"data\": {\n"));
}

TEST(Header, IgnoresUnknownMembersEverywhere) {
  nlohmann::json document = full_json();
  document["later"] = {1, 2};
  document["source"]["later"] = "x";
  document["tables"][0]["later"] = true;
  document["tables"][0]["columns"][0]["later"] = nullptr;
  EXPECT_EQ(format::header_text(format::parse_header(document.dump(), "f")), format::header_text(full_header()));
}

TEST(Header, RefusesAnotherVersionAndSaysBoth) {
  nlohmann::json document = full_json();
  document["format"]["version"] = 2;
  EXPECT_NE(error_for(document).find("written by format version 2, this reads 1"), std::string::npos);
}

TEST(Header, RefusesTablesThatStandTwice) {
  nlohmann::json document = full_json();
  document["tables"][1] = document["tables"][0];
  EXPECT_NE(error_for(document).find("\"users\" occurs twice"), std::string::npos);
}

TEST(Header, RefusesAMemberThatStandsTwiceAlsoThroughEscapes) {
  const std::string text = R"({"format": {"name": "db-transfer", "version": 1, "v\u0065rsion": 1}, "tables": []})";
  const base::Error error = error_of([&] { format::parse_header(text, "f"); });
  EXPECT_EQ(error.kind(), ErrorKind::kFile);
  EXPECT_NE(std::string(error.what()).find("occurs twice"), std::string::npos);
}

TEST(Header, RefusesEveryMemberOfAnotherKind) {
  const nlohmann::json flat = full_json().flatten();
  for (const auto& [path, value] : flat.items()) {
    nlohmann::json document = full_json();
    document[nlohmann::json::json_pointer(path)] = 1.5;
    if (path.starts_with("/data")) continue;
    EXPECT_EQ(error_of([&] { format::parse_header(document.dump(), "f"); }).kind(), ErrorKind::kFile) << path;
  }
}

TEST(Header, RefusesKeysOfUnknownColumns) {
  nlohmann::json document = full_json();
  document["tables"][0]["primary_key"] = {"nope"};
  EXPECT_NE(error_for(document).find("nope"), std::string::npos);
}

TEST(Header, IsNotWrittenWithANameThatIsNoUtf8) {
  const format::Header header = format_test::make_header({format_test::make_table("bad\xff", {"id"})});
  EXPECT_EQ(error_of([&] { format::header_text(header); }).kind(), ErrorKind::kSchema);
}

TEST(SectionName, IsBareInTheOneSchemaAndInPublicOtherwise) {
  EXPECT_EQ(format::section_name({"public", "users"}, {"public"}), "users");
  EXPECT_EQ(format::section_name({"app", "users"}, {"app"}), "users");
  EXPECT_EQ(format::section_name({"public", "users"}, {"app"}), "public.users");
  EXPECT_EQ(format::section_name({"app", "users"}, {"app", "public"}), "app.users");
  EXPECT_EQ(format::section_name({"", "users"}, {}), "users");
  EXPECT_EQ(format::section_name({"public", "a.b"}, {"public"}), "\"a.b\"");
  EXPECT_EQ(format::section_name({"a\"b", "c d"}, {"public"}), "\"a\"\"b\".c d");
}

TEST(SectionName, LeadsBackToItsTableAndToNoOther) {
  format_test::Generator generator(5);
  const std::vector<std::string> parts = {"a",    "public",  "app", "a.b",     ".",   "\"",
                                          "\"\"", "a\".\"b", "x y", "Ünïcode", "a\"b"};
  for (const std::vector<std::string>& schemas :
       std::vector<std::vector<std::string>>{{"public"}, {"app"}, {"app", "public"}, {"a.b"}}) {
    for (const std::string& schema : parts) {
      for (const std::string& name : parts) {
        const catalog::TableName table{schema, name};
        EXPECT_EQ(format::table_of_section(format::section_name(table, schemas), schemas), table)
            << schema << " / " << name;
      }
    }
  }
}

TEST(SectionName, RefusesWhatNeverNamesATable) {
  for (const char* bad : {"a.b.c", "\"a", "\"a\"b", "a\"b", "a.\"b", "\"a\".\"b\".c", ".a", "\"\".a"}) {
    EXPECT_EQ(error_of([&] { format::table_of_section(bad, {"public"}); }).kind(), ErrorKind::kFile) << bad;
  }
}

}  // namespace
