#include "location/env_file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/temporary_folder.h"

namespace location {

using base::Error;
using base::error_of;
using base::ErrorKind;
using base::make_file;
using base::TemporaryFolder;
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

std::string value_of(std::string_view text) { return parse_env(text).values["A"]; }

TEST(EnvFile, ReadsNamesAndValues) {
  const EnvFile file = parse_env("A=1\n  B = two words  \nexport C=3\nlower.case-name=4\nD=\nE: five");

  EXPECT_THAT(file.values, ElementsAre(Pair("A", "1"), Pair("B", "two words"), Pair("C", "3"), Pair("D", ""),
                                       Pair("E", "five"), Pair("lower.case-name", "4")));
  EXPECT_THAT(file.warnings, IsEmpty());
}

TEST(EnvFile, SkipsCommentsAndEmptyLines) {
  EXPECT_THAT(parse_env("# A=1\n\n   # B=2\nC=3\n").values, ElementsAre(Pair("C", "3")));
}

TEST(EnvFile, AHashAfterWhiteSpaceBeginsAComment) {
  EXPECT_EQ(value_of("A=value # comment"), "value");
  EXPECT_EQ(value_of("A=value\t#comment"), "value");
  EXPECT_EQ(value_of("A=# comment"), "");
  EXPECT_EQ(value_of("A='value' # comment"), "value");
  EXPECT_EQ(value_of("A=\"value\"#comment"), "value");
}

TEST(EnvFile, KeepsAHashInsideAPasswordAndWarns) {
  const EnvFile file = parse_env("\nA=postgres://u:p#ss@host/db");

  EXPECT_EQ(file.values.at("A"), "postgres://u:p#ss@host/db");
  ASSERT_EQ(file.warnings.size(), 1U);
  EXPECT_THAT(file.warnings[0], HasSubstr("A (line 2)"));
  EXPECT_THAT(file.warnings[0], Not(HasSubstr("p#ss")));
}

TEST(EnvFile, KeepsADollarAndTheKindOfQuotesForWhoExpands) {
  const EnvFile file = parse_env("A=pa$HOME\nB='$x'\nC=\"$x\"\nD=`$x`");

  EXPECT_EQ(file.values.at("A"), "pa$HOME");
  EXPECT_EQ(file.quote_of("A"), Quote::kNone);
  EXPECT_EQ(file.quote_of("B"), Quote::kSingle);
  EXPECT_EQ(file.quote_of("C"), Quote::kDouble);
  EXPECT_EQ(file.quote_of("D"), Quote::kBacktick);
}

TEST(EnvFile, KeepsAHashAndADollarInsideQuotesWithoutWarning) {
  for (const std::string quote : {"'", "\"", "`"}) {
    EXPECT_EQ(value_of("A=" + quote + "p#s $x # y" + quote), "p#s $x # y");
    EXPECT_THAT(parse_env("A=" + quote + "p#s $x" + quote).warnings, IsEmpty());
  }
}

TEST(EnvFile, KeepsWhiteSpaceInsideQuotesOnly) {
  EXPECT_EQ(value_of("A='  x  '"), "  x  ");
  EXPECT_EQ(value_of("A=   x  "), "x");
}

TEST(EnvFile, ExpandsLineBreaksInDoubleQuotesOnly) {
  EXPECT_EQ(value_of(R"(A="a\nb\rc\td")"), "a\nb\rc\\td");
  EXPECT_EQ(value_of(R"(A='a\nb')"), "a\\nb");
  EXPECT_EQ(value_of(R"(A=`a\nb`)"), "a\\nb");
  EXPECT_EQ(value_of(R"(A=a\nb)"), "a\\nb");
}

TEST(EnvFile, ReadsValuesOverSeveralLines) {
  const EnvFile file = parse_env("A=\"one\ntwo\n\"\nB='x\ny' # end\nnonsense\nC=1");

  EXPECT_THAT(file.values, ElementsAre(Pair("A", "one\ntwo\n"), Pair("B", "x\ny"), Pair("C", "1")));
  EXPECT_THAT(file.warnings, ElementsAre(HasSubstr("line 6")));
}

TEST(EnvFile, TakesOneKindOfQuotesInsideAnother) {
  EXPECT_EQ(value_of(R"(A="it's")"), "it's");
  EXPECT_EQ(value_of(R"(A='{"a": 1}')"), "{\"a\": 1}");
  EXPECT_EQ(value_of("A=`it's \"so\"`"), "it's \"so\"");
}

TEST(EnvFile, TakesAQuoteThatIsNeverClosedAsItStandsAndWarns) {
  const EnvFile file = parse_env("A=\"abc\nB=2");

  EXPECT_THAT(file.values, ElementsAre(Pair("A", "\"abc"), Pair("B", "2")));
  EXPECT_EQ(file.warnings.size(), 1U);
}

TEST(EnvFile, ToleratesCrlfAndAByteOrderMark) {
  const EnvFile file = parse_env(
      "\xEF\xBB\xBF"
      "A=1\r\nB='x\r\ny'\r\nC=3\r\n");

  EXPECT_THAT(file.values, ElementsAre(Pair("A", "1"), Pair("B", "x\ny"), Pair("C", "3")));
}

TEST(EnvFile, TheLastOfADuplicateWins) { EXPECT_EQ(value_of("A=1\nA=2"), "2"); }

TEST(EnvFile, NamesALineThatIsNoAssignmentButDoesNotShowIt) {
  const EnvFile file = parse_env("A=1\nsecret words\n=3");

  EXPECT_THAT(file.warnings, ElementsAre(HasSubstr("line 2"), HasSubstr("line 3")));
  EXPECT_THAT(file.warnings[0], Not(HasSubstr("secret")));
}

TEST(EnvFile, SurvivesEveryCutOfAText) {
  const std::string text =
      "\xEF\xBB\xBF"
      "export A='x\r\ny' # c\nB: `q`\nC=\"a\\nb\\\"\"\r\nD=$x#\\";
  for (std::size_t bytes = 0; bytes <= text.size(); ++bytes)
    EXPECT_LE(parse_env(text.substr(0, bytes)).values.size(), 4U);
}

class EnvFileOnDisk : public testing::Test {
 protected:
  void write_with_mode(mode_t mode) {
    make_file(path_, "A=1\n");
    ::chmod(path_.c_str(), mode);
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_ / ".env";
};

TEST_F(EnvFileOnDisk, IsReadInSilenceWhenItIsPrivate) {
  write_with_mode(0600);

  EXPECT_EQ(read_env_file(path_).values.at("A"), "1");
  EXPECT_THAT(read_env_file(path_).warnings, IsEmpty());
}

TEST_F(EnvFileOnDisk, WarnsWhenOthersMayReadIt) {
  for (const mode_t mode : {0640U, 0604U, 0644U}) {
    write_with_mode(mode);
    EXPECT_THAT(read_env_file(path_).warnings, ElementsAre(HasSubstr("chmod 600"))) << mode;
  }
}

TEST_F(EnvFileOnDisk, AMissingFileOrAFolderIsAMistakeInTheCall) {
  EXPECT_EQ(error_of([&] { read_env_file(path_); }).kind(), ErrorKind::kUsage);
  EXPECT_EQ(error_of([&] { read_env_file(folder_.path()); }).kind(), ErrorKind::kUsage);
}

TEST_F(EnvFileOnDisk, IsNamedWhenItIsUtf16) {
  using namespace std::string_literals;
  for (const std::string& text : {"\xFF\xFE"s
                                  "A\0=\0"s
                                  "1\0"s,
                                  "\xFE\xFF"s
                                  "\0A"s
                                  "\0=\0"s
                                  "1"s,
                                  "A\0=\0"s
                                  "1\0\n\0"s}) {
    make_file(path_, text);
    EXPECT_THAT(error_of([&] { read_env_file(path_); }).what(), HasSubstr("is UTF-16"));
  }
}

TEST_F(EnvFileOnDisk, IsNotReadWhenItIsFarTooLarge) {
  make_file(path_, std::string(2'000'000, 'x'));

  EXPECT_THAT(error_of([&] { read_env_file(path_); }).what(), HasSubstr("larger than 1 MiB"));
}

}  // namespace
}  // namespace location
