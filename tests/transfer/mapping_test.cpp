// The header of a file under the names of the target.
#include "transfer/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "transfer/constants.h"

namespace transfer {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

catalog::Table table(const catalog::TableName& name, const std::vector<std::string>& columns) {
  catalog::Table made;
  made.name = name;
  for (const std::string& column : columns) made.columns.push_back({.name = column, .type = "text"});
  made.primary_key = {columns[0]};
  return made;
}

// People, and posts of theirs.
format::Header header(const std::string& schema = "app") {
  format::Header made;
  made.engine = "postgresql";
  made.schemas = {schema};
  made.tables = {table({schema, "people"}, {"id", "mail", "legacy"}), table({schema, "posts"}, {"id", "author"})};
  made.tables[0].unique_keys = {{"mail"}};
  made.tables[1].foreign_keys = {{"fk", {"author"}, {schema, "people"}, {"id"}}};
  return made;
}

std::vector<std::string> columns_of(const catalog::Table& table) {
  std::vector<std::string> names;
  for (const catalog::Column& column : table.columns) names.push_back(column.name);
  return names;
}

std::string refusal(const format::Header& file, const Mapping& mapping) {
  try {
    map_header(file, mapping);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    return std::string(error.what()) + " | " + error.hint();
  }
  return "accepted";
}

TEST(Mapping, RenamesATableWithItsKeysAndWhateverRefersToIt) {
  format::Header file = header();
  catalog::Sequence sequence;
  sequence.used_by = {{{"app", "people"}, "id", ""}};
  file.sequences = {sequence};
  file.large_objects = {{{"app", "people"}, "legacy"}};

  const format::Header mapped = map_header(file, {.schemas = {{"app", "public"}},
                                                  .tables = {{"people", "users"}},
                                                  .columns = {{"users.mail", "email"}, {"people.id", "key"}}})
                                    .header;

  EXPECT_THAT(mapped.schemas, ElementsAre("public"));
  EXPECT_EQ(mapped.tables[0].name, (catalog::TableName{"public", "users"}));
  EXPECT_THAT(columns_of(mapped.tables[0]), ElementsAre("key", "email", "legacy"));
  EXPECT_THAT(mapped.tables[0].primary_key, ElementsAre("key"));
  EXPECT_THAT(mapped.tables[0].unique_keys, ElementsAre(ElementsAre("email")));
  EXPECT_EQ(mapped.tables[1].name, (catalog::TableName{"public", "posts"}));
  EXPECT_EQ(mapped.tables[1].foreign_keys[0].parent, mapped.tables[0].name);
  EXPECT_THAT(mapped.tables[1].foreign_keys[0].parent_columns, ElementsAre("key"));
  EXPECT_EQ(mapped.sequences[0].used_by[0].table, mapped.tables[0].name);
  EXPECT_EQ(mapped.sequences[0].used_by[0].column, "key");
  EXPECT_EQ(mapped.large_objects[0].table, mapped.tables[0].name);
}

TEST(Mapping, RenamesTheSchemaOfTypesAlsoInsideOthers) {
  format::Header file = header();
  file.types.resize(3);
  file.types[0].name = "app.pair";
  file.types[0].attributes = {{"a", "app.mood[]"}, {"b", "integer"}};
  file.types[1].base = "app.pair";
  file.types[2].name = "other.x";
  file.tables[0].columns[1].type = "app.pair[]";
  file.tables[0].columns[2].type = "numeric(10,2)";

  const format::Header mapped = map_header(file, {.schemas = {{"app", "App"}}}).header;

  EXPECT_EQ(mapped.types[0].name, "\"App\".pair");
  EXPECT_EQ(mapped.types[0].attributes[0].type, "\"App\".mood[]");
  EXPECT_EQ(mapped.types[1].base, "\"App\".pair");
  EXPECT_EQ(mapped.types[2].name, "other.x");
  EXPECT_EQ(mapped.tables[0].columns[1].type, "\"App\".pair[]");
  EXPECT_EQ(mapped.tables[0].columns[2].type, "numeric(10,2)");
  file.types[0].name = "\"My \"\"App\".pair";
  EXPECT_EQ(map_header(file, {.schemas = {{"app", "b"}, {"My \"App", "c"}}, .columns = {}}).header.types[0].name,
            "c.pair");
}

TEST(Mapping, SwapsNamesAndTakesWhatTheFileAlreadyCallsSo) {
  format::Header file = header();

  const format::Header swapped = map_header(file, {.tables = {{"people", "posts"}, {"app.posts", "people"}}}).header;
  EXPECT_EQ(swapped.tables[0].name.name, "posts");
  EXPECT_EQ(swapped.tables[1].name.name, "people");
  EXPECT_EQ(swapped.tables[1].foreign_keys[0].parent.name, "posts");

  const format::Header same = map_header(file, {.schemas = {{"old", "app"}},
                                                .tables = {{"persons", "people"}},
                                                .columns = {{"people.e_mail", "mail"}}})
                                  .header;
  EXPECT_EQ(same.tables[0].name, file.tables[0].name);
  EXPECT_EQ(columns_of(same.tables[0]), columns_of(file.tables[0]));
}

TEST(Mapping, PutsATableIntoAnotherSchema) {
  const format::Header mapped = map_header(header(), {.tables = {{"people", "crm.users"}}}).header;
  EXPECT_EQ(mapped.tables[0].name, (catalog::TableName{"crm", "users"}));
  EXPECT_THAT(mapped.schemas, ElementsAre("app", "crm"));

  format::Header sqlite = header("");
  sqlite.schemas.clear();
  EXPECT_TRUE(map_header(sqlite, {.tables = {{"people", "users"}}}).header.schemas.empty());
}

TEST(Mapping, PutsConstantsBehindTheColumnsOfTheFile) {
  const MappedHeader mapped = map_header(
      header(), {.tables = {{"people", "users"}}, .constants = {{"users.imported", "true"}, {"people.n", "null"}}});

  EXPECT_THAT(columns_of(mapped.header.tables[0]), ElementsAre("id", "mail", "legacy", "imported", "n"));
  EXPECT_THAT(mapped.constants, ElementsAre(ElementsAre("true", "null"), ElementsAre()));
}

TEST(Mapping, FindsWhatMayBeLostUnderEitherName) {
  const MappedHeader mapped =
      map_header(header(), {.columns = {{"people.legacy", "old"}}, .dropped = {"people.old", "posts.author"}});

  EXPECT_THAT(mapped.dropped, ElementsAre(ElementsAre("old"), ElementsAre("author")));
}

// A word of the file's comes before the same one of the target's: nothing else may be lost than what was named.
TEST(Mapping, TakesTheFilesNameWhereNamesAreExchanged) {
  format::Header file = header();
  file.tables[1] = table({"app", "posts"}, {"id", "legacy"});
  const Mapping::Pairs exchanged = {{"people", "posts"}, {"posts", "people"}};

  const MappedHeader tables = map_header(file, {.tables = exchanged,
                                                .columns = {{"posts.legacy", "old"}},
                                                .constants = {{"people.new", "1"}},
                                                .dropped = {"people.legacy"}});
  EXPECT_THAT(columns_of(tables.header.tables[0]), ElementsAre("id", "mail", "legacy", "new"));
  EXPECT_THAT(columns_of(tables.header.tables[1]), ElementsAre("id", "old"));
  EXPECT_THAT(tables.dropped, ElementsAre(ElementsAre("legacy"), ElementsAre()));

  const MappedHeader columns = map_header(
      header(), {.columns = {{"people.mail", "legacy"}, {"people.legacy", "mail"}}, .dropped = {"people.mail"}});
  EXPECT_THAT(columns.dropped, ElementsAre(ElementsAre("legacy"), ElementsAre()));
}

TEST(Mapping, RefusesAWordThatCouldBeOfTwoTables) {
  format::Header file = header();
  file.schemas.push_back("crm");
  file.tables[1] = table({"crm", "people"}, {"id", "legacy"});

  EXPECT_THAT(refusal(file, {.columns = {{"people.legacy", "old"}}}), HasSubstr("could be of"));
  EXPECT_THAT(refusal(file, {.constants = {{"people.new", "1"}}}), HasSubstr("could be of"));
  EXPECT_THAT(refusal(file, {.dropped = {"people.legacy"}}), HasSubstr("could be of"));
  EXPECT_EQ(map_header(file, {.dropped = {"crm.people.legacy", "people.mail"}}).dropped[0].front(), "mail");
}

TEST(Mapping, RefusesNamesThatTheFileDoesNotHave) {
  const format::Header file = header();

  EXPECT_THAT(refusal(file, {.schemas = {{"ap", "public"}}}), AllOf(HasSubstr("no schema ap"), HasSubstr("app?")));
  EXPECT_THAT(refusal(file, {.tables = {{"peple", "users"}}}),
              AllOf(HasSubstr("peple, which is no table of the file"), HasSubstr("did you mean people?")));
  EXPECT_THAT(refusal(file, {.columns = {{"users.mail", "email"}}}), HasSubstr("users, which is no table of the file"));
  EXPECT_THAT(refusal(file, {.columns = {{"people.mial", "email"}}}),
              AllOf(HasSubstr("the file's people has no column mial"), HasSubstr("did you mean mail?")));
  EXPECT_THAT(refusal(file, {.constants = {{"user.x", "1"}}}), HasSubstr("no table of the file"));
  EXPECT_THAT(refusal(file, {.dropped = {"people.legcy"}}), HasSubstr("did you mean legacy?"));
  EXPECT_THAT(refusal(file, {.dropped = {"legacy"}}), HasSubstr("not TABLE.COLUMN"));
}

TEST(Mapping, RefusesWhatWouldBecomeOne) {
  const format::Header file = header();

  EXPECT_THAT(refusal(file, {.tables = {{"people", "posts"}}}), HasSubstr("one table of people and posts: posts"));
  EXPECT_THAT(refusal(file, {.columns = {{"people.mail", "legacy"}}}),
              HasSubstr("one column of two of people: legacy"));
  EXPECT_THAT(refusal(file, {.tables = {{"people", "a"}, {"app.people", "b"}}}), HasSubstr("twice"));
  EXPECT_THAT(refusal(file, {.constants = {{"people.mail", "1"}}}), HasSubstr("which the file has itself"));
  format::Header two = header();
  two.schemas.push_back("crm");
  two.tables.push_back(table({"crm", "people"}, {"id"}));
  EXPECT_THAT(refusal(two, {.tables = {{"people", "users"}}}), HasSubstr("could be app.people and crm.people"));
  EXPECT_EQ(refusal(two, {.tables = {{"crm.people", "users"}}}), "accepted");
}

TEST(Mapping, LetsAFileOfRejectsLackTables) {
  format::Header file = header();
  file.tables.erase(file.tables.begin());
  file.annotation = "$rejected";

  EXPECT_EQ(refusal(file, {.tables = {{"people", "users"}},
                           .columns = {{"users.mail", "email"}},
                           .constants = {{"users.n", "1"}},
                           .dropped = {"users.legacy"}}),
            "accepted");
}

TEST(Constants, StandBetweenTheColumnsOfARecordAndWhatIsBesideThem) {
  Constants constants(2, {"true", R"("a\u0000b\n")", "1.50", R"({"k": [1]})", "null"});
  const std::vector<format::Value> record{
      {format::ValueKind::kNumber, "1"}, {format::ValueKind::kMissing, {}}, {format::ValueKind::kString, "reason"}};

  const std::span<const format::Value> values = constants.add_to(record);

  ASSERT_EQ(values.size(), 8U);
  EXPECT_EQ(values[1].kind, format::ValueKind::kMissing);
  EXPECT_EQ(values[2].kind, format::ValueKind::kBoolean);
  EXPECT_EQ(values[3].text, std::string_view("a\0b\n", 4));
  EXPECT_EQ(values[4].text, "1.50");
  EXPECT_EQ(values[5].text, R"({"k": [1]})");
  EXPECT_EQ(values[6].kind, format::ValueKind::kNull);
  EXPECT_EQ(values[7].text, "reason");
}

}  // namespace
}  // namespace transfer
