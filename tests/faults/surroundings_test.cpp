// What surrounds a program must not matter: locale, home, terminal, temporary folder, umask; and where it gives too
// little (a full disk, a limit of file sizes) the program says so and leaves things as they were.
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "faults/fault_fixture.h"

namespace faults {
namespace {

using testing::HasSubstr;

class Surroundings : public Faults {
 protected:
  support::Run run_export(const support::RunOptions& options, const std::string& name = "out.json") {
    return support::run_program({kExport, name, "--force", "-q", "--url", source_.url()}, options);
  }

  // All but the time of the export and the seal that covers it.
  static std::string bytes_of_rows(const std::string& path) {
    const std::string text = support::read_file(path);
    return text.substr(text.find("\"data\""), text.find("\"seal\"") - text.find("\"data\""));
  }

  static unsigned mode(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777U : 0;
  }

  std::vector<support::RunOptions> odd_ones() {
    std::vector<support::RunOptions> all;
    for (const char* variable :
         {"LC_ALL=tr_TR.UTF-8", "LC_ALL=C", "LC_ALL=nowhere", "LANG=de_DE.ISO-8859-1", "TMPDIR=/nowhere",
          "TMPDIR=/proc", "TERM=", "TERM=dumb", "COLUMNS=1", "TZ=Asia/Tokyo", "TZ=nonsense", "HOME=/nowhere"}) {
      all.push_back({.environment = {variable}, .folder = work_});
    }
    all.push_back({.without = {"HOME", "TERM", "PATH", "LANG", "USER", "LOGNAME", "SHELL"}, .folder = work_});
    for (const mode_t mask : {0000U, 0077U, 0277U})
      all.push_back({.folder = work_, .before_exec = [mask] { ::umask(mask); }});
    return all;
  }
};

TEST_F(Surroundings, ChangeNoByteOfAnExportAndNoRightOfItsFile) {
  const std::string usual = bytes_of_rows(file_);
  for (const support::RunOptions& options : odd_ones()) {
    const std::string which = testing::PrintToString(options.environment);
    std::filesystem::remove(work_ + "/out.json");

    const support::Run run = run_export(options);

    ASSERT_EQ(run.status, 0) << which << run.err;
    EXPECT_EQ(bytes_of_rows(work_ + "/out.json"), usual) << which;
    EXPECT_EQ(mode(work_ + "/out.json"), 0600U) << which;
  }
}

TEST_F(Surroundings, ChangeNoRowOfAnImportAndNoRightOfItsFiles) {
  for (support::RunOptions options : odd_ones()) {
    const std::string which = testing::PrintToString(options.environment);
    fill_target();
    target_.run("UPDATE parents SET code = 'd' WHERE id = 9");
    target_.disconnect();
    for (const std::string& name : files()) std::filesystem::remove(work_ + "/" + name);
    options.input = support::read_file(file_);

    const support::Run run = support::run_program(
        {kImport, "-", "--url", target_.url(), "--report", "audit.html", "--rejects", "rejects.json"}, options);

    EXPECT_EQ(run.status, 4) << which << run.err;
    EXPECT_EQ(target_.value("SELECT string_agg(concat(id, code, name), ' ' ORDER BY id) FROM parents"),
              "1aAda 2bBob 3cCyd 9dZoe")
        << which;
    EXPECT_EQ(mode(work_ + "/audit.html"), 0600U) << which;
    EXPECT_EQ(mode(work_ + "/rejects.json"), 0600U) << which;
  }
}

// ThreadSanitizer writes a file before main() begins.
bool limits_hit_the_runtime() { return std::string_view(SANITIZERS) == "thread"; }

void limit_files_to(rlim_t bytes) {
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(Surroundings, AnExportBeyondTheLimitOfFileSizesLeavesThePreviousFile) {
  if (limits_hit_the_runtime()) GTEST_SKIP() << "the limit is for the sanitizer as well";
  const std::size_t whole = support::read_file(file_).size();
  for (std::size_t bytes = 0; bytes < whole; bytes += stride(311, 13)) {
    folder_.write("work/out.json", "previous");

    const support::Run run = run_export({.folder = work_, .before_exec = [=] { limit_files_to(bytes); }});

    ASSERT_EQ(run.status, 10) << bytes << run.err;
    EXPECT_THAT(files(), testing::ElementsAre("out.json")) << bytes;
    ASSERT_EQ(support::read_file(work_ + "/out.json"), "previous") << bytes;
  }
}

TEST_F(Surroundings, AnImportWhoseSpoolIsBeyondTheLimitOfFileSizesWritesNothing) {
  if (limits_hit_the_runtime()) GTEST_SKIP() << "the limit is for the sanitizer as well";
  const std::string before = state();
  const std::string input = support::read_file(file_);
  for (std::size_t bytes = 0; bytes < input.size(); bytes += stride(311, 13)) {
    support::RunOptions options = surroundings();
    options.input = input;
    options.before_exec = [=] { limit_files_to(bytes); };

    const support::Run run = support::run_program({kImport, "-", "--url", target_.url(), "-q"}, options);

    ASSERT_EQ(run.status, 10) << bytes << run.err;
    // The test's own file of what is said is under the same limit.
    if (bytes > 1000) {
      EXPECT_THAT(run.err, HasSubstr("TMPDIR")) << bytes;
    }
    ASSERT_EQ(state(), before) << bytes;
  }
}

// A disk of the test's own, seen by nobody else and gone with the process.
class SmallDisk : public Surroundings {
 protected:
  void SetUp() override {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", work_.c_str(), "tmpfs", 0, "size=64k") != 0) {
      GTEST_SKIP() << "no disk can be mounted here: " << std::strerror(errno);
    }
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) ::umount(work_.c_str());
  }

  // A file that takes all of the disk but about so many bytes.
  void leave(std::size_t bytes) {
    const std::size_t all = 64UL * 1024;
    folder_.write("work/filler", std::string(all - std::min(all, (bytes + 4095) / 4096 * 4096), 'x'));
  }

  bool mounted_ = false;
};

TEST_F(SmallDisk, ThatIsFullLeavesNoExportAndSaysWhy) {
  source_.run("INSERT INTO children SELECT n, 1, repeat('x', 1000) FROM generate_series(10, 200) n");
  for (std::size_t free = 0; free < 60UL * 1024; free += 4096 * stride(4)) {
    leave(free);
    const support::Run run = run_export({.folder = work_}, "out.json");

    EXPECT_EQ(run.status, 10) << free;
    EXPECT_THAT(run.err, HasSubstr("No space left on device")) << free;
    EXPECT_THAT(files(), testing::ElementsAre("filler")) << free;
  }
}

TEST_F(SmallDisk, ThatIsFullKeepsAnImportFromWritingAnything) {
  fill_target();
  target_.run("UPDATE parents SET code = 'd' WHERE id = 9");
  const std::string before = state();
  for (std::size_t free = 0; free <= 4096; free += 4096) {
    leave(free);
    support::RunOptions options = surroundings();
    options.input = support::read_file(file_);

    const support::Run run = support::run_program(
        {kImport, "-", "--url", target_.url(), "-q", "--report", "a.html", "--report", "b.json", "--rejects", "r.json"},
        options);

    EXPECT_EQ(run.status, 10) << free << run.err;
    EXPECT_THAT(files(), testing::ElementsAre("filler")) << free;
    EXPECT_EQ(state(), before) << free;
  }
}

}  // namespace
}  // namespace faults
