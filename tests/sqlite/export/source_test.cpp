// Exports: what is read, in which order, from which moment, and what stands against it.
#include "sqlite/export/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlite/import/import_fixture.h"

namespace sqlite_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

base::ErrorKind kind_of(const std::function<void()>& act, const std::string& words) {
  try {
    act();
  } catch (const base::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(words));
    return error.kind();
  }
  ADD_FAILURE() << "no error";
  return base::ErrorKind::kInternal;
}

TEST(SqliteSource, SortsByIdentityWhateverTheCollation) {
  const Database database(
      "CREATE TABLE t(id TEXT PRIMARY KEY COLLATE NOCASE); INSERT INTO t VALUES('b'),('C'),('a');"
      "CREATE TABLE u(x); INSERT INTO u VALUES(2),(-1),(1);");

  EXPECT_THAT(
      data_of(export_of(database, engine::RowOrder::kIdentity)),
      HasSubstr(
          "{\"id\":\"C\"},\n{\"id\":\"a\"},\n{\"id\":\"b\"}\n],\n\"u\": [\n{\"x\":-1},\n{\"x\":1},\n{\"x\":2}\n]"));
}

TEST(SqliteSource, ReadsOnlyWhatTheConditionSays) {
  const Database database("CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES(1),(2),(3);");

  const std::string data = data_of(export_of(database, engine::RowOrder::kPhysical, "id = 1 OR id = 3 -- two"));

  EXPECT_THAT(data, HasSubstr("{\"id\":1},\n{\"id\":3}\n"));
  for (const char* wrong : {"nonsense >", "id = 1) --", "id = 1; DROP TABLE t", "abs(-9223372036854775807 - id) > 0"}) {
    EXPECT_EQ(kind_of([&] { export_of(database, engine::RowOrder::kPhysical, wrong); }, "--where for t"),
              base::ErrorKind::kUsage)
        << wrong;
  }
}

TEST(SqliteSource, IsOneMoment) {
  const Database database(
      "PRAGMA journal_mode = WAL; CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES(1);");
  sqlite::SqliteSource source(connect(database.path(), sqlite::Access::kReadSource));
  source.open_snapshot(source.tables({}));

  database.run("INSERT INTO t VALUES(2);");

  base::ByteBuffer out;
  EXPECT_EQ(source.read({{"", "t"}, "", engine::RowOrder::kPhysical})->read_batch(out), 1U);
}

TEST(SqliteSource, ReadsWhatATableIsAtItsMoment) {
  const Database database("CREATE TABLE t(id INTEGER PRIMARY KEY);");
  sqlite::SqliteSource source(connect(database.path(), sqlite::Access::kReadSource));
  const auto tables = source.tables({});
  database.run("ALTER TABLE t ADD COLUMN n;");

  EXPECT_EQ(source.open_snapshot(tables)[0].columns.size(), 2);
}

TEST(SqliteSource, SaysThatATableHasGoneMeanwhile) {
  const Database database("CREATE TABLE t(id INTEGER PRIMARY KEY);");
  sqlite::SqliteSource source(connect(database.path(), sqlite::Access::kReadSource));
  const auto tables = source.tables({});
  database.run("DROP TABLE t;");

  EXPECT_EQ(kind_of([&] { source.open_snapshot(tables); }, "has gone while the export began"), base::ErrorKind::kLock);
}

TEST(SqliteSource, LeavesTheFileAsItIs) {
  const Database database("CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES(1);");
  const std::string before = database.bytes();

  export_of(database);

  EXPECT_EQ(database.bytes(), before);
  EXPECT_THAT(support::run_program({"ls", database.folder().path()}).out, "test.db\n");
}

TEST(SqliteSource, ReadsNoViewThatStandsForATable) {
  const Database database("CREATE TABLE t(id INTEGER PRIMARY KEY); CREATE VIEW v AS SELECT load_extension('x');");

  EXPECT_THAT(export_of(database), Not(HasSubstr("\"v\"")));
}

TEST(SqliteSource, NamesWhatStandsAgainstOpening) {
  const support::TemporaryFolder folder;
  const auto open = [](const std::string& path) {
    return [path] { sqlite::SqliteSource(connect(path, sqlite::Access::kReadSource)).tables({}); };
  };

  EXPECT_EQ(kind_of(open(folder.file("none.db")), "No such file"), base::ErrorKind::kConnection);
  EXPECT_EQ(kind_of(open(folder.path()), "not an ordinary file"), base::ErrorKind::kConnection);
  EXPECT_EQ(kind_of(open(folder.write("text.db", std::string(5000, 'x'))), "not a database"),
            base::ErrorKind::kConnection);
  EXPECT_EQ(
      kind_of(
          [&] {
            connect(Database("CREATE TABLE t(a);").path(), sqlite::Access::kReadOnly)->execute("CREATE TABLE u(a)");
          },
          "readonly"),
      base::ErrorKind::kPrivilege);
}

TEST(SqliteSource, SaysWhenTheFileIsDamaged) {
  const Database database(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
      "LIMIT 2000) INSERT INTO t SELECT i, hex(randomblob(50)) FROM n;");
  std::string bytes = database.bytes();
  ASSERT_GT(bytes.size(), 100000U);
  std::fill(bytes.begin() + 8192, bytes.begin() + 90000, '\xff');
  database.folder().write("test.db", bytes);

  EXPECT_EQ(kind_of([&] { export_of(database); }, "malformed"), base::ErrorKind::kInputOutput);
}

// As an interrupted copy leaves it. The header of an empty database is a page like any other.
TEST(SqliteSource, RefusesAFileThatWasCutOffAnywhere) {
  const Database database(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT); CREATE TABLE u(x); INSERT INTO u VALUES(1); WITH RECURSIVE n(i) "
      "AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400) INSERT INTO t SELECT i, hex(randomblob(50)) FROM n;");
  const std::string bytes = database.bytes();
  ASSERT_GT(bytes.size(), 40000U);
  for (std::size_t length = 1; length < bytes.size(); ++length) {
    const bool around_a_page = length % 4096 <= 1 || length % 4096 == 4095;
    if (!around_a_page && length % 97 != 0) continue;
    database.folder().write("test.db", bytes.substr(0, length));
    try {
      export_of(database);
      ADD_FAILURE() << "exported the first " << length << " bytes";
    } catch (const base::Error& error) {
      EXPECT_THAT(error.kind(), testing::AnyOf(base::ErrorKind::kConnection, base::ErrorKind::kInputOutput)) << length;
    }
  }
}

TEST(SqliteSource, StopsWhenAsked) {
  const Database database("CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES(1);");
  std::stop_source stop;
  const auto connection = connect(database.path(), sqlite::Access::kReadSource, stop.get_token());
  sqlite::Statement endless =
      connection->prepare("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n");
  stop.request_stop();

  EXPECT_EQ(kind_of([&] { endless.next(); }, "interrupt"), base::ErrorKind::kInterrupted);
}

TEST(SqliteTarget, GivesUpOnALock) {
  const Case one("CREATE TABLE t(id INTEGER PRIMARY KEY);");
  const std::string file = file_for(one.database, {{"t", {R"({"id":1})"}}});
  const auto other = connect(one.database.path(), sqlite::Access::kReadWrite);
  other->execute("BEGIN IMMEDIATE");

  EXPECT_EQ(kind_of([&] { import_file(one.database, file); }, "locked"), base::ErrorKind::kLock);
  // A dry run reads beside a writer.
  EXPECT_EQ(import_file(one.database, file, {.intent = engine::Intent::kDryRun}).of("t"), "insert 1");
}

}  // namespace
}  // namespace sqlite_test
