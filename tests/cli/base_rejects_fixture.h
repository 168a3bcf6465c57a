// Promotions one after the other, each with the file of the one before for its base, and what that one left out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/conflict_fixture.h"

namespace cli {

using Counts = std::vector<int>;  // insert, update, unchanged, conflict, invalid, skipped

class BaseRejects : public Conflicts {
 protected:
  // A merge that leaves rows out; its file is the next base.
  void promote(const std::string& here, const std::string& there, const std::vector<std::string>& options = {}) {
    if (!here.empty()) source.run(here);
    if (!there.empty()) target.run(there);
    leave_out(options);
    keep_export();
  }
  void keep_export() const {
    std::filesystem::copy_file(file, last, std::filesystem::copy_options::overwrite_existing);
  }
  // So that the next ones have their own name.
  std::string moved_rejects() const {
    std::filesystem::rename(rejects, folder.file("before.json"));
    return folder.file("before.json");
  }
  std::vector<std::string> beside(std::vector<std::string> options = {}) const {
    options.insert(options.end(), {"--base", last, "--base-rejects", rejects});
    return options;
  }
  // What the dry run says is what the import does.
  nlohmann::json merged_beside(std::vector<std::string> options = {}) {
    const std::string left_out = folder.file("left-out.json");
    EXPECT_EQ(run_export().status, 0);
    std::vector<std::string> dry = beside(options);
    dry.emplace_back("--dry-run");
    const nlohmann::json foretold = import(dry);
    options.insert(options.end(), {"--rejects", left_out, "--force"});
    const nlohmann::json result = import(beside(options));
    EXPECT_EQ(foretold["total"], result["total"]);
    if (std::filesystem::exists(left_out)) std::filesystem::rename(left_out, rejects);
    return result;
  }
};

}  // namespace cli
