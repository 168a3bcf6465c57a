// The development side of boursa, through Python's own SQLite: nothing of ours takes part.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support/folder.h"
#include "support/program.h"

namespace {

// Runs the schema twice, then the sample statement by statement with its parameters, and answers with JSON.
constexpr const char* kLoad = R"py(
import json, sqlite3, sys
folder, parameters = sys.argv[1], json.loads(sys.argv[2])
database = sqlite3.connect(":memory:", isolation_level=None)
for again in range(2):
    database.executescript(open(folder + "/001_initial_schema.sql", encoding="utf-8").read())
statement = ""
for line in open(folder + "/sample.sql", encoding="utf-8"):
    statement += line
    if sqlite3.complete_statement(statement):
        database.execute(statement, parameters)
        statement = ""
def value(sql): return database.execute(sql).fetchone()[0]
print(json.dumps({
    "users": value("SELECT count(*) FROM users"),
    "orphans": len(database.execute("PRAGMA foreign_key_check").fetchall()),
    "booleans": value("SELECT group_concat(DISTINCT typeof(is_active) || is_active) FROM (SELECT is_active FROM users ORDER BY 1)"),
    "times": value("SELECT group_concat(DISTINCT t) FROM (SELECT typeof(timestamp) t FROM user_locations ORDER BY 1)"),
    "empty": value("SELECT count(*) FROM users WHERE last_login = ''"),
    "dump": "\n".join(database.iterdump())
}))
)py";

nlohmann::json load(const nlohmann::json& parameters) {
  const auto done =
      support::run_program({"python3", "-c", kLoad, SOURCE_DIR "/schema/boursa/sqlite", parameters.dump()});
  EXPECT_EQ(done.status, 0) << done.err;
  return nlohmann::json::parse(done.out);
}

TEST(SqliteSample, HoldsWhatFlaskApplicationsStore) {
  const auto sample = load({{"scale", 50}, {"orphans", nullptr}});
  EXPECT_EQ(sample["users"], 50);
  EXPECT_EQ(sample["orphans"], 0);
  EXPECT_EQ(sample["booleans"], "integer0,integer1");
  EXPECT_EQ(sample["times"], "integer,real,text");
  EXPECT_GT(sample["empty"], 0);
}

TEST(SqliteSample, HoldsOrphansWhenAsked) { EXPECT_EQ(load({{"scale", 5}, {"orphans", 3}})["orphans"], 3); }

TEST(SqliteSample, IsTheSameAtEveryRun) {
  const nlohmann::json parameters = {{"scale", 30}, {"orphans", 1}};
  EXPECT_EQ(load(parameters)["dump"], load(parameters)["dump"]);
}

}  // namespace
