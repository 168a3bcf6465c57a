// Two databases that were equal once, the export of that time, and an import that merges what became of them.
#pragma once

#include <string>
#include <vector>

#include "cli/undo_fixture.h"

namespace cli {

class Base : public Undo {
 protected:
  // On both sides, and exported.
  void common(const std::string& sql) {
    schema(sql);
    keep_base();
  }
  void keep_base() {
    const support::Run exported =
        support::run_program({PROGRAM_DIR "/db-export", last, "--url", source.url(), "--force"});
    ASSERT_EQ(exported.status, 0) << exported.err;
  }
  static std::vector<std::string> with_base(std::vector<std::string> options, const std::string& base) {
    options.insert(options.end(), {"--base", base});
    return options;
  }
  support::Run merge(std::vector<std::string> options = {}) {
    EXPECT_EQ(run_export().status, 0);
    return run_import(with_base(std::move(options), last));
  }
  // What the dry run says is what the import does. `reports`: of the import alone.
  nlohmann::json merged(std::vector<std::string> options = {}, const std::vector<std::string>& reports = {}) {
    EXPECT_EQ(run_export().status, 0);
    std::vector<std::string> dry = with_base(options, last);
    dry.emplace_back("--dry-run");
    const nlohmann::json foretold = import(dry);
    options.insert(options.end(), reports.begin(), reports.end());
    const nlohmann::json result = import(with_base(options, last));
    EXPECT_EQ(foretold["total"], result["total"]);
    return result;
  }
  // Refused before anything is written, and `what` said.
  void expect_refused(const std::vector<std::string>& options, int exit_status, const std::string& what) {
    const std::string there = rows();
    const support::Run run = run_import(options);
    EXPECT_EQ(run.status, exit_status) << run.out << run.err;
    EXPECT_THAT(run.err, testing::HasSubstr(what));
    EXPECT_EQ(rows(), there);
  }
  std::string user(int id) {
    return target.value("SELECT coalesce((SELECT concat_ws('|', email, name, age) FROM users WHERE id = " +
                        std::to_string(id) + "), '')");
  }

  std::string last = folder.file("last.json");
};

}  // namespace cli
