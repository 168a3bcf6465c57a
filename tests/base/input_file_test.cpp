#include "base/input_file.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <thread>

#include "temporary_folder.h"

namespace base {
namespace {

using testing::HasSubstr;

std::string read_to_end(InputFile& file, std::size_t chunk_bytes = 4096) {
  std::string all;
  std::string chunk(chunk_bytes, '\0');
  while (const std::size_t bytes = file.read(chunk.data(), chunk.size())) all.append(chunk, 0, bytes);
  return all;
}

class InputFileTest : public testing::Test {
 protected:
  Error open_error(const std::string& path) {
    return error_of([&] { InputFile::open(path); });
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_ / "in.json";
};

TEST_F(InputFileTest, ReadsARegularFileInChunks) {
  make_file(path_, "0123456789");
  InputFile file = InputFile::open(path_);

  EXPECT_TRUE(file.seekable());
  EXPECT_EQ(file.size(), 10U);
  EXPECT_EQ(file.name(), path_);
  EXPECT_EQ(read_to_end(file, 3), "0123456789");
}

TEST_F(InputFileTest, ReadsAgainFromAnyOffset) {
  make_file(path_, "0123456789");
  InputFile file = InputFile::open(path_);
  read_to_end(file);

  file.seek(7);

  EXPECT_EQ(read_to_end(file), "789");
}

TEST_F(InputFileTest, ReadsAFifoAsAPipe) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  std::thread writer([this] { make_file(path_, "through the pipe"); });
  InputFile file = InputFile::open(path_);

  EXPECT_FALSE(file.seekable());
  EXPECT_EQ(file.size(), 0U);
  EXPECT_EQ(read_to_end(file), "through the pipe");
  EXPECT_EQ(error_of([&] { file.seek(0); }).kind(), ErrorKind::kInternal);
  EXPECT_NO_THROW(file.check_unchanged());
  writer.join();
}

TEST_F(InputFileTest, AStopEndsTheWaitForAPipe) {
  ::mkfifo(path_.c_str(), 0600);
  std::stop_source stop;
  InputFile file = InputFile::open(path_, stop.get_token());
  std::thread other([&] { stop.request_stop(); });

  char byte = 0;
  EXPECT_EQ(error_of([&] { file.read(&byte, 1); }).kind(), ErrorKind::kInterrupted);
  other.join();
}

TEST_F(InputFileTest, TakesTheRestOfADescriptorAsTheFile) {
  make_file(path_, "0123456789");
  Descriptor descriptor = open_descriptor(path_, O_RDONLY);
  ASSERT_EQ(::lseek(descriptor.get(), 4, SEEK_SET), 4);
  InputFile file = InputFile::from_descriptor(std::move(descriptor), "standard input");

  EXPECT_EQ(file.size(), 6U);
  EXPECT_EQ(read_to_end(file), "456789");
  file.seek(1);
  EXPECT_EQ(read_to_end(file), "56789");
}

TEST_F(InputFileTest, ReadsStandardInput) {
  make_file(path_, "from standard input");
  const int before = ::dup(STDIN_FILENO);
  const Descriptor source = open_descriptor(path_, O_RDONLY);
  ::dup2(source.get(), STDIN_FILENO);
  InputFile file = InputFile::open("-");
  ::dup2(before, STDIN_FILENO);
  ::close(before);

  EXPECT_EQ(file.name(), "standard input");
  EXPECT_EQ(read_to_end(file), "from standard input");
}

TEST_F(InputFileTest, AMissingFileIsAMistakeInTheCall) {
  EXPECT_EQ(open_error(path_).kind(), ErrorKind::kUsage);
  EXPECT_THAT(open_error(path_).what(), HasSubstr(path_));
  EXPECT_EQ(open_error("").kind(), ErrorKind::kUsage);
}

TEST_F(InputFileTest, NamesWhatIsNoFile) {
  std::filesystem::create_symlink("b", folder_ / "a");
  std::filesystem::create_symlink("a", folder_ / "b");
  const std::vector<std::pair<std::string, std::string>> refused = {{folder_.path(), "is a folder"},
                                                                    {"/dev/zero", "is a character device"},
                                                                    {folder_ / "a", "loop of symbolic links"}};

  for (const auto& [path, reason] : refused) {
    EXPECT_EQ(open_error(path).kind(), ErrorKind::kInputOutput) << path;
    EXPECT_THAT(open_error(path).what(), HasSubstr(reason));
  }
}

TEST_F(InputFileTest, NamesASocket) {
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);

  EXPECT_THAT(open_error(path_).what(), HasSubstr("is a socket"));
}

TEST_F(InputFileTest, NamesAFileThatMayNotBeRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  make_file(path_, "x");
  std::filesystem::permissions(path_, std::filesystem::perms::none);

  EXPECT_EQ(open_error(path_).kind(), ErrorKind::kInputOutput);
  EXPECT_THAT(open_error(path_).what(), HasSubstr("permission denied"));
}

TEST_F(InputFileTest, FollowsALinkToAFile) {
  make_file(path_, "x");
  std::filesystem::create_symlink(path_, folder_ / "link");

  EXPECT_EQ(InputFile::open(folder_ / "link").size(), 1U);
}

TEST_F(InputFileTest, SeesThatTheFileGrew) {
  make_file(path_, "x");
  InputFile file = InputFile::open(path_);
  EXPECT_NO_THROW(file.check_unchanged());

  std::ofstream(path_, std::ios::app) << "y";

  const Error error = error_of([&] { file.check_unchanged(); });
  EXPECT_EQ(error.kind(), ErrorKind::kFile);
  EXPECT_THAT(error.what(), HasSubstr("changed while it was read"));
}

TEST_F(InputFileTest, SeesThatTheFileWasReplaced) {
  make_file(path_, "old");
  make_file(folder_ / "new", "new");
  InputFile file = InputFile::open(path_);

  std::filesystem::rename(folder_ / "new", path_);

  EXPECT_EQ(read_to_end(file), "old");
  EXPECT_EQ(error_of([&] { file.check_unchanged(); }).kind(), ErrorKind::kFile);
}

TEST_F(InputFileTest, TellsPermissions) {
  make_file(path_, "x");
  std::filesystem::permissions(path_, std::filesystem::perms{0640});

  EXPECT_EQ(InputFile::open(path_).permissions(), 0640U);
}

}  // namespace
}  // namespace base
