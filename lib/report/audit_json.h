// The report for programs and archives (schema/audit.schema.json): the summary of an import, then every decision on a
// row that is not unchanged, one a line, in the order of the file. Memory stays the same however many there are; the
// sink gets large chunks. ASCII. The caller owns both and keeps them until the end; one thread.
#pragma once

#include <cstddef>
#include <string>

#include "base/byte_sink.h"
#include "outcome/import_outcome.h"

namespace report {

class AuditJsonWriter {
 public:
  AuditJsonWriter(base::ByteSink& sink, const outcome::ImportOutcome& outcome);

  // The decisions that follow are on rows of outcome.tables[index].
  void begin_table(std::size_t index);
  void write(const outcome::Decision& row);

  // Writes the rest; making it durable (ByteSink::finish) is the owner's. Nothing may follow.
  void finish();

 private:
  void append(const std::string& text);

  base::ByteSink& sink_;
  const outcome::ImportOutcome& outcome_;
  std::string buffer_;
  std::string line_begin_;  // {"table":"users",
  bool first_ = true;
};

}  // namespace report
