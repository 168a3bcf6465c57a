#include "properties/generate_value.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "properties/generate_text.h"
#include "support/server.h"

namespace properties {

std::string random_integer(Dice& dice, int bytes) {
  const std::int64_t high = bytes == 8   ? std::numeric_limits<std::int64_t>::max()
                            : bytes == 4 ? std::numeric_limits<std::int32_t>::max()
                                         : std::numeric_limits<std::int16_t>::max();
  switch (dice.below(6)) {
    case 0:
      return std::to_string(dice.once_in(2) ? high : -high - 1);
    case 1:
      if (bytes == 8) return std::to_string((std::int64_t{1} << 53) * (dice.once_in(2) ? 1 : -1) + dice.between(-2, 2));
      return std::to_string(dice.between(-1, 1));
    case 2:
      return bytes == 8 ? std::to_string(static_cast<std::int64_t>(dice.bits()))
                        : std::to_string(dice.between(-high - 1, high));
    default:
      return std::to_string(dice.between(-3, 40));
  }
}

std::string random_oid(Dice& dice) {
  return dice.once_in(3) ? std::to_string(dice.below(3)) : std::to_string(static_cast<std::uint32_t>(dice.bits()));
}

std::string random_float4(Dice& dice) {
  const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(dice.bits()));
  static const std::vector<std::string> odd{
      "NaN", "Infinity", "-Infinity", "-0", "0", "1e-45", "3.4028235e38", "0.1", "16777217", "1e10", "1.17549435e-38"};
  return dice.once_in(2) || !std::isfinite(value) ? dice.pick(odd) : fmt::format("{:.9g}", value);
}

std::string random_float8(Dice& dice) {
  const auto value = std::bit_cast<double>(dice.bits());
  static const std::vector<std::string> odd{"NaN",
                                            "Infinity",
                                            "-Infinity",
                                            "-0",
                                            "0",
                                            "5e-324",
                                            "1.7976931348623157e308",
                                            "0.1",
                                            "9007199254740993",
                                            "1e21",
                                            "1e22",
                                            "123456789012345680",
                                            "2.2250738585072014e-308",
                                            "0.3",
                                            "-1.5",
                                            "100",
                                            "1e15",
                                            "1e16"};
  return dice.once_in(2) || !std::isfinite(value) ? dice.pick(odd) : fmt::format("{:.17g}", value);
}

std::string random_numeric(Dice& dice) {
  static const std::vector<std::string> odd{
      "NaN",   "Infinity",  "-Infinity", "0",          "0.000",     "-0",   "1",     "1.0",      "1.00",    "-1.50",
      "10000", "9999.9999", "0.0001",    "0.00010000", "100000000", "1e20", "1e-20", "1e131071", "1e-16383"};
  if (dice.once_in(2)) {
    const std::string& one = dice.pick(odd);
    constexpr int kHasInfinity = 14;  // for numeric
    return one.ends_with("Infinity") && support::server_version() < kHasInfinity ? "NaN" : one;
  }
  const bool long_one = dice.once_in(20);
  std::string text = dice.once_in(2) ? "-" : "";
  text += random_digits(dice, 1 + dice.below(long_one ? 5000 : 25));
  if (!dice.once_in(3)) text += "." + random_digits(dice, 1 + dice.below(long_one ? 5000 : 25));
  return text;
}

std::string random_numeric(Dice& dice, int precision, int scale) {
  if (dice.once_in(12)) return "NaN";
  // Digits of an integer that is scaled by 10^-scale: what the column holds, without rounding.
  std::string digits = dice.once_in(4) ? std::string(static_cast<std::size_t>(precision), '9')
                                       : random_digits(dice, 1 + dice.below(static_cast<std::size_t>(precision)));
  return (dice.once_in(2) ? "-" : "") + digits + "e" + std::to_string(-scale);
}

std::string random_money(Dice& dice) {
  static const std::vector<std::string> odd{"0", "-0.01", "92233720368547758.07", "-92233720368547758.08",
                                            "1234567.89"};
  return dice.once_in(2) ? dice.pick(odd) : fmt::format("{}.{:02}", dice.between(-100000, 100000), dice.below(100));
}

std::string random_uuid(Dice& dice) {
  if (dice.once_in(6)) return "00000000-0000-0000-0000-000000000000";
  return fmt::format("{:016x}{:016x}", dice.bits(), dice.bits());
}

std::string random_bytea(Dice& dice) {
  std::string text = "\\x";
  const std::size_t bytes = dice.once_in(30) ? 5000 : dice.below(20);
  for (std::size_t i = 0; i < bytes; ++i) text += fmt::format("{:02x}", dice.below(256));
  return text;
}

std::string random_bits(Dice& dice, std::size_t count) {
  std::string bits;
  for (std::size_t i = 0; i < count; ++i) bits += dice.once_in(2) ? '1' : '0';
  return bits;
}

namespace {

std::string space(Dice& dice) {
  static const std::vector<std::string> all{"", "", "", " ", "  ", "\n", "\t", "\r\n "};
  return dice.pick(all);
}

std::string json_string(Dice& dice) {
  std::string text = "\"";
  for (const char c : random_text(dice, 8)) {
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      text += c;
    }
  }
  static const std::vector<std::string> escapes{"", "", "", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\b\\f\\n\\r\\t"};
  return text + dice.pick(escapes) + "\"";
}

std::string json_value(Dice& dice, int depth) {
  static const std::vector<std::string> scalars{"null",
                                                "true",
                                                "false",
                                                "0",
                                                "-0",
                                                "1.0",
                                                "1.50",
                                                "1E5",
                                                "1e-7",
                                                "9007199254740993",
                                                "123456789012345678901234567890.000",
                                                "{}",
                                                "[]",
                                                "\"\"",
                                                "[null]",
                                                R"({"$json":null})",
                                                R"({"$json": 1})",
                                                R"({"$bytes":"AA=="})",
                                                R"({"":1})",
                                                "1e400",
                                                "0.1e-400"};
  if (depth <= 0 || dice.once_in(2)) return dice.once_in(3) ? json_string(dice) : dice.pick(scalars);
  const bool object = dice.once_in(2);
  std::string text(1, object ? '{' : '[');
  const std::size_t members = dice.below(4);
  for (std::size_t i = 0; i < members; ++i) {
    if (i > 0) text += ',';
    static const std::vector<std::string> keys{"\"a\"", "\"a\"", "\"b\"", "\"$json\"", "\"\\u0061\"", "\"\""};
    if (object) text += space(dice) + (dice.once_in(4) ? json_string(dice) : dice.pick(keys)) + space(dice) + ":";
    text += space(dice) + json_value(dice, depth - 1) + space(dice);
  }
  return text + (object ? '}' : ']');
}

}  // namespace

std::string random_json(Dice& dice) {
  if (dice.once_in(60)) return std::string(900, '[') + std::string(900, ']');
  return space(dice) + json_value(dice, 4) + space(dice);
}

std::string random_xml(Dice& dice) {
  static const std::vector<std::string> all{"",
                                            "text",
                                            "<a/>",
                                            "<a b=\"1\">é😀</a>",
                                            "<?xml version=\"1.0\"?><a/>",
                                            "<?xml version=\"1.0\" standalone=\"yes\"?><a/>",
                                            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>é</a>",
                                            "<a/><b/>",
                                            " <a> </a>\n",
                                            "<![CDATA[<>&]]>",
                                            "a &amp; b &lt; &#233;",
                                            "<!-- c --><a xmlns:x=\"u\"><x:b/></a>",
                                            "<!DOCTYPE a><a/>"};
  return dice.pick(all);
}

}  // namespace properties
