// Columns of every PostgreSQL type that a codec knows, as the catalog would describe them, with and without limits, and
// arrays of them; and what may be promised of each.
#pragma once

#include <string>
#include <vector>

#include "postgres/codec/codec.h"

namespace fuzz {

enum class Fidelity {
  kExact,          // every field that decodes is encoded again, byte for byte
  kExactIfTaken,   // a field beyond the type's range or the column's limit decodes, but is refused on the way back
  kSameValue,      // the wire has several forms of one value
  kManySpellings,  // and the JSON too, where the server would never send such a form: a numeric with leading zeros,
                   // jsonb with outer space
};
// What a field may hold beside what its codec understands: whoever stores it judges.
enum class Content { kPlain, kText, kJson };

struct FuzzedColumn {
  postgres::ColumnType type;
  Fidelity fidelity = Fidelity::kExact;
  Content content = Content::kPlain;
};

inline std::vector<FuzzedColumn> element_columns() {
  struct BuiltIn {
    std::uint32_t oid;
    const char* name;
    Fidelity fidelity;
    Content content = Content::kPlain;
    std::int32_t typmod = -1;
  };
  using enum Fidelity;
  static constexpr BuiltIn kBuiltIns[] = {
      {16, "boolean", kExact},
      {17, "bytea", kExact},
      {18, "\"char\"", kExact, Content::kText},
      {19, "name", kExactIfTaken, Content::kText},
      {20, "bigint", kExact},
      {21, "smallint", kExact},
      {23, "integer", kExact},
      {25, "text", kExactIfTaken, Content::kText},
      {26, "oid", kExact},
      {114, "json", kExactIfTaken, Content::kJson},
      {650, "cidr", kSameValue},
      {700, "real", kSameValue},  // NaN has many forms
      {701, "double precision", kSameValue},
      {829, "macaddr", kExact},
      {869, "inet", kSameValue},
      {1042, "character(4)", kExactIfTaken, Content::kText, 8},
      {1043, "character varying(5)", kExactIfTaken, Content::kText, 9},
      {1082, "date", kExactIfTaken},
      {1083, "time without time zone", kExact},
      {1083, "time(3) without time zone", kExactIfTaken, Content::kPlain, 3},
      {1114, "timestamp without time zone", kExactIfTaken},
      {1114, "timestamp(0) without time zone", kExactIfTaken, Content::kPlain, 0},
      {1184, "timestamp with time zone", kExactIfTaken},
      {1184, "timestamp(2) with time zone", kExactIfTaken, Content::kPlain, 2},
      {1186, "interval", kExact},
      {1186, "interval(3)", kExactIfTaken, Content::kPlain, 0x7fff0003},
      {1186, "interval day to hour", kExactIfTaken, Content::kPlain, ((1 << 3 | 1 << 10) << 16) | 0xffff},
      {1266, "time with time zone", kExact},
      {1560, "bit(5)", kSameValue, Content::kPlain, 5},
      {1562, "bit varying(9)", kSameValue, Content::kPlain, 9},
      {1562, "bit varying", kSameValue},
      {1700, "numeric", kManySpellings},
      {1700, "numeric(10,2)", kManySpellings, Content::kPlain, (10 << 16 | 2) + 4},
      {1700, "numeric(3,-2)", kManySpellings, Content::kPlain, (3 << 16 | 0x7fe) + 4},
      {2950, "uuid", kExact},
      {3802, "jsonb", kManySpellings, Content::kJson},
  };
  std::vector<FuzzedColumn> columns;
  for (const BuiltIn& built_in : kBuiltIns) {
    FuzzedColumn column;
    column.type.oid = built_in.oid;
    column.type.name = column.type.type_name = built_in.name;
    column.type.typmod = built_in.typmod;
    column.fidelity = built_in.fidelity;
    column.content = built_in.content;
    columns.push_back(column);
  }
  FuzzedColumn mood;
  mood.type.oid = 100000;
  mood.type.name = mood.type.type_name = "mood";
  mood.type.kind = 'e';
  mood.type.enum_labels = {"sad", "ok", "", "NULL", "a,b\"\\"};
  mood.fidelity = kExactIfTaken;
  mood.content = Content::kText;
  columns.push_back(mood);
  return columns;
}

inline FuzzedColumn array_of(const FuzzedColumn& element) {
  FuzzedColumn array;
  array.type.oid = 100001;
  array.type.name = element.type.name + "[]";
  array.type.type_name = "_" + element.type.type_name;
  array.type.typmod = element.type.typmod;
  array.type.element_oid = element.type.oid;
  array.type.element_type_name = element.type.type_name;
  array.type.element_kind = element.type.kind;
  array.type.enum_labels = element.type.enum_labels;
  array.fidelity = element.fidelity == Fidelity::kManySpellings ? Fidelity::kManySpellings : Fidelity::kSameValue;
  array.content = element.content;
  return array;
}

// Single values first, then their arrays in the same order: an input keeps its meaning when a type is added behind.
inline const std::vector<FuzzedColumn>& fuzzed_columns() {
  static const std::vector<FuzzedColumn> columns = [] {
    std::vector<FuzzedColumn> all = element_columns();
    const std::size_t elements = all.size();
    for (std::size_t i = 0; i < elements; ++i) all.push_back(array_of(all[i]));
    return all;
  }();
  return columns;
}

}  // namespace fuzz
