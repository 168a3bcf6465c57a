// A merge that left rows out, and a person who settles them in the rejects file.
#pragma once

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/base_fixture.h"

namespace cli {

class Conflicts : public Base {
 protected:
  using Json = nlohmann::ordered_json;  // members stay where they are

  // Merges what both sides did; there is something to settle.
  void leave_out(std::vector<std::string> options = {}) {
    options.insert(options.end(), {"--rejects", rejects, "--force"});
    const support::Run run = merge(options);
    ASSERT_EQ(run.status, 4) << run.out << run.err;
  }
  Json document(const std::string& path) const { return Json::parse(text_of(path)); }
  Json record(const std::string& table, std::size_t place = 0) const { return document(rejects)["data"][table][place]; }
  // Writes the rejects file with what `edit` makes of it.
  void settle(const std::function<void(Json&)>& edit) const {
    Json settled = document(rejects);
    edit(settled);
    std::ofstream(rejects) << settled.dump(1);
  }
  // A record of the rejects file.
  void settle(const std::string& table, std::size_t place, const std::function<void(Json&)>& edit) const {
    settle([&](Json& all) { edit(all["data"][table][place]); });
  }
  // The rejects file is damaged from now on: in the one that was kept, once.
  void keep_sound() { sound = text_of(rejects); }
  void with(const std::string& what, const std::string& instead) const {
    std::string text = sound;
    const std::size_t at = text.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    std::ofstream(rejects) << text.replace(at, what.size(), instead);
  }
  support::Run import_settled(std::vector<std::string> options = {}) {
    std::vector<std::string> words{PROGRAM_DIR "/db-import", rejects, "--unsealed", "--url", target.url()};
    words.insert(words.end(), options.begin(), options.end());
    return support::run_program(words);
  }
  void expect_settled(const std::vector<std::string>& options = {}) {
    const support::Run run = import_settled(options);
    EXPECT_EQ(run.status, 0) << run.out << run.err;
  }
  // What is left out again takes the place of the rejects.
  void expect_conflict_again(const std::string& reason, std::vector<std::string> options = {}) {
    const std::string again = folder.file("again.json");
    options.insert(options.end(), {"--rejects", again, "--force"});
    const support::Run run = import_settled(options);
    EXPECT_EQ(run.status, 4) << run.out << run.err;
    rejects = again;
    EXPECT_THAT(text_of(rejects), testing::HasSubstr(reason));
  }
  void expect_refused_settled(int exit_status, const std::string& what) {
    const std::string there = rows();
    const support::Run run = import_settled();
    EXPECT_EQ(run.status, exit_status) << run.out << run.err;
    EXPECT_THAT(run.err, testing::HasSubstr(what));
    EXPECT_EQ(rows(), there);
  }

  std::string rejects = folder.file("rejects.json");
  std::string sound;
};

}  // namespace cli
