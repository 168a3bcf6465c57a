// The rows left out, as a document of their own that can be mended and imported: the same format, only their tables,
// each record as it stood in the file with its reason beside it under the key that the header calls `annotation`.
// Nothing is at the final name before publish(). One thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "format/header.h"
#include "format/writer.h"
#include "transfer/output_files.h"

namespace transfer {

class Rejects {
 public:
  // `header` is that of the file the rows come from; `sections` are the indices of its tables that have any. What is at
  // the path is asked for by `may_replace`; what cannot be written is kInputOutput.
  Rejects(const std::string& path, base::MayReplace may_replace, format::Header header,
          const std::vector<std::size_t>& sections);

  // Sections in their order; `record` is the JSON text of one object.
  void add(std::size_t section, std::string_view record, const std::string& reason);
  // All rows were added.
  void finish();
  // Gives the file its name.
  void publish() { file_.finish(); }

  const std::string& path() const { return file_.path(); }

 private:
  void go_to(std::size_t section);

  std::vector<std::size_t> sections_;
  base::AtomicFile file_;
  std::string annotation_;
  std::unique_ptr<format::Writer> writer_;
  std::size_t begun_ = 0;  // sections begun so far
};

// Adds to the outputs "app.rejects.json" beside "app.json", with a number if that is taken; import.rejects.json in this
// folder for standard input.
std::string default_rejects_path(const std::string& input, OutputFiles& files);

}  // namespace transfer
