// Which table of the target takes which section of the file.
#include "transfer/plan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace transfer {
namespace {

catalog::Table table(const std::string& schema, const std::string& name,
                     const std::vector<std::string>& columns = {"id"}) {
  catalog::Table made;
  made.name = {schema, name};
  for (const std::string& column : columns) made.columns.push_back({.name = column, .type = "text"});
  if (!columns.empty()) {
    made.columns[0].not_null = true;
    made.primary_key = {columns[0]};
  }
  return made;
}

format::Header header(std::vector<catalog::Table> tables, std::vector<std::string> schemas = {"public"}) {
  format::Header made;
  made.engine = "postgresql";
  made.schemas = std::move(schemas);
  made.tables = std::move(tables);
  return made;
}

Plan plan(const format::Header& file, const std::vector<catalog::Table>& target, const Selection& selection = {}) {
  ImportOptions options;
  options.selection = selection;
  return make_plan(file, target, {"postgresql", "15", "db"}, options);
}

std::string complaint(const format::Header& file, const std::vector<catalog::Table>& target,
                      const Selection& selection = {}) {
  try {
    plan(file, target, selection);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kSchema);
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Plan, MapsColumnsByNameAndGeneratedOnesNowhere) {
  catalog::Table file = table("public", "t", {"id", "computed_there", "b", "computed_here"});
  file.columns[3].generated = true;
  catalog::Table target = table("public", "t", {"id", "b", "computed_there"});
  target.columns[2].generated = true;
  const Plan made = plan(header({file}), {target});
  EXPECT_EQ(made.tables[0].target_column, (std::vector<std::size_t>{0, engine::TablePlan::kNotWritten, 1}));
  EXPECT_EQ(made.tables[0].identity, std::vector<std::string>{"id"});
}

TEST(Plan, TellsAllDifferencesAtOnce) {
  const std::string text =
      complaint(header({table("public", "usres"), table("public", "t", {"id", "gone"}), table("public", "fine")}),
                {table("public", "users"), table("public", "t"), table("public", "fine")});
  EXPECT_TRUE(contains(text, "usres is missing in the target (did you mean users?)")) << text;
  EXPECT_TRUE(contains(text, "t.gone is missing in the target")) << text;
  EXPECT_FALSE(contains(text, "fine")) << text;
}

TEST(Plan, EscapesControlCharactersOfTheFile) {
  EXPECT_FALSE(contains(complaint(header({table("public", "a\x1b[31m")}), {}), "\x1b"));
}

TEST(Plan, LeavesOutWhatTheUserLeavesOut) {
  catalog::Table logs = table("public", "logs");
  logs.audit = true;
  Selection selection;
  selection.audit = Audit::kSkip;
  selection.excluded = {"b"};
  const Plan made = plan(header({table("public", "a"), table("public", "b"), logs}), {table("public", "a")}, selection);
  EXPECT_EQ(made.table_of_section[0], 0U);
  EXPECT_FALSE(made.table_of_section[1] || made.table_of_section[2]);
}

TEST(Plan, PutsAFileOfOneSchemaIntoTheOneThatWasAskedFor) {
  Selection selection;
  selection.schemas = {"copy"};
  EXPECT_EQ(plan(header({table("public", "t")}), {table("copy", "t")}, selection).tables[0].target.name.schema, "copy");
}

TEST(Plan, KeepsSchemasApartOtherwise) {
  const auto file = header({table("a", "t"), table("b", "t")}, {"a", "b"});
  const Plan made = plan(file, {table("b", "t"), table("a", "t")});
  EXPECT_EQ(made.tables[0].target.name.schema + made.tables[1].target.name.schema, "ab");
  EXPECT_TRUE(contains(complaint(file, {table("a", "t")}), "b.t is missing"));
}

TEST(Plan, AnEngineWithoutSchemasGoesIntoPublic) {
  EXPECT_EQ(plan(header({table("", "t")}, {}), {table("public", "t")}).tables[0].target.name.schema, "public");
}

TEST(Plan, GoesIntoAnEngineWithoutSchemasByTheTablesName) {
  const Plan made = make_plan(header({table("public", "t")}), {table("", "t")}, {"sqlite", "3.40.1", "dev.db"}, {});
  EXPECT_EQ(made.tables[0].target.name, (catalog::TableName{"", "t"}));
}

TEST(Plan, ComparesNoTypesOfSqlite) {
  catalog::Table file = table("", "t", {"id", "flag"});
  catalog::Table target = file;
  file.columns[1].type = "boolean";
  target.columns[1].type = "integer";
  format::Header from_sqlite = header({file}, {});
  from_sqlite.engine = "sqlite";
  EXPECT_EQ(make_plan(from_sqlite, {target}, {"sqlite", "3.40.1", "dev.db"}, {}).tables.size(), 1U);
}

TEST(Plan, RefusesTwoSectionsForOneTable) {
  Selection selection;
  const auto file = header({table("", "t"), table("public", "t")}, {});
  EXPECT_TRUE(contains(complaint(file, {table("public", "t")}), "second section"));
}

TEST(Plan, OrdersByTheForeignKeysOfTheTarget) {
  catalog::Table child = table("public", "a", {"id", "b"});
  child.foreign_keys.push_back({"fk", {"b"}, {"public", "b"}, {"id"}});
  const Plan made =
      plan(header({table("public", "a", {"id", "b"}), table("public", "b")}), {child, table("public", "b")});
  EXPECT_EQ(made.components, (std::vector<std::vector<std::size_t>>{{1}, {0}}));
}

TEST(Plan, SaysWhichColumnsTheFileDoesNotBring) {
  const Plan made = plan(header({table("public", "t")}), {table("public", "t", {"id", "extra"})});
  ASSERT_EQ(made.differences.size(), 1U);
  EXPECT_TRUE(contains(made.differences[0], "t.extra is not in the file"));
}

}  // namespace
}  // namespace transfer
