// An array of any texts comes back as the server was given it, whatever stands in them.
#include "postgres/session/text_array.h"

#include <random>

#include "base/error.h"
#include "postgres/import/import_fixture.h"
#include "postgres/session/sql_text.h"

namespace import_test {
namespace {

using Elements = std::vector<std::optional<std::string>>;

Elements through_the_server(postgres::Connection& connection, const Elements& elements) {
  std::vector<std::string> list;
  for (const auto& element : elements) list.push_back(element ? postgres::quote_literal(*element) : "NULL");
  return postgres::read_text_array(
      connection.query("SELECT ARRAY[" + postgres::join(list, ", ") + "]::pg_catalog.text[]")[0][0].c_str());
}

TEST(TextArray, KeepsSemicolonsAndWhateverElseMayMislead) {
  Case t("SELECT 1");
  const auto connection = connect(t.database.url());
  const Elements all{"a;b", ";",   "",   "NULL", "null",  std::nullopt, "a,b", "{", "}",  "\"",
                     "\\",  "a b", "\n", "\t",   "é日本", "w;1:2",      "'",   "$", "[1", "a\\\"b"};
  EXPECT_EQ(through_the_server(*connection, all), all);
  EXPECT_EQ(through_the_server(*connection, {}), Elements{});
}

TEST(TextArray, KeepsRandomTexts) {
  Case t("SELECT 1");
  const auto connection = connect(t.database.url());
  std::mt19937 random(20);
  constexpr std::string_view kPieces = "ab;,{}\"\\ '\n\tNUL()[]:=%";
  for (int round = 0; round < 200; ++round) {
    Elements elements(random() % 6);
    for (auto& element : elements) {
      if (random() % 8 == 0) continue;
      element.emplace();
      for (std::size_t length = random() % 7; length > 0; --length) *element += kPieces[random() % kPieces.size()];
    }
    EXPECT_EQ(through_the_server(*connection, elements), elements) << round;
  }
}

TEST(TextArray, RefusesWhatIsNone) {
  for (const char* text : {"", "{", "}", "a", "{a", "{\"a}", "{a}b", "{\"a\"b}", "{\"a\\"})
    EXPECT_THROW(postgres::read_text_array(text), base::Error) << text;
  EXPECT_THROW(postgres::read_names("{a,NULL}"), base::Error);
}

}  // namespace
}  // namespace import_test
