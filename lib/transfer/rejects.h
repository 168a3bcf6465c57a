// The rows left out, as a document of their own that can be mended and imported: the same format, only their tables,
// each record as it was in the file with its reason beside it under the key that the header calls `annotation`, and,
// where the target changed the row, too, what it and the base hold under the one that it calls `conflict`.
// Nothing is at the final name before publish(). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "base/byte_sink.h"
#include "base/sha256.h"
#include "format/header.h"
#include "format/writer.h"
#include "transfer/output_files.h"

namespace transfer {

// What the base and the target hold, as JSON objects; nothing: no such row.
struct ConflictSides {
  std::optional<std::string_view> base;
  std::optional<std::string_view> target;
};

class Rejects {
 public:
  // Whether some of the records may carry them; kSettled: what they were settled by in the place of a base.
  enum class Conflicts { kNone, kCarried, kSettled };

  // `header` is that of the file the rows come from; `sections` are the indices of its tables that have any. What is at
  // the path is asked for by `may_replace`; what cannot be written is kInputOutput.
  Rejects(const std::string& path, base::MayReplace may_replace, format::Header header,
          const std::vector<std::size_t>& sections, Conflicts conflicts);

  // Sections in their order; `record` is the JSON text of one object. What an import before put beside it goes.
  void add(std::size_t section, std::string_view record, const std::string& reason,
           const std::optional<ConflictSides>& conflict);
  // All rows were added. Afterwards is_same_as() may be asked.
  void finish();
  // Whether the file there has just these bytes.
  bool is_same_as(const std::string& path) const;
  // Gives the file its name.
  void publish() { file_.finish(); }

  const std::string& path() const { return file_.path(); }

 private:
  // What the file gets, and the digest of it.
  class Output : public base::ByteSink {
   public:
    explicit Output(base::AtomicFile& file) : file_(file) {}
    void write(std::string_view bytes) override;
    void finish() override {}
    std::uint64_t bytes() const { return bytes_; }
    std::string digest() { return hash_.hex(); }

   private:
    base::AtomicFile& file_;
    base::Sha256 hash_;
    std::uint64_t bytes_ = 0;
  };

  void go_to(std::size_t section);
  bool append_own_members(std::string_view record);
  void append_conflict(const ConflictSides& conflict, std::uint64_t record_bytes);

  std::vector<std::size_t> sections_;
  base::AtomicFile file_;
  Output output_{file_};
  std::string digest_;  // once all is written
  std::string annotation_;
  std::string conflict_;
  std::vector<std::string> keys_before_;  // of an import before
  std::unique_ptr<format::Writer> writer_;
  std::size_t begun_ = 0;  // sections begun so far
};

// "app.rejects.json" beside "app.json", import.rejects.json in this folder for standard input; `number` from 2 on is
// told in it.
std::string default_rejects_path(const std::string& input, int number);
// The first of them that is free, added to the outputs.
std::string free_rejects_path(const std::string& input, OutputFiles& files);
// The same rows, left out for the same reasons by an import before, are in a file already; empty: they are not.
std::string same_rejects(const Rejects& rejects, const std::string& input);

}  // namespace transfer
