// Writes one export document: header, sections, seal; hashes and counts what it writes on the way.
// Codecs append records straight into buffer(); nothing is copied again. Refers to the sink and does not finish it.
// One thread. Without finish() the document has no seal, so no reader takes it for whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_buffer.h"
#include "base/byte_sink.h"
#include "base/sha256.h"
#include "format/header.h"
#include "format/seal.h"

namespace format {

class Writer {
 public:
  // Writes the header.
  Writer(base::ByteSink& sink, const Header& header);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Tables are begun in the order of the header, each exactly once; anything else is Error(kInternal).
  void begin_table(std::size_t index);
  // Between begin_table and end_table: append records here, each followed by ",\n". A large one may go to the sink
  // before it is whole.
  base::ByteBuffer& buffer() { return buffer_; }
  // Says that `records` more whole records were appended; may hand the buffer to the sink.
  void end_batch(std::uint64_t records);
  void end_table();

  // Ends the document and hands everything to the sink.
  Seal finish();

  // Bytes of the document so far, those still in the buffer included.
  std::uint64_t bytes() const { return flushed_bytes_ + buffer_.size(); }

 private:
  void flush(std::size_t kept_bytes);

  base::ByteSink& sink_;
  base::Sha256 sha256_;
  base::ByteBuffer buffer_;
  Seal seal_;  // its tables: all of the header from the beginning
  std::uint64_t flushed_bytes_ = 0;
  std::size_t next_table_ = 0;
  bool in_table_ = false;
};

}  // namespace format
