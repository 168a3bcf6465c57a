// One value of an SQLite row as it is stored: its storage class and its bytes. Views what the statement or the caller
// holds. Knows no database.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sqlite {

enum class StorageClass : std::uint8_t { kNull, kInteger, kReal, kText, kBlob };

struct Cell {
  StorageClass storage = StorageClass::kNull;
  std::int64_t integer = 0;  // kInteger
  double real = 0;           // kReal
  std::string_view bytes;    // kText (UTF-8, but nobody checked it; may hold NUL), kBlob
};

// The same storage class and the same bytes: 1 is not 1.0, 0.0 is not -0.0, 'A' is not 'a' whatever the collation.
bool same(const Cell& a, const Cell& b);

// As a person reads it: SQLite's own text of a number, all digits of a real, x'…' for a blob, "null". What is not valid
// UTF-8 or holds NUL comes out escaped.
std::string shown(const Cell& cell);

// The fewest digits that come back as the same double, always with a point or an exponent: 5.0, 1e+300, Infinity.
std::string real_text(double value);

bool is_utf8(std::string_view text);

// Storage class, length and bytes: equal for cells that are the same() and for no others, so that rows can be compared
// and sorted as bytes.
void append_image(std::string& image, const Cell& cell);

}  // namespace sqlite
