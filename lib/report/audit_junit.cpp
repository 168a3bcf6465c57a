#include "report/audit_junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/facts.h"
#include "report/findings.h"
#include "report/html_text.h"
#include "report/wording.h"

namespace report {
namespace {

using outcome::ImportOutcome;
using outcome::Verdict;

struct Suite {
  std::string name;
  std::string cases;
  std::size_t tests = 0;
  std::size_t failures = 0;

  void pass(std::string_view what) {
    ++tests;
    cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"/>\n", html_plain(name), html_plain(what));
  }
  void fail(std::string_view what, std::string_view type, const std::string& message, const std::string& details) {
    ++tests;
    ++failures;
    cases += fmt::format(
        "    <testcase classname=\"{}\" name=\"{}\"><failure type=\"{}\" message=\"{}\">{}</failure></testcase>\n",
        html_plain(name), html_plain(what), type, html_plain(message), details);
  }
  std::string xml() const {
    return fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n{}  </testsuite>\n", html_plain(name),
                       tests, failures, cases);
  }
};

Suite suite_of_checks(const ImportOutcome& outcome) {
  Suite suite{"checks", {}, 0, 0};
  for (const Check& check : checks(outcome)) {
    // What the rows do is told table by table.
    const bool of_rows = check.topic == Topic::kConflicts || check.topic == Topic::kInvalid;
    if (of_rows) continue;
    check.grade == Grade::kBad ? suite.fail(check.title, "check", check.detail, {}) : suite.pass(check.title);
  }
  return suite;
}

Suite suite_of(const outcome::ImportedTable& table, const std::vector<Cause>& causes) {
  constexpr std::size_t kRowsShown = 10;
  Suite suite{table.name, {}, 0, 0};
  for (const Cause& cause : causes) {
    if (cause.table != &table) continue;
    std::string details;
    for (std::size_t i = 0; i < std::min(kRowsShown, cause.rows.size()); ++i)
      details += fmt::format("{} {}: {}\n", place_of(*cause.rows[i]), html_plain(shown_key(*cause.rows[i])),
                             html_plain(cause.rows[i]->reason));
    const std::string name = cause.name.empty() ? "other causes" : cause.name;
    const std::string_view type = cause.rows.empty() ? "left-out" : outcome::verdict_name(cause.rows.front()->verdict);
    suite.fail(name, type, rows(cause.total) + " left out: " + name, details);
  }
  if (suite.tests == 0) suite.pass("every row finds its place");
  return suite;
}

}  // namespace

std::string audit_junit(const ImportOutcome& outcome) {
  std::vector<Cause> all = causes(outcome, Verdict::kConflict);
  const std::vector<Cause> invalid = causes(outcome, Verdict::kInvalid);
  all.insert(all.end(), invalid.begin(), invalid.end());
  std::vector<Suite> suites = {suite_of_checks(outcome)};
  for (const outcome::ImportedTable& table : outcome.tables) suites.push_back(suite_of(table, all));
  std::string xml;
  std::size_t tests = 0;
  std::size_t failures = 0;
  for (const Suite& suite : suites) {
    xml += suite.xml();
    tests += suite.tests;
    failures += suite.failures;
  }
  return fmt::format("{} tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n{}</testsuites>\n", kJunitBegin, tests,
                     failures, std::chrono::duration<double>(outcome.duration).count(), xml);
}

}  // namespace report
