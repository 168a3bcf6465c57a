// What tells rows apart.
#include "catalog/table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace catalog {
namespace {

using Names = std::vector<std::string>;

Table table(const Names& not_null, const Names& nullable, const Names& primary_key,
            const std::vector<Names>& unique_keys) {
  Table made;
  for (const std::string& name : not_null) made.columns.push_back({.name = name, .type = "integer", .not_null = true});
  for (const std::string& name : nullable) made.columns.push_back({.name = name, .type = "integer"});
  made.primary_key = primary_key;
  made.unique_keys = unique_keys;
  return made;
}

TEST(Table, IsIdentifiedByItsPrimaryKeyInItsOrder) {
  EXPECT_EQ(table({"a", "b"}, {}, {"b", "a"}, {{"a"}}).identity(), (Names{"b", "a"}));
}

TEST(Table, ElseByItsSmallestKeyThatIsNeverNull) {
  EXPECT_EQ(table({"a", "b", "c"}, {"n"}, {}, {{"a", "b", "c"}, {"n"}, {"b", "c"}, {"a", "n"}}).identity(),
            (Names{"b", "c"}));
}

TEST(Table, ElseByTheFirstByNameOfEquallySmallKeys) {
  EXPECT_EQ(table({"a", "b"}, {}, {}, {{"b"}, {"a"}}).identity(), Names{"a"});
}

TEST(Table, ElseByTheWholeRow) { EXPECT_EQ(table({"a"}, {"n"}, {}, {{"n"}, {"a", "n"}}).identity(), Names{}); }

TEST(Table, NeverByAComputedColumn) {
  Table made = table({"a", "g"}, {}, {"g"}, {{"g"}, {"a"}});
  made.columns[1].generated = true;
  EXPECT_EQ(made.identity(), Names{"a"});
  made.unique_keys = {{"a", "g"}};
  EXPECT_EQ(made.identity(), Names{});
}

TEST(Table, AKeyOverAColumnThatItDoesNotKnowIsNone) { EXPECT_EQ(table({"a"}, {}, {}, {{"gone"}}).identity(), Names{}); }

TEST(Table, FindsColumnsByTheirExactName) {
  const Table made = table({"a", "A"}, {}, {}, {});
  EXPECT_EQ(made.find_column("A"), &made.columns[1]);
  EXPECT_EQ(made.find_column("b"), nullptr);
}

}  // namespace
}  // namespace catalog
