// Every file that a released format ever wrote is read as it was meant: tests/golden/files/version_N. The values that
// must come out stand beside it in *.rows, as the databases themselves print them. Nothing here is ever rewritten.
#include <gmock/gmock.h>

#include <filesystem>

#include "support/dump.h"
#include "support/folder.h"
#include "support/program.h"
#include "support/server.h"

namespace golden {
namespace {

using testing::HasSubstr;

std::string golden(const std::string& name) { return SOURCE_DIR "/tests/golden/files/version_1/" + name; }

support::Run import_file(const std::string& name, const std::string& url,
                         const std::vector<std::string>& options = {}) {
  std::vector<std::string> command{PROGRAM_DIR "/db-import", golden(name), "--url", url, "--quiet"};
  command.insert(command.end(), options.begin(), options.end());
  return support::run_program(command);
}

std::string rows_of(const support::Database& database) {
  std::string rows;
  for (const std::string& line : support::copied_rows(database.url())) rows += line;
  return rows;
}

class PostgresFile : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Golden, PostgresFile,
                         testing::Values("postgresql.json", "postgresql.json.zst", "postgresql.json.gz"),
                         [](const auto& name) {
                           const std::string ending = std::filesystem::path(name.param).extension();
                           return ending.substr(1);
                         });

TEST_P(PostgresFile, HoldsWhatItHeld) {
  support::Database target;
  target.run_file(golden("postgresql.sql"));

  const support::Run imported = import_file(GetParam(), target.url());

  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_EQ(rows_of(target), support::read_file(golden("postgresql.rows")));
}

TEST_P(PostgresFile, IsUnchangedTheSecondTime) {
  support::Database target;
  target.run_file(golden("postgresql.sql"));
  import_file(GetParam(), target.url());

  const support::Run again = import_file(GetParam(), target.url(), {"--dry-run", "--exit-code"});

  EXPECT_EQ(again.status, 0) << again.out << again.err;
}

TEST(RejectsFile, IsImportedWithoutItsReasons) {
  support::Database target;
  target.run_file(golden("postgresql.sql"));
  ASSERT_THAT(support::read_file(golden("rejects.json")), HasSubstr("\"annotation\": "));

  const support::Run imported = import_file("rejects.json", target.url());

  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_EQ(rows_of(target), support::read_file(golden("rejects.rows")));
}

// For each table a query that prints its rows: storage class and value of every column, bytes as hexadecimal digits.
constexpr const char* kSqliteQueries = R"sql(
SELECT 'SELECT ' || group_concat('typeof("' || c.name || '"), CASE typeof("' || c.name || '") WHEN ''real'' THEN printf(''%!.20g'', "' || c.name
  || '") WHEN ''integer'' THEN "' || c.name || '" ELSE hex("' || c.name || '") END', ', ') || ' FROM "' || replace(m.name, '"', '""') || '" ORDER BY 1, 2;'
FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' GROUP BY m.name ORDER BY m.name;
)sql";

class SqliteFile : public testing::Test {
 protected:
  std::string shell(const std::string& sql) const {
    const support::Run run = support::run_program({"sqlite3", "-bail", database}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  }
  std::string rows() const { return shell(shell(kSqliteQueries)); }

  const support::TemporaryFolder folder;
  const std::string database = folder.file("target.db");
};

TEST_F(SqliteFile, HoldsWhatItHeld) {
  shell(support::read_file(golden("sqlite.sql")));

  const support::Run imported = import_file("sqlite.json", "sqlite:" + database);

  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_EQ(rows(), support::read_file(golden("sqlite.rows")));
}

}  // namespace
}  // namespace golden
