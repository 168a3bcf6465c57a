// SQL that reads and compares values without anybody else's code. Whoever owns a type may make casts for it, and the
// server takes such a cast wherever a statement leaves it a choice: `value::text` and `enum = enum` do. A value becomes
// text by the output function of its type, and an operator gets operands of exactly its own types.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "postgres/codec/codec.h"

namespace postgres {

// Types that come with the server; casts between two of them are the server's own, for nobody but a superuser may make
// one.
constexpr std::uint32_t kFirstUserOid = 16384;  // FirstNormalObjectId
inline bool is_builtin(const ColumnType& type) { return type.oid < kFirstUserOid; }

// Whether it is one of the server's own types of these names.
bool is_one_of(const ColumnType& type, std::initializer_list<std::string_view> names);

// The text of a value of any type, NULL for NULL: what the type's output function says.
std::string text_of_any(const std::string& value);

// The same for a value of this type (a domain's base), shorter where the type is the server's own.
std::string text_of(const ColumnType& type, const std::string& value);

// The texts of an array's elements, as text[] or bpchar[].
std::string text_array_of(const ColumnType& type, const std::string& array);

// What says that two values are the same: an operator by its schema and name. An operator for any enum, row, array or
// range takes the values as rows of one field, since the parser could find casts from their types to others' operands.
struct Equality {
  std::string op;  // OPERATOR(pg_catalog.=)
  bool as_rows = false;

  // Condition; never true where either is NULL.
  std::string of(const std::string& left, const std::string& right) const;
};

}  // namespace postgres
