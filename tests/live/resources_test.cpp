// A server that has run out of something: disk, locks, connections. Nothing is written, the message says of what, and
// the same command works when there is enough.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
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

TEST_F(Resources, TooFewLocksOfTheServerAreNamedWithTheSettingThatGivesMore) {
  const support::OwnServer server({"fsync=off", "max_connections=10", "max_locks_per_transaction=10"});
  support::Database target = support::Database::on(server.connection());
  for (int i = 0; i < 200; ++i) {
    const std::string table = "CREATE TABLE t" + std::to_string(i) + " (id int PRIMARY KEY)";
    source_.run(table);
    target.run(table);
  }
  source_.run("INSERT INTO t7 VALUES (1)");
  target.run("INSERT INTO t7 VALUES (2)");
  target.disconnect();
  export_source();

  const support::Run run = import_into(target, file_);

  EXPECT_EQ(run.status, 5) << run.err;
  EXPECT_THAT(run.err, HasSubstr("out of shared memory"));
  EXPECT_THAT(run.err, HasSubstr("max_locks_per_transaction"));
  EXPECT_EQ(target.value("SELECT count(*) FROM t7"), "1");
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
