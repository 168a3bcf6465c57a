// A folder of the test's own under the system's temporary folder, removed with all that is in it. One owner; not for
// socket paths.
#pragma once

#include <string>

namespace support {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  // The path of a name in it; nothing is made.
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  // Writes a file (bytes as they are) and says its path.
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

// The bytes of a file; an error (std::runtime_error) if it cannot be read.
std::string read_file(const std::string& path);

}  // namespace support
