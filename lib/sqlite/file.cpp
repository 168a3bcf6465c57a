#include "sqlite/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string_view>

#include "base/error.h"

namespace sqlite {

using base::Error;
using base::ErrorKind;

namespace {

// 0: not that of a database.
std::uint64_t page_bytes_of(const std::string& path) {
  constexpr std::string_view kMagic{"SQLite format 3", 16};  // its NUL included
  std::array<char, 18> head{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(head.data(), head.size()) || std::string_view(head.data(), kMagic.size()) != kMagic) return 0;
  const auto high = static_cast<unsigned char>(head[16]);
  const auto low = static_cast<unsigned char>(head[17]);
  constexpr std::uint64_t kLargest = 65536;  // does not fit in the two bytes, which then hold 1
  const std::uint64_t bytes = std::uint64_t{high} << 8U | low;
  return bytes == 1 ? kLargest : bytes;
}

// A copy that ended early. SQLite itself notices a missing page, but reads one of which a part is there as if the rest
// were zeros. While somebody writes, a part may stand at the end; then there is a journal or a WAL.
bool ends_inside_a_page(const std::string& path, std::uint64_t bytes) {
  constexpr std::uint64_t kHeaderBytes = 100;
  const std::uint64_t page = page_bytes_of(path);
  const bool ends_inside = page != 0 ? bytes % page != 0 : bytes != 0 && bytes < kHeaderBytes;
  return ends_inside && !is_there(path + "-journal") && !has_wal(path);
}

}  // namespace

std::string file_name(const std::string& path) { return path.empty() || path.starts_with('/') ? path : "./" + path; }

std::string immutable_uri(const std::string& path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : file_name(path)) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::strchr("/._-", c) != nullptr) {
      uri += c;
    } else {
      uri += {'%', kHex[byte >> 4], kHex[byte & 0xFU]};
    }
  }
  return uri + "?immutable=1";
}

void demand_file(const std::string& path, const std::string& place, Missing missing) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    const int reason = errno;
    if (reason == ENOENT && missing == Missing::kIsFine) return;
    if (reason == EACCES) throw Error(ErrorKind::kPrivilege, place + " may not be read", "let its owner allow it");
    throw Error(ErrorKind::kConnection, "cannot open " + place + ": " + std::strerror(reason),
                "check the path; Prisma counts file: from the folder of its schema, this program from the working one");
  }
  if (!S_ISREG(found.st_mode))
    throw Error(ErrorKind::kConnection, place + " is not an ordinary file", "give the path of an SQLite database");
  if (::access(path.c_str(), R_OK) != 0)
    throw Error(ErrorKind::kPrivilege, place + " may not be read", "let its owner allow it");
  if (ends_inside_a_page(path, static_cast<std::uint64_t>(found.st_size)))
    throw Error(ErrorKind::kConnection, place + " ends in the middle of a page: it was cut off", "copy it again");
}

bool is_there(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0;
}

bool has_wal(const std::string& path) {
  struct stat found {};
  return ::stat((path + "-wal").c_str(), &found) == 0 && found.st_size > 0;
}

}  // namespace sqlite
