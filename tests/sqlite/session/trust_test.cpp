// What a schema may set in motion: everything that schemas in the world do, and nothing that reaches beyond the file.
#include "sqlite/session/trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "sqlite/import/import_fixture.h"

namespace sqlite_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Exports `database`, imports the file into an empty copy of its schema as the dry run announces, and again.
void expect_round_trip(const std::string& schema, const std::string& rows) {
  const Database source(schema + rows);
  const Database copy(schema);
  const std::string file = export_of(source);
  const Imported announced = import_file(copy, file, {.intent = engine::Intent::kDryRun});
  const Imported imported = import_file(copy, file);
  for (const auto& [table, counts] : imported.counts) {
    EXPECT_EQ(announced.of(table), imported.of(table)) << table;
    EXPECT_EQ(counts.insert, counts.rows) << table << imported.reasons(table);
  }
  EXPECT_EQ(copy.dump(), source.dump());
  for (const auto& [table, counts] : import_file(copy, file).counts) EXPECT_EQ(counts.unchanged, counts.rows) << table;
}

TEST(SqliteSchema, MayCallJsonInItsChecks) {
  expect_round_trip(
      "CREATE TABLE app_item(id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar(20) NOT NULL, data text NOT "
      "NULL CHECK ((JSON_VALID(\"data\") OR \"data\" IS NULL)));"
      "CREATE INDEX app_item_kind ON app_item(json_extract(data, '$.kind'));",
      "INSERT INTO app_item VALUES(1,'a','{\"kind\": \"x\"}'),(7,'b','[1, 2]');");
}

TEST(SqliteSchema, MayCallJsonInGeneratedColumnsDefaultsUniqueIndexesAndTriggers) {
  expect_round_trip(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, data TEXT DEFAULT (json_object('a', 1)), kind TEXT AS "
      "(json_extract(data, '$.kind')) STORED, n AS (data ->> '$.n'));"
      "CREATE UNIQUE INDEX one ON t(json_extract(data, '$.kind')) WHERE json_type(data, '$.n') = 'integer';"
      "CREATE TABLE log(id INTEGER PRIMARY KEY, keys TEXT);"
      "CREATE TRIGGER keep AFTER UPDATE ON t BEGIN INSERT INTO log(keys) SELECT group_concat(key) FROM "
      "json_each(NEW.data); END;",
      "INSERT INTO t(id, data) VALUES(1,'{\"kind\":\"x\",\"n\":1}'),(2,'{\"kind\":\"y\",\"n\":2}'),(3,'{}');");
}

TEST(SqliteSchema, JudgesARowThatACheckOfJsonRefuses) {
  const Case one("CREATE TABLE t(id INTEGER PRIMARY KEY, data TEXT CHECK (json_valid(data)));");

  const Imported imported = one.import_as_announced({{"t", {R"({"id":1,"data":"{"})", R"({"id":2,"data":"{}"})"}}});

  EXPECT_EQ(imported.of("t"), "insert 1, invalid 1");
  EXPECT_THAT(imported.reasons("t"), HasSubstr("violates the check CHECK (json_valid(data))"));
}

TEST(SqliteSchema, MayKeepFullTextTablesInStepByTriggers) {
  for (const std::string module :
       {"fts5(title, body, content='docs', content_rowid='id')", "fts4(content=\"docs\", title, body)"}) {
    const bool fts5 = module.starts_with("fts5");
    const std::string remove = fts5 ? "INSERT INTO docs_fts(docs_fts, rowid, title, body) VALUES('delete', OLD.id, "
                                      "OLD.title, OLD.body);"
                                    : "DELETE FROM docs_fts WHERE docid = OLD.id;";
    const std::string schema =
        "CREATE TABLE docs(id INTEGER PRIMARY KEY, title TEXT, body TEXT); CREATE VIRTUAL TABLE docs_fts USING " +
        module +
        ";CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN INSERT INTO docs_fts(rowid, title, body) VALUES "
        "(NEW.id, NEW.title, NEW.body); END; CREATE TRIGGER docs_bu BEFORE UPDATE ON docs BEGIN " +
        remove +
        " END; CREATE TRIGGER docs_au AFTER UPDATE ON docs BEGIN INSERT INTO docs_fts(rowid, title, body) VALUES "
        "(NEW.id, NEW.title, NEW.body); END;";
    const Case one(schema + "INSERT INTO docs VALUES(1, 'old', 'stone');");

    const Imported imported = one.import_as_announced(
        {{"docs", {R"({"id":1,"title":"new","body":"wood"})", R"({"id":2,"title":"two","body":"wood iron"})"}}});

    EXPECT_EQ(imported.of("docs"), "insert 1, update 1") << module << imported.reasons("docs");
    EXPECT_EQ(one.database.value("SELECT rowid FROM docs_fts WHERE docs_fts MATCH 'wood' ORDER BY rowid"), "1 2");
    EXPECT_EQ(one.database.value("SELECT count(*) FROM docs_fts WHERE docs_fts MATCH 'stone'"), "0");
  }
}

TEST(SqliteSchema, MayKeepAnRTreeInStepByTriggers) {
  const Case one(
      "CREATE TABLE places(id INTEGER PRIMARY KEY, x REAL, y REAL); CREATE VIRTUAL TABLE area USING rtree(id, x0, x1, "
      "y0, y1); CREATE TRIGGER a AFTER INSERT ON places BEGIN INSERT INTO area VALUES(NEW.id, NEW.x, NEW.x, NEW.y, "
      "NEW.y); END; CREATE TRIGGER b AFTER UPDATE ON places BEGIN UPDATE area SET x0 = NEW.x, x1 = NEW.x WHERE id = "
      "NEW.id; END; INSERT INTO places VALUES(1, 1, 1);");

  EXPECT_EQ(one.import_as_announced({{"places", {R"({"id":1,"x":5,"y":1})", R"({"id":2,"x":2,"y":2})"}}}).of("places"),
            "insert 1, update 1");
  EXPECT_EQ(one.database.value("SELECT id, x0 FROM area ORDER BY id"), "1|5.0 2|2.0");
}

// Each file holds a row that its schema would do harm with, and each was tried with the sqlite3 shell's own functions
// in mind: what matters is that nothing outside of the file is touched and that the row is not written as if all were
// well.
class Hostile : public testing::TestWithParam<const char*> {};

TEST_P(Hostile, SchemaDoesNoHarm) {
  support::TemporaryFolder folder;
  std::string sql = GetParam();
  const std::string victim = folder.file("victim");
  for (std::size_t at = sql.find("VICTIM"); at != std::string::npos; at = sql.find("VICTIM"))
    sql.replace(at, 6, victim);
  const Case one(sql);
  const std::string file = file_for(one.database, {{"t", {R"({"id":1,"a":"x"})"}}});

  std::string outcome;
  for (const auto intent : {engine::Intent::kDryRun, engine::Intent::kImport}) {
    try {
      const Imported imported = import_file(one.database, file, {.intent = intent});
      outcome = imported.of("t");
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kSchema) << error.what();
      EXPECT_THAT(error.what() + error.hint(), Not(HasSubstr("recover")));
      outcome = "refused";
    }
  }
  export_of(one.database);

  EXPECT_THAT(outcome, testing::AnyOf("refused", "invalid 1")) << sql;
  EXPECT_FALSE(std::filesystem::exists(victim));
  EXPECT_EQ(one.database.value("SELECT count(*) FROM t"), "0");
}

INSTANTIATE_TEST_SUITE_P(
    Files, Hostile,
    testing::Values(
        // functions that no list holds, wherever a schema may call one
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT CHECK (load_extension('VICTIM') IS NULL));",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE TRIGGER e AFTER INSERT ON t BEGIN SELECT "
        "load_extension('VICTIM'); END;",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE TRIGGER e AFTER INSERT ON t BEGIN SELECT "
        "fts3_tokenizer('simple', x'00'); END;",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE TRIGGER e AFTER INSERT ON t BEGIN SELECT "
        "writefile('VICTIM', NEW.a); END;",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE TRIGGER e AFTER INSERT ON t BEGIN SELECT "
        "edit(NEW.a, 'touch VICTIM'); END;",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE VIEW v AS SELECT load_extension('VICTIM') AS x; "
        "CREATE TRIGGER e AFTER INSERT ON t BEGIN INSERT INTO t SELECT 7, x FROM v; END;",
        // our own
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE TRIGGER e AFTER INSERT ON t BEGIN SELECT "
        "db_transfer_text(NEW.a); END;",
        // pragmas read as tables, and modules that show the file's pages or the connection's statements
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE TRIGGER e AFTER INSERT ON t BEGIN SELECT * FROM "
        "pragma_optimize; END;",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE TRIGGER e AFTER INSERT ON t BEGIN SELECT count(*) FROM "
        "pragma_database_list; END;",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE VIRTUAL TABLE pages USING dbstat; CREATE TRIGGER e "
        "AFTER INSERT ON t BEGIN SELECT count(*) FROM pages; END;",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE TRIGGER e AFTER INSERT ON t BEGIN SELECT count(*) FROM "
        "sqlite_stmt; END;",
        // the schema itself, and the shadow of a full-text table
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE TRIGGER e AFTER INSERT ON t BEGIN UPDATE sqlite_master "
        "SET sql = 'x'; END;",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT); CREATE VIRTUAL TABLE f USING fts5(a); CREATE TRIGGER e AFTER "
        "INSERT ON t BEGIN UPDATE f_data SET block = x'ff'; END;"));

TEST(SqliteSchema, IsHeldToAPositiveList) {
  for (const char* name : {"JSON_VALID", "json_each", "->>", "lower", "strftime", "sqrt", "bm25", "jsonb_set"})
    EXPECT_TRUE(sqlite::is_trusted_function(name)) << name;
  for (const char* name : {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "zipfile", "sqlite_log",
                           "db_transfer_text", "jso", ""})
    EXPECT_FALSE(sqlite::is_trusted_function(name)) << name;
}

TEST(SqliteSchema, CannotAttachAnotherFile) {
  const Database database("CREATE TABLE t(a);");
  const auto connection = connect(database.path(), sqlite::Access::kReadWrite);
  try {
    connection->execute("ATTACH 'other.db' AS other");
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kSchema);
  }
}

TEST(SqliteSchema, ThatCannotBeReadIsNotCalledDamage) {
  const Database database("CREATE TABLE t(a);");
  database.run(
      "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES('table', 'new', 'new', 0, 'CREATE TABLE new(a) "
      "FROM THE FUTURE');");
  try {
    export_of(database);
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kSchema);
    EXPECT_THAT(error.what(), HasSubstr("malformed database schema"));
    EXPECT_THAT(error.hint(), AllOf(HasSubstr("integrity_check"), Not(HasSubstr("recover"))));
  }
}

}  // namespace
}  // namespace sqlite_test
