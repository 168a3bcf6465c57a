// db-diff between two sides, each a file or the URL of a database.
#pragma once

#include <string>
#include <vector>

#include "cli/transfer_fixture.h"

namespace cli {

class Comparison : public Transfer {
 protected:
  support::Run diff(const std::string& a, const std::string& b, std::vector<std::string> options = {},
                    const support::RunOptions& run = {}) {
    options.insert(options.begin(), {PROGRAM_DIR "/db-diff", a, b});
    return support::run_program(options, run);
  }
  // The result, whatever it is; the sums of every table fit.
  nlohmann::json result(const std::string& a, const std::string& b, std::vector<std::string> options = {}) {
    options.emplace_back("--json");
    const support::Run run = diff(a, b, options);
    EXPECT_TRUE(nlohmann::json::accept(run.out)) << run.err << run.out;
    nlohmann::json found = nlohmann::json::parse(run.out, nullptr, false);
    EXPECT_EQ(run.status, found.value("equal", false) ? 0 : 3) << run.err;
    for (const auto& table : found["tables"]) {
      if (table["presence"] != "both") continue;
      const auto& counts = table["counts"];
      const auto of = [&](const char* name) { return counts[name].get<int>(); };
      EXPECT_EQ(of("rows_a"), of("equal") + of("changed") + of("only_a")) << table.dump();
      EXPECT_EQ(of("rows_b"), of("equal") + of("changed") + of("only_b")) << table.dump();
    }
    return found;
  }
};

}  // namespace cli
