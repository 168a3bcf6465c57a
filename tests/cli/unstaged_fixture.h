// The same import twice, into two targets that are the same: with records that need no staging left unstaged, wherever
// that is sound, and with all of them staged. What is told and what is there afterwards must not tell the two apart.
#pragma once

#include <gmock/gmock.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "cli/transfer_fixture.h"

namespace cli {

class Unstaged : public Transfer {
 protected:
  ~Unstaged() override { unsetenv("DB_TRANSFER_DIGESTS"); }

  void everywhere(const std::string& sql) {
    source.run(sql);
    there(sql);
  }
  // In both targets.
  void there(const std::string& sql) {
    target.run(sql);
    staged_target.run(sql);
  }

  // Exports; then a dry run, a rehearsal and an import in either way. Returns what the import told.
  nlohmann::json same(const std::vector<std::string>& options = {}) {
    const support::Run exported = run_export();
    EXPECT_EQ(exported.status, 0) << exported.err;
    return same_of_file(options);
  }

  nlohmann::json same_of_file(const std::vector<std::string>& options = {}) {
    for (const char* intent : {"--dry-run", "--rehearse"}) {
      const nlohmann::json staged = told("never", staged_target, options, intent);
      const int staged_status = status;
      EXPECT_EQ(told("always", target, options, intent).dump(1), staged.dump(1)) << intent;
      EXPECT_EQ(status, staged_status) << intent;
    }
    const nlohmann::json staged = told("never", staged_target, options, "--yes");
    const int staged_status = status;
    const nlohmann::json unstaged = told("always", target, options, "--yes");
    EXPECT_EQ(unstaged.dump(1), staged.dump(1));
    EXPECT_EQ(status, staged_status);
    EXPECT_EQ(support::normalized_dump(target.url()), support::normalized_dump(staged_target.url()));
    nlohmann::json result = unstaged["json"];
    for (auto& table : result["tables"]) table.update(table["counts"]);
    return result;
  }

  support::Database staged_target;

 private:
  // Without what is each run's own: times, names of databases, keys.
  static void forget_the_run(nlohmann::json& value) {
    if (value.is_object()) {
      for (const char* keyed : {"digest", "followers"}) value.erase(keyed);
      for (const char* own :
           {"decided_at", "duration_seconds", "database", "place", "seal", "path", "rejects_file", "command", "key",
            "commands", "approval", "options", "file", "id", "key_digest", "database_oid", "digest", "digests"})
        if (!value.contains("record")) value.erase(own);
    }
    if (value.is_structured())
      for (auto& part : value) forget_the_run(part);
  }

  // --json, the report and the rejects.
  nlohmann::json told(const char* digests, const support::Database& into, std::vector<std::string> options,
                      const std::string& intent) {
    setenv("DB_TRANSFER_DIGESTS", digests, 1);
    const std::string report = folder.file("report.json");
    const std::string rejects = folder.file("rejects.json");
    for (const std::string& before : {report, rejects}) std::remove(before.c_str());
    const std::string counts = import_counts(into, digests, options, intent);
    options.insert(options.end(), {"--url", into.url(), "--report", report, "--rejects", rejects, "--force", intent});
    nlohmann::json all = {{"json", import(options)}};
    all["report"] = nlohmann::json::parse(support::read_file(report));
    if (std::filesystem::exists(rejects)) all["rejects"] = nlohmann::json::parse(support::read_file(rejects))["data"];
    forget_the_run(all);
    if (!counts.empty()) all["counts"] = counts;
    return all;
  }

  // The same without a report: other statements are asked for then.
  std::string import_counts(const support::Database& into, const char* digests, std::vector<std::string> options,
                            const std::string& intent) {
    if (intent == "--yes") return {};
    setenv("DB_TRANSFER_DIGESTS", digests, 1);
    options.insert(options.end(), {"--url", into.url(), intent});
    return import(options)["total"].dump();
  }
};

}  // namespace cli
