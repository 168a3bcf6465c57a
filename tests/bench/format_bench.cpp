// Kernels: a document in memory through writer, splitter, parser and verify, and texts through SHA-256 and the JSON
// escapes. Read bytes_per_second. The document is some mebibytes of records as document sharing has them, so that it
// does not fit into a core's cache. No file, no server; no test.
//
//   tools/bench --kernels --benchmark_filter=document
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/byte_buffer.h"
#include "base/sha256.h"
#include "format/documents.h"
#include "format/json_string.h"
#include "format/json_text.h"
#include "format/row_parser.h"
#include "format/row_splitter.h"
#include "format/verify.h"
#include "format/writer.h"

namespace {

using format_test::MemorySink;
using format_test::MemorySource;

constexpr std::size_t kRecords = 30'000;
constexpr std::size_t kRecordsPerBatch = 1'000;

const std::vector<std::string>& columns() {
  static const std::vector<std::string> kColumns = {"id",        "email",       "firstName",  "bio",
                                                    "createdAt", "preferences", "loginCount", "isActive"};
  return kColumns;
}

const format::Header& header() {
  static const format::Header kHeader = format_test::make_header({format_test::make_table("users", columns())});
  return kHeader;
}

// Each followed by ",\n".
const std::vector<std::string>& records() {
  static const std::vector<std::string> kMade = [] {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < kRecords; ++i) {
      const std::string number = std::to_string(i);
      made.push_back(
          R"({"id":"cl)" + std::string(7 - number.size(), '0') + number + R"(9c0d1e2f3a4b5c6d","email":"user)" +
          number + R"(@example.org","firstName":"Aïssatou","bio":)" +
          (i % 4 == 0 ? "null"
                      : R"("Il a dit : \"urgent\".\nMerci de vérifier le diplôme ci-joint, n°)" + number + "\"") +
          R"(,"createdAt":"2025-01-15T10:30:00.123","preferences":{"theme": "sombre", "langues": ["fr", "wo"]},)" +
          R"("loginCount":)" + number + R"(,"isActive":true})" + ",\n");
    }
    return made;
  }();
  return kMade;
}

void write(MemorySink& sink) {
  format::Writer writer(sink, header());
  writer.begin_table(0);
  for (std::size_t i = 0; i < kRecords; ++i) {
    writer.buffer().append(records()[i]);
    if ((i + 1) % kRecordsPerBatch == 0) writer.end_batch(kRecordsPerBatch);
  }
  writer.end_table();
  writer.finish();
}

const std::string& document() {
  static const std::string kDocument = [] {
    MemorySink sink;
    write(sink);
    return sink.text;
  }();
  return kDocument;
}

void count_bytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(bytes));
}

void document_writer(benchmark::State& state) {
  MemorySink sink;
  sink.text.reserve(document().size());
  for (auto _ : state) {
    sink.text.clear();  // keeps its memory
    write(sink);
  }
  count_bytes(state, document().size());
}

void document_splitter(benchmark::State& state) {
  MemorySource source(document());
  for (auto _ : state) {
    source.seek(0);
    format::RowSplitter splitter(source);
    splitter.read_header();
    format::RawRecord record;
    for (std::string section; splitter.next_table(section);) {
      while (splitter.next_record(record)) benchmark::DoNotOptimize(record.text.data());
    }
    splitter.read_seal();
  }
  count_bytes(state, document().size());
}

void parse(benchmark::State& state, format::Strictness strictness) {
  const std::string text = document() + std::string(format::kRecordPaddingBytes, '\0');
  std::vector<format::RawRecord> found;
  std::size_t at = text.find(R"({"id")");
  std::size_t bytes = 0;
  for (const std::string& record : records()) {
    const std::size_t record_bytes = record.size() - std::string_view(",\n").size();
    found.push_back(
        {.number = found.size() + 1, .offset = at, .text = std::string_view(text).substr(at, record_bytes)});
    bytes += record_bytes;
    at += record.size();
  }
  format::RowParser parser(columns(), strictness, "users");
  for (auto _ : state) {
    for (const format::RawRecord& record : found) benchmark::DoNotOptimize(parser.parse(record).data());
  }
  count_bytes(state, bytes);
}
void document_parser_trusted(benchmark::State& state) { parse(state, format::Strictness::kTrusted); }
void document_parser_full(benchmark::State& state) { parse(state, format::Strictness::kFull); }

void verify(benchmark::State& state, format::SealPolicy policy) {
  MemorySource source(document());
  for (auto _ : state) {
    source.seek(0);
    benchmark::DoNotOptimize(format::verify(source, policy).bytes);
  }
  count_bytes(state, document().size());
}
void document_verify(benchmark::State& state) { verify(state, format::SealPolicy::kDemand); }
void document_verify_unsealed(benchmark::State& state) { verify(state, format::SealPolicy::kIgnore); }

void sha256(benchmark::State& state) {
  for (auto _ : state) {
    base::Sha256 hash;
    hash.update(document());
    benchmark::DoNotOptimize(hash.hex());
  }
  count_bytes(state, document().size());
}

// About 64 KiB of one piece again and again.
std::string repeated(std::string_view piece) {
  std::string text;
  while (text.size() < std::size_t{64} << 10) text += piece;
  return text;
}

void escape(benchmark::State& state, const std::string& text) {
  base::ByteBuffer out;
  for (auto _ : state) {
    out.clear();
    format::append_json_string(out, text);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, text.size());
}

void unescape(benchmark::State& state, const std::string& text) {
  base::ByteBuffer escaped;
  format::append_json_string(escaped, text);
  const std::string_view inside = escaped.view().substr(1, escaped.size() - 2);
  base::ByteBuffer out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(format::append_unescaped(out, inside));
    benchmark::ClobberMemory();
  }
  count_bytes(state, inside.size());
}

const std::string kPlain = repeated("Merci de verifier le diplome ci-joint. ");
const std::string kAccents = repeated("Été à Saint-Louis, déjà 成績証明書 ");
const std::string kQuotes = repeated("Il a dit : \"urgent\"\nC:\\diplômes\t");

BENCHMARK(document_writer)->Unit(benchmark::kMillisecond);
BENCHMARK(document_splitter)->Unit(benchmark::kMillisecond);
BENCHMARK(document_parser_trusted)->Unit(benchmark::kMillisecond);
BENCHMARK(document_parser_full)->Unit(benchmark::kMillisecond);
BENCHMARK(document_verify)->Unit(benchmark::kMillisecond);
BENCHMARK(document_verify_unsealed)->Unit(benchmark::kMillisecond);
BENCHMARK(sha256)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(escape, plain, kPlain);
BENCHMARK_CAPTURE(escape, accents, kAccents);
BENCHMARK_CAPTURE(escape, quotes, kQuotes);
BENCHMARK_CAPTURE(unescape, plain, kPlain);
BENCHMARK_CAPTURE(unescape, accents, kAccents);
BENCHMARK_CAPTURE(unescape, quotes, kQuotes);

}  // namespace
