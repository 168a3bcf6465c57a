#include "location/env_expansion.h"

#include <gmock/gmock.h>

#include "base/temporary_folder.h"

namespace location {

using base::Error;
using base::error_of;
using base::ErrorKind;
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::optional<std::string> no_environment(const std::string&) { return std::nullopt; }

std::optional<std::string> outside(const std::string& name) {
  if (name == "HOME") return "/home/ada";
  if (name == "BOTH") return "of the environment";
  return std::nullopt;
}

std::string value_of_a(std::string_view text, FirstWord first = FirstWord::kEnvironment) {
  const EnvFile file = parse_env(text);
  return EnvExpansion(file, "t.env", outside, first).value("A").value();
}

std::string refusal(std::string_view text) {
  const Error error = error_of([&] { value_of_a(text); });
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  return std::string(error.what()) + "\n" + error.hint();
}

TEST(EnvExpansion, PutsWhatANameMeansInItsPlace) {
  EXPECT_EQ(value_of_a("B=b\nA=x${B}y$B.z"), "xbyb.z");
  EXPECT_EQ(value_of_a("A=\"${B}\"\nB='b'"), "b");
  EXPECT_EQ(value_of_a("A=`$B`\nB=b"), "b");
  EXPECT_EQ(value_of_a("A=$HOME/${HOME}"), "/home/ada//home/ada");
}

TEST(EnvExpansion, FollowsNamesThroughOtherNames) {
  EXPECT_EQ(value_of_a("A=${URL}\nURL=postgresql://${USER_NAME}@${HOST}/app\nUSER_NAME=ada\nHOST=${HOME}"),
            "postgresql://ada@/home/ada/app");
}

TEST(EnvExpansion, TakesTheDefaultOfWhatIsUnsetOrEmpty) {
  EXPECT_EQ(value_of_a("A=${NONE:-5432}${EMPTY:-e}${EMPTY-f}${NONE-}\nEMPTY="), "5432e");
  EXPECT_EQ(value_of_a("A=${NONE:-${HOME:-x}}/y"), "/home/ada/y");
  EXPECT_EQ(value_of_a("A=${B:+set}${NONE:+set}\nB=b"), "set");
}

TEST(EnvExpansion, LetsTheEnvironmentComeFirstButNotBeforeAFileThatWasNamed) {
  EXPECT_EQ(value_of_a("A=$BOTH\nBOTH=of the file"), "of the environment");
  EXPECT_EQ(value_of_a("A=$BOTH\nBOTH=of the file", FirstWord::kFile), "of the file");
}

TEST(EnvExpansion, OfANameWithinItselfMeansWhatItIsOutside) {
  const EnvFile file = parse_env("HOME=$HOME/app");

  EXPECT_EQ(EnvExpansion(file, "t.env", outside, FirstWord::kFile).value("HOME"), "/home/ada/app");
}

TEST(EnvExpansion, KeepsADollarThatBeginsNoName) {
  for (const char* text : {"pa$$", "$", "a$1", "5$-6", "$ x", "${"})
    EXPECT_EQ(value_of_a(std::string("A=") + text), text);
  EXPECT_EQ(value_of_a("A=pa\\$HOME"), "pa$HOME");
}

TEST(EnvExpansion, KeepsADollarInSingleQuotesAndExpandsOnlyBracesThere) {
  EXPECT_EQ(value_of_a("A='pa$HOME$none'"), "pa$HOME$none");
  EXPECT_EQ(value_of_a("A='${HOME}'"), "/home/ada");
}

TEST(EnvExpansion, NamesWhatNothingDefinesInsteadOfLeavingItOut) {
  EXPECT_THAT(
      refusal("A=postgresql://ada:pa$word@host/app"),
      AllOf(HasSubstr("A of t.env needs word, which nothing defines"), HasSubstr("%24"), Not(HasSubstr("ada:"))));
  EXPECT_THAT(refusal("A=${B}\nB=${C}"), HasSubstr("B of t.env needs C"));
}

TEST(EnvExpansion, NamesACircle) {
  EXPECT_THAT(refusal("A=${B}\nB=${C}\nC=${B}"), HasSubstr("needs B, which needs it in turn"));
  EXPECT_THAT(refusal("A=${A}"), HasSubstr("A of t.env needs A, which nothing defines"));
}

TEST(EnvExpansion, RefusesBracesThatHoldNoNameAndDoesNotShowThem) {
  for (const char* text : {"A=${}", "A=${se cret}", "A=${1}", "A=${B:}", "A=${B:?x}"})
    EXPECT_THAT(refusal(text), AllOf(HasSubstr("${NAME}"), Not(HasSubstr("se cret")))) << text;
}

TEST(EnvExpansion, EndsWhereValuesMultiply) {
  std::string text = "A=$B30\nB0=xxxxxxxxxx\n";
  for (int i = 1; i <= 30; ++i)
    text += "B" + std::to_string(i) + "=$B" + std::to_string(i - 1) + "$B" + std::to_string(i - 1) + "\n";

  EXPECT_THAT(refusal(text), HasSubstr("longer than 1 MiB"));
}

TEST(EnvExpansion, KnowsOnlyTheNamesOfTheFile) {
  const EnvFile file = parse_env("B=1");

  EXPECT_FALSE(EnvExpansion(file, "t.env", no_environment, FirstWord::kFile).value("HOME"));
}

}  // namespace
}  // namespace location
