// One side of a comparison as a document that can be read several times: a file, what a pipe brought, or an export of a
// database that is made here, its rows in the order of their keys, into a temporary file without a name. Verified as an
// import verifies its file. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/input_file.h"
#include "base/progress.h"
#include "format/row_parser.h"
#include "format/verify.h"
#include "outcome/difference.h"
#include "transfer/diff_options.h"

namespace transfer {

class DiffSide {
 public:
  // Throws what base::InputFile and run_export throw.
  DiffSide(const DiffEnd& end, const DiffOptions& options, base::Progress& progress, const std::stop_token& stop);

  // What comes before the rows, before it is known to be sound; none: verify() says why.
  const std::optional<format::Header>& header() const { return header_; }

  // Of a database, what it has; of a file, nothing beside its header.
  const std::vector<catalog::Table>& known_tables() const { return tables_; }

  // Throws what format::verify throws; from then on the header is sound.
  void verify(format::SealPolicy seal, base::Progress& progress, const std::stop_token& stop,
              const format::OnRecord& on_record);
  const format::Verified& verified() const { return verified_; }
  format::Strictness strictness() const {
    return verified_.sealed ? format::Strictness::kTrusted : format::Strictness::kFull;
  }

  base::InputFile& file() { return *file_; }
  outcome::ComparedSide told() const;

 private:
  void export_to_file(const DiffEnd& end, const DiffOptions& options, base::Progress& progress,
                      const std::stop_token& stop);
  void copy_pipe(const std::stop_token& stop);

  const std::string name_;
  const bool is_file_;
  std::optional<base::InputFile> file_;
  std::optional<format::Header> header_;
  std::vector<catalog::Table> tables_;
  format::Verified verified_;
};

}  // namespace transfer
