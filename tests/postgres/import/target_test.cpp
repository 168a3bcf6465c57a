// The one transaction: what it demands before it begins, what it leaves behind when it ends either way.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

using base::ErrorKind;

// The kind, message and hint of the error that `work` ends with.
template <typename Work>
std::pair<ErrorKind, std::string> error_of(const Work& work) {
  try {
    work();
  } catch (const base::Error& error) {
    return {error.kind(), std::string(error.what()) + " / " + error.hint()};
  }
  return {ErrorKind::kInternal, "no error"};
}

// A role of this process's own that may connect and nothing else; dropped at the end.
class Role {
 public:
  explicit Role(support::Database& database) : database_(database), name_("role_" + database.name()) {
    database_.run("CREATE ROLE " + name_ + " LOGIN");
  }
  ~Role() { database_.run("DROP OWNED BY " + name_ + "; DROP ROLE " + name_); }
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;
  const std::string& name() const { return name_; }

 private:
  support::Database& database_;
  std::string name_;
};

const Records kOneItem = {{"items", {R"({"id":1,"name":"a"})"}}};
const std::string kItems = "CREATE TABLE items (id serial PRIMARY KEY, name text);";

TEST(Target, ADryRunNeedsToReadAndNothingElse) {
  Case t(kItems);
  const Role reader(t.database);
  t.database.run("GRANT SELECT ON items TO " + reader.name());
  const std::string file = file_for(t.database.url(), kOneItem);
  EXPECT_EQ(dry_run(as_role(t.database, reader.name()), file).of("items"), "insert 1");
  EXPECT_EQ(t.holds("SELECT count(*) FROM items"), "0");
}

TEST(Target, ThatLooksAheadAtATableThatIsCalledOtherwiseMeanwhileSaysSo) {
  Case t(kItems);
  postgres::PostgresTarget target([&] { return connect(t.database.url()); }, std::chrono::seconds(5));
  target.begin(engine::Intent::kImport);
  engine::TablePlan plan;
  plan.target = target.tables({}).front();
  t.database.run("ALTER TABLE items RENAME TO things");
  EXPECT_THROW(target.look_ahead({plan}, {}, engine::Detail::kCounts), engine::ConcurrentChange);
  EXPECT_EQ(target.tables({}).front().name.name, "things") << "and can go on";
}

TEST(Target, NamesEveryMissingGrant) {
  Case t(kItems + "CREATE TABLE more (id int PRIMARY KEY)");
  const Role writer(t.database);
  t.database.run("GRANT SELECT ON items TO " + writer.name());
  const std::string file = file_for(t.database.url(), {{"items", {}}, {"more", {}}});
  const auto [kind, text] = error_of([&] { run_import(as_role(t.database, writer.name()), file); });
  EXPECT_EQ(kind, ErrorKind::kPrivilege);
  EXPECT_TRUE(contains(text, "GRANT INSERT, UPDATE ON public.items TO " + writer.name())) << text;
  EXPECT_TRUE(contains(text, "GRANT SELECT, INSERT, UPDATE ON public.more TO " + writer.name())) << text;
}

TEST(Target, NamesTheGrantForASequence) {
  Case t(kItems);
  const Role writer(t.database);
  t.database.run("GRANT SELECT, INSERT, UPDATE ON items TO " + writer.name());
  const auto [kind, text] =
      error_of([&] { run_import(as_role(t.database, writer.name()), file_for(t.database.url(), kOneItem)); });
  EXPECT_EQ(kind, ErrorKind::kPrivilege);
  EXPECT_TRUE(contains(text, "GRANT SELECT, UPDATE ON SEQUENCE \"public\".\"items_id_seq\" TO " + writer.name()))
      << text;
}

TEST(Target, NamesTheGrantForAParentOutsideTheFile) {
  Case t("CREATE TABLE outside (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, o int REFERENCES outside)");
  const Role writer(t.database);
  t.database.run("GRANT SELECT, INSERT, UPDATE ON c TO " + writer.name());
  const auto [kind, text] = error_of([&] {
    run_import(as_role(t.database, writer.name()), file_for(t.database.url(), {{"c", {R"({"id":1,"o":1})"}}}));
  });
  EXPECT_EQ(kind, ErrorKind::kPrivilege);
  EXPECT_TRUE(contains(text, "GRANT SELECT ON public.outside TO " + writer.name())) << text;
}

TEST(Target, NamesTheGrantForTemporaryTables) {
  Case t(kItems);
  const Role writer(t.database);
  t.database.run("GRANT SELECT ON items TO " + writer.name() + "; REVOKE TEMPORARY ON DATABASE " + t.database.name() +
                 " FROM PUBLIC");
  const auto [kind, text] =
      error_of([&] { dry_run(as_role(t.database, writer.name()), file_for(t.database.url(), kOneItem)); });
  EXPECT_EQ(kind, ErrorKind::kPrivilege);
  EXPECT_TRUE(contains(text, "GRANT TEMPORARY ON DATABASE " + t.database.name() + " TO " + writer.name())) << text;
}

TEST(Target, RefusesATableWhoseRowsAPolicyHides) {
  Case t(kItems + "ALTER TABLE items ENABLE ROW LEVEL SECURITY");
  const Role writer(t.database);
  t.database.run("GRANT ALL ON items, items_id_seq TO " + writer.name());
  const auto [kind, text] =
      error_of([&] { run_import(as_role(t.database, writer.name()), file_for(t.database.url(), kOneItem)); });
  EXPECT_EQ(kind, ErrorKind::kPrivilege);
  EXPECT_TRUE(contains(text, "row security")) << text;
  EXPECT_EQ(t.import(kOneItem).of("items"), "insert 1") << "the owner sees every row";
}

TEST(Target, RefusesADatabaseThatIsSetToReadOnlyButReadsItInADryRun) {
  Case t(kItems);
  const std::string file = file_for(t.database.url(), kOneItem);
  t.database.run("ALTER DATABASE " + t.database.name() + " SET default_transaction_read_only = on");
  EXPECT_EQ(dry_run(t.database.url(), file).of("items"), "insert 1");
  EXPECT_EQ(error_of([&] { run_import(t.database.url(), file); }).first, ErrorKind::kPrivilege);
  EXPECT_EQ(t.holds("SELECT count(*) FROM items"), "0");
}

TEST(Target, TheServerRefusesEveryWriteOfADryRun) {
  Case t(kItems);
  postgres::PostgresTarget target([&] { return connect(t.database.url()); }, std::chrono::seconds(5));
  std::vector<catalog::Table> tables;
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  classify(target, file_for(t.database.url(), kOneItem), {.intent = engine::Intent::kDryRun}, tables);
  EXPECT_EQ(error_of([&] { target.merge(progress); }).first, ErrorKind::kPrivilege);
  target.roll_back();
  EXPECT_EQ(t.holds("SELECT count(*) FROM items"), "0");
}

TEST(Target, OneImportOfTheSameTablesAtATime) {
  Case t(kItems + "CREATE TABLE others (id int PRIMARY KEY)");
  const std::string file = file_for(t.database.url(), kOneItem);
  const auto import_shortly = [&](const std::string& text) {
    // Long enough for a busy server to be asked who holds them.
    postgres::PostgresTarget second([&] { return connect(t.database.url()); }, std::chrono::seconds(3));
    return run_import(second, text, {});
  };
  postgres::PostgresTarget first([&] { return connect(t.database.url()); }, std::chrono::seconds(5));
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  std::vector<catalog::Table> tables;
  classify(first, file, {}, tables);
  const auto [kind, text] = error_of([&] { import_shortly(file); });
  EXPECT_EQ(kind, ErrorKind::kLock);
  EXPECT_TRUE(contains(text, "another import") && contains(text, "role postgres")) << text;
  EXPECT_EQ(dry_run(t.database.url(), file).of("items"), "insert 1");
  EXPECT_EQ(import_shortly(file_for(t.database.url(), {{"others", {R"({"id":1})"}}})).of("others"), "insert 1");
  first.roll_back();
  EXPECT_EQ(run_import(t.database.url(), file).of("items"), "insert 1");
}

TEST(Target, LeavesNothingBehindWhenItIsAbandonedBeforeTheCommit) {
  Case t(kItems);
  const std::string file = file_for(t.database.url(), kOneItem);
  {
    postgres::PostgresTarget target([&] { return connect(t.database.url()); }, std::chrono::seconds(5));
    std::vector<catalog::Table> tables;
    base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
    classify(target, file, {}, tables);
    target.merge(progress);
  }
  EXPECT_EQ(t.holds("SELECT count(*) FROM items") + t.holds("SELECT last_value, is_called FROM items_id_seq"), "01|f");
}

TEST(Target, BeginsAgainAfterAnAttempt) {
  Case t(kItems);
  const std::string file = file_for(t.database.url(), kOneItem);
  postgres::PostgresTarget target([&] { return connect(t.database.url()); }, std::chrono::seconds(5));
  std::vector<catalog::Table> tables;
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  classify(target, file, {}, tables);
  target.merge(progress);
  EXPECT_EQ(classify(target, file, {}, tables).of("items"), "insert 1");
  target.merge(progress);
  target.commit();
  EXPECT_EQ(t.holds("SELECT * FROM items"), "1|a");
}

TEST(Target, ARowThatAnotherSessionInsertedOrChangedMeanwhileIsAConcurrentChange) {
  for (const std::string change :
       {"INSERT INTO items VALUES (1, 'theirs')", "UPDATE items SET name = 'theirs' WHERE id = 2"}) {
    Case t(kItems + "INSERT INTO items VALUES (2, 'b')");
    postgres::PostgresTarget target([&] { return connect(t.database.url()); }, std::chrono::seconds(5));
    std::vector<catalog::Table> tables;
    base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
    classify(target, file_for(t.database.url(), {{"items", {R"({"id":1,"name":"a"})", R"({"id":2,"name":"B"})"}}}), {},
             tables);
    t.database.run(change);
    EXPECT_THROW(target.merge(progress), engine::ConcurrentChange) << change;
    target.roll_back();
  }
}

TEST(Target, StatementTimeoutsAndOtherSettingsOfTheDatabaseDoNotMatter) {
  Case t(kItems + "CREATE TABLE times (id int PRIMARY KEY, at timestamptz, span interval, f float8, b bytea)");
  const std::string alter = "ALTER DATABASE " + t.database.name() + " SET ";
  t.database.run("INSERT INTO times VALUES (1, '2025-03-30 01:30:00+00', '1 mon -3 days 04:05:06.7', 0.1, '\\xff00')");
  const std::string file = export_of(t.database.url());
  t.database.run(alter + "DateStyle = 'German'; " + alter + "TimeZone = 'Asia/Tokyo'; " + alter +
                 "IntervalStyle = 'iso_8601'; " + alter + "extra_float_digits = 0; " + alter +
                 "bytea_output = 'escape'; " + alter + "default_transaction_isolation = 'serializable'; " + alter +
                 "default_transaction_deferrable = on; " + alter + "lock_timeout = '10s'; " + alter +
                 "search_path = 'nowhere'; " + alter + "standard_conforming_strings = off");
  const std::string again = export_of(t.database.url());
  EXPECT_EQ(again.substr(again.find("\"data\"")), file.substr(file.find("\"data\"")));
  EXPECT_EQ(run_import(t.database.url(), file).of("times"), "unchanged 1");
}

TEST(Target, AWaitForALockEndsAfterItsTime) {
  Case t(kItems + "INSERT INTO items VALUES (1, 'old')");
  const std::string file = file_for(t.database.url(), kOneItem);
  t.database.run("BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE");
  postgres::PostgresTarget target([&] { return connect(t.database.url()); }, std::chrono::milliseconds(50));
  std::vector<catalog::Table> tables;
  EXPECT_EQ(error_of([&] { classify(target, file, {}, tables); }).first, ErrorKind::kLock);
  t.database.run("ROLLBACK");
}

TEST(Target, AStopEndsTheStatementAndRollsBack) {
  Case t(kItems);
  const std::string file = file_for(t.database.url(), kOneItem);
  std::stop_source stop;
  postgres::PostgresTarget target([&] { return connect(t.database.url(), stop.get_token()); }, std::chrono::seconds(5));
  std::vector<catalog::Table> tables;
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  classify(target, file, {}, tables);
  stop.request_stop();
  EXPECT_EQ(error_of([&] { target.merge(progress); }).first, ErrorKind::kInterrupted);
}

TEST(Target, ALostConnectionIsSaidToBeOneAndLeavesNothing) {
  Case t(kItems);
  postgres::PostgresTarget target([&] { return connect(t.database.url()); }, std::chrono::seconds(5));
  std::vector<catalog::Table> tables;
  base::Progress progress(base::ProgressMode::kNone, 2, base::Color::kNever);
  classify(target, file_for(t.database.url(), kOneItem), {}, tables);
  target.merge(progress);
  t.database.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
      "pg_backend_pid()");
  EXPECT_EQ(error_of([&] { target.commit(); }).first, ErrorKind::kConnection);
  EXPECT_EQ(t.holds("SELECT count(*) FROM items"), "0");
}

}  // namespace
}  // namespace import_test
