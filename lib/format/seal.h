// The last member of an export: how many rows it holds, and the length and SHA-256 of every byte before its line.
// Tells a whole file from one that was cut, damaged or edited; it is no signature.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace format {

struct Seal {
  std::uint64_t rows = 0;
  std::vector<std::pair<std::string, std::uint64_t>> tables;  // section name, rows; in the order of the file
  std::uint64_t bytes = 0;
  std::string sha256;  // 64 lower-case hexadecimal digits

  bool operator==(const Seal&) const = default;
};

// `"seal": {…}` as the writer puts it on its line, without the line break.
std::string seal_line(const Seal& seal);

// Reads the value of the member. Throws Error(kFile), beginning with `file`.
Seal parse_seal(std::string_view json, const std::string& file);

}  // namespace format
