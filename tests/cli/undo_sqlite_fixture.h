// An import into SQLite, its taking back, and what the file must hold then.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/folder.h"
#include "support/program.h"

namespace cli {

class UndoInSqlite : public testing::Test {
 protected:
  std::string shell(const std::string& database, const std::string& sql) const {
    const support::Run run = support::run_program({"sqlite3", "-bail", folder.file(database)}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  }
  support::Run db_import(std::vector<std::string> options) const {
    options.insert(options.begin(), PROGRAM_DIR "/db-import");
    options.insert(options.end(), {"--url", "sqlite:prod.db"});
    return support::run_program(options, {.folder = folder.path()});
  }
  std::string rows() const { return shell("prod.db", ".dump"); }
  void import_kept(const std::string& schema, const std::string& source, const std::string& target) {
    shell("dev.db", schema + source);
    shell("prod.db", schema + target);
    const support::Run exported = support::run_program({PROGRAM_DIR "/db-export", "out.json", "--url", "sqlite:dev.db"},
                                                       {.folder = folder.path()});
    ASSERT_EQ(exported.status, 0) << exported.err;
    before = sorted(rows());
    const support::Run run = db_import({"out.json", "--save-undo", "undo.json"});
    ASSERT_EQ(run.status, 0) << run.out << run.err;
  }
  static std::vector<std::string> sorted(const std::string& dump) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < dump.size();) {
      const std::size_t end = dump.find('\n', at);
      const std::string line = dump.substr(at, end - at);
      if (line.find("sqlite_sequence") == std::string::npos) lines.push_back(line);
      at = end + 1;
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }
  void expect_taken_back() {
    const std::vector<std::string> imported = sorted(rows());
    EXPECT_NE(imported, before);
    const support::Run run = db_import({"--undo", "undo.json", "--save-undo", "redo.json"});
    EXPECT_EQ(run.status, 0) << run.out << run.err;
    EXPECT_EQ(sorted(rows()), before);
    const support::Run again = db_import({"--undo", "undo.json"});
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_THAT(again.out, testing::HasSubstr("Nothing is left to take back"));
    EXPECT_EQ(db_import({"--undo", "redo.json"}).status, 0);
    EXPECT_EQ(sorted(rows()), imported);
  }

  const support::TemporaryFolder folder;
  std::vector<std::string> before;
};

}  // namespace cli
