// Columns that may hold keys of another table though no foreign key says so: user_id, owner_type and owner_id,
// created_by. What their names say is decided here, what their values say is counted by an engine. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/table.h"

namespace catalog {

// kNamed: after the table, user_id of users. kOther: it may still turn out by its values.
enum class Pointer { kNamed, kSomeId, kOther };

enum class KeyKind { kInteger, kUuid, kText, kNone };

struct LooseColumn {
  std::string name;
  Pointer pointer = Pointer::kOther;
  bool is_array = false;
  std::string type_column;  // whose value must be one of names_of(parent): owner_type; empty: none
};

// The columns of `child` that could hold keys of `parent`, whose own are of `kind`. `kind_of`, of a type as the engine
// writes it, without "[]". Those of a foreign key are not among them. `tables`: of the whole import, for a category_id
// is of categories where there are such. One may be there twice, with a type column and without.
std::vector<LooseColumn> loose_columns(const Table& child, const Table& parent, KeyKind kind,
                                       KeyKind (*kind_of)(const std::string& type),
                                       const std::vector<TableName>& tables);

// What a column that says the table's name would hold, in small letters without "_": user, users.
std::vector<std::string> names_of(const std::string& table);

struct LooseValues {
  std::uint64_t filled = 0;    // values, of rows whose type column fits
  std::uint64_t known = 0;     // that are keys of the parent's rows of the file
  std::uint64_t moved = 0;     // whose row takes another key
  std::uint64_t shortest = 0;  // in characters, of the known ones
};

// Whether these values, with such a name, are hardly there by chance.
bool points(const LooseColumn& column, KeyKind kind, const LooseValues& values);

}  // namespace catalog
