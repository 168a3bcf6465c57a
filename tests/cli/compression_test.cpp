// Compressed files through the real programs; gzip and zstd themselves are the oracle.
#include <gmock/gmock.h>

#include <filesystem>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

class CompressedTransfer : public Transfer {
 protected:
  void SetUp() override {
    schema("CREATE TABLE t (id int PRIMARY KEY, a text)");
    source.run("INSERT INTO t SELECT g, repeat(md5(g::text), 10) FROM generate_series(1, 20000) g");
  }
  std::string plain_bytes() {
    run_export({"--sorted"});
    return support::run_program({"sed", "/exported_at/d; /\"seal\"/d", file}).out;
  }
};

TEST_F(CompressedTransfer, HoldsTheSameDocumentInAFractionOfTheSpace) {
  const std::string expected = plain_bytes();
  const auto plain_size = std::filesystem::file_size(file);
  const std::string base_name = file;
  for (const auto& [ending, program] :
       std::vector<std::pair<std::string, std::string>>{{".gz", "gzip"}, {".zst", "zstd"}}) {
    file = base_name + ending;
    ASSERT_EQ(run_export({"--sorted"}).status, 0);
    EXPECT_LT(std::filesystem::file_size(file), plain_size * 7 / 10) << ending;
    const std::string unpack = program + " -dc '" + file + "' | sed '/exported_at/d; /\"seal\"/d'";
    EXPECT_TRUE(support::run_program({"sh", "-c", unpack}).out == expected) << ending;
    const auto result = import();
    EXPECT_EQ(status, 0) << errors;
    EXPECT_EQ(verdicts(result, "t")[0] + verdicts(result, "t")[2], 20000) << ending;
  }
}

TEST_F(CompressedTransfer, IsRefusedWhenItIsCutShort) {
  file += ".zst";
  run_export();
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 100);
  const support::Run run = run_import();
  EXPECT_EQ(run.status, 6) << run.err;
  EXPECT_THAT(run.err, testing::HasSubstr("ends early"));
}

TEST_F(CompressedTransfer, GoesThroughAPipe) {
  const std::string pipe = std::string(PROGRAM_DIR) + "/db-export - -q --compress zstd --url '" + source.url() +
                           "' | " + PROGRAM_DIR + "/db-import - --url '" + target.url() + "'";
  const support::Run run = support::run_program({"sh", "-c", pipe});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(target.value("SELECT count(*) FROM t"), "20000");
}

}  // namespace
}  // namespace cli
