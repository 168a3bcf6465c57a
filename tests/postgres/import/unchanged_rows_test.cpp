// Which tables' records are found in the target without being staged, and which are staged as ever.
#include "postgres/import/unchanged_rows.h"

#include <cstdlib>

#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

class UnchangedRows : public testing::Test {
 protected:
  UnchangedRows() { setenv("DB_TRANSFER_DIGESTS", "always", 1); }
  ~UnchangedRows() override { unsetenv("DB_TRANSFER_DIGESTS"); }

  // Imports an export of the database, or its own of now, into it, and says of each table, by its name, whether all was
  // found unstaged.
  std::map<std::string, bool> found(const std::string& schema, const How& how = {}) {
    if (!schema.empty()) database.run(schema);
    return found_of(export_of(database.url()), how);
  }

  std::map<std::string, bool> found_of(const std::string& text, How how = {}) {
    std::map<std::string, bool> found;
    how.find_unchanged = [&](engine::Target& target, const std::string& document) {
      std::vector<bool> all;
      format_test::MemorySource source(document);
      format::RowSplitter splitter(source, 4096);
      const format::Header header = splitter.read_header();
      digests::RecordDigests digests =
          *digests::RecordDigests::begin(std::vector<bool>(header.tables.size(), true), document.size());
      format::RawRecord record;
      std::string section;
      for (std::size_t i = 0; splitter.next_table(section); ++i)
        while (splitter.next_record(record)) digests.take(i, record.text);
      digests.finish();
      for (std::size_t i = 0; i < header.tables.size(); ++i) {
        std::vector<std::string> columns;
        for (const catalog::Column& column : header.tables[i].columns)
          if (!column.generated) columns.push_back(column.name);
        all.push_back(target.find_unchanged(i, columns, digests, i));
        found[header.tables[i].name.name] = all.back();
      }
      return all;
    };
    const Imported imported = run_import(database.url(), text, how);
    for (const auto& [table, counts] : imported.counts) EXPECT_EQ(counts.unchanged, counts.rows) << table;
    return found;
  }

  support::Database database;
};

using Found = std::map<std::string, bool>;

const std::string kTwo = R"sql(
CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p);
INSERT INTO p VALUES (1, 'a'), (2, 'b');
INSERT INTO c VALUES (1, 1), (2, NULL);)sql";
const std::string kTrigger = R"sql(
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER f BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION f();)sql";
const How kDryRun = {.intent = engine::Intent::kDryRun};

TEST_F(UnchangedRows, AreFoundWhereNothingElseWrites) { EXPECT_EQ(found(kTwo), (Found{{"p", true}, {"c", true}})); }

TEST_F(UnchangedRows, AreFoundOfPartitionsAndOfTablesWithoutAKey) {
  EXPECT_EQ(found("CREATE TABLE bag (v text); INSERT INTO bag VALUES ('x'), ('x'), (NULL); CREATE TABLE ev (id int, at "
                  "date) PARTITION BY RANGE (at); CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2025-01-01') TO "
                  "('2026-01-01'); INSERT INTO ev VALUES (1, '2025-01-15')"),
            (Found{{"bag", true}, {"ev", true}}));
}

TEST_F(UnchangedRows, AreAllStagedBesideTriggersButForADryRun) {
  EXPECT_EQ(found(kTwo + kTrigger), (Found{{"p", false}, {"c", false}}));
  EXPECT_EQ(found("", kDryRun), (Found{{"p", true}, {"c", true}}));
}

TEST_F(UnchangedRows, AreAllStagedWhereACascadeMayReachThem) {
  const std::string follows = kTwo + "CREATE TABLE d (id int PRIMARY KEY, code text REFERENCES p (code) ON UPDATE ";
  EXPECT_EQ(found(follows + "CASCADE)", kDryRun)["p"], false);
}

TEST_F(UnchangedRows, AreAllStagedWhereTheyAreFoundByAnotherKey) {
  const auto match = [](engine::TablePlan& plan) {
    if (plan.target.name.name == "p") plan.match = {"code"};
  };
  EXPECT_EQ(found(kTwo, {.intent = engine::Intent::kDryRun, .change = match}), (Found{{"p", false}, {"c", false}}));
}

TEST_F(UnchangedRows, AreStagedWhereAColumnIsNoneOfBytes) {
  EXPECT_EQ(found("CREATE TABLE a (id int PRIMARY KEY, v xml); INSERT INTO a VALUES (1, '<a/>'); CREATE TABLE b (v "
                  "numeric); INSERT INTO b VALUES (1); CREATE TABLE c (v int4range); INSERT INTO c VALUES ('[1,2)')"),
            (Found{{"a", false}, {"b", false}, {"c", false}}));
}

TEST_F(UnchangedRows, AreStagedWhereTheyRaiseASequence) {
  const std::string serial = "CREATE TABLE t (id serial PRIMARY KEY); INSERT INTO t VALUES (1), (2);";
  EXPECT_EQ(found(serial), (Found{{"t", false}}));
  EXPECT_EQ(database.value("SELECT nextval('t_id_seq')"), "3");
  EXPECT_EQ(found(""), (Found{{"t", true}}));
}

TEST_F(UnchangedRows, AreNotLookedForAmongFewOthersUnlessTold) {
  setenv("DB_TRANSFER_DIGESTS", "", 1);
  EXPECT_EQ(found(kTwo), (Found{{"p", false}, {"c", false}}));
  setenv("DB_TRANSFER_DIGESTS", "never", 1);
  EXPECT_EQ(found(""), (Found{{"p", false}, {"c", false}}));
}

TEST_F(UnchangedRows, AreFoundWhereBothAreManyAndMostAreEqual) {
  setenv("DB_TRANSFER_DIGESTS", "", 1);
  EXPECT_EQ(found("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT n, 'v' FROM generate_series(1, "
                  "1500) n"),
            (Found{{"t", true}}));
}

TEST_F(UnchangedRows, AreStagedWhereTheTargetHoldsManyMore) {
  setenv("DB_TRANSFER_DIGESTS", "", 1);
  database.run(
      "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t SELECT n, 'v' FROM generate_series(1, 1500) n");
  const std::string text = export_of(database.url());
  database.run("INSERT INTO t SELECT n, 'v' FROM generate_series(2000, 9000) n; ANALYZE t");
  EXPECT_EQ(found_of(text), (Found{{"t", false}}));
}

}  // namespace
}  // namespace import_test
