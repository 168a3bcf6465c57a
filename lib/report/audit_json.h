// The report for programs and archives (schema/audit.schema.json): the summary of an import, then every decision on a
// row that is not unchanged, one a line, in the order of the file, and a seal. Where the outcome can be approved, the
// report is the plan. What comes before the decisions counts them, and a plan's id is over all of them, so they wait
// in a temporary file. Memory stays the same however many there are; the sink gets large chunks. ASCII. The caller owns
// sink and outcome and keeps them until the end; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/byte_sink.h"
#include "base/sha256.h"
#include "base/spool.h"
#include "outcome/import_outcome.h"
#include "report/approval_json.h"

namespace report {

class AuditJsonWriter {
 public:
  AuditJsonWriter(base::ByteSink& sink, const outcome::ImportOutcome& outcome);

  // The decisions that follow are on rows of outcome.tables[index].
  void begin_table(std::size_t index);
  void write(const outcome::Decision& row);

  // After all decisions of a rehearsal: what the merge made different, as it was foretold.
  void begin_foretold();
  void write(const outcome::Fingerprint& row);

  // Writes the rest; making it durable (ByteSink::finish) is the owner's. Nothing may follow. Returns the plan's id;
  // empty: there is no plan.
  std::string finish();

 private:
  void add_line(const std::string& line);
  void write_head(const std::string& plan_id);
  void append(std::string_view text);
  void put(std::string_view text);

  base::ByteSink& sink_;
  const outcome::ImportOutcome& outcome_;
  std::optional<base::Spool> spool_;
  std::optional<PlanId> id_;
  base::Sha256 sha256_;
  std::uint64_t bytes_ = 0;
  std::uint64_t decisions_ = 0;
  std::string buffer_;
  std::string table_;  // its name as JSON text
  bool first_ = true;
};

}  // namespace report
