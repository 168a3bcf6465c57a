// Boursa's way out of SQLite, with the real programs, its own migrations and its own transfer file. The sqlite3 shell
// and psql's server are the oracles.
#include <gmock/gmock.h>

#include <sstream>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

const std::string kSystem = SOURCE_DIR "/schema/boursa";

// Every row as one line: the same text exactly where the same is meant.
constexpr const char* kRowsInSqlite = R"(
SELECT concat FROM (
SELECT 'u|' || id || '|' || username || '|' || coalesce(email, '-') || '|' || password_hash || '|' || role || '|' || is_active || '|' ||
       created_at || '|' || coalesce(nullif(last_login, ''), '-') AS concat FROM users
UNION ALL
SELECT 'f|' || id || '|' || user_id || '|' || filename || '|' || file_path || '|' || file_size || '|' ||
       coalesce(nullif(columns, ''), '-') || '|' || is_processed || '|' || uploaded_at FROM data_files
UNION ALL
SELECT 't|' || id || '|' || user_id || '|' || coalesce(data_file_id, '-') || '|' || test_type || '|' || coalesce(parameters, '-') || '|' ||
       coalesce(nullif(result, ''), '-') || '|' || iif(p_value IS NULL, '-', printf('%.8f', p_value)) || '|' || success || '|' || created_at FROM test_history
UNION ALL
SELECT 'l|' || id || '|' || username || '|' || printf('%.6f', latitude) || '|' || printf('%.6f', longitude) || '|' || coalesce(active_users, '-') || '|' ||
       printf('%.2f', CASE typeof(timestamp) WHEN 'text' THEN strftime('%s', timestamp) ELSE timestamp END) FROM user_locations);)";

constexpr const char* kRowsInPostgresql = R"(
SELECT 'u|' || id || '|' || username || '|' || coalesce(email, '-') || '|' || password_hash || '|' || role || '|' || is_active::int || '|' ||
       to_char(created_at, 'YYYY-MM-DD HH24:MI:SS.US') || '|' || coalesce(to_char(last_login, 'YYYY-MM-DD"T"HH24:MI:SS'), '-') FROM users
UNION ALL
SELECT 'f|' || id || '|' || user_id || '|' || filename || '|' || file_path || '|' || file_size || '|' || coalesce(columns::text, '-') || '|' ||
       is_processed::int || '|' || to_char(uploaded_at, 'YYYY-MM-DD HH24:MI:SS') FROM data_files
UNION ALL
SELECT 't|' || id || '|' || user_id || '|' || coalesce(data_file_id::text, '-') || '|' || test_type || '|' || coalesce(parameters::text, '-') || '|' ||
       coalesce(result::text, '-') || '|' || coalesce(p_value::numeric(10, 8)::text, '-') || '|' || success::int || '|' ||
       to_char(created_at, 'YYYY-MM-DD HH24:MI:SS.US') FROM test_history
UNION ALL
SELECT 'l|' || id || '|' || username || '|' || latitude::numeric(10, 6) || '|' || longitude::numeric(10, 6) || '|' ||
       coalesce(active_users::text, '-') || '|' || extract(epoch FROM timestamp)::numeric(14, 2) FROM user_locations)";

class Boursa : public Transfer {
 protected:
  void SetUp() override {
    migrate("sqlite:" + development);
    const support::Run filled =
        support::run_program({"sqlite3", "-bail", "-cmd", ".parameter set :scale 40", development},
                             {.input_file = kSystem + "/sqlite/sample.sql"});
    ASSERT_EQ(filled.status, 0) << filled.err;
  }

  static void migrate(const std::string& url) {
    const support::Run migrated = support::run_program({PROGRAM_DIR "/db-migrate", "up", kSystem, "--url", url});
    ASSERT_EQ(migrated.status, 0) << migrated.err;
  }

  static std::string shell(const std::string& database, const std::string& sql) {
    const support::Run run = support::run_program({"sqlite3", "-bail", database}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  }

  void export_development() const {
    const support::Run exported = support::run_program(
        {PROGRAM_DIR "/db-export", file, "--force", "--url", "sqlite:" + development, "--config", config});
    ASSERT_EQ(exported.status, 0) << exported.err;
  }

  nlohmann::json import_into(const std::string& url, std::vector<std::string> options) {
    options.insert(options.end(), {"--url", url});
    return import(std::move(options));
  }

  void change_development() const {
    shell(development,
          "UPDATE test_history SET success = 1 - success, p_value = 0.5 WHERE id = 3;"
          "INSERT INTO test_history (user_id, test_type) VALUES (1, 'adf');");
  }

  static std::vector<std::string> sorted_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  std::vector<std::string> rows_in_target() {
    std::string text;
    for (const auto& row : target.rows(kRowsInPostgresql)) text += row.at(0).value_or("NULL") + "\n";
    return sorted_lines(text);
  }

  // Without the ledger, whose times differ.
  static std::string rows_in(const std::string& database) {
    return shell(database, ".dump users data_files test_history user_locations");
  }

  std::string development = folder.file("dev.db");
  std::string production = folder.file("prod.db");
  std::string config = kSystem + "/transfer.json";
};

TEST_F(Boursa, MovesEveryRowFromSqliteToPostgresql) {
  migrate(target.url());
  export_development();
  const std::string written = writes();
  const auto predicted = import({"--config", config, "--dry-run"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(writes(), written);

  const auto result = import({"--config", config});

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(predicted["tables"], result["tables"]);
  EXPECT_EQ(result["total"]["insert"], 400);
  EXPECT_THAT(rows_in_target(), ElementsAreArray(sorted_lines(shell(development, kRowsInSqlite))));
  EXPECT_THAT(result.dump(), HasSubstr("Unix seconds taken as timestamps"));
  EXPECT_EQ(import({"--config", config})["total"]["unchanged"], 400);
}

TEST_F(Boursa, UpsertsIntoPostgresqlWhatChangedInSqlite) {
  migrate(target.url());
  export_development();
  import({"--config", config});
  change_development();
  export_development();

  const auto result = import({"--config", config});

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "test_history"), ElementsAre(1, 1, 159, 0, 0, 0));
  EXPECT_EQ(result["total"]["unchanged"], 399);
  EXPECT_EQ(target.value("SELECT p_value FROM test_history WHERE id = 3"), "0.5");
}

TEST_F(Boursa, AsksForItsTransferFileWhereTheTimesAreMixed) {
  migrate(target.url());
  export_development();

  const support::Run refused = run_import();

  EXPECT_EQ(refused.status, 7) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("timestamp"));
  EXPECT_EQ(target.value("SELECT count(*) FROM users"), "0");
}

TEST_F(Boursa, MovesEveryRowFromSqliteToSqliteAsItIs) {
  migrate("sqlite:" + production);
  export_development();
  const std::string before = support::read_file(production);
  const auto predicted = import_into("sqlite:" + production, {"--dry-run"});
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(support::read_file(production), before);

  const auto result = import_into("sqlite:" + production, {});

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(predicted["tables"], result["tables"]);
  EXPECT_EQ(result["total"]["insert"], 400);
  EXPECT_EQ(rows_in(production), rows_in(development));
  const std::string imported = support::read_file(production);
  EXPECT_EQ(import_into("sqlite:" + production, {})["total"]["unchanged"], 400);
  EXPECT_EQ(support::read_file(production), imported);
}

TEST_F(Boursa, UpsertsIntoSqliteWhatChangedAndTakesEmptyTextsForNullAsItsTransferFileSays) {
  migrate("sqlite:" + production);
  export_development();
  import_into("sqlite:" + production, {});
  change_development();
  export_development();

  const auto result = import_into("sqlite:" + production, {"--config", config});

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(result["total"]["insert"], 1);
  EXPECT_EQ(table(result, "users")["update"],
            std::stoi(shell(development, "SELECT count(*) FROM users WHERE last_login = '';")));
  shell(development,
        "UPDATE users SET last_login = NULL WHERE last_login = ''; UPDATE data_files SET columns = NULL WHERE "
        "columns = ''; UPDATE test_history SET result = NULL WHERE result = '';");
  EXPECT_EQ(rows_in(production), rows_in(development));
}

}  // namespace
}  // namespace cli
