// What packages are made with: manuals and completions, from what --help says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "support/folder.h"
#include "support/program.h"

namespace cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPrograms[] = {"db-export", "db-import", "db-migrate", "db-diff"};

std::string printed(const std::string& program, const std::vector<std::string>& options) {
  std::vector<std::string> words = {std::string(PROGRAM_DIR "/") + program};
  words.insert(words.end(), options.begin(), options.end());
  const support::Run run = support::run_program(words);
  EXPECT_EQ(run.status, 0) << run.err;
  return run.out;
}

// Every --name of the help page.
std::set<std::string> options_of(const std::string& program) {
  std::set<std::string> names;
  std::istringstream help(printed(program, {"--help"}));
  for (std::string line; std::getline(help, line);) {
    const std::size_t at = line.find("--");
    if (at != 2 && at != 6) continue;                                                 // behind "  " or "  -t, "
    if (line[at + 2] != ' ') names.insert(line.substr(at, line.find(' ', at) - at));  // no "-- no-transaction"
  }
  EXPECT_GT(names.size(), 8U) << program;
  return names;
}

// What bash offers behind these words, of which the last is being typed.
std::string completed(const std::string& program, const std::string& words) {
  const support::TemporaryFolder folder;
  const std::string script = folder.write("completion", printed(program, {"--generate", "bash"}));
  const support::Run run =
      support::run_program({"bash", "-c",
                            "complete() { function=$4; }; source " + script + "; COMP_WORDS=(" + words +
                                "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); $function; echo \" ${COMPREPLY[*]} \""});
  EXPECT_EQ(run.status, 0) << run.err;
  return run.out;
}

void expect_no_warning(const std::string& manual) {
  const support::Run lint = support::run_program({"mandoc", "-T", "lint", "-W", "warning", manual});
  EXPECT_EQ(lint.status, 0) << lint.out << lint.err;
}

TEST(Manuals, OfTheProgramsAreSoundAndHoldEveryOption) {
  const support::TemporaryFolder folder;
  for (const std::string program : kPrograms) {
    const std::string path = folder.write(program + ".1", printed(program, {"--generate", "man"}));
    expect_no_warning(path);
    const std::string page = support::run_program({"mandoc", "-T", "ascii", path}).out;
    const std::string text = support::run_program({"col", "-b"}, {.input = page}).out;
    for (const std::string& option : options_of(program)) EXPECT_THAT(text, HasSubstr(option)) << program;
    for (const char* part : {"NAME\n", "EXIT STATUS\n", "EXAMPLES\n", "SEE ALSO\n"})
      EXPECT_THAT(text, HasSubstr(part)) << program;
  }
}

TEST(Manuals, OfTheFilesAreSoundAndHoldEveryMember) {
  const support::TemporaryFolder folder;
  for (const std::string page : {"db-transfer-file", "db-transfer.json"}) {
    const std::string path = folder.file(page + ".5");
    const support::Run run =
        support::run_program({"python3", SOURCE_DIR "/tools/packaging/schema_manual.py", page, path});
    ASSERT_EQ(run.status, 0) << run.err;
    expect_no_warning(path);
    const std::string member = page == "db-transfer.json" ? "url_env" : "sha256";
    EXPECT_THAT(support::read_file(path), HasSubstr(member));
  }
}

TEST(Completions, OfBashOfferEveryOption) {
  for (const std::string program : kPrograms) {
    const std::string offered = completed(program, program + " --");
    for (const std::string& option : options_of(program)) EXPECT_THAT(offered, HasSubstr(" " + option + " "));
  }
}

TEST(Completions, OfBashOfferEveryValueAndFilesWhereOneIsMeant) {
  EXPECT_EQ(completed("db-import", "db-import --mode ''"), " upsert insert update \n");
  EXPECT_EQ(completed("db-export", "db-export --compress g"), " gzip \n");
  EXPECT_EQ(completed("db-migrate", "db-migrate st"), " status \n");
  EXPECT_EQ(completed("db-export", "db-export -t ''"), "  \n") << "tables are left to the user";
  EXPECT_THAT(completed("db-import", "db-import --config " SOURCE_DIR "/CHANGE"), HasSubstr("CHANGELOG.md"));
}

TEST(Completions, OfZshAndFishHoldEveryOption) {
  for (const std::string program : kPrograms) {
    const std::string zsh = printed(program, {"--generate", "zsh"});
    const std::string fish = printed(program, {"--generate", "fish"});
    EXPECT_EQ(zsh.substr(0, zsh.find('\n')), "#compdef " + program);
    for (const std::string& option : options_of(program)) {
      EXPECT_THAT(zsh, HasSubstr(option + "["));
      EXPECT_THAT(fish, HasSubstr(" -l " + option.substr(2) + " "));
    }
  }
}

TEST(Completions, OfAnUnknownShellAreRefused) {
  const support::Run run = support::run_program({PROGRAM_DIR "/db-export", "--generate", "tcsh"});

  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, AllOf(HasSubstr("man, bash, zsh, fish"), Not(HasSubstr("internal"))));
}

}  // namespace
}  // namespace cli
