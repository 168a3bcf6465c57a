#include "postgres/catalog/value_sql.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace postgres {

bool is_one_of(const ColumnType& type, std::initializer_list<std::string_view> names) {
  return type.type_schema == "pg_catalog" && std::ranges::find(names, type.type_name) != names.end();
}

std::string text_of_any(const std::string& value) {
  // IS DISTINCT FROM NULL, because IS NOT NULL would look into a row; format() makes '' of NULL.
  return fmt::format("CASE WHEN {value} IS DISTINCT FROM NULL THEN pg_catalog.format('%s', {value}) END",
                     fmt::arg("value", value));
}

std::string text_of(const ColumnType& type, const std::string& value) {
  if (is_builtin(type)) return value + "::pg_catalog.text";
  return text_of_any(value);
}

// Through bpchar, not text: many types have a cast function of their own to text, which is not their output.
std::string text_array_of(const ColumnType& type, const std::string& array) {
  const bool by_comma = type.element_delimiter == ',';
  if (is_builtin(type) || (!by_comma && type.element_kind == 'b' && type.element_wire_oid == 0))
    return array + "::pg_catalog.bpchar[]";
  // The server's own type of that kind is box, whose text needs no quotes in an array: "{(1,1),(0,0);NULL}".
  if (!by_comma && type.element_oid < kFirstUserOid) {
    return fmt::format(R"(pg_catalog.replace(pg_catalog.replace({}, ',', E'\\,'), '{}', ',')::pg_catalog.text[])",
                       text_of_any(array), type.element_delimiter);
  }
  if (!by_comma) {
    throw base::Error(base::ErrorKind::kSchema,
                      type.name +
                          ": arrays of a domain over a type that separates the elements"
                          " of its arrays by \"" +
                          std::string(1, type.element_delimiter) + "\" cannot be read",
                      "leave the table out with -T");
  }
  return "(" + text_of_any(array) + ")::pg_catalog.text[]";
}

std::string Equality::of(const std::string& left, const std::string& right) const {
  if (!as_rows) return fmt::format("{} {} {}", left, op, right);
  return fmt::format(
      "({left} IS DISTINCT FROM NULL AND ROW({left})::pg_catalog.record {op} ROW({right})::pg_catalog.record)",
      fmt::arg("left", left), fmt::arg("op", op), fmt::arg("right", right));
}

}  // namespace postgres
