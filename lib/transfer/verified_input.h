// The file of an import, read as a whole once before the target is touched. One thread.
#pragma once

#include <optional>
#include <stop_token>

#include "base/input_file.h"
#include "base/progress.h"
#include "format/verify.h"
#include "transfer/options.h"

namespace transfer {

struct VerifiedInput {
  base::InputFile file;  // of a pipe, a copy without a name: it is read again
  format::Verified verified;
};

// Throws what base::InputFile throws.
base::InputFile open_input(const ImportOptions& options, const std::stop_token& stop);

// What comes before the rows, to look at the target with; the file is then at its beginning again. Nothing of a pipe,
// which would have to be read, and where it cannot be read or the file is visibly cut: verify_input says why.
std::optional<format::Header> read_ahead(base::InputFile& file);

// Throws what base::InputFile and format::verify throw.
// `on_record` gets every record; it may be empty.
VerifiedInput verify_input(base::InputFile file, format::SealPolicy seal, base::Progress& progress,
                           const std::stop_token& stop, const format::OnRecord& on_record);

}  // namespace transfer
