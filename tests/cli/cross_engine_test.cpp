// SQLite → PostgreSQL and back through the real programs: what an application really stores, not what it declares.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CrossEngine : public Transfer {
 protected:
  std::string shell(const std::string& database, const std::string& sql) const {
    const support::Run run = support::run_program({"sqlite3", "-bail", folder.file(database)}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  }

  support::Run db_export(const std::string& database) const {
    return support::run_program(
        {PROGRAM_DIR "/db-export", file, "--url", "sqlite:" + folder.file(database), "--force"});
  }

  // Makes app.db by `sql` and exports it.
  void export_from(const std::string& sql) const {
    shell("app.db", sql);
    const support::Run exported = db_export("app.db");
    EXPECT_EQ(exported.status, 0) << exported.err;
  }

  std::string config(const std::string& json) const {
    folder.write("transfer.json", json);
    return folder.file("transfer.json");
  }
};

TEST_F(CrossEngine, GoesByTheTargetsTypesAndTheValues) {
  export_from(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, active BOOLEAN, admin TEXT, made DATETIME, seen INTEGER, tick INTEGER,"
      " born TEXT, token TEXT, raw_token BLOB, price TEXT, settings TEXT, photo BLOB, mood TEXT, code INTEGER,"
      " tags TEXT);"
      "INSERT INTO t VALUES(1, 1, 't', '2025-01-31 10:30:00.25', 1700000000, 1700000000123, '2025-01-31 00:00:00',"
      " '01234567-89AB-CDEF-0123-456789ABCDEF', x'000102030405060708090a0b0c0d0e0f', '12.50', '{\"a\":  [1, null]}',"
      " x'00ff', 'glad', 9007199254740993, '[\"x\",\"y\"]'),"
      "(2, 0, 'false', '2025-01-31T10:30:00', 0, NULL, '2025-02-01', NULL, NULL, '1e2', '\"text\"', NULL, 'sad', 7,"
      " NULL);");
  target.run(
      "CREATE TYPE mood AS ENUM ('glad', 'sad');"
      "CREATE TABLE t(id int PRIMARY KEY, active boolean, admin boolean, made timestamptz, seen timestamp,"
      " tick timestamptz(3), born date, token uuid, raw_token uuid, price numeric(10,2), settings json, photo bytea,"
      " mood mood, code text, tags text[])");

  const auto result = import();

  EXPECT_EQ(status, 0) << errors << result.dump();
  target.run("SET timezone = 'UTC'");
  const std::string columns =
      "active, admin, made, seen, tick, born, token, raw_token, price, settings, photo, mood, "
      "code, tags::text";
  EXPECT_EQ(
      target.value("SELECT concat_ws('|', " + columns + ") FROM t WHERE id = 1"),
      "t|t|2025-01-31 10:30:00.25+00|2023-11-14 22:13:20|2023-11-14 22:13:20.123+00|2025-01-31|"
      "01234567-89ab-cdef-0123-456789abcdef|00010203-0405-0607-0809-0a0b0c0d0e0f|12.50|{\"a\":  [1, null]}|\\x00ff|"
      "glad|9007199254740993|{x,y}");
  EXPECT_EQ(target.value("SELECT concat_ws('|', " + columns + ") FROM t WHERE id = 2"),
            "f|f|2025-01-31 10:30:00+00|1970-01-01 00:00:00|2025-02-01|100.00|\"text\"|sad|7");
  EXPECT_THAT(result.dump(), AllOf(HasSubstr("t.seen: 2 × Unix seconds taken as timestamps"),
                                   HasSubstr("t.tick: 1 × Unix milliseconds taken as timestamps"),
                                   HasSubstr("t.made: ISO text without a zone taken as UTC")));
}

// Also texts, which stand without their quotes in a file, and objects that look like SQLite's own marks.
TEST_F(CrossEngine, KeepsEveryJsonDocumentOnItsWayToSqliteAndBack) {
  const std::string columns = "CREATE TABLE t(id int PRIMARY KEY, plain json, packed jsonb)";
  source.run(columns);
  const std::vector<std::string> documents = {R"("abc")",
                                              R"("5")",
                                              "5",
                                              "1.50",
                                              "true",
                                              R"("true")",
                                              "null",
                                              R"("")",
                                              R"("null")",
                                              "[1, [\"x\"]]",
                                              R"({"a": "é\n"})",
                                              R"({"$bytes": "AA=="})",
                                              R"({"$text": "AA=="})",
                                              R"({"$integer": "7"})",
                                              R"({"$real": "7"})",
                                              R"({"$json": 1})",
                                              R"({"$json_text": "x"})",
                                              R"({"$json": 1, "b": 2})",
                                              R"("\\x6869")"};
  for (std::size_t n = 0; n < documents.size(); ++n) {
    const std::string document = "$d$" + documents[n] + "$d$";
    source.run("INSERT INTO t VALUES (" + std::to_string(n) + ", " + document + ", " + document + ")");
  }
  source.run("INSERT INTO t VALUES (100, ' [1] ', NULL)");
  target.run(columns);
  shell("app.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, plain TEXT, packed TEXT);");
  const auto run = [&](const std::vector<std::string>& words) {
    const support::Run done = support::run_program(words);
    EXPECT_EQ(done.status, 0) << done.err << done.out;
    return done.out + done.err;
  };

  run({PROGRAM_DIR "/db-export", file, "--url", source.url()});
  run({PROGRAM_DIR "/db-import", file, "--url", "sqlite:" + folder.file("app.db")});
  const std::string again = run({PROGRAM_DIR "/db-import", file, "--url", "sqlite:" + folder.file("app.db")});
  EXPECT_EQ(shell("app.db", "SELECT count(*) FROM t WHERE json_valid(plain) AND typeof(packed) IN ('text', 'null');"),
            std::to_string(documents.size() + 1) + "\n");
  EXPECT_THAT(again, HasSubstr("0 updated"));
  db_export("app.db");
  import();

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(support::normalized_dump(target.url()), support::normalized_dump(source.url()));
}

TEST_F(CrossEngine, WritesNothingTheSecondTime) {
  export_from(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, active BOOLEAN, seen INTEGER, settings TEXT);"
      "INSERT INTO t VALUES(1, 1, 1700000000, '{\"b\": 1, \"a\": 2}'), (2, 0, NULL, NULL);");
  target.run("CREATE TABLE t(id int PRIMARY KEY, active boolean, seen timestamp, settings jsonb)");
  EXPECT_EQ(verdicts(import(), "t"), (std::vector<int>{2, 0, 0, 0, 0, 0}));

  EXPECT_EQ(verdicts(import(), "t"), (std::vector<int>{0, 0, 2, 0, 0, 0}));
}

TEST_F(CrossEngine, LeavesOutOnlyTheRowsThatDoNotFit) {
  export_from(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, active BOOLEAN, settings TEXT, photo BLOB);"
      "INSERT INTO t VALUES(1, 1, '{}', NULL), (2, 2, '{}', NULL), (3, 0, 'no json', NULL), (4, 0, '[]', x'ff');");
  target.run("CREATE TABLE t(id int PRIMARY KEY, active boolean, settings jsonb, photo text)");

  const auto result = import();

  EXPECT_EQ(status, 4);
  EXPECT_EQ(verdicts(result, "t"), (std::vector<int>{1, 0, 0, 0, 3, 0})) << result.dump();
  EXPECT_EQ(target.value("SELECT string_agg(id::text, ',') FROM t"), "1");
}

TEST_F(CrossEngine, KeepsTextsAsTheyAreWhereAColumnMakesNumbersOfThem) {
  target.run(
      "CREATE DOMAIN code AS varchar(9); CREATE TABLE t(id int PRIMARY KEY, zip code, price numeric(9,2));"
      "INSERT INTO t VALUES (1, '007', 1), (2, '7', 12.50)");
  ASSERT_EQ(support::run_program({PROGRAM_DIR "/db-export", file, "--url", target.url(), "--force"}).status, 0);
  shell("app.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, zip INTEGER, price DECIMAL(9,2));");

  const support::Run imported =
      support::run_program({PROGRAM_DIR "/db-import", file, "--url", "sqlite:" + folder.file("app.db")});

  EXPECT_EQ(imported.status, 4);
  EXPECT_THAT(imported.out, testing::HasSubstr("column zip: the text 007 would become a number of another form"));
  EXPECT_EQ(shell("app.db", "SELECT * FROM t;"), "2|7|12.5\n");
}

TEST_F(CrossEngine, ListsOrphansBeforeAnythingIsWritten) {
  export_from(
      "CREATE TABLE users(id INTEGER PRIMARY KEY);"
      "CREATE TABLE posts(id INTEGER PRIMARY KEY, author INTEGER REFERENCES users(id));"
      "INSERT INTO users VALUES(1); INSERT INTO posts VALUES(1, 1), (2, 99);");
  target.run(
      "CREATE TABLE users(id int PRIMARY KEY);"
      "CREATE TABLE posts(id int PRIMARY KEY, author int REFERENCES users)");

  const support::Run tried = run_import({"--dry-run"});

  EXPECT_EQ(tried.status, 4) << tried.err;
  EXPECT_THAT(tried.out, AllOf(HasSubstr("posts"), HasSubstr("users"), HasSubstr("id=99")));
  EXPECT_EQ(target.value("SELECT count(*) FROM users"), "0");
}

TEST_F(CrossEngine, TakesEmptyTextForNullOnlyWhenToldTo) {
  export_from(
      "CREATE TABLE users(id TEXT PRIMARY KEY, last_login DATETIME);"
      "CREATE TABLE posts(id INTEGER PRIMARY KEY, author TEXT REFERENCES users(id));"
      "INSERT INTO users VALUES('u', ''), ('v', '2025-01-31 10:30:00'); INSERT INTO posts VALUES(1, 'u'), (2, '');");
  target.run(
      "CREATE TABLE users(id text PRIMARY KEY, last_login timestamp);"
      "CREATE TABLE posts(id int PRIMARY KEY, author text REFERENCES users)");

  const auto plain = import({"--dry-run"});
  EXPECT_EQ(status, 4);
  EXPECT_EQ(verdicts(plain, "users"), (std::vector<int>{1, 0, 0, 0, 1, 0}));
  EXPECT_THAT(plain.dump(), AllOf(HasSubstr("--empty-as-null users.last_login"),
                                  HasSubstr("1 × empty text, which refers to no row")));
  const auto told = import({"--empty-as-null", "users.last_login", "--config",
                            config(R"({"tables": {"posts": {"empty_as_null": ["author"]}}})")});

  EXPECT_EQ(status, 0) << told.dump();
  EXPECT_EQ(target.value("SELECT count(*) FROM users WHERE last_login IS NULL"), "1");
  EXPECT_EQ(target.value("SELECT count(*) FROM posts WHERE author IS NULL"), "1");
  EXPECT_EQ(run_import({"--empty-as-null", "users.last_logn"}).status, 2);
  EXPECT_EQ(run_import({"--empty-as-null", "users"}).status, 2);
}

TEST_F(CrossEngine, TakesEmptyTextForNullWithinOneEngineToo) {
  const std::string table = "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b BLOB, made DATETIME);";
  export_from(table + "INSERT INTO t VALUES(1, '', '', 1700000000), (2, 'x', '\\x00', '2025-01-31');");
  shell("copy.db", table);
  const support::Run imported = support::run_program(
      {PROGRAM_DIR "/db-import", file, "--url", "sqlite:" + folder.file("copy.db"), "--empty-as-null", "t.a"});

  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_THAT(imported.out, Not(HasSubstr("Unix seconds")));
  EXPECT_EQ(shell("copy.db", "SELECT quote(a), quote(b), quote(made) FROM t;"),
            "NULL|''|1700000000\n'x'|'\\x00'|'2025-01-31'\n");
}

TEST_F(CrossEngine, AsksWhichTimesAreMeant) {
  export_from(
      "CREATE TABLE places(id INTEGER PRIMARY KEY, timestamp DATETIME);"
      "INSERT INTO places VALUES(1, 1700000000), (2, 1700000000.25), (3, '2025-01-31 10:30:00');");
  target.run("CREATE TABLE places(id int PRIMARY KEY, timestamp timestamp)");

  const support::Run unclear = run_import();
  EXPECT_EQ(unclear.status, 7);
  EXPECT_THAT(unclear.err, AllOf(HasSubstr("places.timestamp holds"), HasSubstr("ISO date and time"),
                                 HasSubstr(R"("tables": {"places": {"times": {"timestamp": "seconds"}}})")));
  EXPECT_EQ(target.value("SELECT count(*) FROM places"), "0");
  const auto settled = import({"--config", config(R"({"tables": {"places": {"times": {"timestamp": "seconds"}}}})")});

  EXPECT_EQ(status, 0) << settled.dump();
  EXPECT_EQ(target.value("SELECT string_agg(timestamp::text, ' ' ORDER BY id) FROM places"),
            "2023-11-14 22:13:20 2023-11-14 22:13:20.25 2025-01-31 10:30:00");
}

TEST_F(CrossEngine, GoesIntoTheServersTablesOfARealApplication) {
  const std::string system = SOURCE_DIR "/schema/boursa/";
  shell("app.db", support::read_file(system + "sqlite/001_initial_schema.sql"));
  const support::Run loaded =
      support::run_program({"sqlite3", "-bail", "-cmd", ".parameter init", "-cmd", ".parameter set :scale 40", "-cmd",
                            ".parameter set :orphans 3", folder.file("app.db")},
                           {.input = support::read_file(system + "sqlite/sample.sql")});
  ASSERT_EQ(loaded.status, 0) << loaded.err;
  ASSERT_EQ(db_export("app.db").status, 0);
  target.run_file(system + "postgresql/001_initial_schema.sql");
  const std::vector<std::string> options = {"--config",
                                            config(R"({"tables": {"user_locations": {"times": {"timestamp": "seconds"}},
                                       "data_files": {"empty_as_null": ["columns"]},
                                       "test_history": {"empty_as_null": ["result"]}}})"),
                                            "--empty-as-null",
                                            "users.last_login",
                                            "--empty-as-null",
                                            "users.email"};

  EXPECT_EQ(run_import().status, 7);
  const auto result = import(options);

  EXPECT_EQ(status, 4) << "three files of users that are gone";
  EXPECT_EQ(verdicts(result, "users"), (std::vector<int>{40, 0, 0, 0, 0, 0})) << result.dump();
  EXPECT_EQ(verdicts(result, "data_files"), (std::vector<int>{80, 0, 0, 0, 3, 0}));
  EXPECT_EQ(verdicts(result, "test_history"), (std::vector<int>{160, 0, 0, 0, 0, 0}));
  EXPECT_EQ(verdicts(result, "user_locations"), (std::vector<int>{120, 0, 0, 0, 0, 0}));
  const auto sum = [&](const std::string& of_sqlite, const std::string& of_postgres) {
    EXPECT_EQ(target.value("SELECT " + of_postgres) + "\n", shell("app.db", "SELECT " + of_sqlite + ";"));
  };
  sum("sum(is_active) FROM users", "sum(is_active::int) FROM users");
  sum("sum(CASE typeof(timestamp) WHEN 'text' THEN strftime('%s', timestamp) ELSE CAST(timestamp AS INTEGER) END) FROM "
      "user_locations",
      "sum(floor(extract(epoch FROM timestamp)))::bigint FROM user_locations");
  sum("count(*) FROM users WHERE coalesce(last_login, '') = ''", "count(*) FROM users WHERE last_login IS NULL");
}

TEST_F(CrossEngine, PrintsWhatTheColumnsOfAnSqliteFileHold) {
  shell("app.db",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, made DATETIME, note TEXT);"
        "INSERT INTO t VALUES(1, 1700000000, ',\n'), (2, '2025-01-31 10:30:00', NULL), (3, '', x'00');");
  const auto profile = [&](const std::string& url, const std::vector<std::string>& options) {
    std::vector<std::string> words = {PROGRAM_DIR "/db-export", "--profile", "--url", url};
    words.insert(words.end(), options.begin(), options.end());
    return support::run_program(words);
  };

  const support::Run printed = profile("sqlite:" + folder.file("app.db"), {});
  const support::Run json = profile("sqlite:" + folder.file("app.db"), {"--json"});

  EXPECT_EQ(printed.status, 0) << printed.err;
  EXPECT_THAT(printed.out, AllOf(HasSubstr("declared as"), HasSubstr("DATETIME"), HasSubstr("ISO date and time")));
  const auto columns = nlohmann::json::parse(json.out)["columns"];
  EXPECT_EQ(columns[1]["holds"].dump(), R"({"ISO date and time":1,"empty text":1,"integer":1})");
  EXPECT_EQ(columns[1]["numbers"], "1700000000");
  EXPECT_EQ(columns[2]["holds"].dump(), R"({"NULL":1,"bytes":1,"text":1})");
  EXPECT_EQ(profile(target.url(), {}).status, 2);
  EXPECT_EQ(profile("sqlite:" + folder.file("app.db"), {"out.json"}).status, 2);
}

std::string real_database(const std::string& name) {
  const char* given = std::getenv("DB_TRANSFER_SHARED");
  return std::string(given != nullptr ? given : SOURCE_DIR "/../shared") + "/databases/" + name;
}

std::string query(const std::string& path, const std::string& sql) {
  const support::Run run = support::run_program({"sqlite3", "-readonly", "-bail", path}, {.input = sql});
  EXPECT_EQ(run.status, 0) << run.err;
  return run.out;
}

// Ordinary tables' columns, by plain mapping of what they are declared as.
constexpr const char* kTargetSchema = R"(
SELECT 'CREATE TABLE "' || t.name || '" (' || group_concat('"' || c.name || '" ' || CASE
    WHEN upper(c.type) LIKE '%INT%' THEN 'bigint' WHEN upper(c.type) LIKE '%CHAR%' OR upper(c.type) = 'TEXT' THEN 'text'
    WHEN upper(c.type) = 'DATETIME' THEN 'timestamp' WHEN upper(c.type) = 'DATE' THEN 'date'
    WHEN upper(c.type) = 'BLOB' OR c.type = '' THEN 'bytea' WHEN upper(c.type) LIKE 'NUMERIC%' THEN 'numeric'
    ELSE 'double precision' END, ', ') || coalesce((SELECT ', PRIMARY KEY (' || group_concat('"' || k.name || '"', ', ')
    || ')' FROM pragma_table_info(t.name) k WHERE k.pk > 0), '') || ');'
FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
GROUP BY t.name;
)";

// One query for each table: its rows in order, a time in SQLite's own spelling, everything else as it is stored.
constexpr const char* kAllRows = R"(
SELECT 'SELECT ''' || replace(t.name, '''', '') || ''', ' || group_concat(CASE WHEN upper(c.type) = 'DATETIME'
    THEN 'datetime("' || c.name || '")' ELSE 'quote("' || c.name || '")' END, ', ') || ' FROM "' || t.name ||
    '" ORDER BY ' || group_concat('quote("' || c.name || '")', ', ') || ';'
FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'
GROUP BY t.name ORDER BY t.name;
)";

class RealShop : public CrossEngine, public testing::WithParamInterface<const char*> {};

TEST_P(RealShop, ComesBackFromPostgresWithTheSameValues) {
  const std::string original = real_database(GetParam());
  if (!std::filesystem::exists(original)) GTEST_SKIP() << original << " is not here";
  shell("copy.db", query(original, ".schema --nosys"));
  target.run(query(original, kTargetSchema));
  const auto program = [&](const std::vector<std::string>& words) {
    const support::Run run = support::run_program(words);
    EXPECT_EQ(run.status, 0) << run.out << run.err;
  };

  program({PROGRAM_DIR "/db-export", file, "--url", "sqlite:" + original});
  program({PROGRAM_DIR "/db-import", file, "--url", target.url()});
  program({PROGRAM_DIR "/db-export", file, "--url", target.url(), "--force"});
  program({PROGRAM_DIR "/db-import", file, "--url", "sqlite:" + folder.file("copy.db")});

  const std::string all_rows = query(original, kAllRows);
  const bool same = query(folder.file("copy.db"), all_rows) == query(original, all_rows);
  EXPECT_TRUE(same);
  EXPECT_THAT(all_rows, Not(""));
}

INSTANTIATE_TEST_SUITE_P(Shops, RealShop, testing::Values("chinook.sqlite", "northwind.sqlite"), [](const auto& name) {
  const std::string shop = name.param;
  return shop.substr(0, shop.find('.'));
});

}  // namespace
}  // namespace cli
