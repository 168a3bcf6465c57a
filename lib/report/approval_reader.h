// A plan as it is read to be applied: copied once into a file without a name, so that what is verified is what is
// signed and what is applied, held against its seal and its id, and then read line by line in constant memory. One
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/input_file.h"
#include "base/line_reader.h"
#include "outcome/approval.h"

namespace report {

// Where the lines of a list are in the file.
struct LineRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// The lines of one list of the plan, one after the other. Refers to the plan's bytes.
class ApprovalLines {
 public:
  ApprovalLines(base::InputFile& file, LineRange range) : lines_(file, range.begin, range.end) {}

  // Without the comma; good until the next call. False after the last one.
  bool next(std::string_view& line);

 private:
  base::LineReader lines_;
};

class ApprovalReader {
 public:
  // Throws kUsage where there is no such file; kFile for what is no plan (with the reason), is cut short, or was
  // edited.
  explicit ApprovalReader(const std::string& path);

  const outcome::Approval& approval() const { return approval_; }
  const std::string& path() const { return path_; }
  // A plan of a rehearsal also holds what its merge made different.
  bool rehearsed() const { return rehearsed_; }

  // Both in the order of the file's tables and of their records.
  ApprovalLines lines() { return {file_, lines_}; }
  ApprovalLines foretold() { return {file_, foretold_}; }

  // All of the file from its first byte on: for whoever verifies a signature.
  base::InputFile& bytes() {
    file_.seek(0);
    return file_;
  }

 private:
  std::string path_;
  base::InputFile file_;
  outcome::Approval approval_;
  bool rehearsed_ = false;
  LineRange lines_;
  LineRange foretold_;
};

}  // namespace report
