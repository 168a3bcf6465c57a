// A file, a pipe or standard input, read in chunks through one descriptor from open to end, so that what was checked
// is what is read. Move only, owned by one thread. Knows bytes only: no decompression, no format.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>

#include "base/byte_source.h"
#include "base/descriptor.h"

namespace base {

class InputFile final : public ByteSource {
 public:
  // "-" is standard input. kUsage when there is no such file; kInputOutput, naming what it is, for a folder, a device,
  // a socket, a loop of symbolic links, or a file that may not be read. A FIFO is read as a pipe. A stop ends the wait
  // for a pipe's next bytes (kInterrupted).
  static InputFile open(const std::string& path, std::stop_token stop = {});

  // The same of a file with settings, which is part of the configuration: what cannot be opened is kUsage.
  static InputFile open_settings(const std::string& path);

  // Takes an open descriptor; reading starts at its position, and that is offset 0. `name` is for messages.
  static InputFile from_descriptor(Descriptor file, std::string name);

  // Up to `bytes` bytes; fewer is not the end, 0 is. kInputOutput on failure.
  std::size_t read(char* to, std::size_t bytes) override;

  // Only where seekable(): the next read() starts at `offset` (0 = where reading first started).
  void seek(std::uint64_t offset) override;

  // Bytes in the file when it was opened; 0 where not seekable.
  std::uint64_t size() const;
  bool seekable() const;

  // As the user knows it, unescaped: print it through printable().
  const std::string& name() const override { return name_; }

  // Permission bits (0600) of a regular file when it was opened; 0 for anything else.
  unsigned permissions() const;

  // Throws kFile when a regular file was written, replaced in place, renamed or removed since open().
  void check_unchanged() const;

 private:
  InputFile(Descriptor file, std::string name, const struct ::stat& at_open);
  void wait_until_readable() const;

  Descriptor file_;
  std::string name_;
  std::stop_token stop_;
  struct ::stat at_open_;
  std::uint64_t start_ = 0;     // where the descriptor was when it was handed over
  std::uint64_t position_ = 0;  // offset of the next read
};

}  // namespace base
