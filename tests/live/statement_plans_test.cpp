// No statement about the rows of an import compares every row with every other: the server tells what each visited
// (auto_explain), and that is held against the number of rows.
#include <gtest/gtest.h>

#include <ostream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "support/folder.h"
#include "support/own_server.h"
#include "support/program.h"
#include "support/server.h"

namespace live {
namespace {

constexpr int kRows = 2000;
// What one node of a plan may visit: rows that it gives and rows that it drops. Two thousand times two thousand is
// beyond it by a hundred.
constexpr double kMostVisited = 20.0 * kRows;

struct Story {
  const char* name;
  const char* schema;                             // $N stands for kRows
  const char* rows;                               // on both sides; of the source exported as the base
  const char* of_source;                          // then there
  const char* of_target;                          // the same
  std::vector<std::vector<std::string>> imports;  // one after the other; "FILE" is the export, "BASE" the base
};

void PrintTo(const Story& story, std::ostream* out) { *out << story.name; }

constexpr const char* kTree = R"sql(
CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE NOT NULL, name text, amount numeric);
CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users, reply int REFERENCES posts, title text);
CREATE TABLE tags (post int REFERENCES posts, tag text, PRIMARY KEY (post, tag)))sql";
constexpr const char* kTreeRows = R"sql(
INSERT INTO users SELECT n, 'u' || n, 'name', n FROM generate_series(1, $N) n;
INSERT INTO posts SELECT n, n, nullif(n / 2, 0), 'title' FROM generate_series(1, $N) n;
INSERT INTO tags SELECT n, 'x' FROM generate_series(1, $N) n)sql";

const std::vector<Story> kStories = {
    {"Tree",
     kTree,
     kTreeRows,
     "UPDATE users SET name = 'n' || id; UPDATE posts SET title = 't' || id WHERE id % 2 = 0; "
     "INSERT INTO users SELECT n, 'u' || n FROM generate_series($N + 1, 2 * $N) n",
     "DELETE FROM tags",
     {{"FILE", "--dry-run", "--report", "AUDIT"}, {"FILE", "--save-undo", "UNDO"}, {"FILE"}, {"--undo", "UNDO"}}},
    {"Merge",
     kTree,
     kTreeRows,
     "UPDATE users SET name = 'n' || id WHERE id % 10 < 2; UPDATE posts SET title = 't' || id WHERE id % 10 = 0; "
     "DELETE FROM tags WHERE post % 4 = 0; INSERT INTO users SELECT n, 'u' || n FROM generate_series($N + 1, 2 * $N) n",
     "UPDATE users SET amount = 0 WHERE id % 10 = 1; UPDATE users SET name = 'there' WHERE id % 10 = 0; "
     "DELETE FROM tags WHERE post % 5 = 0; "
     "INSERT INTO users SELECT n, 'u' || n, 'there' FROM generate_series($N + 1, $N + $N / 2) n",
     {{"FILE", "--base", "BASE", "--dry-run", "--report", "AUDIT"},
      {"FILE", "--base", "BASE", "--base-unit", "row", "--dry-run"},
      {"FILE", "--base", "BASE", "--delete-missing", "tags", "--limit", "delete=1000000"}}},
    {"RefusedByATrigger",
     kTree,
     "SELECT",
     kTreeRows,
     "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.id % 10 = 7 THEN RAISE 'no'; END IF; "
     "RETURN NEW; END$$; CREATE TRIGGER no BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION no()",
     {{"FILE"}, {"FILE"}}},
    {"NaturalKeys",
     kTree,
     "SELECT",
     kTreeRows,
     "INSERT INTO users SELECT n + 1000000, 'u' || n, CASE n % 2 WHEN 0 THEN 'name' END FROM generate_series(1, $N) n",
     {{"FILE", "--dry-run"}, {"FILE", "--match", "users=email"}, {"FILE", "--match", "users=email"}}},
    {"LackingParents",
     "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (a int, b int, p int REFERENCES p, PRIMARY KEY (a, b)); "
     "CREATE TABLE g (id int PRIMARY KEY, a int, b int, FOREIGN KEY (a, b) REFERENCES c)",
     "SELECT",
     "INSERT INTO p SELECT n FROM generate_series(1, $N) n; INSERT INTO c SELECT n % 100, n, n FROM generate_series(1, "
     "$N) n; INSERT INTO g SELECT n, n % 100, n FROM generate_series(1, $N) n",
     "INSERT INTO p SELECT n FROM generate_series(1, $N / 2) n; ANALYZE",
     {{"FILE", "-T", "p", "--dry-run"}, {"FILE", "-T", "p"}, {"FILE", "-T", "p"}}},
    {"Cascades",
     "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); "
     "CREATE TABLE c (id int PRIMARY KEY, code text REFERENCES p (code) ON UPDATE SET NULL ON DELETE SET NULL); "
     "CREATE TABLE d (id int PRIMARY KEY, code text REFERENCES p (code) ON UPDATE CASCADE, v int)",
     "INSERT INTO p SELECT n, 'p' || n FROM generate_series(1, $N) n; INSERT INTO c SELECT id, code FROM p; "
     "INSERT INTO d SELECT id, code FROM p",
     "UPDATE p SET code = 'q' || id; UPDATE c SET code = 'q' || id; UPDATE d SET v = 1",
     "SELECT",
     {{"FILE", "--dry-run", "--report", "AUDIT"}, {"FILE", "--save-undo", "UNDO"}, {"--undo", "UNDO"}}},
    {"Deletions",
     "CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE); "
     "CREATE TABLE c (id int PRIMARY KEY, code text REFERENCES p (code) ON UPDATE SET NULL ON DELETE SET NULL)",
     "INSERT INTO p SELECT n, 'p' || n FROM generate_series(1, $N) n; INSERT INTO c SELECT id, code FROM p",
     "DELETE FROM c; DELETE FROM p WHERE id % 2 = 0",
     "SELECT",
     {{"FILE", "--delete-missing", "*", "--limit", "delete=1000000", "--dry-run"},
      {"FILE", "--delete-missing", "*", "--limit", "delete=1000000", "--save-undo", "UNDO"},
      {"--undo", "UNDO"}}},
    {"Cycle",
     "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); "
     "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
     "SELECT",
     "INSERT INTO a SELECT n FROM generate_series(1, $N) n; INSERT INTO b SELECT n, n FROM generate_series(1, $N) n; "
     "UPDATE a SET b = id",
     "ALTER TABLE b ADD CHECK (id % 10 <> 5)",
     {{"FILE", "--dry-run"}, {"FILE"}, {"FILE"}}},
    {"KeysHandedOn",
     "CREATE TABLE u (id int PRIMARY KEY, email text, code int UNIQUE, up int REFERENCES u (code)); "
     "CREATE UNIQUE INDEX ON u (lower(email))",
     "INSERT INTO u SELECT n, 'U' || n, n FROM generate_series(1, $N) n; UPDATE u SET up = id",
     "UPDATE u SET email = 'x' || id, up = NULL; UPDATE u SET code = -id; "
     "UPDATE u SET email = 'u' || (id % $N + 1), code = id % $N + 1; UPDATE u SET up = code",
     "SELECT",
     {{"FILE", "--dry-run"}, {"FILE"}}},
    {"RowsWithoutKeys",
     "CREATE TABLE l (a text, b int)",
     "INSERT INTO l SELECT 'x' || n % 10, n FROM generate_series(1, $N) n",
     "UPDATE l SET a = 'same', b = 1 WHERE b > 99",
     "DELETE FROM l WHERE b % 3 = 0",
     {{"FILE", "--dry-run"}, {"FILE", "--base", "BASE"}, {"FILE"}}},
    {"Partitions",
     "CREATE TABLE q (id int, k int, v text, PRIMARY KEY (id, k)) PARTITION BY RANGE (k); "
     "CREATE TABLE q0 PARTITION OF q FOR VALUES FROM (0) TO (50); CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (50) "
     "TO "
     "(90)",
     "INSERT INTO q SELECT n, n % 90, 'v' FROM generate_series(1, $N) n",
     "CREATE TABLE qx PARTITION OF q DEFAULT; UPDATE q SET v = 'w'; "
     "INSERT INTO q SELECT n, n % 100, 'v' FROM generate_series($N + 1, 2 * $N) n",
     "SELECT",
     {{"FILE", "--dry-run"}, {"FILE"}}},
};

std::string filled(std::string text, const std::vector<std::pair<std::string, std::string>>& places) {
  for (const auto& [place, value] : places) {
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size()))
      text.replace(at, place.size(), value);
  }
  return text;
}

// Rows that one node of the plan gave or dropped, in all of its runs.
double most_visited(const std::string& plan) {
  static const std::regex actual(R"(actual rows=([0-9.]+) loops=([0-9]+))");
  static const std::regex removed(R"(Rows Removed by [A-Za-z ]+: ([0-9]+))");
  double most = 0;
  double loops = 1;
  std::istringstream lines(plan);
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (std::regex_search(line, found, actual)) {
      loops = std::stod(found[2]);
      most = std::max(most, std::stod(found[1]) * loops);
    } else if (std::regex_search(line, found, removed)) {
      most = std::max(most, std::stod(found[1]) * loops);
    }
  }
  return most;
}

// Entries of the server's log; their further lines begin with a tabulator.
std::vector<std::string> plans_of(const std::string& log) {
  std::vector<std::string> entries;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('\t') && !entries.empty()) {
      entries.back() += "\n" + line;
    } else {
      entries.push_back(line);
    }
  }
  std::erase_if(entries, [](const std::string& entry) { return entry.find(" plan:") == std::string::npos; });
  return entries;
}

class StatementPlans : public testing::TestWithParam<Story> {
 protected:
  static void SetUpTestSuite() {
    server = std::make_unique<support::OwnServer>(std::vector<std::string>{
        "autovacuum=off", "session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0",
        "auto_explain.log_analyze=on", "auto_explain.log_timing=off"});
  }
  static void TearDownTestSuite() { server.reset(); }

  std::string filled_in(const std::string& text) {
    return filled(text, {{"$N", std::to_string(kRows)},
                         {"FILE", folder.file("file.json")},
                         {"BASE", folder.file("base.json")},
                         {"UNDO", folder.file("undo.json")},
                         {"AUDIT", folder.file("audit.json")}});
  }
  void export_to(const std::string& file, const std::string& url) {
    const support::Run run = support::run_program({PROGRAM_DIR "/db-export", filled_in(file), "--url", url});
    ASSERT_EQ(run.status, 0) << run.err;
  }

  static std::unique_ptr<support::OwnServer> server;
  support::TemporaryFolder folder;
};

std::unique_ptr<support::OwnServer> StatementPlans::server;

TEST_P(StatementPlans, VisitNoMoreThanAFewTimesTheRows) {
  const Story& story = GetParam();
  support::Database source = support::Database::on(server->connection());
  support::Database target = support::Database::on(server->connection());
  for (support::Database* database : {&source, &target})
    database->run(filled_in(std::string(story.schema) + ";" + story.rows));
  export_to("BASE", source.url());
  source.run(filled_in(story.of_source));
  target.run(filled_in(story.of_target));
  export_to("FILE", source.url());
  const std::string log = server->folder() + "/server.log";
  for (const std::vector<std::string>& import : story.imports) {
    std::vector<std::string> words{PROGRAM_DIR "/db-import", "--url", target.url()};
    for (const std::string& word : import) words.push_back(filled_in(word));
    const std::size_t before = support::read_file(log).size();

    const support::Run run = support::run_program(words);

    EXPECT_TRUE(run.status == 0 || run.status == 4) << run.err;
    const std::vector<std::string> plans = plans_of(support::read_file(log).substr(before));
    EXPECT_GT(plans.size(), 20U);
    for (const std::string& plan : plans) EXPECT_LE(most_visited(plan), kMostVisited) << plan;
  }
}

INSTANTIATE_TEST_SUITE_P(Import, StatementPlans, testing::ValuesIn(kStories),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace live
