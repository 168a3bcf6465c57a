#include "format/object_members.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace format {
namespace {

std::vector<std::string> members_of(std::string_view object) {
  std::vector<std::string> found;
  ObjectMembers members(object);
  for (ObjectMember member; members.next(member);)
    found.push_back(std::string(member.key) + " = " + std::string(member.value) + " of " + std::string(member.text));
  return found;
}

using Found = std::vector<std::string>;

TEST(ObjectMembersTest, AreTheKeysAndTheirValuesAsTheyAreWritten) {
  EXPECT_EQ(members_of(R"({"a":1,"b" : "x,}" , "c":{"d":[1,"]"]},"e\"":null})"),
            (Found{R"(a = 1 of "a":1)", R"(b = "x,}" of "b" : "x,}")", R"(c = {"d":[1,"]"]} of "c":{"d":[1,"]"]})",
                   R"(e\" = null of "e\"":null)"}));
  EXPECT_EQ(members_of("{ \n}"), Found{});
}

TEST(ObjectMembersTest, OfNoObjectAreRefused) {
  for (const char* text : {"", "7", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":[1}", "{\"a\":\"x",
                           "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":1,", "{1:2}", "{\"a\":{\"b\":1"})
    EXPECT_THROW(members_of(text), base::Error) << text;
}

}  // namespace
}  // namespace format
