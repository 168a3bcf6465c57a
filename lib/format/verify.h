// Reads a whole document once, before anything is written anywhere: structure, counts, seal. Keeps nothing of its rows.
// With kIgnore, where no seal vouches for the bytes, every record is also checked to be strict JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.h"
#include "format/header.h"
#include "format/seal.h"

namespace format {

struct Verified {
  Header header;
  std::vector<std::uint64_t> rows;  // by table of the header
  std::optional<Seal> seal;         // as it is in the file
  bool sealed = false;              // the seal is there and everything matches it
  std::uint64_t bytes = 0;          // what a seal of this document would say: bytes before its line, and their hash
  std::string sha256;
};

enum class SealPolicy { kDemand, kIgnore };

using OnProgress = std::function<void(std::uint64_t bytes)>;  // bytes read so far, every few hundred KiB
using OnChunk = std::function<void(std::string_view chunk)>;  // every byte of the source once, in order: for spooling

using OnRecord = std::function<void(std::size_t table, std::string_view record)>;  // by table of the header

// Throws Error(kFile) for a document that is not sound and, with kDemand, for one whose seal is missing or does not
// match.
Verified verify(base::ByteSource& source, SealPolicy policy, const OnProgress& on_progress = {},
                const OnChunk& on_chunk = {}, const OnRecord& on_record = {});

}  // namespace format
