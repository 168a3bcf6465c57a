// How long a record may be: one number for those who write and those who read.
#pragma once

#include <cstdint>

namespace format {

// From its `{` to its `}`. A reader keeps a record in memory, and PostgreSQL takes no value beyond 1 GiB.
inline constexpr std::uint64_t kMaxRecordBytes = std::uint64_t{1} << 30;

}  // namespace format
