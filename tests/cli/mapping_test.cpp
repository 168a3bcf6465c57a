// "rename", "set" and "drop" of the transfer file and --map-schema, through the real programs: a file whose schema is
// not the target's.
#include <gmock/gmock.h>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Mapping : public Transfer {
 protected:
  std::vector<std::string> with(const std::string& config, std::vector<std::string> options = {}) const {
    folder.write("map.json", config);
    options.insert(options.end(), {"--config", folder.file("map.json")});
    return options;
  }
  // People with posts in the schema app; in the target users in public, who have an account each.
  void people_and_users() {
    source.run(
        "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('glad', 'sad');"
        "CREATE TABLE app.people (id int PRIMARY KEY, mail text UNIQUE, legacy text, mood app.mood);"
        "CREATE TABLE app.posts (id int PRIMARY KEY, author int NOT NULL REFERENCES app.people, title text);"
        "INSERT INTO app.people VALUES (1, 'a@x', 'old', 'glad'), (2, 'b@x', 'old', 'sad'), (3, 'c@x', NULL, NULL);"
        "INSERT INTO app.posts VALUES (10, 1, 'one'), (11, 2, 'two'), (12, 3, 'three')");
    target.run(
        "CREATE TYPE mood AS ENUM ('glad', 'sad');"
        "CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, mood mood, imported boolean NOT NULL);"
        "CREATE TABLE posts (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users, title text);"
        "INSERT INTO users VALUES (1, 'a@x', 'glad', true), (2, 'b@x', 'sad', false)");
    ASSERT_EQ(run_export().status, 0);
  }
  const std::string settled =
      R"({"rename": {"tables": {"people": "users"}, "columns": {"users.mail": "email", "posts.author": "user_id"},
                     "schemas": {"app": "public"}},
          "set": {"users.imported": true}, "drop": ["users.legacy"]})";
};

TEST_F(Mapping, BringsRowsUnderOtherNamesIntoTheTarget) {
  people_and_users();

  const auto foretold = import(with(settled, {"--dry-run"}));
  const auto result = import(with(settled));

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(1, 1, 1, 0, 0, 0)) << "a constant is compared as any value";
  EXPECT_THAT(verdicts(result, "posts"), ElementsAre(3, 0, 0, 0, 0, 0));
  EXPECT_EQ(foretold["tables"], result["tables"]);
  EXPECT_THAT(result["differences"].get<std::vector<std::string>>(),
              testing::IsSupersetOf({HasSubstr("the schema app is public in the target"),
                                     HasSubstr("people is users in the target (\"rename\")"),
                                     HasSubstr("people.mail is users.email in the target"),
                                     HasSubstr("posts.author is posts.user_id in the target"),
                                     HasSubstr("users.imported is not in the file: each of its rows has true there"),
                                     HasSubstr("users.legacy is missing in the target: not imported (\"drop\")")}));
  EXPECT_EQ(target.value("SELECT string_agg(concat(id, email, mood, imported), ' ' ORDER BY id) FROM users"),
            "1a@xgladt 2b@xsadt 3c@xt");
  EXPECT_EQ(import(with(settled))["total"]["unchanged"], 6);
}

TEST_F(Mapping, OfASchemaMayBeAnOption) {
  source.run("CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY); INSERT INTO app.t VALUES (1)");
  target.run("CREATE TABLE t (id int PRIMARY KEY); CREATE SCHEMA app");
  ASSERT_EQ(run_export().status, 0);

  EXPECT_EQ(run_import({"--map-schema", "app=pulbic"}).status, 2);
  const support::Run misspelt = run_import({"--map-schema", "ap=public"});
  const support::Run elsewhere = run_import({"--map-schema", "app=public", "--schema", "app"});
  EXPECT_EQ(run_import({"--map-schema", "app"}).status, 2);
  EXPECT_EQ(run_import({"--map-schema", "app=public", "--undo"}).status, 2);
  import({"--map-schema", "app=public"});

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT count(*) FROM t"), "1");
  EXPECT_EQ(misspelt.status, 2);
  EXPECT_THAT(misspelt.err, AllOf(HasSubstr("the file has no schema ap"), HasSubstr("did you mean app?")));
  EXPECT_EQ(elsewhere.status, 2);
  EXPECT_THAT(elsewhere.err, HasSubstr("say --schema public"));
}

TEST_F(Mapping, KeepsTheRejectsUnderTheFilesNames) {
  people_and_users();
  target.run("ALTER TABLE users ADD CHECK (email <> 'c@x')");
  const std::string rejects = folder.file("rejects.json");

  const auto result = import(with(settled, {"--rejects", rejects}));
  EXPECT_EQ(status, 4);
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(0, 1, 1, 0, 1, 0));
  EXPECT_THAT(verdicts(result, "posts"), ElementsAre(2, 0, 0, 0, 1, 0));
  EXPECT_THAT(support::read_file(rejects),
              AllOf(HasSubstr("\"people\""), HasSubstr("\"mail\""), HasSubstr("c@x"), Not(HasSubstr("email\":"))));

  target.run("ALTER TABLE users DROP CONSTRAINT users_email_check");
  file = rejects;
  const auto again = import(with(settled, {"--unsealed"}));

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(again, "users"), ElementsAre(1, 0, 0, 0, 0, 0));
  EXPECT_EQ(target.value("SELECT concat(u.email, u.imported, p.title) FROM users u JOIN posts p ON p.user_id = u.id "
                         "WHERE u.id = 3"),
            "c@xtthree");
}

TEST_F(Mapping, IsPartOfAPlan) {
  people_and_users();
  const std::string plan = folder.file("plan.json");
  ASSERT_EQ(run_import(with(settled, {"--dry-run", "--report", plan})).status, 0);

  const support::Run other = run_import(with(R"({"rename": {"tables": {"people": "members"}}})", {"--apply", plan}));
  const support::Run applied = run_import({"--no-config", "--apply", plan});

  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.err, HasSubstr("rename: given"));
  EXPECT_EQ(applied.status, 0) << applied.err;
  EXPECT_EQ(target.value("SELECT count(*) FROM users WHERE imported"), "3");
}

TEST_F(Mapping, IsTakenBackAndRehearsed) {
  people_and_users();
  const std::string before = support::normalized_dump(target.url());
  const std::string undo = folder.file("undo.json");
  EXPECT_EQ(run_import(with(settled, {"--rehearse"})).status, 0);
  EXPECT_EQ(support::normalized_dump(target.url()), before);
  ASSERT_EQ(run_import(with(settled, {"--save-undo", undo})).status, 0);
  EXPECT_NE(support::normalized_dump(target.url()), before);

  const support::Run back = support::run_program(
      {PROGRAM_DIR "/db-import", "--undo", undo, "--url", target.url(), "--config", folder.file("map.json")});

  EXPECT_EQ(back.status, 0) << back.err;
  EXPECT_EQ(support::normalized_dump(target.url()), before);
}

TEST_F(Mapping, GoesWithMatchLimitsAndPoliciesUnderTheTargetsNames) {
  people_and_users();
  target.run("UPDATE users SET id = id + 100, mood = NULL");

  EXPECT_EQ(run_import(with(settled, {"--limit", "users=0"})).status, 4);
  EXPECT_EQ(run_import(with(settled, {"--limit", "people=0"})).status, 2);
  const support::Run own = run_import(with(settled, {"-t", "people"}));
  const auto result = import(with(settled, {"--match", "users=email"}));

  EXPECT_EQ(own.status, 2);
  EXPECT_THAT(own.err, AllOf(HasSubstr("matches people"), HasSubstr("the file's people is users there")));
  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(1, 2, 0, 0, 0, 0));
  EXPECT_EQ(target.value("SELECT string_agg(user_id::text, ' ' ORDER BY id) FROM posts"), "101 102 3");
  EXPECT_EQ(import(with(settled, {"-t", "users", "--match", "users=email"}))["total"]["unchanged"], 3);
}

TEST_F(Mapping, RefusesWhatDoesNotFitAllTheSame) {
  people_and_users();
  const auto refused = [&](const std::string& config) {
    const support::Run run = run_import(with(config, {"--dry-run", "--map-schema", "app=public"}));
    return std::to_string(run.status) + " " + run.err;
  };

  EXPECT_THAT(
      refused(R"({"rename": {"tables": {"people": "uesrs"}}})"),
      AllOf(HasSubstr("7 "), HasSubstr("uesrs is missing in the target (did you mean users?) (people in the file)")));
  EXPECT_THAT(refused(R"({"rename": {"tables": {"people": "users"}, "columns": {"users.mail": "emial"}}})"),
              AllOf(HasSubstr("7 "),
                    HasSubstr("users.emial is missing in the target, which has email (people.mail in the file)"),
                    HasSubstr("users.legacy is missing in the target"), HasSubstr("\"drop\"")));
  EXPECT_THAT(refused(R"({"rename": {"tables": {"people": "posts"}}})"), HasSubstr("2 "));
  EXPECT_THAT(refused(R"({"rename": {"tables": {"people": "users"}}, "set": {"users.importd": true}})"),
              AllOf(HasSubstr("7 "), HasSubstr("users.importd is missing in the target, and \"set\"")));
  EXPECT_THAT(refused(R"({"rename": {"tables": {"people": "users"}}, "set": {"users.mail": "x"}})"),
              AllOf(HasSubstr("2 "), HasSubstr("which the file has itself")));
  EXPECT_THAT(refused(R"({"rename": {"tabels": {}}})"), AllOf(HasSubstr("2 "), HasSubstr("did you mean \"tables\"?")));
  EXPECT_THAT(refused(R"({"drop": ["people.legcy"]})"), AllOf(HasSubstr("2 "), HasSubstr("did you mean legacy?")));
}

TEST_F(Mapping, IsSuggestedWithItsWords) {
  source.run("CREATE TABLE \"user\" (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, \"userName\" text)");
  target.run("CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, user_name text)");
  ASSERT_EQ(run_export().status, 0);

  const support::Run run = run_import();

  EXPECT_EQ(run.status, 7);
  EXPECT_THAT(run.err,
              AllOf(HasSubstr(R"(user is missing in the target, which has users (renamed? Then write )"
                              R"("rename": {"tables": {"user": "users"}} into the transfer file))"),
                    HasSubstr(R"("rename": {"columns": {"t.userName": "user_name"}} into the transfer file)")));
  import(with(R"({"rename": {"tables": {"user": "users"}, "columns": {"t.userName": "user_name"}}})"));
  EXPECT_EQ(status, 0) << errors;
}

TEST_F(Mapping, ShowsNoValueThatEitherNameCallsASecret) {
  source.run("CREATE TABLE t (id int PRIMARY KEY, password text); INSERT INTO t VALUES (1, 'hunter2')");
  target.run("CREATE TABLE t (id int PRIMARY KEY, word text, token text); INSERT INTO t VALUES (1, 'hunter1', 'tok1')");
  ASSERT_EQ(run_export().status, 0);
  const std::string report = folder.file("r.txt");
  const std::string json = folder.file("r.json");

  const support::Run run =
      run_import(with(R"({"rename": {"columns": {"t.password": "word"}}, "set": {"t.token": "tok2"}})",
                      {"--dry-run", "--report", report, "--report", json}));

  EXPECT_EQ(run.status, 0) << run.err;
  for (const std::string& text : {run.out + run.err, support::read_file(report)})
    EXPECT_THAT(text, AllOf(Not(HasSubstr("hunter")), Not(HasSubstr("tok2"))));
  EXPECT_THAT(support::read_file(json), Not(HasSubstr("hunter")));
}

class MappingOfSqlite : public Mapping {
 protected:
  std::string shell(const std::string& database, const std::string& sql) const {
    const support::Run run = support::run_program({"sqlite3", "-bail", folder.file(database)}, {.input = sql});
    EXPECT_EQ(run.status, 0) << run.err;
    return run.out;
  }
  void export_people() {
    shell("dev.db",
          "CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT, seen INTEGER, legacy TEXT);"
          "CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES people(id));"
          "INSERT INTO people VALUES (1, 'a@x', 1700000000, 'l'), (2, 'b@x', NULL, 'l');"
          "INSERT INTO posts VALUES (10, 1), (11, 2);");
    const support::Run exported =
        support::run_program({PROGRAM_DIR "/db-export", file, "--url", "sqlite:" + folder.file("dev.db"), "--force"});
    ASSERT_EQ(exported.status, 0) << exported.err;
  }
  const std::string config =
      R"({"rename": {"tables": {"people": "users"}, "columns": {"people.mail": "email", "users.seen": "seen_at"}},
          "set": {"users.imported": true, "users.note": "n"}, "drop": ["people.legacy"],
          "tables": {"users": {"times": {"seen_at": "seconds"}}}})";
};

TEST_F(MappingOfSqlite, GoesIntoPostgres) {
  export_people();
  target.run(
      "CREATE TABLE users (id int PRIMARY KEY, email text, seen_at timestamptz, imported boolean, note text);"
      "CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users);"
      "INSERT INTO users VALUES (2, 'b@x', NULL, true, 'n')");

  const auto result = import(with(config));

  EXPECT_EQ(status, 0) << errors;
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(1, 0, 1, 0, 0, 0)) << result.dump();
  EXPECT_EQ(target.value("SELECT concat(email, extract(epoch FROM seen_at)::bigint, imported, note) FROM users "
                         "WHERE id = 1"),
            "a@x1700000000tn");
  EXPECT_EQ(import(with(config))["total"]["unchanged"], 4);
}

TEST_F(MappingOfSqlite, OfRejectsGoesIntoPostgresBeforeTheirAnnotation) {
  export_people();
  target.run(
      "CREATE TABLE users (id int PRIMARY KEY, email text CHECK (email <> 'b@x'), seen_at timestamptz, imported "
      "boolean, note text); CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users)");
  const std::string rejects = folder.file("rejects.json");
  import(with(config, {"--rejects", rejects}));
  ASSERT_EQ(status, 4) << errors;
  target.run("ALTER TABLE users DROP CONSTRAINT users_email_check");
  file = rejects;

  import(with(config, {"--unsealed"}));

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(target.value("SELECT concat(u.email, imported, note) FROM users u JOIN posts p ON author = u.id WHERE u.id "
                         "= 2"),
            "b@xtn");
}

TEST_F(MappingOfSqlite, GoesIntoSqliteAndIsTakenBack) {
  export_people();
  shell(
      "prod.db",
      "CREATE TABLE Users (id INTEGER PRIMARY KEY, Email TEXT, seen_at INTEGER, imported BOOLEAN NOT NULL, note TEXT);"
      "CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES Users(id));"
      "INSERT INTO Users VALUES (2, 'b@x', NULL, 0, 'n');");
  const std::string before = shell("prod.db", ".dump");
  const std::string url = "sqlite:" + folder.file("prod.db");
  const std::string of_sqlite =
      R"({"rename": {"tables": {"people": "users"}, "columns": {"people.mail": "email", "users.seen": "seen_at"}},
          "set": {"users.imported": 1, "users.note": "n"}, "drop": ["people.legacy"]})";

  const auto foretold = import(with(of_sqlite, {"--url", url, "--dry-run"}));
  const auto result = import(with(of_sqlite, {"--url", url, "--save-undo", folder.file("undo.json")}));

  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(foretold["tables"], result["tables"]);
  EXPECT_THAT(verdicts(result, "users"), ElementsAre(1, 1, 0, 0, 0, 0)) << result.dump();
  EXPECT_EQ(shell("prod.db", "SELECT * FROM Users;"), "1|a@x|1700000000|1|n\n2|b@x||1|n\n");
  const support::Run back =
      support::run_program({PROGRAM_DIR "/db-import", "--undo", folder.file("undo.json"), "--url", url});
  EXPECT_EQ(back.status, 0) << back.err;
  EXPECT_EQ(shell("prod.db", ".dump"), before);
}

}  // namespace
}  // namespace cli
