// The file of an import, read as a whole once before the target is touched. One thread.
#pragma once

#include <stop_token>
#include <string>

#include "base/input_file.h"
#include "base/progress.h"
#include "format/verify.h"

namespace transfer {

struct VerifiedInput {
  base::InputFile file;  // of a pipe, a copy without a name: it is read again
  format::Verified verified;
};

// Throws what base::InputFile and format::verify throw.
VerifiedInput verify_input(const std::string& path, format::SealPolicy seal, base::Progress& progress,
                           const std::stop_token& stop);

}  // namespace transfer
