// Where the bytes of a document come from: a file, a decompressor, memory in a test. One reader, one thread.
// FileSource makes one of anything with read, seek and name, such as base::InputFile, which it only refers to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace format {

class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  // Puts up to `bytes` bytes at `to` and says how many; 0 only at the end.
  virtual std::size_t read(char* to, std::size_t bytes) = 0;
  // The next read begins at this offset. Only sources that are re-read need it; the others throw.
  virtual void seek(std::uint64_t offset) = 0;
  // What messages call it.
  virtual const std::string& name() const = 0;
};

template <typename File>
class FileSource final : public ByteSource {
 public:
  explicit FileSource(File& file) : file_(file) {}

  std::size_t read(char* to, std::size_t bytes) override { return file_.read(to, bytes); }
  void seek(std::uint64_t offset) override { file_.seek(offset); }
  const std::string& name() const override { return file_.name(); }

 private:
  File& file_;
};

}  // namespace format
