// A server that has run out of something: disk, locks, connections. Nothing is written, the message says of what, and
// the same command works when there is enough.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "support/dump.h"
#include "support/folder.h"
#include "support/own_server.h"
#include "support/program.h"
#include "support/server.h"

namespace live {
namespace {

using testing::HasSubstr;

constexpr const char* kExport = PROGRAM_DIR "/db-export";
constexpr const char* kImport = PROGRAM_DIR "/db-import";

// A disk of its own in the server's folder, in memory.
class SmallDisk {
 public:
  explicit SmallDisk(const support::OwnServer& server) : path_(server.folder() + "/disk") {
    std::filesystem::create_directory(path_);
    mounted_ = resize(0, "8m", server);
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool is_there() const { return mounted_; }
  const std::string& path() const { return path_; }
  void grow(const support::OwnServer& server) const { ASSERT_TRUE(resize(MS_REMOUNT, "200m", server)); }

 private:
  bool resize(unsigned long flags, const std::string& size, const support::OwnServer& server) const {
    struct stat data {};
    if (::stat((server.folder() + "/data").c_str(), &data) != 0) return false;
    const std::string options = "mode=0700,size=" + size + ",uid=" + std::to_string(data.st_uid);
    return ::mount("tmpfs", path_.c_str(), "tmpfs", flags, options.c_str()) == 0;
  }

  const std::string path_;
  bool mounted_ = false;
};

class Resources : public testing::Test {
 protected:
  void export_source() {
    const support::Run exported = support::run_program({kExport, file_, "--url", source_.url(), "-q"});
    ASSERT_EQ(exported.status, 0) << exported.err;
  }

  static support::Run import_into(const support::Database& target, const std::string& file,
                                  const std::string& first_load = "auto") {
    return support::run_program({kImport, file, "--url", target.url(), "-q", "--first-load", first_load});
  }

  support::Database source_;
  const support::TemporaryFolder folder_;
  const std::string file_ = folder_.file("export.json");
};

TEST_F(Resources, AFullDiskOfTheServerLeavesTheTargetAsItWas) {
  const support::OwnServer server({"fsync=off"});
  const SmallDisk disk(server);
  if (!disk.is_there()) GTEST_SKIP() << "this user may not mount a file system";
  source_.run(
      "CREATE TABLE notes (id int PRIMARY KEY, note text); INSERT INTO notes SELECT n, repeat(md5(n::text), 30) FROM "
      "generate_series(1, 15000) n");
  export_source();
  support::Database::on(server.connection()).run("CREATE TABLESPACE small LOCATION '" + disk.path() + "'");
  for (const bool temporary_tables_are_there : {false, true}) {
    for (const char* first_load : {"auto", "never"}) {
      if (temporary_tables_are_there && first_load == std::string("auto")) continue;  // it has none
      support::Database target = support::Database::on(server.connection());
      target.run(std::string("CREATE TABLE notes (id int PRIMARY KEY, note text)") +
                 (temporary_tables_are_there ? "" : " TABLESPACE small"));
      if (temporary_tables_are_there) target.run("ALTER DATABASE " + target.name() + " SET temp_tablespaces = small");
      target.disconnect();

      const support::Run run = import_into(target, file_, first_load);

      EXPECT_EQ(run.status, 5) << run.err;
      EXPECT_THAT(run.err, HasSubstr("No space left on device")) << first_load;
      EXPECT_EQ(target.value("SELECT count(*) FROM notes"), "0");
    }
  }
  support::Database target = support::Database::on(server.connection());
  target.run("CREATE TABLE notes (id int PRIMARY KEY, note text) TABLESPACE small");
  target.disconnect();
  disk.grow(server);
  const support::Run run = import_into(target, file_);
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(target.value("SELECT count(*) FROM notes"), "15000");
  target.run("DROP TABLE notes");  // before its disk
}

// Tables of a key and a row each, in both databases; the rows of the target have other values.
void make_tables(support::Database& source, support::Database& target, int tables) {
  const std::string number = std::to_string(tables);
  const auto loop = [&](const std::string& statement) {
    return "DO $$ BEGIN FOR i IN 1.." + number + " LOOP EXECUTE format('" + statement +
           "', i); COMMIT; END LOOP; END $$";
  };
  for (support::Database* database : {&source, &target})
    database->run(loop("CREATE TABLE t%s (id int PRIMARY KEY, v text)"));
  source.run(loop("INSERT INTO t%s VALUES (1, ''old''), (2, ''new'')"));
  target.run(loop("INSERT INTO t%s VALUES (1, ''other'')"));
  source.disconnect();
  target.disconnect();
}

// Exports, dry-runs with a report, imports, and imports again.
void expect_a_transfer(support::Database& source, support::Database& target, const support::TemporaryFolder& folder,
                       int tables) {
  const std::string file = folder.file("many.json");
  const support::Run exported = support::run_program({kExport, file, "--url", source.url(), "-q"});
  ASSERT_EQ(exported.status, 0) << exported.err;
  const std::vector<std::string> import{kImport, file, "--url", target.url(), "--json"};
  const auto total_of = [&](std::vector<std::string> options) {
    options.insert(options.begin(), import.begin(), import.end());
    const support::Run run = support::run_program(options);
    EXPECT_EQ(run.status, 0) << run.err;
    if (run.status != 0) return std::vector<int>{};
    const auto total = nlohmann::json::parse(run.out)["total"];
    return std::vector<int>{total["insert"], total["update"], total["unchanged"]};
  };
  EXPECT_EQ(total_of({"-n", "--report", folder.file("report.json")}), (std::vector<int>{tables, tables, 0}));
  EXPECT_EQ(total_of({}), (std::vector<int>{tables, tables, 0}));
  EXPECT_EQ(total_of({}), (std::vector<int>{0, 0, 2 * tables}));
  const std::string last = std::to_string(tables);
  EXPECT_EQ(target.value("SELECT string_agg(v, ' ' ORDER BY id) FROM t" + last), "old new");
}

TEST_F(Resources, TooFewLocksOfTheServerAreNamedBeforeTheFirstRowWithTheSettingThatGivesMore) {
  const support::OwnServer server(
      {"fsync=off", "max_connections=10", "max_prepared_transactions=0", "max_locks_per_transaction=10"});
  support::Database target = support::Database::on(server.connection());
  make_tables(source_, target, 600);
  export_source();

  const support::Run run = import_into(target, file_);

  EXPECT_EQ(run.status, 5) << run.err;
  EXPECT_THAT(run.err, HasSubstr("has no room for the locks of this import"));
  EXPECT_THAT(run.err, HasSubstr("set max_locks_per_transaction = 1"));
  EXPECT_EQ(target.value("SELECT count(*) FROM t7"), "1");
}

// What the settings neither promise nor rule out is tried, and the server's own word told.
TEST_F(Resources, LocksThatTheServerTurnsOutNotToHaveAreNamedWithTheSettingThatGivesMore) {
  const support::OwnServer server({"fsync=off", "max_connections=10", "max_locks_per_transaction=10"});
  support::Database target = support::Database::on(server.connection());
  make_tables(source_, target, 380);
  export_source();

  const support::Run run = import_into(target, file_);

  EXPECT_EQ(run.status, 5) << run.err;
  EXPECT_THAT(run.err, HasSubstr("out of shared memory"));
  EXPECT_THAT(run.err, HasSubstr("max_locks_per_transaction"));
  EXPECT_EQ(target.value("SELECT count(*) FROM t7"), "1");
}

// A tenth of each number: of locks and of tables.
TEST_F(Resources, TablesAreImportedUpToWhatTheServersLocksHold) {
  const support::OwnServer server({"fsync=off", "max_connections=10", "max_locks_per_transaction=20"});
  support::Database source = support::Database::on(server.connection());
  support::Database target = support::Database::on(server.connection());
  make_tables(source, target, 400);
  expect_a_transfer(source, target, folder_, 400);
}

TEST_F(Resources, FiveThousandTablesAreImportedWithTheServersDefaultSettings) {
  if (std::getenv("DB_TRANSFER_LARGE") == nullptr) GTEST_SKIP() << "only with DB_TRANSFER_LARGE=1";
  const support::OwnServer server({"fsync=off"});
  support::Database source = support::Database::on(server.connection());
  support::Database target = support::Database::on(server.connection());
  make_tables(source, target, 5000);
  expect_a_transfer(source, target, folder_, 5000);
}

TEST_F(Resources, TooFewConnectionsEndAnExportWithoutAFile) {
  source_.run("CREATE TABLE notes (id int PRIMARY KEY)");
  const std::string role = "lonely_" + source_.name();
  source_.run("CREATE ROLE " + role + " LOGIN CONNECTION LIMIT 1");
  source_.run("GRANT SELECT ON notes TO " + role);
  source_.run("ALTER ROLE " + role + " NOSUPERUSER");
  std::string url = source_.url();
  url.replace(url.find("postgres@"), 8, role);

  const support::Run one = support::run_program({kExport, folder_.file("one.json"), "--url", url});
  const support::Run two = support::run_program({kExport, folder_.file("two.json"), "--url", url, "--jobs", "2"});

  EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(two.status, 5) << two.err;
  EXPECT_THAT(two.err, HasSubstr("too many connections for role"));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("two.json")));
  source_.run("DROP OWNED BY " + role);
  source_.run("DROP ROLE " + role);
}

}  // namespace
}  // namespace live
