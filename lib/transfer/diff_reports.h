// The reports of a comparison, side by side: JSON takes every differing row as it comes, the others show the first
// ones and are written at the end. Nothing is at a final name before publish(). One thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "outcome/difference.h"
#include "report/difference_json.h"
#include "transfer/diff_options.h"
#include "transfer/output_files.h"

namespace transfer {

class DiffReports {
 public:
  // Throws kUsage for an ending that says no form, kInputOutput for a file that cannot be written.
  explicit DiffReports(const DiffOptions& options);

  bool take_rows() const { return !writers_.empty(); }
  void write(const std::string& table, const outcome::DifferingRow& row);
  void finish(const outcome::Difference& difference);
  void publish();

 private:
  OutputFiles files_;
  std::vector<std::unique_ptr<base::AtomicFile>> outputs_;
  std::vector<std::unique_ptr<report::DifferenceJsonWriter>> writers_;
};

// Throws kUsage for a path whose ending is not .json, .html or .txt.
void demand_difference_form(const std::string& path);

}  // namespace transfer
