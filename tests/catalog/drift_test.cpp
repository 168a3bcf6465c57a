// What keeps a file from being imported, and what does not.
#include "catalog/drift.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace catalog {
namespace {

Column column(const std::string& name, const std::string& type = "text") { return {.name = name, .type = type}; }

// "name: is missing in the target" of every difference.
std::string drift(std::vector<Column> file, std::vector<Column> target, std::vector<std::string> key = {},
                  SameEngine engine = SameEngine::kYes) {
  Table from;
  from.columns = std::move(file);
  Table to;
  to.columns = std::move(target);
  to.primary_key = std::move(key);
  std::string text;
  for (const Drift& found : find_drift("t", from, to, engine)) text += found.column + ": " + found.what + "\n";
  return text;
}

bool fits(const std::string& file, const std::string& target) {
  return drift({column("c", file)}, {column("c", target)}).empty();
}

TEST(Drift, EqualTablesHaveNone) {
  EXPECT_EQ(drift({column("a"), column("b", "integer")}, {column("b", "integer"), column("a")}), "");
}

TEST(Drift, NamesAColumnThatTheTargetLacks) {
  EXPECT_EQ(drift({column("a"), column("b")}, {column("a")}), "b: is missing in the target\n");
}

TEST(Drift, LetsTheTargetHaveColumnsThatTakeADefaultOrNull) {
  Column with_default = column("d");
  with_default.not_null = with_default.has_default = true;
  EXPECT_EQ(drift({column("a")}, {column("a"), column("nullable"), with_default}), "");
}

TEST(Drift, NamesAColumnThatTheFileMustBringAndDoesNot) {
  Column needed = column("d");
  needed.not_null = true;
  EXPECT_EQ(drift({column("a")}, {column("a"), needed}),
            "d: is NOT NULL without a default in the target and missing in the file\n");
  Column computed = column("d");
  computed.generated = true;
  EXPECT_NE(drift({column("a"), computed}, {column("a"), needed}), "");
}

TEST(Drift, GeneratedColumnsNeedNoPartner) {
  Column computed = column("g");
  computed.generated = computed.not_null = true;
  EXPECT_EQ(drift({column("a"), computed}, {column("a")}), "");
  EXPECT_EQ(drift({column("a")}, {column("a"), computed}), "");
  EXPECT_EQ(drift({column("a"), column("g", "integer")}, {column("a"), computed}), "");
}

TEST(Drift, DemandsTheColumnsThatTellRowsApartOnce) {
  Column id = column("id");
  id.not_null = true;
  EXPECT_EQ(drift({column("a")}, {column("a"), id}, {"id"}),
            "id: is NOT NULL without a default in the target and missing in the file\n");
  id.has_default = true;
  EXPECT_EQ(drift({column("a")}, {column("a"), id}, {"id"}),
            "id: tells the target's rows apart and is missing in the file\n");
}

TEST(Drift, RefusesTypesThatNoValueFits) {
  for (const auto& [file, target] : std::vector<std::pair<std::string, std::string>>{{"integer", "uuid"},
                                                                                     {"integer", "boolean"},
                                                                                     {"boolean", "integer"},
                                                                                     {"uuid", "bytea"},
                                                                                     {"integer", "text"},
                                                                                     {"integer[]", "integer"},
                                                                                     {"bigint", "date"}}) {
    EXPECT_FALSE(fits(file, target)) << file << " into " << target;
  }
}

TEST(Drift, LetsValuesDecideWhereSomeFit) {
  for (const auto& [file, target] :
       std::vector<std::pair<std::string, std::string>>{{"bigint", "smallint"},
                                                        {"text", "integer"},
                                                        {"text", "uuid"},
                                                        {"character varying(20)", "character varying(10)"},
                                                        {"timestamp without time zone", "date"},
                                                        {"uuid", "text"},
                                                        {"integer", "jsonb"},
                                                        {"numeric(10,2)", "double precision"},
                                                        {"public.mood", "public.feeling"}}) {
    EXPECT_TRUE(fits(file, target)) << file << " into " << target;
  }
}

TEST(Drift, LetsValuesDecideWhereTheTargetsTypeIsTheUsersOwn) {
  EXPECT_TRUE(fits("integer", "public.positive"));
  EXPECT_TRUE(fits("boolean", "\"My Schema\".flag"));
  EXPECT_TRUE(fits("integer[]", "public.numbers"));
}

TEST(Drift, ComparesNoTypesAcrossEngines) {
  EXPECT_EQ(drift({column("c", "INTEGER")}, {column("c", "uuid")}, {}, SameEngine::kNo), "");
  EXPECT_EQ(drift({column("c")}, {}, {}, SameEngine::kNo), "c: is missing in the target\n");
}

}  // namespace
}  // namespace catalog
