// The whole sample report in every form against tests/golden/audit.*; UPDATE_GOLDEN=1 rewrites them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "report/audit_markdown.h"
#include "report/audit_text.h"
#include "report/audits.h"
#include "report/html/page.h"
#include "report/memory_sink.h"
#include "support/folder.h"

namespace report {
namespace {

struct Form {
  std::string ending;
  std::function<std::string(const outcome::ImportOutcome&)> make;
};

class Golden : public testing::TestWithParam<Form> {};

TEST_P(Golden, SampleReportIsAsItWas) {
  const std::string path = std::string(SOURCE_DIR) + "/tests/golden/audit." + GetParam().ending;
  const std::string made = GetParam().make(an_audited_import());
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << made;
  }

  EXPECT_EQ(made, support::read_file(path)) << "if this is meant: UPDATE_GOLDEN=1";
}

INSTANTIATE_TEST_SUITE_P(Forms, Golden,
                         testing::Values(Form{"html", audit_html}, Form{"txt", audit_text}, Form{"md", audit_markdown},
                                         Form{"json", whole_audit_json}),
                         [](const auto& form) { return form.param.ending; });

// Pages for page_test.py, which looks at them with a parser and a browser of its own.
TEST(AuditPages, AreWrittenWhereABrowserIsToSeeThem) {
  const support::TemporaryFolder own;
  const char* const wanted = std::getenv("DB_TRANSFER_TEST_PAGES");
  const std::string folder = wanted == nullptr ? own.path() : wanted;
  const auto write = [&](const std::string& name, const outcome::ImportOutcome& outcome) {
    std::ofstream(folder + "/" + name, std::ios::binary) << audit_html(outcome);
    EXPECT_GT(std::filesystem::file_size(folder + "/" + name), 10000U);
  };

  write("sample.html", an_audited_import());
  write("hostile.html", an_import_of(hostile_text()));
  write("many_tables.html", an_import_of_many_tables(60));
  std::uint64_t seed = 1;
  for (int page = 0; page < 20; ++page)
    write("random_" + std::to_string(page) + ".html", an_import_of(random_text(seed)));
}

}  // namespace
}  // namespace report
