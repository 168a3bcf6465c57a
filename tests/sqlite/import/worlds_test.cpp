// Schemas of the kinds that are in the world (Django's, Calibre's, Temporal's; our own tables): exported, judged by a
// dry run, imported into an empty copy of the schema and into a populated one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlite/import/import_fixture.h"

namespace sqlite_test {
namespace {

using ::testing::HasSubstr;

struct World {
  const char* name;
  const char* schema;
  const char* rows;
  const char* change;     // of the source, behind the first import
  const char* looked_up;  // a query over what triggers keep in step
};

void PrintTo(const World& world, std::ostream* out) { *out << world.name; }

class Worlds : public testing::TestWithParam<World> {};

TEST_P(Worlds, ComeBackWholeAndAgainAfterChanges) {
  const World& world = GetParam();
  const Database source(std::string(world.schema) + world.rows);
  const Database copy(world.schema);

  for (const bool changed : {false, true}) {
    if (changed) source.run(world.change);
    const std::string file = export_of(source);
    const Imported announced = import_file(copy, file, {.intent = engine::Intent::kDryRun});
    const Imported imported = import_file(copy, file);
    for (const auto& [table, counts] : imported.counts) {
      EXPECT_EQ(counts.left_out(), 0U) << table << ": " << imported.reasons(table);
      EXPECT_EQ(announced.counts.at(table).left_out(), 0U) << table;
      EXPECT_EQ(announced.counts.at(table).insert + announced.counts.at(table).update,
                counts.insert + counts.update + (counts.unchanged - announced.counts.at(table).unchanged))
          << table;
    }
    EXPECT_EQ(data_of(export_of(copy, engine::RowOrder::kIdentity)),
              data_of(export_of(source, engine::RowOrder::kIdentity)));
    EXPECT_EQ(copy.value(world.looked_up), source.value(world.looked_up));
    EXPECT_NE(copy.value(world.looked_up), "");
    for (const auto& [table, counts] : import_file(copy, file).counts)
      EXPECT_EQ(counts.unchanged, counts.rows) << table;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sqlite, Worlds,
    testing::Values(
        World{
            "Django",
            "CREATE TABLE \"shop_item\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"name\" varchar(100) NOT "
            "NULL UNIQUE, \"data\" text NOT NULL CHECK ((JSON_VALID(\"data\") OR \"data\" IS NULL)), \"price\" decimal "
            "NOT NULL, \"count\" integer unsigned NOT NULL CHECK (\"count\" >= 0), \"active\" bool NOT NULL, \"made\" "
            "datetime NOT NULL); CREATE TABLE \"shop_tag\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "
            "\"item_id\" bigint NOT NULL REFERENCES \"shop_item\" (\"id\") DEFERRABLE INITIALLY DEFERRED, \"word\" "
            "varchar(20) NOT NULL); CREATE INDEX \"shop_tag_item\" ON \"shop_tag\" (\"item_id\"); CREATE UNIQUE INDEX "
            "\"shop_item_kind\" ON \"shop_item\" ((JSON_EXTRACT(\"data\", '$.code'))) WHERE JSON_TYPE(\"data\", "
            "'$.code') IS NOT NULL;",
            "INSERT INTO shop_item VALUES(1,'a','{\"code\": 1}','1.5',3,1,'2025-01-01 00:00:00'),(4,'b','{\"code\": "
            "2}',2,0,0,'2025-01-02 00:00:00'); INSERT INTO shop_tag VALUES(1,4,'x'),(2,1,'y');",
            "UPDATE shop_item SET data = '{\"code\": 9, \"n\": [1, null]}' WHERE id = 4; INSERT INTO shop_item "
            "VALUES(5,'c','[]',1,1,1,'now'); INSERT INTO shop_tag VALUES(9,5,'z');",
            "SELECT count(*) FROM shop_item WHERE json_extract(data, '$.code') IS NOT NULL"},
        World{
            "Calibre",
            "CREATE TABLE books(id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL DEFAULT 'Unknown' COLLATE "
            "NOCASE, sort TEXT COLLATE NOCASE, has_cover BOOL DEFAULT 0); CREATE TABLE authors(id INTEGER PRIMARY KEY, "
            "name TEXT NOT NULL COLLATE NOCASE, UNIQUE(name)); CREATE TABLE books_authors_link(id INTEGER PRIMARY KEY, "
            "book INTEGER NOT NULL, author INTEGER NOT NULL, UNIQUE(book, author)); CREATE TABLE comments(id INTEGER "
            "PRIMARY KEY, book INTEGER NOT NULL, text TEXT NOT NULL COLLATE NOCASE, UNIQUE(book));"
            "CREATE TABLE annotations(id INTEGER PRIMARY KEY, book INTEGER NOT NULL, data TEXT NOT NULL, "
            "searchable TEXT NOT NULL DEFAULT ''); CREATE VIRTUAL TABLE annotations_fts USING fts5(searchable, content "
            "= 'annotations', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');"
            "CREATE VIEW meta AS SELECT id, title, (SELECT sortconcat(bal.id, name) FROM authors, books_authors_link "
            "AS "
            "bal WHERE bal.book = books.id) AS authors FROM books;"
            "CREATE TRIGGER fkc_insert BEFORE INSERT ON books_authors_link BEGIN SELECT CASE WHEN (SELECT id FROM "
            "books "
            "WHERE id = NEW.book) IS NULL THEN RAISE(ABORT, 'Foreign key violation: book not in books') WHEN (SELECT "
            "id FROM authors WHERE id = NEW.author) IS NULL THEN RAISE(ABORT, 'Foreign key violation: author not in "
            "authors') END; END; CREATE TRIGGER fkc_comments BEFORE INSERT ON comments BEGIN SELECT CASE WHEN (SELECT "
            "id FROM books WHERE id = NEW.book) IS NULL THEN RAISE(ABORT, 'Foreign key violation: book') END; END;"
            "CREATE TRIGGER a_ins AFTER INSERT ON annotations BEGIN INSERT INTO annotations_fts(rowid, searchable) "
            "VALUES (NEW.id, NEW.searchable); END; CREATE TRIGGER a_upd AFTER UPDATE ON annotations BEGIN INSERT INTO "
            "annotations_fts(annotations_fts, rowid, searchable) VALUES ('delete', OLD.id, OLD.searchable); INSERT "
            "INTO annotations_fts(rowid, searchable) VALUES (NEW.id, NEW.searchable); END;"
            "CREATE TRIGGER books_ins AFTER INSERT ON books BEGIN UPDATE books SET sort = lower(NEW.title) WHERE id = "
            "NEW.id AND sort IS NULL; END;",
            "INSERT INTO authors VALUES(1,'Ann'),(2,'Bob'); INSERT INTO books(id, title, sort) "
            "VALUES(1,'One','one'),(7,"
            "'Two','two'); INSERT INTO books_authors_link VALUES(1,7,1),(2,1,2); INSERT INTO comments VALUES(1,7,'ok');"
            "INSERT INTO annotations VALUES(1,7,'{}','green leaves'),(2,1,'{}','red');",
            "UPDATE annotations SET searchable = 'blue leaves' WHERE id = 2; INSERT INTO books(id, title, sort) "
            "VALUES(9,'New','new'); INSERT INTO comments VALUES(2,9,'fine');",
            "SELECT rowid FROM annotations_fts WHERE annotations_fts MATCH 'leaves'"},
        World{
            "Temporal",
            "CREATE TABLE visibility(namespace_id CHAR(64) NOT NULL, run_id CHAR(64) NOT NULL, status INTEGER NOT "
            "NULL, "
            "search_attributes TEXT NULL, kind VARCHAR(255) GENERATED ALWAYS AS (JSON_EXTRACT(search_attributes, "
            "\"$.kind\")) STORED, started TIMESTAMP GENERATED ALWAYS AS (strftime('%Y-%m-%d', search_attributes ->> "
            "'started')), PRIMARY KEY (namespace_id, run_id)); CREATE INDEX by_kind ON visibility(namespace_id, kind); "
            "CREATE VIRTUAL TABLE visibility_text USING fts5(kind, content='visibility', tokenize=\"unicode61 "
            "remove_diacritics 2\"); CREATE TRIGGER v_ai AFTER INSERT ON visibility BEGIN INSERT INTO "
            "visibility_text(rowid, kind) VALUES (NEW.rowid, NEW.kind); END; CREATE TRIGGER v_au AFTER UPDATE ON "
            "visibility BEGIN INSERT INTO visibility_text(visibility_text, rowid, kind) VALUES ('delete', OLD.rowid, "
            "OLD.kind); INSERT INTO visibility_text(rowid, kind) VALUES (NEW.rowid, NEW.kind); END; CREATE TABLE "
            "tasks(range_hash INTEGER NOT NULL, task_queue_id BLOB NOT NULL, task_id BIGINT NOT NULL, data MEDIUMBLOB, "
            "PRIMARY KEY (range_hash, task_queue_id, task_id));",
            "INSERT INTO visibility(namespace_id, run_id, status, search_attributes) "
            "VALUES('n','1',1,'{\"kind\":\"order "
            "flow\",\"started\":\"2025-01-01T10:00:00\"}'),('n','2',2,NULL); INSERT INTO tasks "
            "VALUES(1,x'00ff',5,x'01'),(1,x'00fe',5,NULL);",
            "UPDATE visibility SET search_attributes = '{\"kind\":\"refund flow\"}' WHERE run_id = '2'; UPDATE tasks "
            "SET "
            "data = x'02';",
            "SELECT rowid FROM visibility_text WHERE visibility_text MATCH 'flow'"},
        World{
            "Geo",
            "CREATE TABLE places(id INTEGER PRIMARY KEY, name TEXT, x REAL NOT NULL, y REAL NOT NULL); CREATE VIRTUAL "
            "TABLE places_area USING rtree(id, x0, x1, y0, y1, +label TEXT); CREATE TRIGGER p_ai AFTER INSERT ON "
            "places "
            "BEGIN INSERT INTO places_area VALUES(NEW.id, NEW.x, NEW.x, NEW.y, NEW.y, NEW.name); END; CREATE TRIGGER "
            "p_au AFTER UPDATE ON places BEGIN INSERT OR REPLACE INTO places_area VALUES(NEW.id, NEW.x, NEW.x, NEW.y, "
            "NEW.y, NEW.name); END; CREATE VIRTUAL TABLE notes USING fts5(title, body, stamp UNINDEXED); CREATE "
            "VIRTUAL TABLE old_notes USING fts4(body);",
            "INSERT INTO places VALUES(1,'home',1.5,2.5),(2,'work',3.0,4.25); INSERT INTO notes(rowid, title, body, "
            "stamp) VALUES(5,'a','green tree',7),(9,NULL,'red',x'01'); INSERT INTO old_notes(docid, body) "
            "VALUES(3,'one tree');",
            "UPDATE places SET x = 9 WHERE id = 2; UPDATE notes SET body = 'a blue tree' WHERE rowid = 9; INSERT INTO "
            "old_notes(docid, body) VALUES(4,'another tree');",
            "SELECT (SELECT count(*) FROM notes WHERE notes MATCH 'tree') + (SELECT count(*) FROM old_notes WHERE "
            "old_notes MATCH 'tree') + (SELECT count(*) FROM places_area WHERE x0 > 2)"}),
    [](const auto& world) { return std::string(world.param.name); });

TEST(SqliteVirtual, TablesThatHideTheirContentsAreRefusedByName) {
  for (const std::string sql :
       {"CREATE VIRTUAL TABLE v USING fts5(a, content='');", "CREATE VIRTUAL TABLE v USING fts4(a, content=\"\");",
        "CREATE VIRTUAL TABLE v USING fts4(a, languageid='lid');"}) {
    const Database database(sql + "CREATE TABLE t(a);");
    try {
      export_of(database);
      ADD_FAILURE() << sql;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kSchema);
      EXPECT_THAT(error.what(), HasSubstr("the virtual table v (fts"));
      EXPECT_THAT(error.hint(), HasSubstr("-T"));
    }
  }
}

TEST(SqliteVirtual, TablesOfAModuleThatIsNotHereAreRefusedAndTheirShadowsAreNone) {
  const Database database(
      "CREATE TABLE t(a); CREATE TABLE v_chunks(a); CREATE TABLE vx(a); PRAGMA writable_schema = ON; INSERT INTO "
      "sqlite_schema VALUES('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING vec0(a float[3])');");
  sqlite::SqliteSource source(connect(database.path(), sqlite::Access::kReadSource));
  std::vector<std::string> names;
  std::vector<catalog::Table> without;
  for (const catalog::Table& table : source.tables({})) {
    names.push_back(table.name.name);
    if (table.name.name != "v") without.push_back(table);
  }

  EXPECT_THAT(names, testing::ElementsAre("t", "vx", "v"));
  EXPECT_THROW(export_of(database), base::Error);
  source.open_snapshot(without);  // left out with -T
}

}  // namespace
}  // namespace sqlite_test
