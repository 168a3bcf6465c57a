// What the codec refuses and what it lets pass, without a server: the reason is the user's only clue.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "postgres/codec/codec_round_trip.h"

namespace postgres_test {

using testing::StartsWith;

namespace {

postgres::Codec codec_of(std::uint32_t oid, const std::string& name, std::int32_t typmod = -1) {
  postgres::ColumnType type;
  type.oid = oid;
  type.name = name;
  type.typmod = typmod;
  return postgres::Codec(type);
}

postgres::Codec integer() { return codec_of(23, "integer"); }
postgres::Codec numeric(int precision, int scale) {
  return codec_of(1700, "numeric(p,s)", ((precision << 16) | (scale & 0x7ff)) + 4);
}

std::string in_quotes(const std::string& text) { return '"' + text + '"'; }

}  // namespace

TEST(CodecRefusal, NamesTheKindThatWasFound) {
  EXPECT_EQ(encoded(integer(), "{}"), "refused: an object where integer is expected");
  EXPECT_EQ(encoded(integer(), "true"), "refused: true where integer is expected");
  EXPECT_EQ(encoded(codec_of(16, "boolean"), "1"), "refused: a number where boolean is expected");
  EXPECT_EQ(encoded(codec_of(16, "boolean"), "\"true\""), "refused: a string where boolean is expected");
  EXPECT_EQ(encoded(codec_of(25, "text"), "1"), "refused: a number where text is expected");
  EXPECT_EQ(encoded(codec_of(1114, "timestamp without time zone"), "0"),
            "refused: a number where timestamp without time zone is expected");
}

TEST(CodecRefusal, OfNullAndOfAMissingField) {
  postgres::ColumnType type;
  type.oid = 23;
  type.name = "integer";
  EXPECT_EQ(encoded(postgres::Codec(type), "null"), "NULL");
  type.not_null = true;
  const postgres::Codec codec(type);
  EXPECT_EQ(encoded(codec, "null"), "refused: null where integer must have a value");
  base::ByteBuffer out;
  std::string reason;
  EXPECT_FALSE(codec.encode(out, {}, reason));
  EXPECT_EQ(reason, "missing from this record");
}

TEST(CodecInteger, TakesEverySpellingOfAnInteger) {
  for (const auto* json : {"5", "5.0", "50e-1", "0.5e1", "\"5\"", "\"005\"", "0.05E+2", "5.000e0"}) {
    EXPECT_EQ(encoded(integer(), json), "00000005") << json;
  }
  EXPECT_EQ(encoded(integer(), "-0"), "00000000");
  EXPECT_EQ(encoded(integer(), "0e999999999999"), "00000000");
  EXPECT_EQ(encoded(integer(), "-2147483648"), "80000000");
}

TEST(CodecInteger, RefusesFractionsRangesAndWords) {
  EXPECT_EQ(encoded(integer(), "5.5"), "refused: 5.5 has a fraction, integer takes none");
  EXPECT_EQ(encoded(integer(), "5e-1"), "refused: 5e-1 has a fraction, integer takes none");
  EXPECT_EQ(encoded(integer(), "2147483648"), "refused: 2147483648 is out of range for integer");
  EXPECT_EQ(encoded(integer(), "1e400"), "refused: 1e400 is out of range for integer");
  EXPECT_EQ(encoded(codec_of(26, "oid"), "-1"), "refused: -1 is out of range for oid");
  EXPECT_EQ(encoded(codec_of(20, "bigint"), "9223372036854775808"),
            "refused: 9223372036854775808 is out of range for bigint");
  for (const auto* text : {"", " 5", "5 ", "+5", "0x5", "five", "5.", ".5", "1e", "--5", "5,0"}) {
    EXPECT_THAT(encoded(integer(), in_quotes(text)), testing::EndsWith("is not a valid integer")) << text;
  }
}

TEST(CodecFloat, IsTheNearestButNeverInfinityOrZero) {
  const auto codec = codec_of(701, "double precision");
  EXPECT_EQ(encoded(codec, "0.1000000000000000055511151231257827"), encoded(codec, "0.1"));
  EXPECT_EQ(encoded(codec, "\"-0\""), "8000000000000000");
  EXPECT_EQ(encoded(codec, "5e-324"), "0000000000000001");
  EXPECT_EQ(encoded(codec, "0e-999"), "0000000000000000");
  for (const auto* json : {"1e309", "-1e309", "1e-400", "1e99999"}) {
    EXPECT_EQ(encoded(codec, json), "refused: '" + std::string(json) + "' is out of range for double precision");
  }
  EXPECT_EQ(encoded(codec_of(700, "real"), "1e39"), "refused: '1e39' is out of range for real");
  for (const auto* text : {"inf", "nan", "infinity", "0x1p3", "", "1 ", "+1"}) {
    EXPECT_THAT(encoded(codec, in_quotes(text)), testing::EndsWith("is not a valid double precision")) << text;
  }
}

TEST(CodecFloat, RefusesDigitsThatItWouldLose) {
  const auto real = codec_of(700, "real");
  for (const auto* json : {"16777217", "0.1234567890123", "\"1e-46\"", "123456789", "1.5e-45"})
    EXPECT_THAT(encoded(real, json), testing::StartsWith("refused: ")) << json;
  for (const auto* json : {"0.1", "16777216", "3.1415927", "3.14159274101257324", "1.0000000149e-1", "0.50", "1e-45",
                           "340282350000000000000000000000000000000", "-0.0", "1.401298464324817e-45"})
    EXPECT_THAT(encoded(real, json), testing::Not(testing::HasSubstr("refused"))) << json;
  const auto whole = codec_of(701, "double precision");
  EXPECT_EQ(encoded(whole, "9007199254740993"),
            "refused: '9007199254740993' has more digits than double precision holds");
  EXPECT_EQ(encoded(whole, "\"0.12345678901234567890\""),
            "refused: '0.12345678901234567890' has more digits than double precision holds");
  EXPECT_EQ(encoded(whole, "0.1000000000000000055511151231257827"), encoded(whole, "0.1"));
  EXPECT_EQ(encoded(whole, "0.10000000000000001"), encoded(whole, "0.1"));
}

TEST(CodecNumeric, NeverRounds) {
  EXPECT_EQ(encoded(numeric(10, 2), "\"1.500\""), encoded(numeric(10, 2), "1.5"));
  EXPECT_EQ(encoded(numeric(10, 2), "1.555"),
            "refused: '1.555' would be rounded by numeric(p,s), which keeps 2 digits after the point");
  EXPECT_EQ(encoded(numeric(3, -2), "12345"),
            "refused: '12345' would be rounded by numeric(p,s), which keeps multiples of 10^2");
  EXPECT_EQ(encoded(numeric(4, 2), "100"), "refused: too large for numeric(p,s): '100'");
  EXPECT_EQ(encoded(numeric(2, 5), "0.001"), "refused: too large for numeric(p,s): '0.001'");
  EXPECT_EQ(encoded(numeric(4, 2), "\"Infinity\""), "refused: numeric(p,s) cannot hold Infinity");
  EXPECT_THAT(encoded(codec_of(1700, "numeric"), "1e131072"), StartsWith("refused: '1e131072' is beyond what numeric"));
  EXPECT_THAT(encoded(codec_of(1700, "numeric"), "1e-16384"), StartsWith("refused: "));
  EXPECT_EQ(encoded(codec_of(1700, "numeric"), "\"1,5\""), "refused: '1,5' is not a valid numeric");
}

TEST(CodecText, CountsCharactersAndNeverCuts) {
  const auto codec = codec_of(1043, "character varying(3)", 7);
  EXPECT_EQ(encoded(codec, "\"äöü\""), "c3a4c3b6c3bc");
  EXPECT_EQ(encoded(codec, "\"abc \""), "refused: too long for character varying(3): 4 characters");
  EXPECT_EQ(encoded(codec_of(1042, "character(2)", 6), "\"äöü\""), "refused: too long for character(2): 3 characters");
  EXPECT_EQ(encoded(codec_of(19, "name"), in_quotes(std::string(64, 'x'))),
            "refused: too long for name: 64 bytes, it holds 63");
  EXPECT_EQ(encoded(codec_of(25, "text"), "\"a\\u0000b\""), "refused: holds NUL, which PostgreSQL cannot store");
  EXPECT_EQ(encoded(codec_of(18, "\"char\""), "\"ab\""), "refused: 'ab' is not a valid \"char\"");
}

TEST(CodecEnum, RefusesAnUnknownLabelAmongThousands) {
  postgres::ColumnType type;
  type.kind = 'e';
  type.name = "mood";
  for (int i = 0; i < 3000; ++i) type.enum_labels.push_back("label " + std::to_string(i));
  const postgres::Codec codec(type);
  for (int i = 0; i < 3000; ++i)
    EXPECT_EQ(encoded(codec, in_quotes(type.enum_labels[static_cast<std::size_t>(i)])).find("refused"),
              std::string::npos);
  EXPECT_EQ(encoded(codec, "\"label 3000\""), "refused: 'label 3000' is not a label of mood");
  EXPECT_EQ(encoded(codec, "\"\""), "refused: '' is not a label of mood");
}

TEST(CodecUuid, TakesTheSpellingsOfPostgres) {
  const auto codec = codec_of(2950, "uuid");
  const std::string bytes = "a0eebc999c0b4ef8bb6d6bb9bd380a11";
  for (const auto* text : {"A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
                           "a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11"}) {
    EXPECT_EQ(encoded(codec, in_quotes(text)), bytes) << text;
  }
  for (const auto* text : {"", "{}", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111",
                           "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g", "{a0eebc999c0b4ef8bb6d6bb9bd380a11",
                           "a0e-ebc999c0b4ef8bb6d6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-",
                           "a0eebc99x9c0b-4ef8-bb6d-6bb9bd380a11"}) {
    EXPECT_THAT(encoded(codec, in_quotes(text)), StartsWith("refused: ")) << text;
  }
}

TEST(CodecBytes, RefusesAnythingButHexAndTheWrongNumberOfBits) {
  const auto bytea = codec_of(17, "bytea");
  EXPECT_EQ(encoded(bytea, R"("\\xDEadBE")"), "deadbe");
  for (const auto* json : {R"("")", R"("abc")", R"("\\x1")", R"("\\xgg")", R"("\\000")", R"("\\x 00")"}) {
    EXPECT_THAT(encoded(bytea, json), StartsWith("refused: ")) << json;
  }
  EXPECT_EQ(encoded(codec_of(1560, "bit(3)", 3), "\"10\""), "refused: 2 bits do not fit bit(3)");
  EXPECT_EQ(encoded(codec_of(1562, "bit varying(3)", 3), "\"1010\""), "refused: too long for bit varying(3): 4 bits");
  EXPECT_EQ(encoded(codec_of(1562, "bit varying"), "\"102\""), "refused: '102' is not a valid bit varying");
}

TEST(CodecTimestamp, TakesBothSpellingsAndAnyOffset) {
  const auto codec = codec_of(1184, "timestamp with time zone");
  const std::string expected = encoded(codec, "\"2025-01-15T08:30:00.5Z\"");
  for (const auto* text : {"2025-01-15 08:30:00.5+00", "2025-01-15 10:30:00.500+02", "2025-01-15T03:00:00.5-05:30",
                           "2025-01-15T08:30:01.5+00:00:01", "2025-01-15 08:30:00.5000000000Z"}) {
    EXPECT_EQ(encoded(codec, in_quotes(text)), expected) << text;
  }
  EXPECT_EQ(encoded(codec, "\"2025-01-15T08:30:00\""),
            "refused: '2025-01-15T08:30:00' has no offset, timestamp with time zone needs one (Z for UTC)");
}

TEST(CodecTimestamp, RefusesWhatTheTypeCannotHold) {
  const auto codec = codec_of(1114, "timestamp");
  for (const auto* text :
       {"", "2025-01-15", "2025-1-15 00:00:00", "2025-02-29T00:00:00", "2025-13-01T00:00:00", "2025-00-01T00:00:00",
        "2025-01-15T24:00:00", "2025-01-15T10:60:00", "2025-01-15T10:00:60", "2025-01-15T10:00:00Z",
        "2025-01-15t10:00:00", "2025-01-15T10:00:00.", "0000-01-01T00:00:00", "25-01-15T10:00:00",
        "2025-01-15T10:00:00 BC ", "Infinity", "2025-01-15  10:00:00", "now", "99999999-01-01T00:00:00"}) {
    EXPECT_EQ(encoded(codec, in_quotes(text)), "refused: '" + std::string(text) + "' is not a valid timestamp");
  }
  for (const auto* text : {"294277-01-01T00:00:00", "4714-11-23 23:59:59 BC", "9999999-01-01T00:00:00"}) {
    EXPECT_EQ(encoded(codec, in_quotes(text)), "refused: '" + std::string(text) + "' is out of range for timestamp");
  }
  EXPECT_THAT(encoded(codec, "\"2025-01-15T10:00:00.1234567\""), testing::HasSubstr("more fraction digits"));
  EXPECT_EQ(encoded(codec_of(1114, "timestamp(3)", 3), "\"2025-01-15T10:00:00.1235\""),
            "refused: '2025-01-15T10:00:00.1235' has more fraction digits than timestamp(3) keeps (3)");
}

TEST(CodecDate, KnowsLeapYearsOnBothSidesOfChrist) {
  const auto codec = codec_of(1082, "date");
  for (const auto* text : {"2024-02-29", "2000-02-29", "0001-02-29 BC", "0005-02-29 BC"}) {
    EXPECT_EQ(encoded(codec, in_quotes(text)).size(), 8U) << text;
  }
  for (const auto* text : {"2023-02-29", "1900-02-29", "0004-02-29 BC", "2025-04-31", "0000-01-01"}) {
    EXPECT_EQ(encoded(codec, in_quotes(text)), "refused: '" + std::string(text) + "' is not a valid date");
  }
  EXPECT_EQ(encoded(codec, "\"5874898-01-01\""), "refused: '5874898-01-01' is out of range for date");
}

TEST(CodecInterval, RefusesWhatTheColumnWouldCutOff) {
  const auto codec = [](unsigned fields) {
    return codec_of(1186, "interval x", static_cast<std::int32_t>(fields << 16 | 0xffff));
  };
  constexpr unsigned kYearToMonth = (1u << 2) | (1u << 1);
  constexpr unsigned kDayToHour = (1u << 3) | (1u << 10);
  EXPECT_EQ(encoded(codec(kYearToMonth), "\"1 day\""), "refused: '1 day' is finer than what interval x keeps");
  EXPECT_EQ(encoded(codec(kDayToHour), "\"01:30:00\""), "refused: '01:30:00' is finer than what interval x keeps");
  EXPECT_EQ(encoded(codec(kDayToHour), "\"1 day 01:00:00\""), "00000000d693a4000000000100000000");
  for (const auto* text : {"", "1", "1 day 1 day", "1 day 1 year", "P1D", "1 hour", "1:2:3", "01:02:03 ",
                           "999999999999 days", "3000000000 days", "1 fortnight"}) {
    EXPECT_THAT(encoded(codec_of(1186, "interval"), in_quotes(text)), StartsWith("refused: ")) << text;
  }
}

TEST(CodecNetwork, RefusesWhatIsNoAddress) {
  for (const auto* text :
       {"", "/", "1.2.3", "1.2.3.256", "1.2.3.4/33", "1.2.3.4/", "::/129", ":::", "1.2.3.4/x", "1.2.3.4 "}) {
    EXPECT_THAT(encoded(codec_of(869, "inet"), in_quotes(text)), StartsWith("refused: ")) << text;
  }
  EXPECT_EQ(encoded(codec_of(650, "cidr"), "\"10.0.0.1/8\""),
            "refused: '10.0.0.1/8' has bits set to the right of its mask, cidr takes none");
  EXPECT_THAT(encoded(codec_of(829, "macaddr"), "\"08-00-2b-01-02-03\""), StartsWith("refused: "));
}

TEST(CodecField, ThatBreaksTheWireFormatIsAnInternalError) {
  const std::pair<std::uint32_t, std::string> fields[] = {{16, "\2"},
                                                          {16, ""},
                                                          {23, "abc"},
                                                          {20, "abcd"},
                                                          {701, "abcd"},
                                                          {1700, "\0\1"},
                                                          {1082, "ab"},
                                                          {1083, "\xff_______"},
                                                          {1266, "abcd"},
                                                          {1186, "abcd"},
                                                          {2950, "abcd"},
                                                          {3802, "\2{}"},
                                                          {3802, ""},
                                                          {869, "\2\x20"},
                                                          {869, std::string("\7\0\0\0", 4)},
                                                          {829, "abc"},
                                                          {1560, "\0\0"},
                                                          {18, ""},
                                                          {114, ""},
                                                          {1700, std::string(8, '\7')},
                                                          {1562, std::string("\x7f\xff\xff\xff", 4)}};
  for (const auto& [oid, bytes] : fields) {
    base::ByteBuffer out;
    try {
      codec_of(oid, "some type").decode(out, bytes);
      ADD_FAILURE() << "type " << oid << " took a broken field";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kInternal);
      EXPECT_THAT(error.what(), testing::HasSubstr("some type"));
    }
  }
}

TEST(CodecArrayField, CutAnywhereIsAnInternalError) {
  postgres::ColumnType type;
  type.oid = 1007;
  type.name = "integer[]";
  type.element_oid = 23;
  type.element_type_name = "int4";
  const postgres::Codec codec(type);
  base::ByteBuffer field;
  std::string reason;
  ASSERT_TRUE(codec.encode(field, {format::ValueKind::kArray, "[[1,null],[2,3]]"}, reason));
  const std::string bytes(field.view().substr(4));
  EXPECT_EQ(decoded(codec, bytes), "[[1,null],[2,3]]");
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    base::ByteBuffer out;
    EXPECT_THROW(codec.decode(out, bytes.substr(0, cut)), base::Error) << cut;
  }
  base::ByteBuffer out;
  EXPECT_THROW(codec.decode(out, bytes + "x"), base::Error);
}

}  // namespace postgres_test
