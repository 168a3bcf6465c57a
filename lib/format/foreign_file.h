// Files that people give to an import and that are no exports: what they are, and what to do with them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace format {

struct ForeignFile {
  std::string what;  // "is a zip archive"
  std::string hint;
};

// By the first bytes, up to kForeignBytes of them; nothing where they tell nothing.
inline constexpr std::size_t kForeignBytes = 512;
std::optional<ForeignFile> foreign_file(std::string_view first);

}  // namespace format
