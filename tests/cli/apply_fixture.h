// A plan of a dry run for two databases with users and posts, and the import by it. Its file: audit.json.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/transfer_fixture.h"

namespace cli {

class Apply : public Transfer {
 protected:
  void SetUp() override {
    schema(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, \"passwordHash\" text, bio "
        "text);"
        "CREATE TABLE posts (id int PRIMARY KEY, author int NOT NULL REFERENCES users, title text);"
        "CREATE TABLE tags (label text)");
    source.run(
        "INSERT INTO users VALUES (1, 'a@x', 'Ann', 'hunter2', repeat('x', 3000)), (2, 'b@x', 'Bob', 'h', NULL), (3, "
        "'c@x', 'Cid', 'h', NULL), (4, 'd@x', 'Dan', 'h', NULL); INSERT INTO posts VALUES (10, 1, 'one'), (11, 2, "
        "'two'); INSERT INTO tags VALUES ('red')");
    target.run(
        "INSERT INTO users VALUES (1, 'a@x', 'Anna', 'hunter1', repeat('y', 3000)), (2, 'b@x', 'Bob', 'h', NULL), (9, "
        "'c@x', 'Cy', 'h', NULL); INSERT INTO posts VALUES (10, 1, 'uno')");
    ASSERT_EQ(run_export().status, 0);
  }
  // A dry run, whose exit status is 4: user 3's e-mail is another's.
  void make_plan(std::vector<std::string> options = {}) {
    std::filesystem::remove(plan);
    options.insert(options.end(), {"--report", plan});
    if (std::find(options.begin(), options.end(), "--rehearse") == options.end()) options.emplace_back("--dry-run");
    const support::Run made = run_import(options);
    ASSERT_TRUE(made.status == 4 || made.status == 0) << made.err;
  }
  support::Run apply(std::vector<std::string> options = {}) {
    options.insert(options.end(), {"--apply", plan});
    return run_import(options);
  }
  // Refused with 7, nothing written, and `what` said.
  void expect_moved(const std::string& what, std::vector<std::string> options = {}) {
    const std::string before = support::normalized_dump(target.url());
    const support::Run run = apply(std::move(options));
    EXPECT_EQ(run.status, 7) << run.out << run.err;
    EXPECT_THAT(run.err, testing::AllOf(testing::HasSubstr("the plan no longer holds"), testing::HasSubstr(what)));
    EXPECT_EQ(support::normalized_dump(target.url()), before);
  }
  std::string in_folder(const std::string& name) const { return folder.file(name); }

  std::string plan = folder.file("audit.json");
};

}  // namespace cli
