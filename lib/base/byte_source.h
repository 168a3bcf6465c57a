// Where the bytes of a document come from: a file, a decompressor, memory in a test. One reader, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace base {

class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  ByteSource(ByteSource&&) = default;
  ByteSource& operator=(ByteSource&&) = default;
  virtual ~ByteSource() = default;

  // Puts up to `bytes` bytes at `to` and says how many; 0 only at the end.
  virtual std::size_t read(char* to, std::size_t bytes) = 0;
  // The next read begins at this offset. Only sources that are re-read need it; the others throw.
  virtual void seek(std::uint64_t offset) = 0;
  // What messages call it.
  virtual const std::string& name() const = 0;
};

}  // namespace base
