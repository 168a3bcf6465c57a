// Two databases and the real programs between them: what the end-to-end tests of both tools start from.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "support/dump.h"
#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"

namespace cli {

class Transfer : public testing::Test {
 protected:
  // The same DDL on both sides.
  void schema(const std::string& sql) {
    source.run(sql);
    target.run(sql);
  }

  support::Run run_export(std::vector<std::string> options = {}) {
    std::vector<std::string> arguments{PROGRAM_DIR "/db-export", file, "--url", source.url(), "--force"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return support::run_program(arguments);
  }

  // Into `target` unless the options name another --url.
  support::Run run_import(std::vector<std::string> options = {}) {
    std::vector<std::string> arguments{PROGRAM_DIR "/db-import", file};
    arguments.insert(arguments.end(), options.begin(), options.end());
    if (std::find(options.begin(), options.end(), "--url") == options.end())
      arguments.insert(arguments.end(), {"--url", target.url()});
    return support::run_program(arguments);
  }

  // Exports, imports and returns the result, whatever the exit status; every import of a test goes through the sum
  // rule.
  nlohmann::json transfer(std::vector<std::string> options = {}) {
    const support::Run exported = run_export();
    EXPECT_EQ(exported.status, 0) << exported.err;
    return import(std::move(options));
  }

  nlohmann::json import(std::vector<std::string> options = {}) {
    options.emplace_back("--json");
    const support::Run imported = run_import(options);
    status = imported.status;
    errors = imported.err;
    if (!nlohmann::json::accept(imported.out)) {
      ADD_FAILURE() << "no JSON result, status " << imported.status << "\n" << imported.err;
      return {{"tables", nlohmann::json::array()}, {"total", {}}};
    }
    nlohmann::json result = nlohmann::json::parse(imported.out);
    if (result.contains("error")) {
      ADD_FAILURE() << "no result but " << result.dump();
      return {{"tables", nlohmann::json::array()}, {"total", {}}};
    }
    for (auto& table : result["tables"]) {
      table.update(table["counts"]);  // for tests that ask for one of them
      int sum = 0;
      for (const char* verdict : {"insert", "update", "unchanged", "conflict", "invalid", "skipped"})
        sum += table[verdict].get<int>();
      EXPECT_EQ(sum, table["rows"].get<int>()) << table.dump();
    }
    return result;
  }

  static nlohmann::json table(const nlohmann::json& result, const std::string& name) {
    for (const auto& table : result["tables"]) {
      if (table["name"] == name) return table;
    }
    ADD_FAILURE() << "no table " << name << " in " << result.dump();
    return {};
  }

  // insert, update, unchanged, conflict, invalid, skipped of one table.
  static std::vector<int> verdicts(const nlohmann::json& result, const std::string& name) {
    const nlohmann::json found = table(result, name);
    std::vector<int> counts;
    for (const char* verdict : {"insert", "update", "unchanged", "conflict", "invalid", "skipped"})
      counts.push_back(found["counts"].value(verdict, -1));
    return counts;
  }

  // For a lock in the target. Seen from the source: a transaction of ours in the target, which holds the lock, would
  // see the sessions of its first look for ever.
  void wait_until_somebody_waits() {
    while (source.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity "
                        "WHERE datname = '" +
                        target.name() + "')") == "0")
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

  // All that the server has ever written into the user's tables of the target.
  std::string writes() {
    // A session counts its writes at its end, which comes after that of its program.
    while (target.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
                        "pg_backend_pid()") != "0") {
    }
    target.run("SELECT pg_stat_force_next_flush()");
    return target.value(
        "SELECT concat_ws(' ', sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del)) FROM pg_stat_user_tables WHERE "
        "schemaname NOT LIKE 'pg_temp%'");
  }

  void load_document_sharing(support::Database& database, int scale) {
    const std::string system = SOURCE_DIR "/schema/document-sharing/";
    database.run_file(system + "001_schema.sql");
    database.run_file(system + "sample.sql", {"scale=" + std::to_string(scale)});
  }

  support::Database source;
  support::Database target;
  support::TemporaryFolder folder;
  std::string file = folder.file("export.json");
  int status = -1;
  std::string errors;
};

}  // namespace cli
