// The half of generate_value.h that is dates, networks and what travels as text.
#include <fmt/format.h>

#include <vector>

#include "properties/generate_text.h"
#include "properties/generate_value.h"

namespace properties {
namespace {

std::string fraction(Dice& dice) {
  if (dice.once_in(2)) return "";
  return "." + random_digits(dice, 1 + dice.below(6));
}

std::string clock(Dice& dice) {
  return fmt::format("{:02}:{:02}:{:02}{}", dice.below(24), dice.below(60), dice.below(60), fraction(dice));
}

std::string day(Dice& dice, std::int64_t last_year) {
  switch (dice.below(4)) {
    case 0:
      return fmt::format("{:04}-{:02}-{:02}", dice.between(1, last_year), dice.between(1, 12), dice.between(1, 28));
    default:
      return fmt::format("{:04}-{:02}-{:02}", dice.between(1900, 2100), dice.between(1, 12), dice.between(1, 28));
  }
}

std::string before_christ(Dice& dice, std::string text) { return dice.once_in(6) ? std::move(text) : std::string(); }

}  // namespace

std::string random_date(Dice& dice, Infinity infinity) {
  static const std::vector<std::string> odd{"4714-11-24 BC", "5874897-12-31", "0001-01-01",
                                            "0001-12-31 BC", "0044-03-15 BC", "2000-02-29",
                                            "1999-12-31",    "10000-01-01",   "9999-12-31"};
  if (infinity == Infinity::kWith && dice.once_in(8)) return dice.once_in(2) ? "infinity" : "-infinity";
  if (dice.once_in(3)) return dice.pick(odd);
  return day(dice, 9999);
}

std::string random_time(Dice& dice) {
  static const std::vector<std::string> odd{"00:00:00", "24:00:00", "23:59:59.999999", "12:00:00.1", "00:00:00.000001"};
  return dice.once_in(3) ? dice.pick(odd) : clock(dice);
}

std::string random_timetz(Dice& dice) {
  static const std::vector<std::string> zones{"+00", "-00:30", "+05:30", "+15:59:59", "-15:59:59", "+01:02:03", "-08"};
  return random_time(dice) + dice.pick(zones);
}

// Rounded up to a coarser precision, the last half second would be one that PostgreSQL prints but does not read.
std::string random_timestamp(Dice& dice, const std::string& zone, Infinity infinity) {
  static const std::vector<std::string> odd{"4714-11-24 00:00:00{} BC", "294276-12-31 23:59:59.499999{}",
                                            "0001-01-01 00:00:00{}",    "0044-03-15 12:00:00.5{} BC",
                                            "2000-01-01 00:00:00{}",    "1999-12-31 23:59:59.999999{}",
                                            "10000-01-01 00:00:00{}",   "1970-01-01 00:00:00.000001{}"};
  if (infinity == Infinity::kWith && dice.once_in(8)) return dice.once_in(2) ? "infinity" : "-infinity";
  if (dice.once_in(3)) return fmt::format(fmt::runtime(dice.pick(odd)), zone);
  const std::string suffix = before_christ(dice, " BC");
  return day(dice, suffix.empty() ? 294275 : 4713) + " " + clock(dice) + zone + suffix;
}

std::string random_interval(Dice& dice) {
  static const std::vector<std::string> odd{"0",
                                            "1 mon",
                                            "30 days",
                                            "24:00:00",
                                            "1 day",
                                            "-1 day +00:00:01",
                                            "1 year 2 mons -3 days +04:05:06.789",
                                            "2147483647 mons",
                                            "-2147483648 days",
                                            "-00:00:00.000001",
                                            "2147483646:59:59.999999",
                                            "-178956970 years -8 mons",
                                            "-1 mon",
                                            "1 mon -1 day"};
  if (dice.once_in(2)) return dice.pick(odd);
  // Hours and not only a greater number of microseconds, which versions before 15 do not read.
  return fmt::format("{} mons {} days {}{} hours {} microseconds", dice.between(-500, 500), dice.between(-90, 90),
                     dice.once_in(2) ? "-" : "+", dice.below(2500), dice.between(-2'000'000'000, 2'000'000'000));
}

std::string random_inet(Dice& dice) {
  static const std::vector<std::string> odd{
      "0.0.0.0/0",      "255.255.255.255", "192.168.1.5/24", "10.0.0.1/32",         "::", "::1", "::/0",
      "2001:db8::1/64", "::ffff:1.2.3.4",  "fe80::1",        "2001:db8:0:0:1::/128"};
  if (dice.once_in(2)) return dice.pick(odd);
  return fmt::format("{}.{}.{}.{}/{}", dice.below(256), dice.below(256), dice.below(256), dice.below(256),
                     dice.below(33));
}

std::string random_cidr(Dice& dice) {
  static const std::vector<std::string> all{"0.0.0.0/0", "10.0.0.0/8",    "192.168.1.0/24", "1.2.3.4/32",
                                            "::/0",      "2001:db8::/32", "::1/128",        "::ffff:1.2.3.0/120"};
  return dice.pick(all);
}

std::string random_macaddr(Dice& dice, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += fmt::format("{}{:02x}", i == 0 ? "" : ":", dice.below(256));
  return text;
}

std::string random_lsn(Dice& dice) {
  return fmt::format("{:X}/{:X}", dice.bits() >> 32U >> dice.below(32), dice.bits() >> 32U);
}

std::string random_geometry(Dice& dice, const std::string& type) {
  const auto number = [&] { return random_float8(dice); };
  const auto plain = [&] { return fmt::format("{}", static_cast<double>(dice.between(-1000, 1000)) / 8); };
  const auto point = [&](const auto& coordinate) { return "(" + coordinate() + "," + coordinate() + ")"; };
  if (type == "point") return point(number);
  if (type == "line") return "{" + plain() + ",1," + plain() + "}";
  if (type == "circle") return "<" + point(plain) + "," + std::to_string(dice.below(9)) + ".5>";
  if (type == "lseg") return "[" + point(plain) + "," + point(plain) + "]";
  if (type == "box") return point(plain) + "," + point(plain);
  std::string points = point(plain);
  for (std::size_t i = 0; i < dice.below(4); ++i) points += "," + point(plain);
  return type == "path" && dice.once_in(2) ? "[" + points + "]" : "(" + points + ")";
}

std::string random_tsvector(Dice& dice) {
  static const std::vector<std::string> all{
      "", "'a':1 'b':2,3A", "'it''s' 'b\\\\c'", "'é':16383D 'z'", "'two words':1B", "':' ',' '\"'"};
  return dice.pick(all);
}

std::string random_hstore(Dice& dice) {
  static const std::vector<std::string> all{"",
                                            R"("a"=>"1")",
                                            R"("a"=>NULL, "b"=>"NULL")",
                                            R"(""=>"")",
                                            R"("a b"=>"c\"d", "é"=>"😀", "\\"=>"=>")",
                                            R"("x"=>"{1,2}")"};
  return dice.pick(all);
}

std::string random_ltree(Dice& dice) {
  static const std::vector<std::string> all{"", "a", "Top.Science.Astronomy", "a_1.B.c", "1.2.3"};
  return dice.pick(all);
}

}  // namespace properties
