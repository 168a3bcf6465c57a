// An import is taken back: what nobody touched since is as it was, everything else stays and is named, through the real
// programs.
#include <sys/stat.h>

#include "cli/undo_fixture.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class UndoOfAShop : public Undo {
 protected:
  void SetUp() override {
    schema(
        "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL UNIQUE, name text, \"passwordHash\" text);"
        "CREATE TABLE posts (id int PRIMARY KEY, author int NOT NULL REFERENCES users ON DELETE CASCADE, title text);"
        "CREATE TABLE tags (label text, weight int)");
    target.run(
        "CREATE SCHEMA other; CREATE TABLE other.likes (id int PRIMARY KEY, who int REFERENCES public.users ON DELETE "
        "SET NULL)");
    source.run(
        "INSERT INTO users VALUES (1, 'a@x', 'Ann', 'hunter2'), (2, 'b@x', 'Bob', 'h'), (3, 'c@x', 'Cid', 'h');"
        "INSERT INTO posts VALUES (10, 1, 'one'), (11, 3, 'two'), (12, 3, NULL);"
        "INSERT INTO tags VALUES ('red', 1), ('red', 1), ('blue', NULL)");
    target.run(
        "INSERT INTO users VALUES (1, 'c@x', 'Anna', 'hunter1'), (2, 'b@x', 'Bob', 'h'), (9, 'i@x', 'Ida', 'h');"
        "INSERT INTO posts VALUES (10, 9, 'uno'), (11, 1, 'two');"
        "INSERT INTO tags VALUES ('red', 1), ('red', 2)");
  }
};

TEST_F(UndoOfAShop, OfAnImportThatNobodyTouchedIsAsIfItHadNotBeen) {
  import_kept();
  const std::string imported = rows();
  const auto result = taken_back();
  EXPECT_EQ(status, 0) << errors;
  EXPECT_EQ(rows(), before);
  EXPECT_NE(imported, before);
  EXPECT_EQ(count(result["total"], "delete"), 4);
  EXPECT_EQ(count(result["total"], "update"), 3);
}

TEST_F(UndoOfAShop, IsForetoldByADryRunThatWritesNothing) {
  import_kept();
  const std::string imported = rows();
  const support::Run run = take_back({"--dry-run", "--report", folder.file("a.json"), "--report", folder.file("a.html"),
                                      "--report", folder.file("a.txt"), "--report", folder.file("a.md")});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(rows(), imported);
  const auto report = nlohmann::json::parse(text_of(folder.file("a.json")));
  int deletes = 0;
  for (const auto& decision : report["decisions"]) deletes += decision["verdict"] == "delete" ? 1 : 0;
  EXPECT_EQ(deletes, 4);
  EXPECT_THAT(text_of(folder.file("a.html")), AllOf(HasSubstr("4 deleted"), Not(HasSubstr("ever deleted"))));
  EXPECT_THAT(text_of(folder.file("a.txt")), HasSubstr("4 deleted"));
}

TEST_F(UndoOfAShop, CanItselfBeTakenBackAndThatAgain) {
  import_kept();
  const std::string imported = rows();
  const std::string redo = folder.file("redo.json");
  const std::string again = folder.file("again.json");
  EXPECT_EQ(take_back({"--save-undo", redo}).status, 0);
  EXPECT_EQ(take_back_by(redo, {"--save-undo", again}).status, 0);
  EXPECT_EQ(rows(), imported);
  EXPECT_EQ(take_back_by(again).status, 0);
  EXPECT_EQ(rows(), before);
}

TEST_F(UndoOfAShop, FindsNothingToDoASecondTimeAndSaysSo) {
  import_kept();
  ASSERT_EQ(take_back().status, 0);
  const support::Run again = take_back();
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("Nothing is left to take back"));
  EXPECT_EQ(rows(), before);
}

TEST_F(UndoOfAShop, LeavesAndNamesRowsThatSomebodyChangedSince) {
  import_kept();
  target.run("UPDATE users SET name = 'Ana' WHERE id = 1; UPDATE posts SET title = 'three' WHERE id = 12");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("id=1: conflict: changed since the import: name=Ana"),
                             HasSubstr("id=12: conflict: changed since the import inserted it: title=three"),
                             HasSubstr("posts_author_fkey: posts id=12 refers to it")));
  EXPECT_EQ(target.value("SELECT string_agg(name, ',' ORDER BY id) FROM users"), "Ana,Bob,Cid,Ida");
  EXPECT_EQ(target.value("SELECT string_agg(concat(id, author, title), ',' ORDER BY id) FROM posts"),
            "109uno,111two,123three");
}

TEST_F(UndoOfAShop, LeavesRowsThatOthersReferToInTablesThatTheFileDoesNotSpeakOf) {
  import_kept();
  target.run("INSERT INTO other.likes VALUES (7, 3)");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("id=3: conflict: likes_who_fkey: likes id=7 refers to it"),
                             HasSubstr("id=1: conflict: users_email_key: the target holds email=c@x as id=3")));
  EXPECT_EQ(target.value("SELECT who FROM other.likes"), "3");
  EXPECT_EQ(target.value("SELECT count(*) FROM posts WHERE id = 12"), "0");
}

TEST_F(UndoOfAShop, NamesRowsThatAreGone) {
  import_kept();
  target.run("DELETE FROM posts WHERE id IN (11, 12)");
  const support::Run run = take_back();
  EXPECT_EQ(run.status, 4) << run.err;
  EXPECT_THAT(run.out, HasSubstr("id=11: conflict: gone: somebody deleted it since the import"));
  EXPECT_THAT(run.out, Not(HasSubstr("id=12: conflict")));
}

TEST_F(UndoOfAShop, KeepsItsFileToItsOwnerAndSecretsOutOfReports) {
  const support::Run imported = import_kept();
  struct stat found {};
  ASSERT_EQ(::stat(undo.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  EXPECT_THAT(text_of(undo), HasSubstr("hunter1"));
  EXPECT_THAT(imported.out, AllOf(HasSubstr("db-import " + undo), HasSubstr("unmasked")));
  target.run("UPDATE users SET \"passwordHash\" = 'hunter3' WHERE id = 1");
  const support::Run run = take_back({"--report", folder.file("a.json"), "--report", folder.file("a.html")});
  for (const std::string& text : {run.out, run.err, text_of(folder.file("a.json")), text_of(folder.file("a.html"))})
    EXPECT_THAT(text, Not(HasSubstr("hunter")));
  EXPECT_THAT(run.out, HasSubstr("changed since the import: passwordHash="));
}

TEST_F(UndoOfAShop, IsRefusedAsAnImportAndAnExportAsAnUndo) {
  import_kept();
  const support::Run plain = support::run_program({PROGRAM_DIR "/db-import", undo, "--url", target.url()});
  EXPECT_EQ(plain.status, 2);
  EXPECT_THAT(plain.err, AllOf(HasSubstr("is an undo file"), HasSubstr("--undo")));
  const support::Run other = take_back_by(file);
  EXPECT_EQ(other.status, 6);
  EXPECT_THAT(other.err, HasSubstr("is no undo file"));
}

TEST_F(UndoOfAShop, IsRefusedAtAnotherTarget) {
  import_kept();
  const support::Run run = take_back({"--url", source.url()});
  EXPECT_EQ(run.status, 7);
  EXPECT_THAT(run.err, AllOf(HasSubstr("belongs to another target"), HasSubstr(target.name())));
}

TEST_F(UndoOfAShop, NeedsItsFileToBeWrittenBeforeAnythingIsImported) {
  EXPECT_EQ(run_export().status, 0);
  before = rows();
  EXPECT_EQ(run_import({"--save-undo", folder.file("missing/undo.json")}).status, 10);
  std::ofstream(undo) << "mine";
  EXPECT_EQ(run_import({"--save-undo", undo, "--force"}).status, 2);
  EXPECT_EQ(text_of(undo), "mine");
  EXPECT_EQ(rows(), before);
}

TEST_F(UndoOfAShop, LeavesNoFileWhereTheImportIsRolledBack) {
  source.run("INSERT INTO users VALUES (4, 'i@x', 'Ira', 'h')");
  EXPECT_EQ(run_export().status, 0);
  EXPECT_EQ(run_import({"--save-undo", undo, "--atomic"}).status, 4);
  EXPECT_FALSE(fs::exists(undo));
  target.run(
      "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'together'; END$$; CREATE CONSTRAINT "
      "TRIGGER late AFTER INSERT ON tags DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no()");
  EXPECT_EQ(run_import({"--save-undo", undo}).status, 7);
  EXPECT_FALSE(fs::exists(undo));
}

TEST_F(UndoOfAShop, ContradictsWhatSaysHowRowsAreImported) {
  import_kept();
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--match", "users=email"},
                                                {"--mode", "insert"},
                                                {"--keep-newer"},
                                                {"--empty-as-null", "users.name"},
                                                {"--allow-growth"},
                                                {"--allow-same"},
                                                {"--as-restored"}})
    EXPECT_EQ(take_back(words).status, 2) << words.front();
  EXPECT_EQ(take_back({"--dry-run", "--save-undo", folder.file("x.json")}).status, 2);
}

TEST_F(UndoOfAShop, IsAppliedAsItWasApproved) {
  import_kept();
  const std::string plan = folder.file("plan.json");
  ASSERT_EQ(take_back({"--dry-run", "--report", plan}).status, 0);
  target.run("INSERT INTO other.likes VALUES (7, 3)");
  const support::Run moved = take_back({"--apply", plan});
  EXPECT_EQ(moved.status, 7) << moved.err;
  EXPECT_THAT(moved.err, HasSubstr("users id=3: approved delete; now conflict"));
  target.run("DELETE FROM other.likes");
  EXPECT_EQ(take_back({"--apply", plan}).status, 0);
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(take_back({"--apply", plan}).status, 7);
  EXPECT_EQ(take_back({"--apply", plan, "--tolerate-done"}).status, 0);
}

TEST_F(UndoOfAShop, OfOneTableLeavesTheOthers) {
  import_kept();
  EXPECT_EQ(take_back({"-t", "posts"}).status, 0);
  EXPECT_EQ(target.value("SELECT count(*) FROM posts"), "2");
  EXPECT_EQ(target.value("SELECT name FROM users WHERE id = 1"), "Ann");
  EXPECT_EQ(take_back().status, 0);
  EXPECT_EQ(rows(), before);
}

TEST_F(UndoOfAShop, RejectsCanBeTakenBackLater) {
  import_kept();
  target.run("INSERT INTO other.likes VALUES (7, 3)");
  ASSERT_EQ(take_back({"--rejects", folder.file("left.json")}).status, 4);
  target.run("DELETE FROM other.likes");
  EXPECT_EQ(take_back_by(folder.file("left.json")).status, 0);
  EXPECT_EQ(rows(), before);
}

}  // namespace
}  // namespace cli
