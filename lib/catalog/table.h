// What a database or a file says of its tables: plain values, the same words for every engine.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace catalog {

struct TableName {
  std::string schema;  // empty where the engine has none
  std::string name;
  auto operator<=>(const TableName&) const = default;
};

enum class Identity { kNone, kByDefault, kAlways };

struct Column {
  std::string name;
  std::string type;  // as the engine writes it: "character varying(20)", "timestamp(3) without time zone"
  bool not_null = false;
  bool generated = false;    // computed by the database: never in rows
  bool has_default = false;  // identity and serial columns included
  Identity identity = Identity::kNone;
};

struct ForeignKey {
  std::string name;
  std::vector<std::string> columns;
  TableName parent;
  std::vector<std::string> parent_columns;  // same length as columns
};

struct Table {
  TableName name;
  std::vector<Column> columns;
  std::vector<std::string> primary_key;               // empty: none
  std::vector<std::vector<std::string>> unique_keys;  // plain ones (no predicate, no expression), primary key left out
  std::vector<ForeignKey> foreign_keys;
  bool audit = false;

  const Column* find_column(const std::string& column) const;

  // The columns that tell which row is which: the primary key, else the smallest unique key without a nullable
  // column (first by name when several are smallest), else empty: then the whole row, as a multiset. None is computed.
  std::vector<std::string> identity() const;
};

}  // namespace catalog
