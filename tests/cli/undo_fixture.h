// An import that can be taken back, the taking back, and what the target must hold then.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/transfer_fixture.h"

namespace cli {

class Undo : public Transfer {
 protected:
  // Exports and imports with an undo file; the target's rows before are remembered.
  support::Run import_kept(std::vector<std::string> options = {}) {
    EXPECT_EQ(run_export().status, 0);
    before = rows();
    options.insert(options.end(), {"--save-undo", undo});
    const support::Run run = run_import(options);
    EXPECT_TRUE(run.status == 0 || run.status == 4) << run.err;
    return run;
  }
  support::Run take_back(std::vector<std::string> options = {}) { return take_back_by(undo, std::move(options)); }
  support::Run take_back_by(const std::string& path, std::vector<std::string> options = {}) {
    std::vector<std::string> words{PROGRAM_DIR "/db-import", "--undo", path};
    words.insert(words.end(), options.begin(), options.end());
    if (std::find(options.begin(), options.end(), "--url") == options.end())
      words.insert(words.end(), {"--url", target.url()});
    return support::run_program(words);
  }
  nlohmann::json taken_back(std::vector<std::string> options = {}) {
    options.emplace_back("--json");
    const support::Run run = take_back(std::move(options));
    status = run.status;
    errors = run.err;
    EXPECT_TRUE(nlohmann::json::accept(run.out)) << run.err;
    return nlohmann::json::parse(run.out, nullptr, false);
  }
  // Rows as sets, schema as it is.
  std::string rows() const { return support::normalized_dump(target.url()); }
  static std::string text_of(const std::string& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  static int count(const nlohmann::json& counts, const std::string& verdict) { return counts.value(verdict, 0); }

  std::string undo = folder.file("undo.json");
  std::string before;
};

}  // namespace cli
