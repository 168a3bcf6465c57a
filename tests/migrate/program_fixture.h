// A folder of migrations, an empty database on a real server, and the real db-migrate between them. Needs PROGRAM_DIR.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"

namespace migrate {

class Migrate : public testing::Test {
 protected:
  std::vector<std::string> words(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), PROGRAM_DIR "/db-migrate");
    arguments.insert(arguments.begin() + 2, folder.path());
    if (std::find(arguments.begin(), arguments.end(), "--url") == arguments.end()) {
      arguments.emplace_back("--url");
      arguments.push_back(database.url());
    }
    return arguments;
  }

  // run({"up", "--dry-run"}): the folder and the URL are put in.
  support::Run run(std::vector<std::string> arguments) const {
    return support::run_program(words(std::move(arguments)));
  }

  // Which file is in which state, as --json tells it: "001_a.sql applied now, 002_b.sql pending".
  std::string states(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const support::Run done = run(std::move(arguments));
    if (!nlohmann::json::accept(done.out) || nlohmann::json::parse(done.out).contains("error")) return done.err;
    const auto result = nlohmann::json::parse(done.out);
    std::string text;
    for (const auto& entry : result["migrations"])
      text += (text.empty() ? "" : ", ") + entry["name"].get<std::string>() + " " + entry["state"].get<std::string>();
    return text;
  }

  // The independent oracle of "nothing changed": the whole schema as pg_dump writes it.
  std::string schema() const {
    const support::Run dump =
        support::run_program({support::postgres_program("pg_dump"), "--schema-only", "--dbname", database.url()});
    EXPECT_EQ(dump.status, 0) << dump.err;
    std::string text;
    std::istringstream lines(dump.out);
    for (std::string line; std::getline(lines, line);) {
      // A random word in newer versions.
      if (line.rfind("\\restrict", 0) != 0 && line.rfind("\\unrestrict", 0) != 0) text += line + "\n";
    }
    return text;
  }

  std::string tables() {
    return database.value(
        "SELECT coalesce(string_agg(tablename, ' ' ORDER BY tablename), '') FROM pg_tables WHERE "
        "schemaname = 'public'");
  }

  std::string ledger() {
    return database.value("SELECT coalesce(string_agg(name, ' ' ORDER BY name), '') FROM migrations");
  }

  support::Database database;
  support::TemporaryFolder folder;
};

}  // namespace migrate
