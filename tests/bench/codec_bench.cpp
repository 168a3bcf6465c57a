// Kernels: one field through a codec, decode (binary COPY → JSON) and encode (JSON → binary COPY), for each type.
// Read per_field: nanoseconds for one field, the mean over a handful of typical values. No server; no test: nothing is
// checked here but that every value is taken (tests/postgres does the rest).
//
//   tools/bench --kernels --benchmark_filter=decode/numeric
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_buffer.h"
#include "format/row_parser.h"
#include "postgres/codec/codec.h"
#include "postgres/codec/wire.h"

namespace {

struct Sample {
  postgres::ColumnType type;
  std::vector<std::string> json;
};

postgres::ColumnType column(std::uint32_t oid, const std::string& name, std::int32_t typmod = -1) {
  postgres::ColumnType type;
  type.oid = oid;
  type.name = name;
  type.type_name = name;
  type.typmod = typmod;
  return type;
}

postgres::ColumnType array(std::uint32_t oid, std::uint32_t element_oid, const std::string& element) {
  postgres::ColumnType type = column(oid, element + "[]");
  type.element_oid = element_oid;
  type.element_type_name = element;
  return type;
}

postgres::ColumnType enumeration(std::vector<std::string> labels) {
  postgres::ColumnType type = column(100000, "enum");
  type.kind = 'e';
  type.enum_labels = std::move(labels);
  return type;
}

std::vector<Sample> samples() {
  const std::vector<std::string> texts = {R"("c1a2b3c4d5e6f7a8b9c0d1e2f")", R"("awa.diop@example.org")",
                                          R"("Été à Saint-Louis")", R"("Il a dit : \"oui\"\nCordialement")"};
  const std::vector<std::string> objects = {
      R"({"theme": "sombre", "langues": ["fr", "wo"], "notifications": {"email": true, "sms": false}})",
      R"({"montant": 12500.50, "devise": "XOF", "essais": 3})"};
  return {
      {column(16, "boolean"), {"true", "false"}},
      {column(21, "smallint"), {"0", "7", "-12345"}},
      {column(23, "integer"), {"0", "42", "-123456", "2147483647"}},
      {column(20, "bigint"), {"0", "42", "1736937000123", "\"9223372036854775807\""}},
      {column(700, "real"), {"0", "0.5", "3.1415927", "1e+20"}},
      {column(701, "double precision"), {"0", "0.5", "3.141592653589793", "-14.6937"}},
      {column(1700, "numeric"), {"\"0.00\"", "\"12.50\"", "\"123456789.99\"", "\"0.000000000000000001\""}},
      {column(25, "text"), texts},
      {column(1043, "character varying(200)", 204), texts},
      {enumeration({"ACTIF", "DESACTIVE", "INVITE", "SUSPENDU"}), {"\"ACTIF\"", "\"SUSPENDU\""}},
      {column(2950, "uuid"), {"\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\""}},
      {column(114, "json"), objects},
      {column(3802, "jsonb"), objects},
      {column(17, "bytea"), {R"("\\xdeadbeefcafebabe0123456789abcdef")"}},
      {column(1082, "date"), {"\"2025-01-15\"", "\"1999-12-31\""}},
      {column(1083, "time"), {"\"08:30:00\"", "\"23:59:59.999999\""}},
      {column(1266, "timetz"), {"\"08:30:00+00:00\"", "\"23:59:59.999999+05:30\""}},
      {column(1114, "timestamp"), {"\"2025-01-15T10:30:00\"", "\"2025-01-15T10:30:00.123\""}},
      {column(1184, "timestamptz"), {"\"2025-01-15T10:30:00Z\"", "\"2025-01-15T10:30:00.123456Z\""}},
      {column(1186, "interval"), {"\"1 year 2 mons 3 days 04:05:06.789\"", "\"00:15:00\""}},
      {column(869, "inet"), {"\"192.168.1.10\"", "\"2001:db8::1/64\""}},
      {array(1007, 23, "integer"), {"[1, 2, 3]", "[10, 20, 30, 40, 50, 60, 70, 80]"}},
      {array(1009, 25, "text"), {R"(["diplôme", "relevé"])", R"(["a", "b", null, "c"])"}},
  };
}

// The sample's values as the parser leaves them, and as fields of the wire. Never moved: the values are views.
class Fields {
 public:
  explicit Fields(const Sample& sample) : codec_(sample.type) {
    std::vector<std::string> columns;
    for (const std::string& json : sample.json) {
      columns.push_back("c" + std::to_string(columns.size()));
      record_ += (record_.empty() ? "{\"" : ",\"") + columns.back() + "\":" + json;
    }
    record_ += "}";
    const std::size_t record_bytes = record_.size();
    record_.append(format::kRecordPaddingBytes, '\0');
    parser_ = std::make_unique<format::RowParser>(columns, format::Strictness::kFull, sample.type.name);
    values_ = parser_->parse({.number = 1, .offset = 0, .text = std::string_view(record_).substr(0, record_bytes)});
    for (const format::Value& value : values_) {
      base::ByteBuffer field;
      std::string reason;
      if (!codec_.encode(field, value, reason)) {
        std::cerr << "The codec refuses a sample of " << sample.type.name << ": " << reason << "\n";
        std::exit(1);
      }
      fields_.emplace_back(field.view().substr(sizeof(std::int32_t)));
    }
  }
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  void decode(benchmark::State& state) const {
    base::ByteBuffer out;
    for (auto _ : state) {
      out.clear();
      for (const std::string& field : fields_) codec_.decode(out, field);
      benchmark::DoNotOptimize(out.data());
      benchmark::ClobberMemory();
    }
    count(state);
  }

  void encode(benchmark::State& state) const {
    base::ByteBuffer out;
    std::string reason;
    for (auto _ : state) {
      out.clear();
      for (const format::Value& value : values_) benchmark::DoNotOptimize(codec_.encode(out, value, reason));
      benchmark::DoNotOptimize(out.data());
      benchmark::ClobberMemory();
    }
    count(state);
  }

 private:
  void count(benchmark::State& state) const {
    using benchmark::Counter;
    state.counters["per_field"] =
        Counter(static_cast<double>(fields_.size()), Counter::kIsIterationInvariantRate | Counter::kInvert);
  }

  postgres::Codec codec_;
  std::string record_;
  std::unique_ptr<format::RowParser> parser_;
  std::span<const format::Value> values_;
  std::vector<std::string> fields_;
};

[[maybe_unused]] const bool kRegistered = [] {
  for (const Sample& sample : samples()) {
    const auto fields = std::make_shared<const Fields>(sample);
    benchmark::RegisterBenchmark(("decode/" + sample.type.name).c_str(),
                                 [fields](benchmark::State& state) { fields->decode(state); });
    benchmark::RegisterBenchmark(("encode/" + sample.type.name).c_str(),
                                 [fields](benchmark::State& state) { fields->encode(state); });
  }
  return true;
}();

}  // namespace
