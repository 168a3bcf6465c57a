// Files larger than all the memory that the programs may have: export, dry run with report and rejects, imports.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <filesystem>

#include "cli/transfer_fixture.h"

namespace cli {
namespace {

constexpr std::uint64_t kLimitBytes = std::uint64_t{64} << 20;

class LimitedMemory : public Transfer {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer's own memory is more than the limit";
#endif
    schema("CREATE TABLE events (id int PRIMARY KEY, code text UNIQUE, details jsonb, at timestamptz)");
    source.run(
        "INSERT INTO events SELECT n, 'code ' || n, jsonb_build_object('text', repeat(md5(n::text), 8)), "
        "'2025-01-01'::timestamptz + n * interval '1 s' FROM generate_series(1, 300000) n");
  }

  support::Run limited(const std::string& program, std::vector<std::string> options) {
    support::RunOptions surroundings;
    surroundings.before_exec = [] {
      // A thread's stack counts with all that is set aside for it, 8 MiB, of which it uses little.
      const rlimit stack{std::uint64_t{2} << 20, std::uint64_t{2} << 20};
      ::setrlimit(RLIMIT_STACK, &stack);
      const rlimit limit{kLimitBytes, kLimitBytes};
      ::setrlimit(RLIMIT_DATA, &limit);
    };
    options.insert(options.begin(), {PROGRAM_DIR "/" + program, file});
    return support::run_program(options, surroundings);
  }
};

TEST_F(LimitedMemory, IsEnoughForFilesOfAnySize) {
  const support::Run exported = limited("db-export", {"--url", source.url(), "-q"});
  ASSERT_EQ(exported.status, 0) << exported.err;
  ASSERT_GT(std::filesystem::file_size(file), kLimitBytes);

  // A tenth of the codes belongs to other rows, a tenth of the rows differs.
  target.run(
      "INSERT INTO events SELECT CASE n % 10 WHEN 0 THEN -n ELSE n END, 'code ' || n, CASE n % 10 WHEN 1 THEN NULL "
      "ELSE "
      "jsonb_build_object('text', repeat(md5(n::text), 8)) END, '2025-01-01'::timestamptz + n * interval '1 s' FROM "
      "generate_series(1, 150000) n");
  const support::Run dry = limited("db-import", {"--url", target.url(), "-q", "--dry-run", "--report",
                                                 folder.file("report.json"), "--rejects", folder.file("rejects.json")});
  EXPECT_EQ(dry.status, 4) << dry.err;
  const support::Run imported =
      limited("db-import", {"--url", target.url(), "-q", "--rejects", folder.file("again.json")});
  EXPECT_EQ(imported.status, 4) << imported.err;
  EXPECT_EQ(target.value("SELECT count(*) FROM events WHERE details IS NOT NULL AND id > 0"), "285000");
}

TEST_F(LimitedMemory, IsEnoughForAFirstLoadOfACompressedFile) {
  file += ".zst";
  const support::Run exported = limited("db-export", {"--url", source.url(), "-q", "--jobs", "2"});
  ASSERT_EQ(exported.status, 0) << exported.err;
  target.disconnect();
  const support::Run imported = limited("db-import", {"--url", target.url(), "-q"});
  EXPECT_EQ(imported.status, 0) << imported.err;
  EXPECT_EQ(target.value("SELECT count(*) FROM events"), "300000");
}

}  // namespace
}  // namespace cli
