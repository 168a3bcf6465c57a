// A folder of migrations, an SQLite file that is not there yet, and the real db-migrate between them. The sqlite3 shell
// is the oracle: it shares no code of ours. Needs PROGRAM_DIR.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/folder.h"
#include "support/program.h"

namespace migrate {

class MigrateSqlite : public testing::Test {
 protected:
  std::vector<std::string> words(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), PROGRAM_DIR "/db-migrate");
    arguments.insert(arguments.begin() + 2, folder.path());
    arguments.insert(arguments.end(), {"--url", "sqlite:" + path});
    return arguments;
  }

  // run({"up", "--dry-run"}): the folder and the URL are put in.
  support::Run run(std::vector<std::string> arguments) const {
    return support::run_program(words(std::move(arguments)));
  }

  // "001_a.sql applied now, 002_b.sql pending"
  std::string states(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const support::Run done = run(std::move(arguments));
    if (!nlohmann::json::accept(done.out) || nlohmann::json::parse(done.out).contains("error")) return done.err;
    std::string text;
    const auto result = nlohmann::json::parse(done.out);
    for (const auto& entry : result["migrations"])
      text += (text.empty() ? "" : ", ") + entry["name"].get<std::string>() + " " + entry["state"].get<std::string>();
    return text;
  }

  std::string shell(const std::string& sql) const {
    const support::Run done = support::run_program({"sqlite3", "-bail", path}, {.input = sql});
    EXPECT_EQ(done.status, 0) << done.err;
    return done.out;
  }

  // Of one query: rows separated by blanks, values by "|".
  std::string value(const std::string& sql) const {
    std::string text = shell(sql + ";");
    while (!text.empty() && text.back() == '\n') text.pop_back();
    for (char& c : text)
      if (c == '\n') c = ' ';
    return text;
  }

  std::string tables() const { return value("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"); }
  std::string ledger() const { return value("SELECT name FROM migrations ORDER BY name"); }

  support::TemporaryFolder folder;
  support::TemporaryFolder place;
  std::string path = place.file("app.db");
};

}  // namespace migrate
