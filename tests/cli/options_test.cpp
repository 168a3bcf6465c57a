#include "cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/error.h"

namespace cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

std::vector<const char*> arguments_of(const char* program, const std::vector<std::string>& words) {
  std::vector<const char*> arguments = {program};
  for (const std::string& word : words) arguments.push_back(word.c_str());
  return arguments;
}

std::variant<ExportCommand, Printout> parsed_export(const std::vector<std::string>& words) {
  const auto arguments = arguments_of("db-export", words);
  return parse_export(static_cast<int>(arguments.size()), arguments.data());
}

std::variant<ImportCommand, Printout> parsed_import(const std::vector<std::string>& words) {
  const auto arguments = arguments_of("db-import", words);
  return parse_import(static_cast<int>(arguments.size()), arguments.data());
}

ExportCommand export_command(const std::vector<std::string>& words) {
  return std::get<ExportCommand>(parsed_export(words));
}

ImportCommand import_command(const std::vector<std::string>& words) {
  return std::get<ImportCommand>(parsed_import(words));
}

// Message and hint of the refusal.
template <typename Parse>
std::string refusal(const Parse& parse, const std::vector<std::string>& words) {
  try {
    parse(words);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    return std::string(error.what()) + "\n" + error.hint();
  }
  ADD_FAILURE() << "accepted: " << ::testing::PrintToString(words);
  return {};
}

TEST(ExportOptions, HaveTheirDefaults) {
  const ExportCommand command = export_command({});

  EXPECT_EQ(command.job.output, "");
  EXPECT_EQ(command.task, ExportTask::kExport);
  EXPECT_EQ(command.job.overwrite, base::Overwrite::kRefuse);
  EXPECT_EQ(command.job.row_order, engine::RowOrder::kPhysical);
  EXPECT_EQ(command.common.lock_timeout, std::chrono::seconds(5));
  EXPECT_FALSE(command.common.url);
}

TEST(ExportOptions, TakeEveryWordTheyOffer) {
  const ExportCommand command =
      export_command({"-", "--sorted", "--force", "--skip-audit", "--audit-table", "log_*", "--config", "c", "-v",
                      "--url", "u", "--schema", "s", "--progress", "bar", "--color", "never"});

  EXPECT_EQ(command.job.output, "-");
  EXPECT_EQ(command.job.row_order, engine::RowOrder::kIdentity);
  EXPECT_EQ(command.job.overwrite, base::Overwrite::kReplace);
  EXPECT_EQ(command.common.audit, transfer::Audit::kSkip);
  EXPECT_THAT(command.common.audit_tables, ElementsAre("log_*"));
  EXPECT_EQ(command.common.config_file, "c");
  EXPECT_EQ(command.common.url, "u");
  EXPECT_THAT(command.common.schemas, ElementsAre("s"));
  EXPECT_EQ(command.common.progress, ProgressChoice::kBar);
  EXPECT_EQ(command.common.color, base::ColorChoice::kNever);
  EXPECT_EQ(command.common.verbosity, Verbosity::kVerbose);
}

TEST(ExportOptions, RepeatPatternsWithoutSwallowingTheFile) {
  const ExportCommand command = export_command({"-t", "users", "-troles", "--table=a*", "-T", "b", "out.json"});

  EXPECT_THAT(command.common.tables, ElementsAre("users", "roles", "a*"));
  EXPECT_THAT(command.common.excluded, ElementsAre("b"));
  EXPECT_EQ(command.job.output, "out.json");
}

TEST(ExportOptions, TakePatternsAsTheyAre) {
  EXPECT_THAT(export_command({"-t", "[a,b]", "-t", "a,b", "-t", "{}", "-t", "%%"}).common.tables,
              ElementsAre("[a,b]", "a,b", "{}", "%%"));
}

TEST(ExportOptions, SplitAConditionAtItsFirstEqualsSign) {
  EXPECT_THAT(export_command({"--where", "users=a = 1 AND b = 'x'", "--where=t=c"}).job.where,
              ElementsAre(Pair("users", "a = 1 AND b = 'x'"), Pair("t", "c")));
}

TEST(ExportOptions, RefuseAConditionWithoutTableOrSql) {
  for (const char* condition : {"users", "=a", "users="})
    EXPECT_THAT(refusal(parsed_export, {"--where", condition}), HasSubstr("TABLE=SQL"));
}

TEST(ExportOptions, RefuseWhatContradictsItself) {
  EXPECT_THAT(refusal(parsed_export, {"-", "--json"}), HasSubstr("not both"));
  EXPECT_THAT(refusal(parsed_export, {"f", "--list"}), HasSubstr("--list"));
  EXPECT_THAT(refusal(parsed_export, {"f", "--profile"}), HasSubstr("--profile"));
  EXPECT_THAT(refusal(parsed_export, {"--profile", "--list"}), HasSubstr("two results"));
  EXPECT_THAT(refusal(parsed_export, {"--format", "mermaid"}), HasSubstr("goes with --list only"));
  EXPECT_THAT(refusal(parsed_export, {"--list", "--json", "--format", "mermaid"}), HasSubstr("two forms"));
  EXPECT_THAT(refusal(parsed_export, {"--list", "--format", "mermaidd"}), HasSubstr("mermaid"));
  EXPECT_THAT(refusal(parsed_export, {"-qv"}), HasSubstr("contradict"));
  EXPECT_THAT(refusal(parsed_export, {"--url", "a", "--from", "b"}), HasSubstr("--from and --url both name"));
  EXPECT_THAT(refusal(parsed_export, {"--from", "b", "--env-file", "c"}), HasSubstr("--from and --env-file both name"));
  EXPECT_THAT(refusal(parsed_export, {"--config", "a", "--no-config"}), HasSubstr("contradict"));
  EXPECT_THAT(refusal(parsed_export, {"--from", "a", "--no-config"}), HasSubstr("--no-config"));
  EXPECT_THAT(refusal(parsed_export, {"--list", "--reproducible"}), HasSubstr("--reproducible"));
}

TEST(ImportOptions, NameColumnsWhoseEmptyTextsAreNull) {
  const ImportCommand command = import_command({"f.json", "--empty-as-null", "x.users.last_login", "--match", "t=a"});

  ASSERT_EQ(command.job.policies.size(), 2U);
  EXPECT_EQ(command.job.policies[1].tables, "x.users");
  EXPECT_THAT(command.job.policies[1].empty_as_null, ElementsAre("last_login"));
  EXPECT_THAT(command.job.words, ElementsAre("--match t=a", "--empty-as-null x.users.last_login"));
  for (const char* word : {"users", ".a", "users."})
    EXPECT_THAT(refusal(parsed_import, {"f", "--empty-as-null", word}), HasSubstr("TABLE.COLUMN"));
}

TEST(ImportOptions, HaveTheirDefaults) {
  const ImportCommand command = import_command({"f.json"});

  EXPECT_EQ(command.job.input, "f.json");
  EXPECT_EQ(command.job.intent, engine::Intent::kImport);
  EXPECT_EQ(command.job.mode, engine::Mode::kUpsert);
  EXPECT_EQ(command.job.left_out, transfer::LeftOutPolicy::kContinue);
  EXPECT_EQ(command.job.seal, format::SealPolicy::kDemand);
}

TEST(ImportOptions, TakeEveryWordTheyOffer) {
  const ImportCommand command =
      import_command({"-n", "--mode", "insert", "--atomic", "--exit-code", "--unsealed", "-q", "--json", "-"});

  EXPECT_EQ(command.job.input, "-");
  EXPECT_EQ(command.job.intent, engine::Intent::kDryRun);
  EXPECT_EQ(command.job.mode, engine::Mode::kInsert);
  EXPECT_EQ(command.job.left_out, transfer::LeftOutPolicy::kRollBack);
  EXPECT_EQ(command.dry_run_status, DryRunStatus::kTellsWork);
  EXPECT_EQ(command.job.seal, format::SealPolicy::kIgnore);
  EXPECT_EQ(command.common.verbosity, Verbosity::kQuiet);
  EXPECT_EQ(command.common.form, ResultForm::kJson);
}

TEST(ImportOptions, DemandExactlyOneFile) {
  EXPECT_THAT(refusal(parsed_import, {}), AllOf(HasSubstr("FILE is missing"), HasSubstr("usage: db-import FILE")));
  EXPECT_THAT(refusal(parsed_import, {"a", "b"}), HasSubstr("one FILE too many"));
}

TEST(ImportOptions, TakeAFileThatLooksLikeAnOptionBehindTwoDashes) {
  const ImportCommand command = import_command({"--", "-n"});

  EXPECT_EQ(command.job.input, "-n");
  EXPECT_EQ(command.job.intent, engine::Intent::kImport);
}

TEST(ImportOptions, RefuseAnExitCodeThatNoDryRunGives) {
  EXPECT_THAT(refusal(parsed_import, {"f", "--exit-code"}), HasSubstr("--dry-run"));
}

TEST(Options, SuggestTheOptionThatWasMeant) {
  EXPECT_THAT(refusal(parsed_import, {"f", "--dryrun"}), HasSubstr("did you mean --dry-run?"));
  EXPECT_THAT(refusal(parsed_import, {"f", "--atomci"}), HasSubstr("did you mean --atomic?"));
  EXPECT_THAT(refusal(parsed_export, {"--exclude-tables", "x"}), HasSubstr("did you mean --exclude-table?"));
  EXPECT_THAT(refusal(parsed_import, {"f", "-dry-run"}), HasSubstr("did you mean --dry-run?"));
  EXPECT_THAT(refusal(parsed_import, {"f", "-x"}), AllOf(HasSubstr("no option -x"), Not(HasSubstr("did you mean"))));
  EXPECT_THAT(refusal(parsed_export, {"--completely-else"}),
              AllOf(HasSubstr("no option --completely-else"), HasSubstr("usage:")));
}

TEST(Options, SuggestTheValueThatWasMeant) {
  EXPECT_THAT(refusal(parsed_import, {"f", "--mode", "upsrt"}), HasSubstr("did you mean upsert?"));
  EXPECT_THAT(refusal(parsed_import, {"f", "--progress", "xxxxxxxx"}), HasSubstr("auto, bar, plain, none"));
  EXPECT_THAT(refusal(parsed_import, {"f", "--color", "Never"}), HasSubstr("did you mean never?"));
}

TEST(Options, SayWhichOptionLacksItsValueOrHasTwo) {
  EXPECT_THAT(refusal(parsed_export, {"--url"}), HasSubstr("--url needs a value"));
  EXPECT_THAT(refusal(parsed_export, {"--table"}), HasSubstr("--table needs a value"));
  EXPECT_THAT(refusal(parsed_export, {"--url", "--sorted"}), HasSubstr("--url needs a value"));
  EXPECT_THAT(refusal(parsed_import, {"f", "--audit-table", "--dry-run"}), HasSubstr("--audit-table needs a value"));
  EXPECT_THAT(refusal(parsed_import, {"f", "-t", "-n"}), HasSubstr("--table needs a value"));
  EXPECT_THAT(refusal(parsed_export, {"--url", "a", "--url", "b"}), HasSubstr("--url is given more than once"));
}

TEST(Options, RefuseAnEmptyValueInsteadOfTakingTheDefault) {
  for (const char* option : {"--url", "--env-file", "--config", "--schema", "-t", "-T", "--audit-table", "--where"})
    EXPECT_THAT(refusal(parsed_export, {option, ""}), HasSubstr("empty")) << option;
  EXPECT_THAT(refusal(parsed_export, {""}), HasSubstr("empty"));
  EXPECT_THAT(refusal(parsed_import, {""}), HasSubstr("empty"));
}

TEST(Options, RefuseAFlagWithAnEmptyValue) {
  for (const char* option : {"--json=", "--dry-run=", "--quiet=", "--rehearse="})
    EXPECT_THAT(refusal(parsed_import, {"f", option}), HasSubstr("empty value")) << option;
  EXPECT_THAT(refusal(parsed_export, {"--list", "--json="}), HasSubstr("--json is given an empty value"));
  EXPECT_EQ(import_command({"--", "--json="}).job.input, "--json=");
}

TEST(Options, TakeTheFullerOfTwoFormsOfTheResult) {
  EXPECT_TRUE(import_command({"f", "--json=full", "--json"}).common.every_decision);
  EXPECT_TRUE(import_command({"f", "--json", "--json=full"}).common.every_decision);
  EXPECT_FALSE(import_command({"f", "--json", "--json"}).common.every_decision);
}

TEST(Options, ReadTimesWithTheirUnit) {
  const auto lock_timeout = [](const char* text) {
    return export_command({"--lock-timeout", text}).common.lock_timeout;
  };

  EXPECT_EQ(lock_timeout("1ms"), std::chrono::milliseconds(1));
  EXPECT_EQ(lock_timeout("5s"), std::chrono::seconds(5));
  EXPECT_EQ(lock_timeout("2min"), std::chrono::minutes(2));
  EXPECT_EQ(lock_timeout("2147483647ms"), std::chrono::milliseconds(2147483647));
}

TEST(Options, RefuseTimesThatWouldMeanSomethingElse) {
  // 0 would switch PostgreSQL's own limit off.
  for (const char* text : {"0s", "0ms", "5", "s", "-1s", "+5s", "5 s", "1.5s", "5sec", "2147483648ms", "2147484s",
                           "99999999999999999999s", "x"})
    EXPECT_THAT(refusal(parsed_export, {"--lock-timeout", text}), HasSubstr("--lock-timeout")) << text;
}

TEST(Options, NeverRepeatWhatMayBeAPassword) {
  const std::string url = "postgresql://ada:secret@host/app";
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"f", "--ulr=" + url},
                                             {"f", "--ulr", url},
                                             {"f", url},
                                             {url},
                                             {"f", "--url", url, "--url", url},
                                             {"f", "--json=" + url},
                                             {"f", "--zzzzzzzzzzzz=" + url},
                                             {"f", "--url", url, "--to", "x"}}) {
    EXPECT_THAT(refusal(parsed_import, words), Not(HasSubstr("secret"))) << ::testing::PrintToString(words);
  }
}

TEST(Options, PrintNoControlCharacterOfTheCommandLine) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"--\x1b[2J"}, {"--where", "\x1b[2J"}, {"--color", "\x1b[2J"}, {"--lock-timeout", "\x1b[2J"}}) {
    EXPECT_THAT(refusal(parsed_export, words), Not(HasSubstr("\x1b"))) << ::testing::PrintToString(words);
  }
}

TEST(Help, FitsEightyColumnsAndEndsWithTheExitStatuses) {
  for (const Printout& page :
       {std::get<Printout>(parsed_export({"--help"})), std::get<Printout>(parsed_import({"-h"}))}) {
    std::istringstream lines(page.text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 80U) << line;
      EXPECT_EQ(line.find_last_not_of(' ') + 1, line.size()) << '"' << line << '"';
    }
    EXPECT_THAT(page.text, AllOf(HasSubstr("\nUsage: db-"), HasSubstr("\nExamples:\n"), HasSubstr("\nExit status:\n")));
  }
}

TEST(Help, IsShownWhateverElseIsWrong) {
  EXPECT_TRUE(std::holds_alternative<Printout>(parsed_import({"--bogus", "--help", "a", "b"})));
}

TEST(Help, ShowsExamplesThatAreUnderstood) {
  // The words of an example's line, as far as it is ours and needs no shell.
  const auto try_line = [](const std::string& line, const std::string& program, const auto& parse) {
    std::istringstream stream(line.substr(0, line.find("   ", 3)));
    std::vector<std::string> words;
    for (std::string word; stream >> word && word != "|";) words.push_back(word);
    if (words.empty() || words.front() != program || line.find('"') != std::string::npos) return 0;
    EXPECT_NO_THROW(parse(std::vector<std::string>(words.begin() + 1, words.end()))) << line;
    return 1;
  };
  int tried = 0;
  std::istringstream exports(std::get<Printout>(parsed_export({"--help"})).text);
  for (std::string line; std::getline(exports, line);) tried += try_line(line, "db-export", parsed_export);
  std::istringstream imports(std::get<Printout>(parsed_import({"--help"})).text);
  for (std::string line; std::getline(imports, line);) tried += try_line(line, "db-import", parsed_import);

  EXPECT_EQ(tried, 17);
}

}  // namespace
}  // namespace cli
