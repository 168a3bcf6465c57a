// The tables of two documents by their names: as "rename" gives them, which of them the user wants, and which table of
// B is compared with one of A. Pure functions over headers, which outlive what is made of them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "format/header.h"
#include "transfer/diff_options.h"
#include "transfer/mapping.h"

namespace transfer {

// A header under the names that "rename" gives its tables and columns, and what is known of each of its tables.
struct MappedSide {
  MappedSide(const format::Header& header, const DiffOptions& options);

  static std::size_t place_of(const catalog::Table& table, const std::string& column);

  const catalog::Table& table(std::size_t i) const { return mapped.header.tables[i]; }
  std::string name(std::size_t i) const;  // its own
  bool is_typed() const;
  bool ignores_case() const;

  const format::Header& file;
  MappedHeader mapped;
  std::vector<std::vector<std::string>> masked;  // by table: columns, under the mapped names
};

// What the user's words say of one table of either side.
struct Wish {
  bool named = false;
  bool excluded = false;
  bool audit = false;
};

// Patterns speak of the tables of either side, under their own names or those that "rename" gives them.
class Wishes {
 public:
  // `tables`: what patterns may name beside those of the headers. Throws kUsage for one that is about none.
  Wishes(const MappedSide& a, const MappedSide& b, std::vector<catalog::Table> tables, const Selection& selection);

  Wish of(const MappedSide& side, std::size_t table) const;

 private:
  std::vector<std::string> matching(const catalog::TableName& name) const;

  const Selection& selection_;
};

// The place of the table of B that is compared with this one of A: of its name, in the same schema where both have
// several.
std::optional<std::size_t> counterpart(const MappedSide& a, std::size_t table, const MappedSide& b);

}  // namespace transfer
