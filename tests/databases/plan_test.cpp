// A plan of a dry run, its statements and its application on each server version (tests/run --all-servers): what it
// holds of the catalog is asked of catalogs that differ.
#include <gmock/gmock.h>

#include "databases/transfer.h"
#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"

namespace databases {
namespace {

TEST(Plan, IsMadeAndHeldTo) {
  const support::TemporaryFolder folder;
  const std::string file = folder.file("export.json");
  support::Database source;
  support::Database target;
  for (support::Database* database : {&source, &target})
    database->run(
        "CREATE TABLE p (id int PRIMARY KEY, code text COLLATE \"C\" UNIQUE, g int GENERATED ALWAYS AS (id + "
        "1) STORED)");
  source.run("INSERT INTO p (id, code) VALUES (1, 'b'), (2, 'c')");
  target.run(
      "CREATE TABLE c (id int PRIMARY KEY, code text REFERENCES p (code) ON UPDATE CASCADE); INSERT INTO p (id, code) "
      "VALUES (1, 'a'), (5, 'z'); INSERT INTO c VALUES (1, 'a'), (2, 'z')");
  export_database(source.url(), file);
  const auto import = [&](const std::vector<std::string>& options) {
    std::vector<std::string> words = {PROGRAM_DIR "/db-import", file, "--url", target.url()};
    words.insert(words.end(), options.begin(), options.end());
    return support::run_program(words);
  };

  const support::Run planned = import({"--dry-run", "--report", folder.file("plan.json")});
  target.run("UPDATE c SET id = -id; UPDATE c SET id = 3 + id");
  const support::Run moved = import({"--apply", folder.file("plan.json")});
  target.run("UPDATE c SET id = -id; UPDATE c SET id = 3 + id");
  const support::Run applied = import({"--apply", folder.file("plan.json")});

  EXPECT_EQ(planned.status, 0) << planned.err;
  EXPECT_EQ(moved.status, 7) << moved.err;
  EXPECT_THAT(moved.err, testing::HasSubstr("as many as were approved, but others"));
  EXPECT_EQ(applied.status, 0) << applied.err;
  EXPECT_EQ(target.value("SELECT code FROM c WHERE id = 1"), "b");
}

}  // namespace
}  // namespace databases
