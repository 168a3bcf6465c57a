#include "base/spool.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

#include "temporary_folder.h"

namespace base {
namespace {

TEST(Spool, GivesBackWhatWasWritten) {
  Spool spool;
  spool.write("first ");
  spool.write(std::string(100'000, 'x'));
  InputFile file = spool.finish("standard input");

  std::string read(file.size(), '\0');
  std::size_t at = 0;
  while (const std::size_t bytes = file.read(read.data() + at, read.size() - at)) at += bytes;

  EXPECT_TRUE(file.seekable());
  EXPECT_EQ(file.name(), "standard input");
  EXPECT_EQ(read, "first " + std::string(100'000, 'x'));
  EXPECT_NO_THROW(file.check_unchanged());
}

TEST(Spool, NeverShowsAName) {
  const TemporaryFolder folder;
  const Environment temporary("TMPDIR", folder.path().c_str());
  Spool spool;
  spool.write("secret");

  EXPECT_THAT(folder.names(), testing::IsEmpty());
}

TEST(Spool, FallsBackWhereTheChosenFolderIsMissing) {
  const Environment temporary("TMPDIR", "/nonexistent/folder");
  Spool spool;
  spool.write("x");

  EXPECT_EQ(spool.finish("pipe").size(), 1U);
}

TEST(Spool, NamesTheFolderThatIsFull) {
  const TemporaryFolder folder;
  const Environment temporary("TMPDIR", folder.path().c_str());
  Spool spool;
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limit{1000, before.rlim_max};
  auto* handler_before = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &limit);

  const Error error = error_of([&] { spool.write(std::string(5000, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler_before);

  EXPECT_EQ(error.kind(), ErrorKind::kInputOutput);
  EXPECT_THAT(error.what(), testing::HasSubstr(folder.path()));
  EXPECT_THAT(error.hint(), testing::HasSubstr("TMPDIR"));
}

}  // namespace
}  // namespace base
