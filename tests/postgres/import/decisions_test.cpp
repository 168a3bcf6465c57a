// What a reviewer is told of each row and of what the import of a table sets off.
#include "postgres/import/import_fixture.h"

namespace import_test {
namespace {

using Form = outcome::ShownValue::Form;

How full(const std::function<void(engine::TablePlan&)>& change = {}, engine::Intent intent = engine::Intent::kDryRun) {
  return {.intent = intent, .change = change, .detail = engine::Detail::kFull};
}

TEST(Decisions, ShowWhatAnUpdateChanges) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, a text, b int, c jsonb, d text); INSERT INTO t VALUES (1, 'old', NULL, "
      "'{\"x\":1}', 'same'), (2, "
      "'kept', 1, NULL, NULL)");
  const auto seen = t.import(
      {{"t",
        {R"({"id":1,"a":"new","b":5,"c":{"x":2},"d":"same"})", R"({"id":2,"a":"kept","b":1,"c":null,"d":null})",
         R"({"id":3,"a":null,"b":null,"c":null,"d":null})"}}},
      full());
  ASSERT_EQ(seen.decisions.at("t").size(), 2U);
  const outcome::Decision& update = seen.decisions.at("t")[0];
  EXPECT_EQ(update.verdict, outcome::Verdict::kUpdate);
  EXPECT_EQ(update.key, "id=1");
  ASSERT_EQ(update.changes.size(), 3U);
  EXPECT_EQ(update.changes[0], (outcome::ColumnChange{"a", {Form::kWhole, "old", 3}, {Form::kWhole, "new", 3}}));
  EXPECT_EQ(update.changes[1], (outcome::ColumnChange{"b", {}, {Form::kWhole, "5", 1}}));
  EXPECT_EQ(update.changes[2].after.text, R"({"x": 2})");
  EXPECT_EQ(seen.decisions.at("t")[1].verdict, outcome::Verdict::kInsert);
  const auto& columns = seen.effects.at("t").changed_columns;
  ASSERT_EQ(columns.size(), 3U);
  EXPECT_EQ(columns[0].name + std::to_string(columns[0].rows), "a1");
}

TEST(Decisions, AreTheSameBehindTheMerge) {
  Case t("CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'old')");
  const auto done = t.import({{"t", {R"({"id":1,"a":"new"})"}}}, full({}, engine::Intent::kImport));
  EXPECT_EQ(done.decisions.at("t")[0].changes[0].before.text, "old");
  EXPECT_EQ(t.holds("SELECT a FROM t"), "new");
}

TEST(Decisions, TellNullFromEmptyAndKeepWhatACopyWouldEscape) {
  Case t(
      "CREATE TYPE e AS ENUM ('', 'b'); CREATE TABLE t (id int PRIMARY KEY, a text, b text, c e, d numeric, f text); "
      "INSERT INTO t VALUES (1, NULL, '', '', 1, E'x\\ty')");
  const auto seen = t.import({{"t",
                               {R"({"id":1,"a":"","b":null,"c":"b","d":1.0,"f":"x\\ty\n\\N"})",
                                R"({"id":2,"a":"","b":null,"c":"","d":null,"f":"\\N"})"}}},
                             full());
  ASSERT_EQ(seen.decisions.at("t").size(), 2U);
  const auto& changes = seen.decisions.at("t")[0].changes;
  ASSERT_EQ(changes.size(), 5U);
  EXPECT_EQ(changes[0], (outcome::ColumnChange{"a", {}, {Form::kWhole, "", 0}}));
  EXPECT_EQ(changes[1], (outcome::ColumnChange{"b", {Form::kWhole, "", 0}, {}}));
  EXPECT_EQ(changes[2], (outcome::ColumnChange{"c", {Form::kWhole, "", 0}, {Form::kWhole, "b", 1}}));
  EXPECT_EQ(changes[3], (outcome::ColumnChange{"d", {Form::kWhole, "1", 1}, {Form::kWhole, "1.0", 3}}));
  EXPECT_EQ(changes[4], (outcome::ColumnChange{"f", {Form::kWhole, "x\ty", 3}, {Form::kWhole, "x\\ty\n\\N", 7}}));
  const auto& values = seen.decisions.at("t")[1].values;
  ASSERT_EQ(values.size(), 6U);
  EXPECT_EQ(values[1], (outcome::ColumnValue{"a", {Form::kWhole, "", 0}}));
  EXPECT_EQ(values[2], (outcome::ColumnValue{"b", {}}));
  EXPECT_EQ(values[5], (outcome::ColumnValue{"f", {Form::kWhole, "\\N", 2}}));
}

// Of a row that goes in, one that changes and one that another row's key keeps out.
TEST(Decisions, OfTheWidestTablesAreTheSameBeforeAndBehindTheMerge) {
  constexpr int kColumns = 1500;
  std::string columns = "id int PRIMARY KEY, u int UNIQUE";
  std::string rest;
  for (int i = 0; i < kColumns; ++i) {
    columns += ", c" + std::to_string(i) + (i % 2 == 0 ? " smallint" : " bool");
    rest += ",\"c" + std::to_string(i) + (i % 2 == 0 ? "\":" + std::to_string(i % 7) : "\":true");
  }
  Case t("CREATE TABLE t (" + columns + "); INSERT INTO t (id, u, c0, c1) VALUES (1, 1, 5, false), (2, 2, 6, true)");
  const Records file = {
      {"t", {R"({"id":1,"u":1)" + rest + "}", R"({"id":3,"u":3)" + rest + "}", R"({"id":4,"u":2)" + rest + "}"}}};
  const auto foretold = t.import(file, full());
  const auto done = t.import(file, full({}, engine::Intent::kImport));
  for (const auto& seen : {foretold, done}) {
    const std::vector<outcome::Decision>& decisions = seen.decisions.at("t");
    ASSERT_EQ(decisions.size(), 3U);
    ASSERT_EQ(decisions[0].changes.size(), kColumns);
    EXPECT_EQ(decisions[0].changes[1], (outcome::ColumnChange{"c1", {Form::kWhole, "f", 1}, {Form::kWhole, "t", 1}}));
    ASSERT_EQ(decisions[1].values.size(), kColumns + 2);
    EXPECT_EQ(decisions[1].values[4], (outcome::ColumnValue{"c2", {Form::kWhole, "2", 1}}));
    EXPECT_EQ(decisions[2].verdict, outcome::Verdict::kConflict);
    EXPECT_EQ(decisions[2].changes[0], (outcome::ColumnChange{"id", {Form::kWhole, "2", 1}, {Form::kWhole, "4", 1}}));
  }
}

// A plan is held to the target's rows by these.
TEST(Decisions, HaveDigestsThatTellTheFormsOfAValueApart) {
  const auto keyed = [](engine::TablePlan& plan) { plan.row_key = "key"; };
  const std::pair<std::string, std::vector<std::string>> kinds[] = {
      {"numeric", {"1", "1.0", "NULL", "0"}}, {"numeric(6,2)", {"1", "1.01", "NULL", "'NaN'"}},
      {"float8", {"0", "'-0'", "'NaN'"}},     {"jsonb", {"'1'", "'1.0'", "'null'", "NULL"}},
      {"interval", {"'1 day'", "'24:00'"}},   {"char(3)", {"'a'", "'b'", "''", "NULL"}},
      {"text", {"''", "NULL", "'a'", "'A'"}}, {"text COLLATE ci", {"'a'", "'A'", "''", "NULL"}},
      {"e", {"'a'", "'b'", "NULL"}},          {"int[]", {"'{1}'", "'[0:0]={1}'", "'{}'", "NULL"}},
      {"bytea", {"'a'", "'b'", "''"}},
  };
  for (const auto& [type, values] : kinds) {
    Case t(
        "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE TYPE e AS "
        "ENUM ('a', 'b'); CREATE TABLE t (id int PRIMARY KEY, v " +
        type + ", w int); INSERT INTO t VALUES (1, NULL, 0)");
    std::set<std::string> digests;
    for (const std::string& value : values) {
      t.holds("UPDATE t SET v = " + value + " RETURNING id");
      const auto seen = t.import({{"t", {R"({"id":1,"v":null,"w":5})"}}}, full(keyed));
      digests.insert(seen.decisions.at("t").at(0).digest);
    }
    EXPECT_EQ(digests.size(), values.size()) << type;
    EXPECT_FALSE(digests.contains("")) << type;
  }
}

TEST(Decisions, CutLongValuesAndMaskSecretOnes) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, a text, secret text UNIQUE); INSERT INTO t VALUES (1, repeat('é', 5000), "
      "'hunter2'), (2, '', 'taken')");
  const auto mask = [](engine::TablePlan& plan) { plan.masked = {"secret"}; };
  const auto seen =
      t.import({{"t", {R"({"id":1,"a":"x","secret":"hunter3"})", R"({"id":3,"a":"x","secret":"taken"})"}}}, full(mask));
  const auto& changes = seen.decisions.at("t")[0].changes;
  EXPECT_EQ(changes[0].before.form, Form::kCut);
  EXPECT_EQ(changes[0].before.characters, 5000U);
  EXPECT_EQ(changes[0].before.text.size(), 2U * outcome::kShownCharacters);
  EXPECT_EQ(changes[1].before, (outcome::ShownValue{Form::kMasked, "f52fbd32", 7}));  // printf hunter2 | sha256sum
  EXPECT_FALSE(contains(seen.decisions.at("t")[1].reason, "taken")) << seen.decisions.at("t")[1].reason;
  EXPECT_TRUE(contains(seen.decisions.at("t")[1].reason, "secret=(masked")) << seen.decisions.at("t")[1].reason;
}

TEST(Decisions, WithholdTheServersWordsAboutATableWithSecrets) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, secret text); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
      "$$BEGIN RAISE 'no %', "
      "NEW.secret; END$$; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
  const auto mask = [](engine::TablePlan& plan) {
    plan.masked = {"secret"};
    plan.values_withheld = true;
  };
  const auto done = t.import({{"t", {R"({"id":1,"secret":"hunter2"})"}}}, full(mask, engine::Intent::kImport));
  EXPECT_EQ(done.of("t"), "invalid 1");
  EXPECT_FALSE(contains(done.only_left_out("t"), "hunter2")) << done.only_left_out("t");
}

TEST(KeepNewer, SkipsRowsThatWereChangedLaterInTheTarget) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, a text, updated_at timestamptz); INSERT INTO t VALUES (1, 'x', "
      "'2025-02-01'), (2, 'x', '2025-01-01'), "
      "(3, 'x', NULL)");
  const Records file = {{"t",
                         {R"({"id":1,"a":"y","updated_at":"2025-01-15T00:00:00Z"})",
                          R"({"id":2,"a":"y","updated_at":"2025-01-15T00:00:00Z"})",
                          R"({"id":3,"a":"y","updated_at":"2025-01-15T00:00:00Z"})"}}};
  const auto told = t.import(file, full([](engine::TablePlan& plan) { plan.changed_at = "updated_at"; }));
  EXPECT_EQ(told.of("t"), "update 3");
  EXPECT_EQ(told.effects.at("t").newer_rows, 1U);
  EXPECT_TRUE(told.decisions.at("t")[0].target_is_newer);
  How how;
  how.change = [](engine::TablePlan& plan) {
    plan.changed_at = "updated_at";
    plan.newer_rows = engine::NewerRows::kKeep;
  };
  EXPECT_EQ(t.import_as_announced(file, how).of("t"), "update 2, skipped 1");
  EXPECT_EQ(t.holds("SELECT a FROM t ORDER BY id"), "x y y");
}

TEST(Audit, NamesTriggersCascadesSequencesAndOutsideParents) {
  Case t(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id serial PRIMARY KEY, code int UNIQUE, p int REFERENCES "
      "p); CREATE TABLE c (code int "
      "REFERENCES t (code) ON UPDATE CASCADE); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN "
      "NEW; END$$; CREATE TRIGGER g "
      "BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER never BEFORE DELETE ON t FOR EACH ROW "
      "EXECUTE FUNCTION f();"
      "INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 10, NULL); INSERT INTO c VALUES (10)");
  const auto seen = t.import({{"t", {R"({"id":1,"code":11,"p":1})", R"({"id":9,"code":12,"p":null})"}}}, full());
  const outcome::TableEffects& effects = seen.effects.at("t");
  EXPECT_EQ(effects.rows_before, 1U);
  ASSERT_EQ(effects.triggers.size(), 1U);
  EXPECT_EQ(effects.triggers[0].name + ": " + effects.triggers[0].when + ", " + effects.triggers[0].function,
            "g: before update, for each row, public.f");
  ASSERT_EQ(effects.cascades.size(), 1U);
  EXPECT_EQ(
      effects.cascades[0].table + " " + effects.cascades[0].action + " " + std::to_string(effects.cascades[0].rows),
      "public.c CASCADE 1");
  ASSERT_EQ(effects.sequences.size(), 1U);
  EXPECT_EQ(effects.sequences[0].after, 9);
  ASSERT_EQ(effects.outside_references.size(), 1U);
  EXPECT_EQ(effects.outside_references[0].parent, "public.p");
  EXPECT_EQ(t.holds("SELECT last_value FROM t_id_seq"), "1") << "a dry run moved the sequence";
}

TEST(Rehearsal, MergesForRealAndKeepsNothing) {
  Case t(
      "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF "
      "NEW.a = 13 THEN RAISE 'no'; "
      "END IF; RETURN NEW; END$$; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
  const auto told =
      t.import({{"t", {R"({"id":1,"a":13})", R"({"id":2,"a":1})"}}}, {.intent = engine::Intent::kRehearsal});
  EXPECT_EQ(told.of("t"), "insert 1, invalid 1");
  EXPECT_EQ(t.holds("SELECT count(*) FROM t"), "0");
}

}  // namespace
}  // namespace import_test
