// Which columns may hold keys of another table although no foreign key says so.
#include "catalog/loose_columns.h"

#include <gmock/gmock.h>

namespace catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

KeyKind kind_of(const std::string& type) {
  if (type == "integer") return KeyKind::kInteger;
  if (type == "uuid") return KeyKind::kUuid;
  return type == "text" ? KeyKind::kText : KeyKind::kNone;
}

Table table_of(const std::string& name, const std::vector<std::pair<std::string, std::string>>& columns) {
  Table table;
  table.name.name = name;
  for (const auto& [column, type] : columns) table.columns.push_back({.name = column, .type = type});
  return table;
}

// "user_id: named", "owner_id by owner_type", of an integer key of `parent`.
std::vector<std::string> found(const std::string& parent, const Table& child,
                               const std::vector<std::string>& tables = {}) {
  std::vector<TableName> names{{"", parent}};
  for (const std::string& table : tables) names.push_back({"", table});
  std::vector<std::string> words;
  for (const LooseColumn& column :
       loose_columns(child, table_of(parent, {{"id", "integer"}}), KeyKind::kInteger, kind_of, names)) {
    if (column.pointer == Pointer::kNamed) words.push_back(column.name + ": named");
    if (column.pointer == Pointer::kSomeId && column.type_column.empty()) words.push_back(column.name + ": some id");
    if (!column.type_column.empty()) words.push_back(column.name + " by " + column.type_column);
  }
  return words;
}

TEST(LooseColumns, AreNamedAfterTheTable) {
  EXPECT_THAT(found("users", table_of("t", {{"user_id", "integer"},
                                            {"userId", "integer"},
                                            {"userid", "integer"},
                                            {"owner_user_id", "integer"},
                                            {"user", "integer"},
                                            {"user_ids", "integer[]"},
                                            {"username", "text"},
                                            {"users", "integer"}})),
              ElementsAre("user_id: named", "userId: named", "userid: named", "owner_user_id: named", "user: named",
                          "user_ids: named"));
  EXPECT_THAT(found("order_items", table_of("t", {{"orderItemId", "integer"}, {"order_item_id", "integer"}})),
              ElementsAre("orderItemId: named", "order_item_id: named"));
  EXPECT_THAT(found("categories", table_of("t", {{"category_id", "integer"}})), ElementsAre("category_id: named"));
}

TEST(LooseColumns, AreIdsThatNoOtherTableIsNamedAfter) {
  const Table child = table_of("t", {{"author_id", "integer"}, {"created_by", "integer"}, {"category_id", "integer"}});
  EXPECT_THAT(found("users", child, {"categories"}), ElementsAre("author_id: some id", "created_by: some id"));
}

TEST(LooseColumns, GoByTheTypeBesideThem) {
  EXPECT_THAT(found("users", table_of("t", {{"owner_type", "text"}, {"owner_id", "integer"}})),
              ElementsAre("owner_id by owner_type"));
  EXPECT_THAT(found("users", table_of("t", {{"entity", "text"}, {"entityId", "integer"}})),
              ElementsAre("entityId: some id", "entityId by entity"));
}

TEST(LooseColumns, AreNotThoseOfAForeignKeyNorTheirOwnTablesKey) {
  Table child = table_of("t", {{"id", "integer"}, {"user_id", "integer"}});
  child.primary_key = {"id"};
  child.foreign_keys = {{"k", {"user_id"}, {"", "users"}, {"id"}}};
  EXPECT_THAT(found("users", child), IsEmpty());
}

TEST(LooseColumns, PointThereByTheirNamesOrByTheirValues) {
  const LooseColumn named{"user_id", Pointer::kNamed, false, {}};
  const LooseColumn some{"author_id", Pointer::kSomeId, false, {}};
  const LooseColumn other{"amount", Pointer::kOther, false, {}};
  EXPECT_TRUE(points(named, KeyKind::kInteger, {.filled = 9, .known = 1, .moved = 1, .shortest = 1}));
  EXPECT_FALSE(points(named, KeyKind::kInteger, {.filled = 9, .known = 9, .moved = 0, .shortest = 1}));
  EXPECT_TRUE(points(some, KeyKind::kInteger, {.filled = 9, .known = 9, .moved = 1, .shortest = 1}));
  EXPECT_FALSE(points(some, KeyKind::kInteger, {.filled = 9, .known = 8, .moved = 1, .shortest = 1}));
  EXPECT_FALSE(points(other, KeyKind::kInteger, {.filled = 9, .known = 9, .moved = 9, .shortest = 1}));
  EXPECT_TRUE(points(other, KeyKind::kInteger, {.filled = 9, .known = 9, .moved = 9, .shortest = 4}));
  EXPECT_TRUE(points(other, KeyKind::kUuid, {.filled = 9, .known = 1, .moved = 1, .shortest = 36}));
}

}  // namespace
}  // namespace catalog
