// The fields of a line that COPY sends are what the server was given, whatever stands in them.
#include "postgres/session/copy_text.h"

#include <random>

#include "postgres/import/import_fixture.h"
#include "postgres/session/sql_text.h"

namespace import_test {
namespace {

using Fields = std::vector<std::optional<std::string>>;

Fields through_copy(postgres::Connection& connection, const Fields& fields) {
  std::vector<std::string> list;
  for (const auto& field : fields) list.push_back(field ? postgres::quote_literal(*field) : "NULL");
  connection.begin_copy_out("COPY (SELECT " + postgres::join(list, ", ") + ") TO STDOUT");
  Fields read;
  for (std::string_view line = connection.next_chunk(); !line.empty(); line = connection.next_chunk()) {
    postgres::CopyFields copied(line);
    for (std::size_t i = 0; i < fields.size(); ++i) read.emplace_back(copied.next());
    EXPECT_EQ(copied.next(), std::nullopt);
  }
  return read;
}

TEST(CopyText, KeepsWhateverMayMislead) {
  Case t("SELECT 1");
  const auto connection = connect(t.database.url());
  const Fields all{"\\N", "\\", "\\\\", "\t", "\n", "\b\f\r\v", "", std::nullopt, "a\tb", "\\t", "\\.", "é日本", "n"};
  EXPECT_EQ(through_copy(*connection, all), all);
  EXPECT_EQ(through_copy(*connection, {std::nullopt}), Fields{std::nullopt});
  EXPECT_EQ(through_copy(*connection, {""}), Fields{""});
}

TEST(CopyText, KeepsRandomTexts) {
  Case t("SELECT 1");
  const auto connection = connect(t.database.url());
  std::mt19937 random(20);
  constexpr std::string_view kPieces = "\\Nt\t\n\r\b\f\v.x";
  for (int round = 0; round < 200; ++round) {
    Fields fields(1 + random() % 5);
    for (auto& field : fields) {
      if (random() % 8 == 0) continue;
      field.emplace();
      for (std::size_t length = random() % 7; length > 0; --length) *field += kPieces[random() % kPieces.size()];
    }
    EXPECT_EQ(through_copy(*connection, fields), fields) << round;
  }
}

TEST(CopyText, ReadsHexadecimalDigits) {
  EXPECT_EQ(postgres::from_hex("00ff6a6b"), std::string("\0\xffjk", 4));
  EXPECT_EQ(postgres::from_hex(""), "");
}

}  // namespace
}  // namespace import_test
