// Bytes in memory for the writers under test, and texts that nobody would think of.
#pragma once

#include <string>
#include <string_view>

#include "base/byte_sink.h"
#include "outcome/import_outcome.h"
#include "report/audit_json.h"

namespace report {

class MemorySink : public base::ByteSink {
 public:
  void write(std::string_view bytes) override {
    text += bytes;
    ++writes;
  }
  void finish() override {}

  std::string text;
  int writes = 0;
};

// With every sample of the outcome as a decision.
inline std::string whole_audit_json(const outcome::ImportOutcome& outcome) {
  MemorySink sink;
  AuditJsonWriter writer(sink, outcome);
  for (std::size_t i = 0; i < outcome.tables.size(); ++i) {
    const outcome::ImportedTable& table = outcome.tables[i];
    writer.begin_table(i);
    for (const auto* list : {&table.inserts, &table.updates, &table.left_out})
      for (const outcome::Decision& row : *list) writer.write(row);
  }
  writer.finish();
  return sink.text;
}

// Up to 60 bytes, rich in those that mean something to a parser. The same sequence from the same seed.
inline std::string random_text(std::uint64_t& seed) {
  constexpr std::string_view kTelling = "<>/!-&;#=\"'`[]|\\@: \n\r\t\x1b\xff\xc3\xe2\x80\xae";
  constexpr std::string_view kWords[] = {"<script>", "</script>", "<!--", "-->", "<![CDATA[", "&lt;", "&#60;", "</td>"};
  const auto next = [&seed](std::uint64_t below) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;  // Knuth, MMIX
    return (seed >> 33) % below;
  };
  std::string text;
  for (std::uint64_t left = 1 + next(60); left > 0; --left) {
    const std::uint64_t kind = next(8);
    if (kind == 0) {
      text += kWords[next(std::size(kWords))];
    } else if (kind < 4) {
      text += kTelling[next(kTelling.size())];
    } else {
      text += static_cast<char>(next(256));
    }
  }
  return text;
}

}  // namespace report
