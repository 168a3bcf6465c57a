// A hundred thousand random values of a type: each must be written as PostgreSQL writes it and come back bit for bit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "postgres/codec/codec_round_trip.h"
#include "postgres/codec/wire.h"

namespace postgres_test {

using testing::IsEmpty;

namespace {

constexpr std::size_t kValues = 100'000;

using Random = std::mt19937_64;

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

// Small and large values alike: every width in bits is as likely as any other.
std::int64_t any_width(Random& random) {
  const auto bits = static_cast<std::int64_t>(random() >> (random() % 64));
  return random() % 2 == 0 ? bits : -bits;
}

template <class Integer>
std::string wire(Integer value) {
  std::string bytes(sizeof(value), '\0');
  postgres::store(bytes.data(), value);
  return bytes;
}

std::string random_bytes(Random& random, std::size_t count) {
  std::string bytes(count, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

template <class Float, class Bits>
std::string random_float(Random& random) {
  const auto bits = static_cast<Bits>(random());
  const auto value = random() % 4 == 0 ? static_cast<Float>(any_width(random)) / 100 : std::bit_cast<Float>(bits);
  return wire(std::isnan(value) ? Bits{0} : std::bit_cast<Bits>(value));
}

std::string random_timestamp(Random& random) {
  constexpr std::int64_t kSecond = 1'000'000;
  switch (random() % 3) {
    case 0:
      return wire(between(random, -60'000'000'000, 2'000'000'000) * kSecond);
    case 1:
      return wire(between(random, -211'813'488'000, 9'223'371'331'199) * kSecond + between(random, 0, kSecond - 1));
    default:
      return wire(any_width(random) >> 12);
  }
}

std::string random_interval(Random& random) {
  const auto days = static_cast<std::int32_t>(any_width(random) >> 32);
  const auto months = static_cast<std::int32_t>(any_width(random) >> 32);
  return wire(random() % 4 == 0 ? 0 : any_width(random)) + wire(random() % 4 == 0 ? 0 : days) +
         wire(random() % 4 == 0 ? 0 : months);
}

std::string random_inet(Random& random) {
  const bool version_4 = random() % 2 == 0;
  std::string address = random_bytes(random, version_4 ? 4 : 16);
  for (std::size_t i = 0; i + 1 < address.size(); i += 2) {
    if (random() % 2 == 0) address[i] = address[i + 1] = '\0';
  }
  const auto bits = static_cast<char>(between(random, 0, version_4 ? 32 : 128));
  return std::string{version_4 ? '\2' : '\3', bits, '\0', static_cast<char>(address.size())} + address;
}

std::string random_numeric(Random& random) {
  std::string digits = random() % 2 == 0 ? "-" : "";
  const auto append = [&](std::int64_t count) {
    const bool zeros = random() % 4 == 0;
    for (std::int64_t i = 0; i < count; ++i) digits += zeros ? '0' : static_cast<char>('0' + random() % 10);
  };
  append(between(random, 1, 12));
  append(between(random, 0, 12));
  if (random() % 4 == 0) return digits;
  digits += '.';
  append(between(random, 1, 12));
  append(between(random, 0, 12));
  return digits;
}

struct Case {
  std::string type;
  std::function<std::string(Random&)> field;
  enum class Text { kBare, kQuoted, kTimestamp, kShortest } text;
};
void PrintTo(const Case& value, std::ostream* out) { *out << value.type; }

const Case kCases[] = {
    {"int2", [](Random& r) { return wire(static_cast<std::int16_t>(r())); }, Case::Text::kBare},
    {"int4", [](Random& r) { return wire(static_cast<std::int32_t>(any_width(r) >> 31)); }, Case::Text::kBare},
    {"int8", [](Random& r) { return wire(any_width(r) >> 11); }, Case::Text::kBare},
    {"oid", [](Random& r) { return wire(static_cast<std::uint32_t>(r())); }, Case::Text::kBare},
    {"float4", random_float<float, std::uint32_t>, Case::Text::kShortest},
    {"float8", random_float<double, std::uint64_t>, Case::Text::kShortest},
    {"uuid", [](Random& r) { return random_bytes(r, 16); }, Case::Text::kQuoted},
    {"macaddr", [](Random& r) { return random_bytes(r, 6); }, Case::Text::kQuoted},
    {"inet", random_inet, Case::Text::kQuoted},
    {"date", [](Random& r) { return wire(static_cast<std::int32_t>(between(r, -2'451'545, 2'145'031'948))); },
     Case::Text::kQuoted},
    {"time", [](Random& r) { return wire(between(r, 0, 86'400'000'000)); }, Case::Text::kQuoted},
    {"timetz",
     [](Random& r) {
       return wire(between(r, 0, 86'400'000'000)) + wire(static_cast<std::int32_t>(between(r, -57'599, 57'599)));
     },
     Case::Text::kQuoted},
    {"timestamp", random_timestamp, Case::Text::kTimestamp},
    {"timestamptz", random_timestamp, Case::Text::kTimestamp},
    {"interval", random_interval, Case::Text::kQuoted},
};

std::string iso(std::string text) {
  if (text.ends_with("BC") || text.ends_with("infinity")) return text;
  text[text.find(' ')] = 'T';
  if (text.ends_with("+00")) text.replace(text.size() - 3, 3, "Z");
  return text;
}

std::string expected(const Case& column, const std::string& text) {
  switch (column.text) {
    case Case::Text::kQuoted:
      return '"' + text + '"';
    case Case::Text::kTimestamp:
      return '"' + iso(text) + '"';
    default:
      return text;
  }
}

}  // namespace

class CodecRandom : public testing::TestWithParam<Case> {};

TEST_P(CodecRandom, IsWrittenAsPostgresWritesItAndComesBack) {
  RoundTrip trip(GetParam().type);
  Random random(20'250'115);
  std::vector<std::string> fields;
  for (std::size_t i = 0; i < kValues; ++i) fields.push_back(GetParam().field(random));
  trip.insert_fields(fields);

  const auto text = trip.text();
  const auto json = trip.json();

  for (std::size_t i = 0; i < kValues; ++i) {
    if (GetParam().text == Case::Text::kShortest) {
      // Both write the fewest digits; where two spellings qualify, PostgreSQL may choose the longer one.
      const std::string bare = json[i].starts_with('"') ? json[i].substr(1, json[i].size() - 2) : json[i];
      ASSERT_LE(bare.size(), text[i].size()) << bare << " against " << text[i];
    } else {
      ASSERT_EQ(json[i], expected(GetParam(), text[i]));
    }
  }
  EXPECT_THAT(trip.differences(json), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Types, CodecRandom, testing::ValuesIn(kCases),
                         [](const auto& instance) { return instance.param.type; });

TEST(CodecRandomNumeric, IsWrittenAsPostgresWritesItAndComesBack) {
  RoundTrip trip("numeric");
  Random random(20'250'115);
  Literals literals;
  for (std::size_t i = 0; i < kValues; ++i) literals.emplace_back(random_numeric(random));
  trip.insert(literals);

  const auto text = trip.text();
  const auto json = trip.json();

  for (std::size_t i = 0; i < kValues; ++i) ASSERT_EQ(json[i], '"' + text[i] + '"');
  EXPECT_THAT(trip.differences(json), IsEmpty());
}

TEST(CodecRandomNumeric, InAnySpellingIsWhatPostgresReads) {
  RoundTrip trip("numeric");
  Random random(1);
  Literals literals;
  std::vector<std::string> spellings;
  for (std::size_t i = 0; i < kValues / 4; ++i) {
    literals.emplace_back(random_numeric(random) + "e" + std::to_string(between(random, -40, 40)));
    spellings.push_back('"' + *literals.back() + '"');
  }
  trip.insert(literals);
  EXPECT_THAT(trip.differences(spellings), IsEmpty());
}

TEST(CodecRandomBytes, ComeBack) {
  RoundTrip trip("bytea");
  Random random(2);
  std::vector<std::string> fields;
  for (std::size_t i = 0; i < kValues; ++i) fields.push_back(random_bytes(random, random() % 40));
  trip.insert_fields(fields);
  EXPECT_THAT(trip.differences(), IsEmpty());
}

}  // namespace postgres_test
