#include "support/folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace support {

TemporaryFolder::TemporaryFolder() : path_(std::filesystem::temp_directory_path() / "db-transfer-test.XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error(path_ + ": " + std::strerror(errno));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& content) const {
  std::ofstream to(file(name), std::ios::binary);
  to << content;
  to.close();
  if (!to) throw std::runtime_error(file(name) + ": cannot be written");
  return file(name);
}

std::string read_file(const std::string& path) {
  std::ifstream from(path, std::ios::binary);
  if (!from) throw std::runtime_error(path + ": cannot be read");
  return {std::istreambuf_iterator<char>(from), {}};
}

}  // namespace support
