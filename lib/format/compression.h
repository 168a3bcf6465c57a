// Compressed documents, .json.gz and .json.zst: a sink that compresses in a thread of its own and a source that
// recognises what it reads by its first bytes. Header, records and seal know nothing of it: offsets, counts and the
// seal are those of the document.
#pragma once

#include <memory>
#include <string_view>

#include "base/byte_sink.h"
#include "base/byte_source.h"

namespace format {

enum class Compression { kNone, kGzip, kZstd };

// By the name's ending: .gz, .zst.
Compression compression_of(std::string_view file_name);

// ".gz", ".zst" or nothing.
std::string_view ending_of(Compression compression);

// What is written goes to `sink` compressed; its finish() finishes `sink`. A failure of the other thread comes out of
// the next call. kNone gives `sink` itself back.
std::unique_ptr<base::ByteSink> compress(std::unique_ptr<base::ByteSink> sink, Compression compression);

// The document in `raw`, compressed or not; `raw` outlives it. seek() to an offset before the current one starts over,
// so it is for the rare case. Damaged or cut data is Error(kFile).
std::unique_ptr<base::ByteSource> decompress(base::ByteSource& raw);

}  // namespace format
