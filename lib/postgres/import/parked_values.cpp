#include "postgres/import/parked_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "postgres/session/sql_text.h"

namespace postgres {
namespace {

constexpr std::uint64_t kPlenty = std::uint64_t{1} << 31;
constexpr std::int32_t kTypmodOffset = 4;  // VARHDRSZ
const char* const kAside = "'db-transfer sets this aside: ' || n::pg_catalog.text";

std::vector<ValueFamily> ends_of(const std::string& lowest, const std::string& highest, std::uint64_t size) {
  return {{"(" + lowest + " + n)", size}, {"(" + highest + " - n)", size}, {"(n + 1)", size / 2}};
}

// numeric(p,s): whole multiples of its last digit.
std::vector<ValueFamily> numerics(std::int32_t typmod) {
  if (typmod < kTypmodOffset) return ends_of("-1e30", "1e30", kPlenty);
  const std::int32_t precision = ((typmod - kTypmodOffset) >> 16) & 0xffff;
  const std::int32_t scale = (((typmod - kTypmodOffset) & 0x7ff) ^ 1024) - 1024;
  std::uint64_t size = 1;
  for (std::int32_t digit = 0; digit < precision && size < kPlenty; ++digit) size *= 10;
  const std::string unit = fmt::format(" * 1e{}", -scale);
  std::vector<ValueFamily> families =
      ends_of(fmt::format("-(1e{} - 1)", precision), fmt::format("1e{} - 1", precision), size);
  for (ValueFamily& family : families) family.value = "(" + family.value + unit + ")";
  return families;
}

// All texts of `width` characters of the alphabet, in its order.
ValueFamily texts_of(std::string_view alphabet, std::int32_t width) {
  std::string value;
  std::uint64_t size = 1;
  for (std::int32_t place = 0; place < width; ++place) {
    if (size >= kPlenty) {
      value = quote_literal(alphabet.substr(0, 1)) + " || " + value;
      continue;
    }
    const std::string digit = fmt::format("pg_catalog.substr({}, (n / {} % {} + 1)::pg_catalog.int4, 1)",
                                          quote_literal(alphabet), size, alphabet.size());
    value = value.empty() ? digit : digit + " || " + value;
    size *= alphabet.size();
  }
  return {"(" + value + ")", std::min(size, kPlenty)};
}

// Upper case has an alphabet of its own: citext tells no cases apart.
std::vector<ValueFamily> texts(std::int32_t longest) {
  constexpr std::int32_t kRoomForWords = 50;
  constexpr std::int32_t kWidest = 12;
  std::vector<ValueFamily> families;
  if (longest < 0 || longest >= kRoomForWords) {
    families.push_back({std::string("(") + kAside + ")", kPlenty});
    families.push_back({"('db-transfer.' || n::pg_catalog.text || '@example.invalid')", kPlenty});
  }
  const std::int32_t width = longest < 0 ? kWidest : std::min(longest, kWidest);
  for (const std::string_view alphabet :
       {"~}|{`_^@?>=<;:/.-,+*)(&%$#!0123456789abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba",
        "ZYXWVUTSRQPONMLKJIHGFEDCBA", "9876543210", "0123456789abcdef"})
    families.push_back(texts_of(alphabet, width));
  return families;
}

std::vector<ValueFamily> days(const std::string& type, const std::string& unit, const std::string& first,
                              const std::string& last) {
  const auto from = [&](const std::string& date, const char* sign) {
    return ValueFamily{fmt::format("('{}'::pg_catalog.{} {} n::pg_catalog.int4{})", date, type, sign, unit), kPlenty};
  };
  constexpr std::uint64_t kDays = 700'000;
  std::vector<ValueFamily> families{from(last, "-"), from(first, "+"), from("9999-12-31", "-"),
                                    from("1000-01-01", "+")};
  for (ValueFamily& family : families) family.size = kDays;
  return families;
}

std::vector<ValueFamily> bits(const ColumnType& type) {
  constexpr std::int32_t kBitsOfBigint = 62;
  if (type.type_name == "varbit") {
    if (type.typmod >= 0 && type.typmod <= 64) return {};
    return {{"(n::pg_catalog.bit(64)::pg_catalog.varbit)", kPlenty}};
  }
  const std::int32_t width = std::max(type.typmod, 1);
  const std::uint64_t size = width < kBitsOfBigint ? std::uint64_t{1} << width : kPlenty;
  return {{fmt::format("(n::pg_catalog.bit({}))", width), std::min(size, kPlenty)}};
}

std::vector<ValueFamily> of_builtin(const ColumnType& type) {
  const std::string& name = type.type_name;
  if (name == "int2") return ends_of("-32768", "32767", 1 << 16);
  if (name == "int4") return ends_of("-2147483648", "2147483647", kPlenty);
  if (name == "int8") return ends_of("-9223372036854775807", "9223372036854775807", kPlenty);
  if (name == "oid") return {{"(4294967295 - n)", kPlenty}};
  if (name == "numeric") return numerics(type.typmod);
  if (name == "float4") return ends_of("-16777216", "16777216", 1 << 24);
  if (name == "float8") return ends_of("-9007199254740992", "9007199254740992", kPlenty);
  if (name == "text" || name == "varchar" || name == "bpchar")
    return texts(type.typmod < kTypmodOffset ? -1 : type.typmod - kTypmodOffset);
  if (name == "name") return {{std::string("(") + kAside + ")", kPlenty}};
  if (name == "date") return days(name, "", "4713-01-01 BC", "5874897-12-31");
  if (name == "timestamp" || name == "timestamptz")
    return days(name, " * '1 day'::pg_catalog.interval", "4713-01-01 BC", "294276-12-31");
  if (name == "time") return {{"('00:00:00'::pg_catalog.time + n * '1 second'::pg_catalog.interval)", 86400}};
  if (name == "interval" && type.typmod < 0) return {{"(n * '1000 years'::pg_catalog.interval)", 100'000}};
  if (name == "uuid") return {{"pg_catalog.md5('db-transfer ' || n::pg_catalog.text)::pg_catalog.uuid", kPlenty}};
  if (name == "bytea") return {{fmt::format("pg_catalog.convert_to({}, 'UTF8')", kAside), kPlenty}};
  if (name == "inet") return {{"('240.0.0.0'::pg_catalog.inet + n)", 1 << 28}};
  if (name == "cidr") return {{"(('240.0.0.0'::pg_catalog.inet + n)::pg_catalog.cidr)", 1 << 28}};
  if (name == "macaddr") return {{"(pg_catalog.lpad(pg_catalog.to_hex(n + 1), 12, '0')::pg_catalog.macaddr)", kPlenty}};
  if (name == "jsonb") return {{fmt::format("pg_catalog.to_jsonb({})", kAside), kPlenty}};
  if (name == "bit" || name == "varbit") return bits(type);
  return {};
}

}  // namespace

std::vector<ValueFamily> value_families(const ColumnDetails& column, IsText is_text) {
  const ColumnType& type = column.type;
  std::vector<ValueFamily> families;
  if (type.kind == 'e') {
    families.push_back({fmt::format("(pg_catalog.enum_range(NULL::{}))[(n + 1)::pg_catalog.int4]", column.base_sql),
                        static_cast<std::uint64_t>(type.enum_labels.size())});
  } else if (type.type_schema == "pg_catalog" && type.kind == 'b') {
    families = of_builtin(type);
  } else if (is_text == IsText::kYes) {
    families = texts(-1);
  }
  for (ValueFamily& family : families) family.value += "::" + column.base_sql;
  return families;
}

}  // namespace postgres
