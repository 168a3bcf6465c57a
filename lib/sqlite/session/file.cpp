#include "sqlite/session/file.h"

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
}

bool is_there(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0;
}

bool ends_inside_a_page(const std::string& path, std::int64_t page_bytes) {
  struct stat found {};
  if (page_bytes <= 0 || ::stat(path.c_str(), &found) != 0 || found.st_size % page_bytes == 0) return false;
  return !is_there(path + "-journal") && !has_wal(path);
}

bool has_wal(const std::string& path) {
  struct stat found {};
  return ::stat((path + "-wal").c_str(), &found) == 0 && found.st_size > 0;
}

bool lacks_wal(const std::string& path) {
  constexpr std::size_t kWriteVersion = 18;  // 2: WAL
  std::ifstream file(path, std::ios::binary);
  std::array<char, kWriteVersion + 2> header{};
  if (!file.read(header.data(), header.size())) return false;
  const bool is_database = std::string_view(header.data(), 15) == "SQLite format 3";
  return is_database && header[kWriteVersion] == 2 && !is_there(path + "-wal");
}

}  // namespace sqlite
