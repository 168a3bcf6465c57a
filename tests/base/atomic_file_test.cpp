#include "base/atomic_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "temporary_folder.h"

namespace base {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AtomicFileTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  const std::string target_ = folder_ / "out.json";
};

mode_t mode_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0);
  return found.st_mode & 07777U;
}

TEST_F(AtomicFileTest, ShowsNothingAtTheFinalNameBeforeFinish) {
  AtomicFile file(target_, Overwrite::kRefuse);
  file.write("half");

  EXPECT_FALSE(std::filesystem::exists(target_));
}

// So that a process that is killed leaves nothing.
TEST_F(AtomicFileTest, HasNoNameBeforeFinishWhereTheFileSystemAllowsThat) {
  const int probe = ::open(folder_.path().c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (probe < 0) GTEST_SKIP() << "the file system has no files without a name";
  ::close(probe);
  for (const Overwrite overwrite : {Overwrite::kRefuse, Overwrite::kReplace}) {
    AtomicFile file(target_, overwrite);
    file.write("half");
    EXPECT_THAT(folder_.names(), testing::AnyOf(IsEmpty(), ElementsAre("out.json")));

    file.finish();
    EXPECT_THAT(folder_.names(), ElementsAre("out.json"));
  }
}

TEST_F(AtomicFileTest, HoldsEveryChunkAfterFinish) {
  AtomicFile file(target_, Overwrite::kRefuse);
  file.write("first ");
  file.write(std::string(300'000, 'x'));
  file.finish();

  EXPECT_EQ(content_of(target_), "first " + std::string(300'000, 'x'));
  EXPECT_THAT(folder_.names(), ElementsAre("out.json"));
}

TEST_F(AtomicFileTest, LeavesNothingWhenItIsAbandoned) {
  { AtomicFile(target_, Overwrite::kRefuse).write("half"); }

  EXPECT_THAT(folder_.names(), IsEmpty());
}

TEST_F(AtomicFileTest, IsForItsOwnerOnlyWhateverTheUmask) {
  for (const mode_t mask : {0U, 022U, 077U, 0777U}) {
    const mode_t before = ::umask(mask);
    AtomicFile file(target_, Overwrite::kReplace);
    file.finish();
    ::umask(before);
    EXPECT_EQ(mode_of(target_), 0600U) << "umask " << mask;
  }
}

TEST_F(AtomicFileTest, RefusesAnExistingFileAtOnceAndNamesForce) {
  make_file(target_, "old");

  const Error error = error_of([&] { AtomicFile(target_, Overwrite::kRefuse); });

  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_THAT(error.what(), HasSubstr(target_));
  EXPECT_THAT(error.hint(), HasSubstr("--force"));
  EXPECT_EQ(content_of(target_), "old");
}

TEST_F(AtomicFileTest, KeepsAFileThatAppearsWhileItIsWritten) {
  AtomicFile file(target_, Overwrite::kRefuse);
  file.write("ours");
  make_file(target_, "theirs");

  const Error error = error_of([&] { file.finish(); });

  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_EQ(content_of(target_), "theirs");
  EXPECT_THAT(folder_.names(), ElementsAre("out.json"));
}

TEST_F(AtomicFileTest, ReplacesAFileOnlyWhenItIsFinished) {
  make_file(target_, "old");
  AtomicFile file(target_, Overwrite::kReplace);
  file.write("new");
  EXPECT_EQ(content_of(target_), "old");

  file.finish();

  EXPECT_EQ(content_of(target_), "new");
}

// Whoever answers is asked at the beginning, and again of what is there in the end.
TEST_F(AtomicFileTest, AsksBeforeItReplacesAFile) {
  bool may = true;
  const base::MayReplace answer = [&](const std::string& path) {
    if (!may) throw Error(ErrorKind::kUsage, path + " stays");
  };
  AtomicFile file(target_, answer);
  file.write("new");
  make_file(target_, "came meanwhile");
  may = false;
  EXPECT_EQ(error_of([&] { file.finish(); }).kind(), ErrorKind::kUsage);
  EXPECT_EQ(content_of(target_), "came meanwhile");
  EXPECT_EQ(error_of([&] { AtomicFile(target_, answer); }).kind(), ErrorKind::kUsage);
  may = true;
  AtomicFile again(target_, answer);
  again.write("new");
  again.finish();
  EXPECT_EQ(content_of(target_), "new");
}

TEST_F(AtomicFileTest, RefusesASymbolicLinkEvenToReplaceIt) {
  make_file(folder_ / "real", "old");
  std::filesystem::create_symlink("real", target_);
  std::filesystem::create_symlink("nowhere", folder_ / "dangling");

  EXPECT_EQ(error_of([&] { AtomicFile(target_, Overwrite::kReplace); }).kind(), ErrorKind::kUsage);
  EXPECT_EQ(error_of([&] { AtomicFile(folder_ / "dangling", Overwrite::kReplace); }).kind(), ErrorKind::kUsage);
  EXPECT_EQ(content_of(folder_ / "real"), "old");
}

TEST_F(AtomicFileTest, RefusesWhatIsNoRegularFile) {
  ASSERT_EQ(::mkfifo(target_.c_str(), 0600), 0);

  EXPECT_THAT(error_of([&] { AtomicFile(target_, Overwrite::kReplace); }).what(), HasSubstr("not a regular file"));
  EXPECT_THAT(error_of([&] { AtomicFile(folder_.path(), Overwrite::kReplace); }).what(), HasSubstr("is a folder"));
  EXPECT_THAT(error_of([&] { AtomicFile("/dev/full", Overwrite::kReplace); }).what(), HasSubstr("not a regular file"));
}

TEST_F(AtomicFileTest, NamesAMissingFolder) {
  const Error error = error_of([&] { AtomicFile(folder_ / "none/out.json", Overwrite::kRefuse); });

  EXPECT_EQ(error.kind(), ErrorKind::kInputOutput);
  EXPECT_THAT(error.what(), HasSubstr(folder_ / "none"));
  EXPECT_THAT(error.what(), HasSubstr("No such file or directory"));
}

TEST_F(AtomicFileTest, TakesATargetWithTheLongestPossibleName) {
  const std::string longest = folder_ / std::string(255, 'n');
  AtomicFile file(longest, Overwrite::kRefuse);
  file.finish();

  EXPECT_TRUE(std::filesystem::exists(longest));
}

class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    handler_before_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_before_);
  }

 private:
  rlimit before_{};
  void (*handler_before_)(int) = nullptr;
};

TEST_F(AtomicFileTest, ReportsTheFileSizeLimitAndKeepsTheOldFile) {
  make_file(target_, "old");
  const FileSizeLimit limit(10'000);
  AtomicFile file(target_, Overwrite::kReplace);

  const Error error = error_of([&] { file.write(std::string(20'000, 'x')); });

  EXPECT_EQ(error.kind(), ErrorKind::kInputOutput);
  EXPECT_THAT(error.what(), HasSubstr("File too large"));
  EXPECT_THAT(folder_.names(), ElementsAre("out.json"));
  EXPECT_EQ(content_of(target_), "old");
}

TEST(DescriptorSink, ReportsAFullDisk) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  DescriptorSink sink(full, "standard output");

  const Error error = error_of([&] { sink.write("x"); });
  ::close(full);

  EXPECT_EQ(error.kind(), ErrorKind::kInputOutput);
  EXPECT_STREQ(error.what(), "cannot write to standard output: No space left on device");
}

TEST(DescriptorSink, SaysThatItsReaderHasGone) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  ::close(pipe[0]);
  auto* before = std::signal(SIGPIPE, SIG_IGN);
  DescriptorSink sink(pipe[1], "standard output");

  const Error error = error_of([&] { sink.write("x"); });
  std::signal(SIGPIPE, before);
  ::close(pipe[1]);

  EXPECT_EQ(error.kind(), ErrorKind::kInputOutput);
  EXPECT_STREQ(error.what(), "standard output was closed");
}

TEST(MakeFolder, MakesAPrivateFolderOnce) {
  const TemporaryFolder folder;

  make_folder(folder / "exports");
  make_folder(folder / "exports");

  EXPECT_EQ(mode_of(folder / "exports"), 0700U);
}

TEST(MakeFolder, RefusesWhereAFileStands) {
  const TemporaryFolder folder;
  make_file(folder / "exports", "");

  EXPECT_EQ(error_of([&] { make_folder(folder / "exports"); }).kind(), ErrorKind::kInputOutput);
}

}  // namespace
}  // namespace base
