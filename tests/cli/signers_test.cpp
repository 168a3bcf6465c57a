// Who approved a plan: signatures of OpenSSH, through the real programs and ssh-keygen itself.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Signers : public Transfer {
 protected:
  void SetUp() override {
    schema("CREATE TABLE t (id int PRIMARY KEY, a text)");
    source.run("INSERT INTO t VALUES (1, 'new')");
    target.run("INSERT INTO t VALUES (1, 'old')");
    ASSERT_EQ(run_export().status, 0);
    ASSERT_EQ(run_import({"--dry-run", "--report", plan}).status, 0);
    make_key("alice");
    make_key("mallory");
    list("alice@example.com", "alice");
  }
  void make_key(const std::string& name) {
    ASSERT_EQ(
        support::run_program({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder.file(name)}).status,
        0);
  }
  std::string public_key(const std::string& name) const {
    std::ifstream in(folder.file(name + ".pub"));
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  void list(const std::string& persons, const std::string& key, const std::string& options = "") {
    std::ofstream(signers) << persons << ' ' << options << ' ' << public_key(key);
  }
  void sign(const std::string& name, const std::string& path, const std::string& space = "db-transfer") {
    fs::remove(path + ".sig");
    ASSERT_EQ(
        support::run_program({"/usr/bin/ssh-keygen", "-Y", "sign", "-q", "-n", space, "-f", folder.file(name), path})
            .status,
        0);
  }
  support::Run apply(const std::vector<std::string>& environment = {}) {
    return support::run_program(
        {PROGRAM_DIR "/db-import", file, "--url", target.url(), "--apply", plan, "--signers", signers},
        {.environment = environment});
  }
  void expect_refused(const std::string& why) {
    const support::Run run = apply();
    EXPECT_EQ(run.status, 8) << run.err;
    EXPECT_THAT(run.err, HasSubstr(why));
    EXPECT_EQ(target.value("SELECT a FROM t"), "old");
  }

  std::string plan = folder.file("audit.json");
  std::string signers = folder.file("allowed_signers");
};

TEST_F(Signers, LetAPlanThroughThatOneOfThemHasSigned) {
  sign("alice", plan);
  const support::Run run = apply();
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("signed by alice@example.com"));
  EXPECT_EQ(target.value("SELECT a FROM t"), "new");
}

TEST_F(Signers, AreToldApartWhereALineNamesSeveral) {
  list("bob@example.com,alice@example.com", "alice");
  sign("alice", plan);
  EXPECT_EQ(apply().status, 0);
}

TEST_F(Signers, RefuseAPlanThatNobodyOrAStrangerHasSigned) {
  expect_refused("is not signed");
  sign("mallory", plan);
  expect_refused("is signed by nobody whom");
}

TEST_F(Signers, RefuseASignatureForAnotherPurposeOrByAKeyThatHasExpired) {
  sign("alice", plan, "file");
  expect_refused("is not good");
  sign("alice", plan);
  list("alice@example.com", "alice", "valid-before=\"20200101\"");
  expect_refused("");
}

TEST_F(Signers, RefuseAPlanThatWasMadeAnewBehindItsSignature) {
  sign("alice", plan);
  fs::rename(plan + ".sig", folder.file("kept.sig"));
  fs::remove(plan);
  ASSERT_EQ(run_import({"--dry-run", "--report", plan, "--mode", "insert"}).status, 0);
  fs::rename(folder.file("kept.sig"), plan + ".sig");
  expect_refused("is not good");
}

TEST_F(Signers, OfAServerLetNothingButApprovedPlansThrough) {
  const std::vector<std::string> environment = {"DB_TRANSFER_SIGNERS=" + signers};
  const std::vector<std::string> import = {PROGRAM_DIR "/db-import", file, "--url", target.url()};
  const support::Run without = support::run_program(import, {.environment = environment});
  EXPECT_EQ(without.status, 8) << without.err;
  EXPECT_THAT(without.err, HasSubstr("approved plans only"));
  std::vector<std::string> dry = import;
  dry.emplace_back("-n");
  EXPECT_EQ(support::run_program(dry, {.environment = environment}).status, 0);
  std::vector<std::string> unsigned_plan = import;
  unsigned_plan.insert(unsigned_plan.end(), {"--apply", plan});
  EXPECT_EQ(support::run_program(unsigned_plan, {.environment = environment}).status, 8);
  EXPECT_EQ(target.value("SELECT a FROM t"), "old");
  sign("alice", plan);
  EXPECT_EQ(support::run_program(unsigned_plan, {.environment = environment}).status, 0);
}

TEST_F(Signers, AreOneList) {
  sign("alice", plan);
  EXPECT_EQ(apply({"DB_TRANSFER_SIGNERS=" + folder.file("others")}).status, 2);
  EXPECT_EQ(apply({"DB_TRANSFER_SIGNERS="}).status, 2);
  EXPECT_EQ(apply({"DB_TRANSFER_SIGNERS=" + signers}).status, 0);
  EXPECT_EQ(run_import({"--signers", signers}).status, 2) << "without --apply";
}

TEST_F(Signers, AnUndoNeedsASignatureOfItsOwn) {
  const std::string undo = folder.file("undo.json");
  ASSERT_EQ(run_import({"--save-undo", undo}).status, 0);
  const std::vector<std::string> words{PROGRAM_DIR "/db-import", "--undo", undo, "--url", target.url()};
  const support::RunOptions server{.environment = {"DB_TRANSFER_SIGNERS=" + signers}};
  const support::Run unsigned_one = support::run_program(words, server);
  EXPECT_EQ(unsigned_one.status, 8);
  EXPECT_THAT(unsigned_one.err, HasSubstr("undo.json is not signed"));
  sign("mallory", undo);
  EXPECT_EQ(support::run_program(words, server).status, 8);
  EXPECT_EQ(target.value("SELECT a FROM t"), "new");
  // Not even where its plan is signed, and says what --undo would.
  const std::string undo_plan = folder.file("undo.plan.json");
  std::vector<std::string> planning = words;
  planning.insert(planning.end(), {"--dry-run", "--report", undo_plan});
  ASSERT_EQ(support::run_program(planning).status, 0);
  sign("alice", undo_plan);
  const support::Run by_plan =
      support::run_program({PROGRAM_DIR "/db-import", undo, "--url", target.url(), "--apply", undo_plan}, server);
  EXPECT_EQ(by_plan.status, 8);
  EXPECT_THAT(by_plan.err, HasSubstr("undo.json is signed by nobody"));
  EXPECT_EQ(target.value("SELECT a FROM t"), "new");
  sign("alice", undo);
  const support::Run run = support::run_program(words, server);
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(target.value("SELECT a FROM t"), "old");
}

}  // namespace
}  // namespace cli
