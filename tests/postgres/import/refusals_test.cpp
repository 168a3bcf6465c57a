// Rows that only the server can refuse, among many that it takes: found with their reasons, and nobody else with them.
#include <fmt/format.h>

#include "postgres/import/import_fixture.h"

namespace {

using import_test::Case;
using import_test::contains;

std::vector<std::string> rows(int count, const std::function<std::string(int)>& row) {
  std::vector<std::string> all;
  for (int i = 1; i <= count; ++i) all.push_back(row(i));
  return all;
}

std::string guarded(const std::string& table, const std::string& when) {
  return "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.bad THEN RAISE 'row % is bad', "
         "NEW.id; "
         "END IF; RETURN NEW; END$$; CREATE TRIGGER guard " +
         when + " ON " + table + " FOR EACH ROW EXECUTE FUNCTION f()";
}

TEST(Refusals, OfATriggerAreFoundAmongManyRowsBeforeAndBehindTheWrite) {
  for (const std::string when : {"BEFORE INSERT", "AFTER INSERT"}) {
    Case t("CREATE TABLE r (id int PRIMARY KEY, bad bool);" + guarded("r", when));
    const auto done =
        t.import({{"r", rows(3000, [](int i) { return fmt::format(R"({{"id":{},"bad":{}}})", i, i % 50 == 7); })}});
    EXPECT_EQ(done.of("r"), "insert 2940, invalid 60") << when;
    EXPECT_EQ(done.left_out.at("r")[1].reason, "row 57 is bad [SQLSTATE P0001]") << when;
    EXPECT_EQ(t.holds("SELECT count(*) FROM r WHERE bad"), "0");
  }
}

TEST(Refusals, OfAllRowsLeaveNone) {
  Case t("CREATE TABLE r (id int PRIMARY KEY, bad bool);" + guarded("r", "BEFORE INSERT"));
  const auto done = t.import({{"r", rows(2000, [](int i) { return fmt::format(R"({{"id":{},"bad":true}})", i); })}});
  EXPECT_EQ(done.of("r"), "invalid 2000");
}

TEST(Refusals, OfUpdatesLeaveTheOldRow) {
  Case t(
      "CREATE TABLE \"R r\" (id int PRIMARY KEY, bad bool); INSERT INTO \"R r\" SELECT g FROM generate_series(1, 2000) "
      "g;" +
      guarded("\"R r\"", "BEFORE UPDATE"));
  const auto done =
      t.import({{"R r", rows(2000, [](int i) { return fmt::format(R"({{"id":{},"bad":{}}})", i, i % 100 == 0); })}});
  EXPECT_EQ(done.of("R r"), "update 1980, invalid 20");
  EXPECT_EQ(t.holds("SELECT count(*) FROM \"R r\" WHERE bad IS NULL"), "20");
}

TEST(Refusals, OfRowsWithoutAPartitionAreFoundAlsoWithoutTheLanguage) {
  for (const std::string drop : {"", "DROP EXTENSION plpgsql;"}) {
    Case t(drop +
           "CREATE TABLE r (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE r1 PARTITION OF r FOR VALUES "
           "FROM (0) TO (1990)");
    const auto done = t.import({{"r", rows(2000, [](int i) { return fmt::format(R"({{"id":{}}})", i); })}});
    EXPECT_EQ(done.of("r"), "insert 1989, invalid 11");
    EXPECT_TRUE(contains(done.left_out.at("r")[0].reason, "no partition")) << done.left_out.at("r")[0].reason;
  }
}

// A trigger lets a row in only behind the one before it.
TEST(Refusals, LeaveRowsThatGoInOneAfterTheOtherOnly) {
  Case t(
      "CREATE TABLE r (id int PRIMARY KEY); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql STABLE AS $$BEGIN IF "
      "NEW.id > 1 AND NOT EXISTS (SELECT FROM r WHERE id = NEW.id - 1) THEN RAISE 'too early'; END IF; RETURN NEW; "
      "END$$; "
      "CREATE TRIGGER guard BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION f()");
  const auto done =
      t.import({{"r", rows(300, [](int i) { return fmt::format(R"({{"id":{}}})", i == 200 ? 999 : i); })}});
  EXPECT_EQ(done.of("r"), "insert 199, invalid 101");
}

// Each row is let in behind the one before it; a few are bad. Rows that are passed over at first go in after all.
TEST(Refusals, ThatRowsBeforeThemMakeGoodAreNone) {
  Case t(
      "CREATE TABLE r (id int PRIMARY KEY, bad bool); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
      "IF NEW.bad THEN RAISE 'bad'; END IF; IF NEW.id % 100 = 70 AND NOT EXISTS (SELECT FROM r WHERE id = NEW.id - 25) "
      "THEN RAISE 'too early'; END IF; RETURN NEW; END$$; CREATE TRIGGER guard BEFORE INSERT ON r FOR EACH ROW EXECUTE "
      "FUNCTION f()");
  const auto done =
      t.import({{"r", rows(3000, [](int i) { return fmt::format(R"({{"id":{},"bad":{}}})", i, i % 100 == 60); })}});
  EXPECT_EQ(done.of("r"), "insert 2970, invalid 30");
}

TEST(Refusals, InATreeTakeTheirOwnChildrenOnly) {
  Case t("CREATE TABLE r (id int PRIMARY KEY, up int REFERENCES r, bad bool);" + guarded("r", "BEFORE INSERT"));
  const auto done = t.import({{"r", rows(2000, [](int i) {
                                 return fmt::format(R"({{"id":{},"up":{},"bad":{}}})", i,
                                                    i < 10 ? "null" : std::to_string(i / 10), i == 15);
                               })}});
  EXPECT_EQ(done.of("r"), "insert 1889, invalid 111");
}

TEST(Refusals, OfARootTakeTheWholeChain) {
  Case t("CREATE TABLE r (id int PRIMARY KEY, up int REFERENCES r)");
  const auto done =
      t.import_as_announced({{"r", rows(1500, [](int i) {
                                return fmt::format(R"({{"id":{},"up":{}}})", i, i == 5 ? 4000 : std::max(1, i - 1));
                              })}});
  EXPECT_EQ(done.of("r"), "insert 4, invalid 1496");
}

TEST(Refusals, OfADomainAreForetold) {
  Case t("CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%'); CREATE TABLE r (id int PRIMARY KEY, e email)");
  const auto done = t.import_as_announced(
      {{"r", rows(1500, [](int i) { return fmt::format(R"({{"id":{},"e":"{}"}})", i, i % 100 == 9 ? "x" : "x@y"); })}});
  EXPECT_EQ(done.of("r"), "insert 1485, invalid 15");
  EXPECT_TRUE(contains(done.left_out.at("r")[0].reason, "email_check")) << done.left_out.at("r")[0].reason;
}

}  // namespace
