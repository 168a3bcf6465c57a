// Foreign keys checked by set: the same guarantee as row by row, also against somebody who deletes a parent meanwhile.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

constexpr int kRows = 3000;

Records children() {
  std::vector<std::string> rows;
  for (int i = 1; i <= kRows; ++i)
    rows.push_back("{\"id\":" + std::to_string(i) + ",\"p\":" + std::to_string(i % 100 + 1) + "}");
  return {{"c", rows}};
}

const char* const kTables =
    "CREATE TABLE p (id int PRIMARY KEY, x int); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p); INSERT INTO "
    "p SELECT g FROM "
    "generate_series(1, 100) g;";

// An import that stands between classify and merge.
struct Halfway {
  explicit Halfway(Case& t) : target([&t] { return connect(t.database.url()); }, std::chrono::seconds(2)) {
    classify(target, file_for(t.database.url(), children()), {}, tables);
  }
  void merge() {
    base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
    target.merge(progress);
  }
  std::vector<catalog::Table> tables;
  postgres::PostgresTarget target;
};

TEST(ParentLocks, LetNobodyDeleteAParentBeforeTheCommit) {
  Case t(kTables);
  Halfway half(t);
  half.merge();
  t.database.run("SET lock_timeout = '100ms'");
  EXPECT_THROW(t.database.run("DELETE FROM p WHERE id = 7"), std::runtime_error);
  t.database.run("UPDATE p SET x = 1 WHERE id = 7");  // not the key: as with the server's own triggers
  half.target.commit();
  EXPECT_EQ(t.holds("SELECT count(*) FROM c"), std::to_string(kRows));
  EXPECT_THROW(t.database.run("DELETE FROM p WHERE id = 7"), std::runtime_error) << "the key is in force again";
}

TEST(ParentLocks, MakeAParentThatWasDeletedSinceASerializationFailure) {
  Case t(kTables);
  Halfway half(t);
  t.database.run("DELETE FROM p WHERE id = 7");
  EXPECT_THROW(half.merge(), engine::ConcurrentChange);
  half.target.roll_back();
  EXPECT_EQ(t.holds("SELECT count(*) FROM c"), "0");
}

TEST(ParentLocks, RestNoTriggerOfTheUsers) {
  Case t(std::string(kTables) +
         "CREATE TABLE log (id int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO log "
         "VALUES (NEW.id); RETURN NULL; "
         "END$$; CREATE TRIGGER g AFTER INSERT ON c FOR EACH ROW EXECUTE FUNCTION f()");
  t.import(children());
  EXPECT_EQ(t.holds("SELECT count(*) FROM log"), std::to_string(kRows));
}

TEST(ParentLocks, AreNotForRolesWithoutThePrivilege) {
  Case t(kTables);
  const std::string role = "plain_" + t.database.name();
  t.database.run("CREATE ROLE " + role + " LOGIN; GRANT ALL ON p, c TO " + role);
  EXPECT_EQ(run_import(as_role(t.database, role), file_for(t.database.url(), children())).of("c"), "insert 3000");
  t.database.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST(ParentLocks, LeaveOrphansToTheClassification) {
  Case t(kTables);
  Records records = children();
  records[0].second.emplace_back(R"({"id":9001,"p":777})");
  EXPECT_EQ(t.import_as_announced(records).of("c"), "insert 3000, invalid 1");
}

}  // namespace
}  // namespace import_test
